"""Grades: every combination of kind, shape, colour and clarity that some lot has, for searches to go through."""

from django.db import models

from bonded.models.base import Table, TableQuerySet


class LotGrade(Table):
    """One row is one grade that some lot here has or had.

    A trigger on lots adds a grade when its first lot is written; none is ever removed, so a search
    that goes through the grades may look in vain but never misses a lot.
    """

    kind = models.CharField(max_length=16)
    shape = models.CharField(max_length=20)
    colour = models.CharField(max_length=20)
    clarity = models.CharField(max_length=8)

    objects = TableQuerySet["LotGrade"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "shape", "colour", "clarity"], name="a_grade_is_listed_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.shape} {self.colour} {self.clarity}"
