"""Headroom: reserved and used never exceed the limit, and every pair of states is a step or is refused."""

from __future__ import annotations

from itertools import product

import pytest

from bonded.rules.lifecycle import StepNotAllowed, require_step
from bonded.rules.money import Money
from tariffs.rules.guarantee_claims import Reservation
from tariffs.rules.guarantees import (
    STEPS,
    Headroom,
    HeadroomMissing,
    NotResizable,
    ReservationState,
    UseExceedsReservation,
)


def yuan(amount: int) -> Money:
    return Money(amount * 100, "CNY")


ACCOUNT = Headroom(limit=yuan(1000), reserved=yuan(300), used=yuan(200))
R = ReservationState


def test_available__is_what_is_neither_reserved_nor_used() -> None:
    assert ACCOUNT.available == yuan(500)


def test_reserving__may_take_the_last_fen() -> None:
    assert ACCOUNT.reserving(yuan(500)).available == yuan(0)


def test_reserving__names_the_exact_shortfall_and_the_ways_out() -> None:
    with pytest.raises(HeadroomMissing) as refusal:
        ACCOUNT.reserving(Money(500_01, "CNY"))
    assert refusal.value.message == (
        "500.01 CNY is needed and 500.00 is left: 0.01 is missing. Pay what is due, free a reservation, "
        "pay this duty at once, or raise the guarantee."
    )
    assert refusal.value.facts == {
        "needed": "500.01",
        "available": "500.00",
        "shortfall": "0.01",
        "currency": "CNY",
        "ways_out": ["pay_what_is_due", "free_a_reservation", "pay_at_once", "raise_the_guarantee"],
        "could_be_freed": [],
        "due_next": None,
    }


def test_available__is_nothing_when_more_is_claimed_than_is_covered() -> None:
    sunk = Headroom(limit=yuan(400), reserved=yuan(300), used=yuan(200))
    assert (sunk.available, sunk.uncovered, sunk.percent_used) == (yuan(0), yuan(100), 125)
    assert (ACCOUNT.uncovered, ACCOUNT.percent_used) == (yuan(0), 50)
    assert Headroom(yuan(0), yuan(0), yuan(0)).percent_used is None


def test_moved__changes_both_sums() -> None:
    assert ACCOUNT.moved(reserved=yuan(-300), used=yuan(250)) == Headroom(yuan(1000), yuan(0), yuan(450))


CLAIM = Reservation(R.RESERVED, yuan(300), yuan(0), yuan(0))


def test_using__the_last_part_frees_the_rest() -> None:
    used = CLAIM.using(yuan(250), is_last=True)
    assert (used.state, used.rest, used.owed) == (R.USED, yuan(0), yuan(250))


def test_using__several_parts_leaves_the_rest_reserved() -> None:
    twice = CLAIM.using(yuan(100), is_last=False).using(yuan(50), is_last=False)
    assert (twice.state, twice.rest, twice.owed) == (R.PARTLY_USED, yuan(150), yuan(150))


@pytest.mark.parametrize("is_last", [True, False])
def test_using__refuses_more_than_is_left(is_last: bool) -> None:
    with pytest.raises(UseExceedsReservation) as refusal:
        CLAIM.using(yuan(100), is_last=False).using(Money(200_01, "CNY"), is_last=is_last)
    assert refusal.value.facts == {"needed": "200.01", "reserved": "200.00", "currency": "CNY"}


def test_settling__is_over_when_the_last_part_is_paid_and_no_more_is_used() -> None:
    part = CLAIM.using(yuan(100), is_last=False)
    assert part.settling(yuan(100)).state == R.PARTLY_USED
    closed = part.ending(R.EXPIRED)
    assert (closed.state, closed.rest, closed.owed) == (R.USED, yuan(0), yuan(100))
    assert closed.settling(yuan(40)).state == R.USED
    assert closed.settling(yuan(40)).settling(yuan(60)).state == R.SETTLED


def test_ending__leaves_what_was_used_and_what_is_over() -> None:
    assert CLAIM.ending(R.FREED).state == R.FREED
    assert CLAIM.ending(R.FREED).ending(R.EXPIRED).state == R.FREED
    assert CLAIM.using(yuan(100), is_last=False).settling(yuan(100)).ending(R.FREED).state == R.SETTLED
    assert CLAIM.using(yuan(100), is_last=True).ending(R.FREED).state == R.USED


def test_resizing__is_for_what_nothing_was_used_of() -> None:
    assert CLAIM.resizing(yuan(400)).rest == yuan(400)
    with pytest.raises(NotResizable) as refusal:
        CLAIM.using(yuan(1), is_last=False).resizing(yuan(400))
    assert refusal.value.facts == {"state": "partly_used"}


ALLOWED = {
    *((R.RESERVED, target) for target in (R.PARTLY_USED, R.USED, R.FREED, R.EXPIRED)),
    *((R.PARTLY_USED, target) for target in (R.PARTLY_USED, R.USED, R.SETTLED)),
    (R.USED, R.SETTLED),
}


@pytest.mark.parametrize(("current", "target"), list(product(R, R)))
def test_steps__allow_these_pairs_and_no_others(current: R, target: R) -> None:
    if (current, target) in ALLOWED:
        require_step(STEPS, current, target)
    else:
        with pytest.raises(StepNotAllowed):
            require_step(STEPS, current, target)
