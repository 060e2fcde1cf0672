"""Publishing reference data: what it replaces is superseded, never edited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import Any, TypeVar

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange, DateTimeTZRange

from bonded.actions.activity import record_activity
from bonded.rules.permissions import Actor
from tariffs.actions.locks import take_turn_at_schedule
from tariffs.models.exchange_rates import ExchangeRate
from tariffs.models.schedule import Measure
from tariffs.models.versions import Version, VersionQuerySet
from tariffs.rules.permissions import Act, require
from tariffs.rules.schedule import SupersededTooSoon
from tariffs.rules.schedule_files import ExchangeRateRow, MeasureRow
from tariffs.signals import versions_published

Published = TypeVar("Published", bound=Version)


@transaction.atomic
def publish_versions(rows: Sequence[Published], *, actor: Actor, at: datetime) -> list[Published]:
    """Put unsaved rows in force for their days, and give those that said something new.

    What was believed about the same key on those days is superseded; what it said of other days
    is believed on. Publishing the same again changes nothing. Publishers take turns. Raises
    SupersededTooSoon when what it would supersede was published at the same moment or later.
    """
    require(actor, Act.LOAD_TARIFFS)
    take_turn_at_schedule()
    new = [row for row in rows if _publish(row, actor=actor, at=at)]
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


def _publish(row: Published, *, actor: Actor, at: datetime) -> bool:
    versions: VersionQuerySet[Published] = VersionQuerySet(type(row))
    key = {column: getattr(row, column) for column in row.KEY}
    believed = list(versions.known().filter(**key, validity__overlap=row.validity).locked())
    if any(_says_the_same(before, row) for before in believed):
        return False
    for before in believed:
        if at <= before.known.lower:
            raise SupersededTooSoon(
                "What this would supersede was published just now: look at it, and publish again.",
                published_at=before.known.lower.isoformat(),
            )
        before.known = DateTimeTZRange(before.known.lower, at)
        before.save(update_fields=["known"])
    row.known = DateTimeTZRange(at, None)
    versions.bulk_create([row, *(rest for before in believed for rest in _rests(before, row))])
    replaced = [before.version for before in believed]
    record_activity(Act.LOAD_TARIFFS, row, actor=actor, at=at, says=str(row), replaced=replaced)
    return True


def _says_the_same(before: Published, row: Published) -> bool:
    """Say whether the earlier version says of every day of the new one what the new one says."""
    is_covered = _contains(before.validity, row.validity)
    return is_covered and all(getattr(before, column) == getattr(row, column) for column in row.CONTENT)


def _rests(before: Published, row: Published) -> list[Published]:
    """Give the earlier version's days before and after the new one's, to be believed on."""
    spans = []
    if before.validity.lower < row.validity.lower:
        spans.append((before.validity.lower, row.validity.lower))
    if row.validity.upper and row.validity.upper < (before.validity.upper or date.max):
        spans.append((row.validity.upper, before.validity.upper))
    columns = {column: getattr(before, column) for column in (*before.KEY, *before.CONTENT)}
    return [type(before)(**columns, validity=DateRange(*span), known=row.known) for span in spans]


def _contains(outer: DateRange, inner: DateRange) -> bool:
    return outer.lower <= inner.lower and (inner.upper or date.max) <= (outer.upper or date.max)
