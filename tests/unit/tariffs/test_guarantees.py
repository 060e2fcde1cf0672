"""Headroom: reserved and used never exceed the limit, and every pair of states is a step or is refused."""

from __future__ import annotations

from itertools import product

import pytest

from bonded.rules.lifecycle import StepNotAllowed, require_step
from bonded.rules.money import Money
from tariffs.rules.guarantees import STEPS, Headroom, HeadroomMissing, ReservationState, UseExceedsReservation


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
    }


def test_freeing__gives_back_what_was_reserved() -> None:
    assert ACCOUNT.freeing(yuan(300)) == Headroom(yuan(1000), yuan(0), yuan(200))


def test_using__turns_a_part_into_debt_and_frees_the_rest() -> None:
    assert ACCOUNT.using(yuan(250), of_reserved=yuan(300)) == Headroom(yuan(1000), yuan(0), yuan(450))


def test_using__refuses_more_than_was_reserved() -> None:
    with pytest.raises(UseExceedsReservation) as refusal:
        ACCOUNT.using(Money(300_01, "CNY"), of_reserved=yuan(300))
    assert refusal.value.facts == {"needed": "300.01", "reserved": "300.00", "currency": "CNY"}


def test_settling__revolves() -> None:
    assert ACCOUNT.settling(yuan(200)).available == yuan(700)


def test_resizing__counts_what_the_claim_holds_already() -> None:
    assert ACCOUNT.resizing(yuan(800), of_reserved=yuan(300)).available == yuan(0)
    assert ACCOUNT.resizing(yuan(100), of_reserved=yuan(300)).available == yuan(700)
    with pytest.raises(HeadroomMissing) as refusal:
        ACCOUNT.resizing(Money(800_01, "CNY"), of_reserved=yuan(300))
    assert (refusal.value.facts["available"], refusal.value.facts["shortfall"]) == ("800.00", "0.01")


ALLOWED = {
    (R.RESERVED, R.RESERVED),
    (R.RESERVED, R.USED),
    (R.RESERVED, R.FREED),
    (R.RESERVED, R.EXPIRED),
    (R.USED, R.SETTLED),
}


@pytest.mark.parametrize(("current", "target"), list(product(R, R)))
def test_steps__allow_these_pairs_and_no_others(current: R, target: R) -> None:
    if (current, target) in ALLOWED:
        require_step(STEPS, current, target)
    else:
        with pytest.raises(StepNotAllowed):
            require_step(STEPS, current, target)
