"""Papers that companies have shown, with the days on which they count: the administrator keeps them."""

from __future__ import annotations

from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models import Q

from bonded.models.base import Table, TableQuerySet, enum_choices, values_check
from inspections.rules.company_papers import PaperKind


class CompanyPaper(Table):
    """One row is one paper of one company, by number, and the days on which it is valid, `[from, until)`."""

    company = models.ForeignKey("bonded.Company", on_delete=models.PROTECT, related_name="papers")
    kind = models.CharField(max_length=20, choices=enum_choices(PaperKind))
    number = models.CharField(max_length=60)
    valid = DateRangeField()

    objects = TableQuerySet["CompanyPaper"].as_manager()

    class Meta:
        constraints = [
            values_check("kind", PaperKind, "a_paper_is_of_a_known_kind"),
            models.CheckConstraint(condition=Q(valid__isempty=False), name="a_paper_is_valid_on_some_day"),
            models.UniqueConstraint(fields=["company", "kind", "number"], name="a_company_shows_a_paper_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"
