"""Publishing reference data: what it replaces is superseded, never edited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any, TypeVar

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange, DateTimeTZRange

from bonded.actions.activity import record_activity
from bonded.rules.permissions import Actor
from tariffs.actions.locks import lock_schedule
from tariffs.models.exchange_rates import ExchangeRate
from tariffs.models.schedule import Measure
from tariffs.models.versions import Version, VersionQuerySet
from tariffs.rules.permissions import Act, require
from tariffs.rules.schedule import SupersededTooSoon
from tariffs.rules.schedule_rows import ExchangeRateRow, MeasureRow
from tariffs.signals import versions_published

Published = TypeVar("Published", bound=Version)


@transaction.atomic
def publish_versions(rows: Sequence[Published], *, actor: Actor, at: datetime) -> list[Published]:
    """Put unsaved rows in force for their days, and give those that said something new.

    What was believed about the same key on those days is superseded; what it said of other days
    is believed on. Publishing the same again changes nothing. Publishers follow each other, and
    the database refuses what two would put in force at once. Raises SupersededTooSoon when what it
    would supersede was published at the same moment or later.
    """
    require(actor, Act.LOAD_TARIFFS)
    lock_schedule()
    by_key: dict[tuple[Any, ...], list[Published]] = {}
    for row in rows:
        by_key.setdefault(tuple(getattr(row, column) for column in row.KEY), []).append(row)
    new = [row for same in by_key.values() for row in _publish(same, actor=actor, at=at)]
    if new:
        versions_published.send(type(new[0]), at=at)
    return new


def measure_from(row: MeasureRow) -> Measure:
    """Make an unsaved version of a row of the schedule."""
    return Measure(**_columns(row))


def exchange_rate_from(row: ExchangeRateRow) -> ExchangeRate:
    """Make an unsaved version of an exchange rate."""
    return ExchangeRate(**_columns(row))


def _columns(row: MeasureRow | ExchangeRateRow) -> dict[str, Any]:
    columns = {field.name: getattr(row, field.name) for field in fields(row)}
    validity = DateRange(row.validity.from_on, row.validity.until_on)
    return columns | {"validity": validity, "is_verified": row.mark == "S"}


def _publish(rows: Sequence[Published], *, actor: Actor, at: datetime) -> list[Published]:
    """Put rows of one key in force, all at once: each day that was believed is superseded once and no more."""
    versions: VersionQuerySet[Published] = VersionQuerySet(type(rows[0]))
    key = {column: getattr(rows[0], column) for column in rows[0].KEY}
    believed = list(versions.known().filter(**key).locked())
    new = [row for row in rows if _says_something_new(row, believed)]
    replaced = {before.version: before for row in new for before in _overlapping(believed, row)}
    for before in replaced.values():
        if at <= before.known.lower:
            raise SupersededTooSoon(
                "What this would supersede was published just now: look at it, and publish again.",
                published_at=before.known.lower.isoformat(),
            )
        before.known = DateTimeTZRange(before.known.lower, at)
        before.save(update_fields=["known"])
    for row in new:
        row.known = DateTimeTZRange(at, None)
    versions.bulk_create([*new, *(rest for before in replaced.values() for rest in _rests(before, new, at=at))])
    for row in new:
        named = [before.version for before in _overlapping(believed, row)]
        record_activity(Act.LOAD_TARIFFS, row, actor=actor, at=at, says=str(row), replaced=named)
    return new


def _overlapping(believed: Sequence[Published], row: Published) -> list[Published]:
    return [before for before in believed if before.days.overlaps(row.days)]


def _says_something_new(row: Published, believed: Sequence[Published]) -> bool:
    """Say whether a row says what no version says of all its days, or ends what was not ended."""
    concerned = _overlapping(believed, row)
    if row.is_end and all(before.is_end for before in concerned):
        return False
    return not any(
        not row.days.without(before.days) and all(getattr(before, name) == getattr(row, name) for name in row.CONTENT)
        for before in concerned
    )


def _rests(before: Published, rows: Sequence[Published], *, at: datetime) -> list[Published]:
    """Give the earlier version's days that none of the rows is about, to be believed on."""
    left = [before.days]
    for row in rows:
        left = [days for one in left for days in one.without(row.days)]
    columns = {column: getattr(before, column) for column in (*before.KEY, *before.CONTENT)}
    known = DateTimeTZRange(at, None)
    return [type(before)(**columns, validity=DateRange(days.from_on, days.until_on), known=known) for days in left]
