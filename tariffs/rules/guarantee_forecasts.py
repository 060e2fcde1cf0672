"""What a guarantee will have left on each day to come, if nothing new is claimed and what is due is paid."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import groupby

from bonded.rules.errors import InputInvalid
from tariffs.rules.guarantee_instruments import Instrument

USUAL_DAYS = 60
MOST_DAYS = 366


class ForecastTooLong(InputInvalid):
    """A forecast is of 1 to 366 days."""

    code = "forecast_too_long"


class ChangeKind(StrEnum):
    """Why a day's headroom differs from that of the day before."""

    INSTRUMENT_BEGINS = "instrument_begins"
    INSTRUMENT_ENDS = "instrument_ends"
    RESERVATION_LAPSES = "reservation_lapses"
    DEBT_IS_PAID = "debt_is_paid"


@dataclass(frozen=True, slots=True)
class PlannedEnd:
    """A claim that counts now, in minor units, and the first day on which it counts no more; None is beyond sight."""

    reference: str
    kind: ChangeKind
    amount_minor: int
    free_on: date | None


@dataclass(frozen=True, slots=True)
class Change:
    """One reason, whose `minor` is added to the headroom of its day and all that follow."""

    kind: ChangeKind
    reference: str
    minor: int


@dataclass(frozen=True, slots=True)
class ForecastDay:
    """The figures of one day in minor units: `available` is never below 0, what is missing then is `uncovered`."""

    on: date
    limit_minor: int
    claimed_minor: int
    changes: tuple[Change, ...]

    @property
    def available_minor(self) -> int:
        """Give what could be claimed."""
        return max(0, self.limit_minor - self.claimed_minor)

    @property
    def uncovered_minor(self) -> int:
        """Give what is claimed beyond the limit."""
        return max(0, self.claimed_minor - self.limit_minor)


def require_days(days: int) -> int:
    """Give the number of days back, or refuse with ForecastTooLong."""
    if not 1 <= days <= MOST_DAYS:
        raise ForecastTooLong(f"A forecast is of 1 to {MOST_DAYS} days.", days=days, most=MOST_DAYS)
    return days


def forecast(
    instruments: Iterable[Instrument], claims: Iterable[PlannedEnd], *, from_on: date, days: int
) -> list[ForecastDay]:
    """Give the figures of so many days, the first being `from_on`, whose own changes are not told.

    Each day after it names every change since the day before, so the figures may be added up from the first.
    """
    instruments, claims = list(instruments), list(claims)
    changes = _changes(instruments, claims)
    found = []
    for number in range(require_days(days)):
        on = from_on + timedelta(days=number)
        limit = sum(one.amount_minor for one in instruments if one.validity.covers(on))
        claimed = sum(one.amount_minor for one in claims if one.free_on is None or on < one.free_on)
        found.append(ForecastDay(on, limit, claimed, tuple(changes.get(on, ())) if number else ()))
    return found


def _changes(instruments: Sequence[Instrument], claims: Sequence[PlannedEnd]) -> dict[date, list[Change]]:
    dated = [(one.free_on, Change(one.kind, one.reference, one.amount_minor)) for one in claims]
    for one in instruments:
        begins = Change(ChangeKind.INSTRUMENT_BEGINS, str(one.id), one.amount_minor)
        ends = Change(ChangeKind.INSTRUMENT_ENDS, str(one.id), -one.amount_minor)
        dated += [(one.validity.from_on, begins), (one.validity.until_on, ends)]
    known = sorted(((on, change) for on, change in dated if on is not None), key=lambda pair: pair[0])
    return {on: [change for _, change in pairs] for on, pairs in groupby(known, key=lambda pair: pair[0])}
