"""Dated reference data: rows that are in force for some days and known for some time, and never edited.

A row that turns out wrong, or that ends earlier than it was thought to, is superseded: its known
time ends, and others take its place. So "what did we know on day X about day Y" has one answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, ClassVar, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.backends.postgresql.psycopg_any import DateRange

from bonded.models.base import Row, Table, TableQuerySet
from bonded.rules.validity import Validity


class VersionQuerySet(TableQuerySet[Row]):
    """Versions of reference data."""

    def known(self, at: datetime | None = None) -> Self:
        """Keep what is believed now, or what was believed at a moment."""
        return self.filter(known__contains=at) if at else self.filter(known__upper_inf=True)

    def in_force(self, on: date) -> Self:
        """Keep what is in force on a day."""
        return self.filter(validity__contains=on)

    def of_day(self, on: date, known_at: datetime | None, condition: str, parameters: Sequence[Any]) -> list[Row]:
        """Read what is in force on a day, as believed now or at a moment, and meets a condition in SQL, in id order."""
        believed, moments = ("upper_inf(known)", []) if known_at is None else ("known @> %s::timestamptz", [known_at])
        return self.where(
            f"{believed} AND validity @> %s::date AND {condition} ORDER BY id", [*moments, on, *parameters]
        )

    def in_force_between(self, first: date, last: date) -> Self:
        """Keep what is in force on any of some days, the last one too."""
        return self.filter(validity__overlap=DateRange(first, last + timedelta(days=1)))


class Version(Table):
    """One row is one statement about some days, with its source and whether anybody verified it."""

    # The columns that say what the statement is about; the others say what it says.
    KEY: ClassVar[tuple[str, ...]]
    CONTENT: ClassVar[tuple[str, ...]]

    validity = DateRangeField(help_text="The days on which it is in force: [from, until).")
    known = DateTimeRangeField(editable=False, help_text="From when until when the platform believed it.")
    source = models.CharField(max_length=300)
    mark = models.CharField(max_length=20, help_text="S sourced, G general knowledge, D derived, M made up.")
    is_verified = models.BooleanField(default=False)

    class Meta:
        abstract = True

    @property
    def version(self) -> str:
        """Name the row as assessments and explanations do."""
        return f"{self._meta.model_name}:{self.pk}"

    @property
    def is_end(self) -> bool:
        """Say whether the row says that nothing is in force on its days any more."""
        return False

    @property
    def says(self) -> str:
        """Say for a person what is in force."""
        raise NotImplementedError

    @property
    def days(self) -> Validity:
        """Give the days on which it is in force."""
        return Validity(self.validity.lower, self.validity.upper)


def begins_on_a_day(name: str) -> models.CheckConstraint:
    """Let the database refuse a version without a first day, and one of no day at all."""
    return models.CheckConstraint(condition=models.Q(validity__startswith__isnull=False), name=name)


def one_version_a_day(name: str, key: tuple[str, ...]) -> ExclusionConstraint:
    """Let the database refuse two versions of one key that are believed at once and share a day."""
    same = [(column, RangeOperators.EQUAL) for column in key]
    overlapping = [(column, RangeOperators.OVERLAPS) for column in ("validity", "known")]
    return ExclusionConstraint(name=name, expressions=[*same, *overlapping])
