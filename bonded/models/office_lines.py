"""The lines to customs offices: whether they are open, and how far we have fetched."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from bonded.models.base import Table, TableQuerySet


class OfficeLine(Table):
    """One row is the line to one office; an office without a row is open both ways.

    A person pauses either direction, with a reason. `busy_until` is set by an office that asks to
    be left alone, `busy_times` counts how often in a row; after that moment one message goes out
    as a pilot, and only its success opens the line for the others. `cursor` is the office's own
    word for the last message that we fetched.
    """

    office = models.CharField(max_length=12, primary_key=True)
    is_sending_paused = models.BooleanField(default=False)
    is_applying_paused = models.BooleanField(default=False)
    paused_for = models.CharField(max_length=500, blank=True, default="")
    busy_until = models.DateTimeField(null=True)
    busy_times = models.IntegerField(default=0)
    cursor = models.CharField(max_length=200, blank=True, default="")

    objects = TableQuerySet["OfficeLine"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(is_sending_paused=False, is_applying_paused=False) | ~Q(paused_for=""),
                name="a_line_is_paused_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(busy_until__isnull=True, busy_times=0) | Q(busy_until__isnull=False, busy_times__gt=0),
                name="a_busy_line_says_until_when",
            ),
        ]

    def __str__(self) -> str:
        return self.office
