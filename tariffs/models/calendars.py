"""Days on which the office calendar differs from the published one."""

from __future__ import annotations

from django.db import models

from bonded.models.base import Table, TableQuerySet


class CalendarDay(Table):
    """One row says of one day whether offices work, whatever the library's calendar thinks."""

    country = models.CharField(max_length=2, default="CN")
    day = models.DateField()
    is_working = models.BooleanField()
    source = models.CharField(max_length=200)

    objects = TableQuerySet["CalendarDay"].as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["country", "day"], name="a_day_is_said_once")]

    def __str__(self) -> str:
        return f"{self.day} {'works' if self.is_working else 'rests'}"
