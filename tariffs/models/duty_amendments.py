"""Amendments of what released goods owe, as they were made."""

from __future__ import annotations

from django.db import models

from bonded.models.base import AppendOnlyTable, TableQuerySet


class DutyAmendment(AppendOnlyTable):
    """One row says that an officer assessed a released withdrawal once more, why, and which assessment gave way."""

    withdrawal = models.ForeignKey("bonded.Withdrawal", on_delete=models.PROTECT, related_name="+")
    before = models.OneToOneField("tariffs.Assessment", on_delete=models.PROTECT, related_name="+")
    after = models.OneToOneField("tariffs.Assessment", on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500)
    amended_at = models.DateTimeField()
    amended_by = models.ForeignKey("bonded.User", on_delete=models.PROTECT, related_name="+")

    objects = TableQuerySet["DutyAmendment"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(reason=""), name="an_amendment_gives_its_reason"),
            models.CheckConstraint(
                condition=~models.Q(before=models.F("after")), name="an_amendment_is_another_assessment"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.before_id} → {self.after_id}"
