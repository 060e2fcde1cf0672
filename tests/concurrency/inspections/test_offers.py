"""Rivals for one lot, and answers at the same moment: one happens, whole, and the lot is sealed once at most."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from bonded.actions.withdrawals import request_withdrawal
from bonded.models import Lot, Withdrawal
from bonded.rules.money import Money
from bonded.rules.permissions import SYSTEM
from bonded.rules.withdrawals import Procedure
from inspections.actions.offers import accept_offer, make_offer, withdraw_offer
from inspections.actions.overdue_offers import lapse_offer
from inspections.models import Claim, Offer
from tests.cast import Cast, make_cast
from tests.concurrency.inspections.test_bookings import a_town_of_buyers, kinds_of
from tests.situations.inspections import (
    NEXT_SLOTS,
    SLOT,
    a_lot_looked_at,
    a_lot_that_two_looked_at,
    a_viewing_room,
    a_visit,
    an_offer,
    booking_of,
    viewable_lots,
)
from tests.situations.threads import outcomes_at_once

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
TERM = timedelta(hours=48)
INSTANT = timedelta(microseconds=1)

pytestmark = pytest.mark.django_db(transaction=True)


def is_kept() -> bool:
    """Say whether the one lot is kept for the company of the one accepted offer, or free and without one."""
    (lot,), accepted = Lot.objects.all(), Offer.objects.filter(state="accepted").first()
    assert Withdrawal.objects.count() == (accepted is not None)
    assert (lot.trade_state, lot.buyer_id) == (("held", accepted.company_id) if accepted else ("free", None))
    return accepted is not None


def test_make_offer__fifty_at_once_on_one_lot() -> None:
    """Five companies have looked, and ten people of each want the lot in the same moment."""
    cast, buyers = a_town_of_buyers(5)
    room, lot, now = a_viewing_room(cast), viewable_lots(cast, AT)[0], AT
    for starts_at, buyer in zip(
        [SLOT, *NEXT_SLOTS, SLOT + timedelta(days=1), NEXT_SLOTS[0] + timedelta(days=1)], buyers, strict=True
    ):
        now = a_visit(cast, room, lot, starts_at=starts_at, actor=buyer)
    offer = partial(make_offer, lot_id=lot.pk, price=Money(4000_00, "USD"), procedure=Procedure.HOME_USE, at=now)
    outcomes = outcomes_at_once(*[partial(offer, actor=buyer) for buyer in buyers * 10])

    assert kinds_of(outcomes) == {"Offer": 1, "OfferRefused": 49}
    assert Offer.objects.count() == 1


@pytest.mark.parametrize("round_", range(3))
def test_accept_offer__against_its_end_and_the_rival_who_waits_for_it(round_: int) -> None:
    cast = make_cast()
    _, lot, now = a_lot_that_two_looked_at(cast, AT)
    offer = an_offer(cast, now, lot=lot)
    over = now + TERM
    accept = partial(accept_offer, offer_id=offer.pk, actor=cast.sven)
    sweep = partial(lapse_offer, offer_id=offer.pk, actor=SYSTEM, at=over)
    outcomes = outcomes_at_once(
        partial(accept, at=over - INSTANT),
        sweep,
        partial(an_offer, cast, over, lot=lot, actor=cast.charlie),
        partial(accept, at=over),
        sweep,
    )

    assert set(kinds_of(outcomes)) <= {"Offer", "bool", "OfferLapsed", "StepNotAllowed", "OfferRefused", "NotFound"}
    offer.refresh_from_db()
    assert offer.state in ("accepted", "lapsed")
    assert is_kept() is (offer.state == "accepted")
    assert Offer.objects.open().count() == (offer.state == "lapsed")


@pytest.mark.parametrize("round_", range(3))
def test_accept_offer__against_its_withdrawal(round_: int) -> None:
    cast = make_cast()
    offer = an_offer(cast, AT, lot=a_lot_looked_at(cast, AT))
    acts: list[Callable[[], object]] = [
        partial(accept_offer, offer_id=offer.pk, actor=cast.sven, at=AT),
        partial(withdraw_offer, offer_id=offer.pk, actor=cast.alice, at=AT),
    ]
    outcomes = outcomes_at_once(*acts * 4)

    assert kinds_of(outcomes) == {"Offer": 1, "StepNotAllowed": 7}
    offer.refresh_from_db()
    assert is_kept() is (offer.state == "accepted")


@pytest.mark.parametrize("round_", range(3))
def test_make_offer__against_a_rivals_booking_and_withdrawal(round_: int) -> None:
    """The cachet, the visit and the withdrawal all want the lot's lock: none passes the other unseen."""
    cast: Cast = make_cast()
    room, lot, now = a_lot_that_two_looked_at(cast, AT)
    outcomes = outcomes_at_once(
        partial(an_offer, cast, now, lot=lot),
        partial(booking_of, room, [lot], actor=cast.charlie, at=now, starts_at=NEXT_SLOTS[1]),
        partial(request_withdrawal, lot_ids=[lot.pk], procedure=Procedure.HOME_USE, actor=cast.charlie, at=now),
    )

    assert set(kinds_of(outcomes)) <= {"Offer", "Booking", "Withdrawal", "NotFound", "BookingRefused", "LotsNotFree"}
    is_open, is_withdrawn = Offer.objects.open().exists(), Withdrawal.objects.exists()
    assert is_open is not is_withdrawn
    assert Claim.objects.active().exists() is (type(outcomes[1]).__name__ == "Booking")
