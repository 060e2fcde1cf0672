"""How often the rates were changed, by which bookings know whether their duty is of the latest."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from bonded.models.base import Table, TableQuerySet


class RateChanges(Table):
    """The one row counts how often rates were published; a booking that has seen fewer must be looked at again.

    Who publishes locks it until the commit, so no number stands for rates that are not there yet.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    number = models.BigIntegerField(default=0)

    objects = TableQuerySet["RateChanges"].as_manager()

    class Meta:
        verbose_name_plural = "rate changes"
        constraints = [models.CheckConstraint(condition=Q(id=1), name="rate_changes_are_counted_in_one_row")]

    def __str__(self) -> str:
        return str(self.number)
