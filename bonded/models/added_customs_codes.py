"""Codes of customs offices that no list has, and what a person found out that they mean."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from bonded.models.base import Table, TableQuerySet, enum_choices
from bonded.rules.customs_codes import CodeListName
from bonded.rules.customs_tasks import TaskKind
from bonded.rules.declarations import DebtState, DeclarationState


class AddedCustomsCode(Table):
    """One row says what one code means from a day on; `source` is where that was found. Never changed."""

    office = models.CharField(max_length=12)
    code_list = models.CharField(max_length=12, choices=enum_choices(CodeListName))
    code = models.CharField(max_length=12)
    goods = models.CharField(max_length=20, null=True, choices=enum_choices(DeclarationState))
    debt = models.CharField(max_length=20, null=True, choices=enum_choices(DebtState))
    task = models.CharField(max_length=24, null=True, choices=enum_choices(TaskKind))
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, help_text="The first day on which it means this no more.")
    source = models.CharField(max_length=300)
    recorded_by = models.ForeignKey("bonded.User", on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    objects = TableQuerySet["AddedCustomsCode"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["office", "code_list", "code", "valid_from"], name="a_code_means_one_thing_from_a_day_on"
            ),
            models.CheckConstraint(condition=~Q(source=""), name="a_meaning_says_where_it_was_found"),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
                name="a_meaning_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.office} {self.code_list} {self.code}"
