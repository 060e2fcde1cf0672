"""The schedule as the calculator wants it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from functools import lru_cache

from tariffs.models.schedule import Measure
from tariffs.rules import schedule as rules
from tariffs.rules.jurisdictions import Jurisdiction
from tariffs.rules.rate_grammar import parse_rate
from tariffs.rules.schedule import ENDED, MeasureKind

# The schedule repeats few rates; each text is read once.
_parsed = lru_cache(maxsize=4096)(parse_rate)


def measures_for(
    hs_codes: Collection[str],
    *,
    on: date,
    jurisdiction: Jurisdiction = Jurisdiction.CN,
    known_at: datetime | None = None,
) -> list[rules.Measure]:
    """Give every measure in force on a day that is about any of the codes (digits), in id order.

    `known_at` asks what was believed at that moment instead of now. Runs one SQL statement.
    """
    about = [ENDED, jurisdiction.value, sorted(_prefixes(hs_codes))]
    condition = "rate <> %s AND jurisdiction = %s AND hs_code = ANY(%s::text[])"
    return [measure_of(row) for row in Measure.objects.of_day(on, known_at, condition, about)]


def measures_between(hs_codes: Collection[str], *, first: date, last: date) -> list[rules.Measure]:
    """Give every measure of China in force on any of some days, as published, that is about any of the codes."""
    rows = Measure.objects.known().charging().in_force_between(first, last).filter(jurisdiction=Jurisdiction.CN)
    return [measure_of(row) for row in rows.filter(hs_code__in=_prefixes(hs_codes)).order_by("pk")]


def _prefixes(hs_codes: Collection[str]) -> set[str]:
    return {code[:length] for code in hs_codes for length in range(2, len(code) + 1)}


def measures_by_version(versions: Collection[str]) -> list[rules.Measure]:
    """Give measures by the versions that an assessment names, believed still or not, in id order."""
    ids = [int(version.removeprefix("measure:")) for version in versions]
    return [measure_of(row) for row in Measure.objects.filter(pk__in=ids).order_by("pk")]


def measure_of(row: Measure) -> rules.Measure:
    """Turn a row into what the rules know as a measure."""
    return rules.Measure(
        version=row.version,
        kind=MeasureKind(row.kind),
        hs_code=row.hs_code,
        origin=row.origin,
        regime=row.regime,
        rate=_parsed(row.rate),
        validity=row.days,
        source=row.source,
        is_verified=row.is_verified,
        needs_document=row.needs_document,
        quota=row.quota,
    )
