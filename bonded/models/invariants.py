"""What the must-be-empty questions found, each time that they were asked."""

from django.db import models

from bonded.models.base import Table, TableQuerySet


class InvariantReport(Table):
    """One row is one asking of all questions; `broken` gives the sentences that do not hold, with examples."""

    asked_at = models.DateTimeField()
    questions = models.SmallIntegerField()
    broken = models.JSONField(default=list)

    objects = TableQuerySet["InvariantReport"].as_manager()

    class Meta:
        indexes = [models.Index(fields=["-asked_at"], name="the_newest_report_first")]

    def __str__(self) -> str:
        return f"{self.asked_at}: {len(self.broken)} broken"
