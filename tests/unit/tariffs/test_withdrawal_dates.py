"""When goods leave bond cheapest: the worked example, the bounds, and what is not known."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bonded.rules.money import Money
from bonded.rules.validity import Validity
from tariffs.rules.charges import Charges
from tariffs.rules.exchange_rates import ExchangeRate, ExchangeRateMissing, Quoting
from tariffs.rules.schedule import MeasureMissing
from tariffs.rules.withdrawal_dates import Bound, WithdrawalDates, last_day, not_known, withdrawal_dates

TODAY = date(2026, 11, 23)
SIXTIETH = date(2027, 1, 22)


def charges(duty: int) -> Charges:
    nothing = Money(0, "CNY")
    return Charges(Money(1_000_00, "CNY"), Money(duty, "CNY"), nothing, nothing, nothing, nothing)


def dates_of(duties: dict[date, int], *, missing_from: date | None = None) -> WithdrawalDates:
    def charges_on(day: date) -> Charges:
        if missing_from and day >= missing_from:
            raise ExchangeRateMissing("No customs exchange rate is known.", on=day.isoformat())
        return charges(duties[max(start for start in duties if start <= day)])

    changes = [*duties, *([missing_from] if missing_from else [])]
    return withdrawal_dates(changes, today=TODAY, last_on=SIXTIETH, bound=Bound.SIXTY_DAYS, charges_on=charges_on)


def test_withdrawal_dates__the_worked_example() -> None:
    duties = {TODAY: 40_00, date(2026, 12, 1): 10_00, date(2026, 12, 20): 60_00}
    found = dates_of(duties, missing_from=date(2027, 1, 1))
    assert [(str(span.from_on), str(span.until_on), span.landed.minor, span.saves.minor) for span in found.spans] == [
        ("2026-11-23", "2026-11-30", 1_040_00, 0),
        ("2026-12-01", "2026-12-19", 1_010_00, 30_00),
        ("2026-12-20", "2026-12-31", 1_060_00, -20_00),
    ]
    assert (found.cheapest, found.bound, found.last_on) == (found.spans[1], Bound.NOT_PUBLISHED, date(2026, 12, 31))


def test_withdrawal_dates__joins_days_that_cost_the_same_and_prefers_the_earliest() -> None:
    found = dates_of({TODAY: 5, date(2026, 12, 1): 5, date(2026, 12, 2): 9, date(2026, 12, 3): 5})
    assert [span.from_on.day for span in found.spans] == [23, 2, 3]
    assert (found.cheapest.from_on, found.bound, found.last_on, found.gap) == (TODAY, Bound.SIXTY_DAYS, SIXTIETH, None)


def test_withdrawal_dates__does_not_look_behind_the_last_day() -> None:
    found = dates_of({TODAY: 5, SIXTIETH: 3, SIXTIETH + timedelta(days=1): 0})
    assert (found.cheapest.from_on, found.cheapest.until_on) == (SIXTIETH, SIXTIETH)


def test_withdrawal_dates__of_a_day_without_rates_is_refused() -> None:
    with pytest.raises(ExchangeRateMissing):
        dates_of({TODAY: 5}, missing_from=TODAY)


def test_last_day__is_the_first_bound() -> None:
    assert last_day(TODAY, []) == (SIXTIETH, Bound.SIXTY_DAYS)
    assert last_day(TODAY, [SIXTIETH]) == (SIXTIETH, Bound.SIXTY_DAYS)
    limits = [date(2026, 12, 5), date(2026, 12, 4), SIXTIETH]
    assert last_day(TODAY, limits) == (date(2026, 12, 4), Bound.STORAGE_LIMIT)
    assert last_day(TODAY, [date(2026, 11, 1)]) == (TODAY, Bound.STORAGE_LIMIT)


def a_rate(until_on: date | None) -> ExchangeRate:
    validity = Validity(date(2026, 11, 1), until_on)
    return ExchangeRate("exchangerate:1", "USD", "CNY", Decimal("7.1"), Quoting.LOCAL_PER_UNIT, validity, "S", True)


def test_not_known__names_everything() -> None:
    known = dates_of({TODAY: 5})
    limits = {"A-1": SIXTIETH}
    assert not_known(known, rates=[a_rate(SIXTIETH)], storage_limits=limits, stock_numbers=["A-1"]) == []
    gap = dates_of({TODAY: 5}, missing_from=date(2027, 1, 1))
    problems = not_known(gap, rates=[a_rate(None)], storage_limits={}, stock_numbers=["A-1"])
    assert [problem.code for problem in problems] == [
        "exchange_rate_missing", "rate_may_be_replaced", "storage_limit_not_known",
    ]  # fmt: skip
    assert problems[0].message.startswith("From 2027-01-01 on nothing is said: No customs exchange rate")


@given(
    duties=st.dictionaries(st.integers(1, 70), st.integers(0, 5), max_size=12),
    first=st.integers(0, 5),
    gap=st.none() | st.integers(1, 70),
)
def test_withdrawal_dates__are_what_every_day_alone_says(duties: dict[int, int], first: int, gap: int | None) -> None:
    def duty_on(day: date) -> int:
        ahead = (day - TODAY).days
        if gap is not None and ahead >= gap:
            raise MeasureMissing("none")
        return duties[max(n for n in duties if n <= ahead)] if any(n <= ahead for n in duties) else first

    changes = [TODAY + timedelta(days=n) for n in [*duties, *([gap] if gap else [])]]
    found = withdrawal_dates(
        changes, today=TODAY, last_on=SIXTIETH, bound=Bound.SIXTY_DAYS, charges_on=lambda day: charges(duty_on(day))
    )
    days = [TODAY + timedelta(days=n) for n in range(min(gap or 61, 61))]
    told = [
        (span.from_on + timedelta(days=n), span.landed.minor)
        for span in found.spans
        for n in range((span.until_on - span.from_on).days + 1)
    ]
    assert told == [(day, 1_000_00 + duty_on(day)) for day in days]
    assert found.cheapest.landed.minor == min(landed for _, landed in told)
