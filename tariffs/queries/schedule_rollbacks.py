"""What brings back the schedule as it was known at a moment."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, datetime
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateRange

from tariffs.models.schedule import Measure
from tariffs.rules.jurisdictions import Jurisdiction
from tariffs.rules.schedule import MeasureKind
from tariffs.rules.schedule_rollbacks import rows_back
from tariffs.rules.schedule_rows import MeasureRow, cells_of


def is_known_by(at: datetime) -> bool:
    """Say whether any version of the schedule was known by a moment."""
    return Measure.objects.filter(known__startswith__lte=at).exists()


def rollback_cells(*, known_at: datetime, from_on: date) -> list[dict[str, str]]:
    """Give the rows, as a draft keeps them, that make the schedule from a day on what was known at a moment.

    Runs two SQL statements.
    """
    then, now = (_rows(at, from_on=from_on) for at in (known_at, None))
    reason = f"Rolled back to what was known at {known_at.isoformat()}"
    return [cells_of(row) for row in rows_back(then, now, from_on=from_on, reason=reason)]


def _rows(known_at: datetime | None, *, from_on: date) -> list[MeasureRow]:
    versions = Measure.objects.known(known_at).charging().filter(validity__overlap=DateRange(from_on, None))
    return [_row_of(version) for version in versions.order_by("pk")]


def _row_of(version: Measure) -> MeasureRow:
    columns: dict[str, Any] = {field.name: getattr(version, field.name) for field in fields(MeasureRow)}
    enums = {"jurisdiction": Jurisdiction(version.jurisdiction), "kind": MeasureKind(version.kind)}
    return MeasureRow(**columns | enums | {"validity": version.days})
