"""Which instruments count when, what stands behind what, what to warn of, and the headroom of days to come."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bonded.rules.lifecycle import StepNotAllowed, require_step
from bonded.rules.money import Money
from bonded.rules.validity import Validity
from tariffs.rules import guarantee_authorities as authorities
from tariffs.rules import guarantee_instruments as instruments
from tariffs.rules.guarantee_authorities import AuthorityExceeded, AuthorityState, require_within
from tariffs.rules.guarantee_forecasts import Change, ChangeKind, ForecastTooLong, PlannedEnd, forecast
from tariffs.rules.guarantee_instruments import Claim, Instrument, InstrumentState, backings, limit_minor_on
from tariffs.rules.guarantee_warnings import Cause, WarningKind, warning_causes

TODAY = date(2026, 11, 23)
A, B, C = (UUID(int=number) for number in (1, 2, 3))
BANK = Instrument(1, 2, 1000, Validity(date(2026, 1, 1), date(2027, 1, 1)))
INSURANCE = Instrument(2, 1, 300, Validity(date(2026, 1, 1), date(2026, 12, 1)))
CASH = Instrument(3, 2, 200, Validity(date(2026, 12, 1)))
ALL = [BANK, INSURANCE, CASH]


@pytest.mark.parametrize(
    ("on", "limit"),
    [
        (date(2025, 12, 31), 0),
        (date(2026, 1, 1), 1300),
        (date(2026, 11, 30), 1300),
        (date(2026, 12, 1), 1200),
        (date(2027, 1, 1), 200),
    ],
)
def test_limit_minor_on__counts_the_first_day_and_not_the_end(on: date, limit: int) -> None:
    assert limit_minor_on(ALL, on=on) == limit


def test_backings__draws_in_the_order_of_use_and_splits_a_claim() -> None:
    parts = backings([Claim(A, 200, None), Claim(B, 250, None)], ALL, on=TODAY)
    assert parts == [(A, 2, 200), (B, 2, 100), (B, 1, 150)]


def test_backings__of_one_order_the_one_that_ends_first() -> None:
    later = Instrument(4, 1, 300, Validity(date(2026, 1, 1)))
    sooner = Instrument(5, 1, 300, Validity(date(2026, 1, 1), date(2026, 12, 1)))
    assert backings([Claim(A, 301, None)], [later, sooner], on=TODAY) == [(A, 5, 300), (A, 4, 1)]


def test_backings__leaves_bare_what_nothing_is_left_for() -> None:
    parts = backings([Claim(A, 300, None), Claim(B, 1001, None), Claim(C, 5, None)], ALL, on=TODAY)
    assert parts == [(A, 2, 300), (B, 1, 1000), (B, None, 1), (C, None, 5)]


@given(st.lists(st.integers(1, 500)), st.lists(st.tuples(st.integers(1, 3), st.integers(1, 500))))
def test_backings__add_up_to_every_claim_and_never_exceed_an_instrument(
    amounts: list[int], papers: list[tuple[int, int]]
) -> None:
    claims = [Claim(UUID(int=n), amount, None) for n, amount in enumerate(amounts)]
    found = [Instrument(n, order, amount, Validity(TODAY)) for n, (order, amount) in enumerate(papers)]
    parts = backings(claims, found, on=TODAY)
    for claim in claims:
        assert sum(part.amount_minor for part in parts if part.claim_id == claim.id) == claim.amount_minor
    for one in found:
        assert sum(part.amount_minor for part in parts if part.instrument_id == one.id) <= one.amount_minor
    bare = sum(part.amount_minor for part in parts if part.instrument_id is None)
    assert bare == max(0, sum(amounts) - limit_minor_on(found, on=TODAY))


def causes_of(claims: list[Claim], found: list[Instrument]) -> list[Cause]:
    limit = limit_minor_on(found, on=TODAY)
    parts = backings(claims, found, on=TODAY)
    return warning_causes(limit_minor=limit, claims=claims, instruments=found, parts=parts)


@pytest.mark.parametrize(
    ("claimed", "kinds"),
    [
        (800, []),
        (801, [WarningKind.LOW_HEADROOM]),
        (1000, [WarningKind.LOW_HEADROOM]),
        (1001, [WarningKind.UNCOVERED]),
    ],
)
def test_warning_causes__begin_below_a_fifth(claimed: int, kinds: list[WarningKind]) -> None:
    assert [cause.kind for cause in causes_of([Claim(A, claimed, None)], [BANK])] == kinds


@pytest.mark.parametrize(("due_on", "is_warned"), [(date(2026, 11, 30), False), (date(2026, 12, 1), True)])
def test_warning_causes__name_an_instrument_that_ends_before_what_it_backs_is_due(
    due_on: date, is_warned: bool
) -> None:
    expected = [Cause(WarningKind.ENDS_TOO_EARLY, INSURANCE.id)] if is_warned else []
    assert causes_of([Claim(A, 10, due_on)], ALL) == expected


def test_warning_causes__are_none_of_nothing() -> None:
    assert causes_of([], []) == []


def test_forecast__names_what_changes_each_day() -> None:
    claims = [
        PlannedEnd("viewing:a", ChangeKind.RESERVATION_LAPSES, 100, TODAY + timedelta(days=2)),
        PlannedEnd("withdrawal:b", ChangeKind.DEBT_IS_PAID, 400, date(2026, 12, 1)),
        PlannedEnd("withdrawal:c", ChangeKind.DEBT_IS_PAID, 50, None),
    ]
    days = forecast(ALL, claims, from_on=TODAY, days=9)
    assert [(day.on.day, day.limit_minor, day.claimed_minor, day.available_minor) for day in days] == [
        (23, 1300, 550, 750),
        (24, 1300, 550, 750),
        (25, 1300, 450, 850),
        (26, 1300, 450, 850),
        (27, 1300, 450, 850),
        (28, 1300, 450, 850),
        (29, 1300, 450, 850),
        (30, 1300, 450, 850),
        (1, 1200, 50, 1150),
    ]
    assert {day.on: day.changes for day in days if day.changes} == {
        date(2026, 11, 25): (Change(ChangeKind.RESERVATION_LAPSES, "viewing:a", 100),),
        date(2026, 12, 1): (
            Change(ChangeKind.DEBT_IS_PAID, "withdrawal:b", 400),
            Change(ChangeKind.INSTRUMENT_ENDS, "2", -300),
            Change(ChangeKind.INSTRUMENT_BEGINS, "3", 200),
        ),
    }


def test_forecast__shows_what_will_be_uncovered() -> None:
    owed = PlannedEnd("withdrawal:c", ChangeKind.DEBT_IS_PAID, 250, None)
    last, after = forecast([INSURANCE], [owed], from_on=date(2026, 11, 30), days=2)
    assert (last.available_minor, last.uncovered_minor) == (50, 0)
    assert (after.available_minor, after.uncovered_minor) == (0, 250)


@pytest.mark.parametrize("days", [0, -1, 367])
def test_forecast__refuses_other_lengths(days: int) -> None:
    with pytest.raises(ForecastTooLong) as refusal:
        forecast([], [], from_on=TODAY, days=days)
    assert refusal.value.facts == {"days": days, "most": 366}


def test_require_within__names_the_agents_own_figures() -> None:
    fen = [Money(minor, "CNY") for minor in (100, 300, 200)]
    require_within(fen[0], sub_limit=fen[1], claimed=fen[2])
    with pytest.raises(AuthorityExceeded) as refusal:
        require_within(Money(101, "CNY"), sub_limit=fen[1], claimed=fen[2])
    assert refusal.value.facts == {
        "needed": "1.01",
        "available": "1.00",
        "shortfall": "0.01",
        "currency": "CNY",
        "ways_out": ["free_a_reservation", "ask_the_principal"],
    }


def test_steps__of_instruments_and_authorities() -> None:
    for current, target in product(InstrumentState, InstrumentState):
        allowed = (current, target) == (InstrumentState.IN_FORCE, InstrumentState.WITHDRAWN)
        assert (target in instruments.STEPS[current]) is allowed
    for before, after in product(AuthorityState, AuthorityState):
        allowed = (before, after) == (AuthorityState.GRANTED, AuthorityState.REVOKED)
        assert (after in authorities.STEPS[before]) is allowed
    with pytest.raises(StepNotAllowed):
        require_step(instruments.STEPS, InstrumentState.WITHDRAWN, InstrumentState.IN_FORCE)
