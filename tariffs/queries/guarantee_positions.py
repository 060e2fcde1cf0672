"""How a guarantee stands and will stand: what backs what, what to warn of, and the headroom of the days to come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from tariffs.models.debts import DutyDebt
from tariffs.models.guarantee_instruments import GuaranteeInstrument
from tariffs.models.guarantees import GuaranteeAccount, GuaranteeReservation
from tariffs.queries.calendars import working_days_after
from tariffs.rules.guarantee_forecasts import ChangeKind, ForecastDay, PlannedEnd, forecast
from tariffs.rules.guarantee_instruments import Backing, Claim, backings, limit_minor_on
from tariffs.rules.guarantee_warnings import Cause, warning_causes
from tariffs.rules.guarantees import LIVE_STATES
from tariffs.rules.payment_terms import PaymentTerm, due_on
from tariffs.rules.working_days import business_day

A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Position:
    """A guarantee on a day: its instruments in their order of use, what stands behind what, and what to warn of."""

    instruments: tuple[GuaranteeInstrument, ...]
    parts: tuple[Backing, ...]
    causes: tuple[Cause, ...]


@dataclass(frozen=True, slots=True)
class _Dated:
    """A live reservation with the last day on which its reserved and its owed part may count; None if unknown."""

    reservation: GuaranteeReservation
    rest_minor: int
    owed_minor: int
    rest_ends_on: date
    owed_due_on: date | None


def position_of(account: GuaranteeAccount, *, on: date) -> Position:
    """Give how a guarantee stands on a day. Runs four SQL statements."""
    instruments = tuple(account.instruments.in_force().order_by("order_of_use", "pk"))
    terms = [instrument.terms for instrument in instruments]
    claims = [_claim(one) for one in _dated(account, on)]
    parts = backings(claims, terms, on=on)
    limit = limit_minor_on(terms, on=on)
    causes = warning_causes(limit_minor=limit, claims=claims, instruments=terms, parts=parts)
    return Position(instruments, tuple(parts), tuple(causes))


def forecast_of(account: GuaranteeAccount, *, on: date, days: int) -> list[ForecastDay]:
    """Give the headroom of so many days from a day on, if what is due is paid on its day.

    A debt that is overdue counts on without end, and so does a part of which nobody says when it is due.
    A reservation counts on the day on which it lapses, which is today for one that has run out, and one
    for a withdrawal as if the goods were released today. Raises ForecastTooLong. Runs four SQL statements.
    """
    ends: list[PlannedEnd] = []
    for one in _dated(account, on):
        reference = f"{one.reservation.purpose}:{one.reservation.reference}"
        if one.rest_minor:
            lapses = one.reservation.expires_at is not None
            kind = ChangeKind.RESERVATION_LAPSES if lapses else ChangeKind.DEBT_IS_PAID
            ends.append(PlannedEnd(reference, kind, one.rest_minor, max(one.rest_ends_on, on) + A_DAY))
        if one.owed_minor:
            due = one.owed_due_on
            free_on = None if due is None or due < on else due + A_DAY
            ends.append(PlannedEnd(reference, ChangeKind.DEBT_IS_PAID, one.owed_minor, free_on))
    terms = [instrument.terms for instrument in account.instruments.in_force().order_by("order_of_use", "pk")]
    return forecast(terms, ends, from_on=on, days=days)


def _dated(account: GuaranteeAccount, on: date) -> list[_Dated]:
    live = account.reservations.filter(state__in=LIVE_STATES).order_by("reserved_at", "pk")
    due_of = dict(DutyDebt.objects.open().filter(reservation__account=account).values_list("reservation_id", "due_on"))
    if_released_today = due_on(PaymentTerm.FIFTH_WORKING_DAY, charged_on=on, is_working_day=working_days_after(on))
    found = []
    for one in live:
        figures = one.figures(account.currency)
        ends_on = if_released_today if one.expires_at is None else business_day(one.expires_at)
        found.append(_Dated(one, figures.rest.minor, figures.owed.minor, ends_on, due_of.get(one.pk)))
    return found


def _claim(one: _Dated) -> Claim:
    days = [one.rest_ends_on if one.rest_minor else None, one.owed_due_on if one.owed_minor else None]
    due = max((day for day in days if day is not None), default=None)
    return Claim(one.reservation.pk, one.rest_minor + one.owed_minor, due)
