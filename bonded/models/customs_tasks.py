"""What customs leaves for a person to do."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import F, Q

from bonded.models.base import Table, TableQuerySet, enum_choices, values_check
from bonded.rules.customs_tasks import DUE_WITHIN, TaskKind
from bonded.rules.permissions import Actor


class CustomsTaskQuerySet(TableQuerySet["CustomsTask"]):
    """Tasks."""

    def visible_to(self, actor: Actor) -> CustomsTaskQuerySet:
        """Keep what the actor may see: staff all, others those of their company's declarations."""
        return self if actor.is_staff else self.filter(declaration__company_id__in=actor.company_ids)

    def open(self) -> CustomsTaskQuerySet:
        """Keep those that nobody has closed."""
        return self.filter(closed_at__isnull=True)

    def overdue(self, at: datetime) -> CustomsTaskQuerySet:
        """Keep those that somebody should have dealt with by a moment."""
        late = Q()
        for kind, term in DUE_WITHIN.items():
            late |= Q(kind=kind, opened_at__lte=at - term)
        return self.filter(late)


class CustomsTask(Table):
    """One row is one thing that a person has to look at, until it is closed with a reason.

    `subject` says what it is about; a kind and a subject have one open task at most, so that
    whatever finds the same trouble again and again opens it once.
    """

    kind = models.CharField(max_length=24, choices=enum_choices(TaskKind))
    office = models.CharField(max_length=12)
    subject = models.CharField(max_length=100)
    declaration = models.ForeignKey("bonded.Declaration", on_delete=models.PROTECT, null=True, related_name="tasks")
    facts = models.JSONField(default=dict)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey("bonded.User", on_delete=models.PROTECT, null=True, related_name="+")
    closing_reason = models.CharField(max_length=500, blank=True, default="")

    objects = CustomsTaskQuerySet.as_manager()

    class Meta:
        constraints = [
            values_check("kind", TaskKind, "a_task_is_of_a_known_kind"),
            models.UniqueConstraint(
                fields=["kind", "subject"], condition=Q(closed_at__isnull=True), name="one_trouble_opens_one_task"
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | ~Q(closing_reason=""), name="a_task_is_closed_with_a_reason"
            ),
        ]
        indexes = [models.Index(F("id"), name="tasks_still_open", condition=Q(closed_at__isnull=True))]

    def __str__(self) -> str:
        return f"{self.kind}: {self.subject}"
