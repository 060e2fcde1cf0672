"""How many customs messages had their turn each day, and how long after their issue."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from bonded.models.base import Table, TableQuerySet


class CustomsTally(Table):
    """One row counts one office's messages of one UTC day; kept so that no monitor ever counts the messages.

    `lags` are numbers of applied messages by seconds from issue to application, one for each bound
    of LAG_BOUNDS_SECONDS and the last for all that took longer.
    """

    office = models.CharField(max_length=12)
    day = models.DateField()
    applied = models.BigIntegerField(default=0)
    superseded = models.BigIntegerField(default=0)
    parked = models.BigIntegerField(default=0)
    lags = ArrayField(models.BigIntegerField())
    lag_seconds = models.FloatField(default=0.0, help_text="The sum of all lags.")

    objects = TableQuerySet["CustomsTally"].as_manager()

    class Meta:
        verbose_name_plural = "customs tallies"
        constraints = [models.UniqueConstraint(fields=["office", "day"], name="an_office_has_one_tally_a_day")]

    def __str__(self) -> str:
        return f"{self.office} {self.day}"
