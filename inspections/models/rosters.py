"""Who is there when: shifts of keepers and officers, and officers who attend viewings."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q

from bonded.models.base import Table, TableQuerySet
from inspections.rules.viewing_rooms import LONGEST_CLAIM


class Shift(Table):
    """One row is when one keeper or officer is there, `[from, until)`; who works by roster is there only then."""

    person = models.ForeignKey("bonded.User", on_delete=models.PROTECT, related_name="shifts")
    during = DateTimeRangeField()

    objects = TableQuerySet["Shift"].as_manager()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="nobody_has_two_shifts_at_once",
                expressions=[("person", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
            ),
            models.CheckConstraint(
                condition=Q(during__isempty=False, during__endswith__lte=F("during__startswith") + LONGEST_CLAIM),
                name="a_shift_lasts_at_most_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.during}"


class AttendingOfficer(Table):
    """One row is one customs officer who may attend viewings of goods that customs wants to be present at."""

    officer = models.OneToOneField("bonded.User", on_delete=models.PROTECT, related_name="attends")
    is_on_duty = models.BooleanField(default=True)
    works_by_roster = models.BooleanField(default=False, help_text="There only on shifts; else whenever rooms open.")

    objects = TableQuerySet["AttendingOfficer"].as_manager()

    def __str__(self) -> str:
        return self.officer.get_username()
