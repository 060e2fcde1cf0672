"""Offers: made after a look, sealed by a cachet, answered in turn, and nothing for rivals to learn."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from bonded.actions.holds import place_hold
from bonded.actions.withdrawals import cancel_withdrawal, request_withdrawal
from bonded.models import Activity, Lot, Withdrawal
from bonded.rules.errors import NotFound
from bonded.rules.holds import HoldKind
from bonded.rules.lifecycle import StepNotAllowed
from bonded.rules.money import CurrenciesDiffer, Money
from bonded.rules.permissions import SYSTEM
from bonded.rules.withdrawals import LotsNotFree, Procedure
from inspections import tasks
from inspections.actions.offers import accept_offer, counter_offer, make_offer, refuse_offer, withdraw_offer
from inspections.actions.overdue_offers import lapse_offer
from inspections.actions.sessions import check_in, open_session
from inspections.models import Booking, Offer
from inspections.rules.bookings import BookingRefused
from inspections.rules.findings import Intent
from inspections.rules.offers import LotNotLookedAt, LotUnderCachet, NotYourTurn, OfferLapsed, OfferRefused
from tests.cast import Cast
from tests.situations.inspections import (
    NEXT_SLOTS,
    SLOT,
    a_buyer_who_may_book,
    a_lot_looked_at,
    a_lot_that_two_looked_at,
    a_viewing_room,
    a_visit,
    a_weighed_in_session,
    an_offer,
    booking_of,
    viewable_lots,
    weighings_out,
)

TERM = timedelta(hours=48)


def state_of(offer: Offer) -> str:
    return Offer.objects.values_list("state", flat=True).get(pk=offer.pk)


def trade_of(offer: Offer) -> tuple[str, int | None]:
    lot = Lot.objects.get(pk=offer.lot_id)
    return lot.trade_state, lot.buyer_id


def test_make_offer__on_the_agreed_carats(cast: Cast, at: datetime) -> None:
    offer = an_offer(cast, at, price="4000.01", cachet_number="CACHET-1", note="A gift.")
    offer.refresh_from_db()
    assert (offer.state, offer.total_minor, str(offer.weight_carats)) == ("offered", 4000_01, "1.000")
    assert (offer.ends_at, offer.company, offer.made_by_id) == (at + TERM, cast.alder, cast.alice.user_id)
    record = Activity.objects.get(act="inspections.offer.make")
    assert record.facts["price_per_carat"] == "4000.01"


def test_make_offer__on_the_weighed_carats_when_none_were_agreed(cast: Cast, at: datetime) -> None:
    a_buyer_who_may_book(cast, at)
    room, lot = a_viewing_room(cast), viewable_lots(cast, at)[0]
    for starts_at, agreed, carats in ((SLOT, "0.990", "0.990"), (NEXT_SLOTS[0], None, "1.000")):
        now = a_visit(cast, room, lot, starts_at=starts_at, actor=cast.alice, agreed=agreed)
        offer = an_offer(cast, now, lot=lot)
        assert (str(offer.weight_carats), offer.total_minor) == (carats, int(float(carats) * 4000_00))
        withdraw_offer(offer_id=offer.pk, actor=cast.alice, at=now)


def test_make_offer__only_after_a_look(cast: Cast, at: datetime) -> None:
    lot = a_lot_looked_at(cast, at)
    with pytest.raises(LotNotLookedAt):
        an_offer(cast, at, lot=lot, actor=cast.charlie)
    assert not Offer.objects.exists()
    assert an_offer(cast, at, lot=lot, actor=cast.bob).company == cast.alder


def test_make_offer__not_on_what_was_declined(cast: Cast, at: datetime) -> None:
    lot = a_lot_looked_at(cast, at, intent=Intent.DECLINE)
    with pytest.raises(LotNotLookedAt):
        an_offer(cast, at, lot=lot)


def test_make_offer__not_before_the_visit_is_over(cast: Cast, at: datetime) -> None:
    lot = a_weighed_in_session(cast, at).lots.get().lot
    with pytest.raises(LotNotLookedAt):
        an_offer(cast, at, lot=lot)


def test_make_offer__not_on_a_lot_on_hold_nor_on_one_kept_for_another(cast: Cast, at: datetime) -> None:
    lot = a_lot_looked_at(cast, at)
    request_withdrawal(lot_ids=[lot.pk], procedure=Procedure.HOME_USE, actor=cast.charlie, at=at)
    with pytest.raises(NotFound):
        an_offer(cast, at, lot=lot)
    cancel_withdrawal(withdrawal_id=Withdrawal.objects.get().pk, actor=cast.charlie, at=at)
    place_hold(lot_id=lot.pk, kind=HoldKind.CUSTOMS, reason="whose is it?", actor=cast.victor, at=at)
    with pytest.raises(NotFound):
        an_offer(cast, at, lot=lot)
    assert not Offer.objects.exists()


def test_make_offer__a_second_one_hears_only_that_it_cannot_be(cast: Cast, at: datetime) -> None:
    _, lot, now = a_lot_that_two_looked_at(cast, at)
    an_offer(cast, now, lot=lot)
    for who in (cast.charlie, cast.bob):
        with pytest.raises(OfferRefused) as refusal:
            an_offer(cast, now, lot=lot, actor=who)
        assert [one.message for one in refusal.value.problems] == [f"{lot.stock_number} can't be viewed now."]
        assert refusal.value.facts == {}
    assert Offer.objects.count() == 1


def test_make_offer__at_the_end_of_a_rivals_without_waiting_for_the_sweep(cast: Cast, at: datetime) -> None:
    _, lot, now = a_lot_that_two_looked_at(cast, at)
    first = an_offer(cast, now, lot=lot)
    with pytest.raises(OfferRefused):
        an_offer(cast, now + TERM - timedelta(microseconds=1), lot=lot, actor=cast.charlie)
    second = an_offer(cast, now + TERM, lot=lot, actor=cast.charlie)
    assert (state_of(first), state_of(second)) == ("lapsed", "offered")


def test_make_offer__not_while_the_lot_lies_open(cast: Cast, at: datetime) -> None:
    room, lot, now = a_lot_that_two_looked_at(cast, at)
    booking = booking_of(room, [lot], actor=cast.charlie, at=now, starts_at=NEXT_SLOTS[1])
    keeper: dict[str, Any] = {"booking_id": booking.pk, "actor": cast.victor, "at": NEXT_SLOTS[1]}
    check_in(identity_note="passport seen", **keeper)
    open_session(weighed_out=weighings_out(booking), witness_id=cast.vera.user_id or 0, **keeper)
    with pytest.raises(OfferRefused):
        an_offer(cast, NEXT_SLOTS[1], lot=lot)


def test_cachet__keeps_rivals_from_booking_but_not_the_bidder(cast: Cast, at: datetime) -> None:
    room, lot, now = a_lot_that_two_looked_at(cast, at)
    offer = an_offer(cast, now, lot=lot)
    with pytest.raises(BookingRefused) as refusal:
        booking_of(room, [lot], actor=cast.charlie, at=now, starts_at=NEXT_SLOTS[1])
    assert [(one.code, one.message) for one in refusal.value.problems] == [
        ("lot_not_viewable", f"{lot.stock_number} can't be viewed now.")
    ]
    count = Booking.objects.count()
    booking_of(room, [lot], actor=cast.alice, at=now, starts_at=NEXT_SLOTS[1])
    assert Booking.objects.count() == count + 1
    refuse_offer(offer_id=offer.pk, actor=cast.sven, at=now)
    booking_of(room, [lot], actor=cast.charlie, at=now, starts_at=NEXT_SLOTS[1] + timedelta(days=1))


def test_cachet__is_not_broken_by_a_visit_booked_before(cast: Cast, at: datetime) -> None:
    room, lot, now = a_lot_that_two_looked_at(cast, at)
    booking = booking_of(room, [lot], actor=cast.charlie, at=now, starts_at=NEXT_SLOTS[1])
    offer = an_offer(cast, now, lot=lot)
    keeper: dict[str, Any] = {"booking_id": booking.pk, "actor": cast.victor, "at": NEXT_SLOTS[1]}
    check_in(identity_note="passport seen", **keeper)
    weighed_out, witness_id = weighings_out(booking), cast.vera.user_id or 0
    with pytest.raises(LotUnderCachet) as refusal:
        open_session(weighed_out=weighed_out, witness_id=witness_id, **keeper)
    assert refusal.value.facts == {"lots": [lot.stock_number]}
    lot.refresh_from_db()
    assert lot.goods_state == "in_vault"
    withdraw_offer(offer_id=offer.pk, actor=cast.bob, at=NEXT_SLOTS[1])
    open_session(weighed_out=weighed_out, witness_id=witness_id, **keeper)


def test_cachet__keeps_rivals_from_withdrawing_until_it_ends(cast: Cast, at: datetime) -> None:
    offer = an_offer(cast, at)
    asked: dict[str, Any] = {"lot_ids": [offer.lot_id], "procedure": Procedure.HOME_USE, "actor": cast.charlie}
    with pytest.raises(LotsNotFree) as refusal:
        request_withdrawal(**asked, at=at)
    assert [one.code for one in refusal.value.problems] == ["lot_not_free"]
    assert (trade_of(offer), Withdrawal.objects.count()) == (("free", None), 0)
    request_withdrawal(**asked, at=at + TERM)
    assert (state_of(offer), trade_of(offer)) == ("lapsed", ("held", cast.cedar.pk))


def test_cachet__ends_when_the_bidder_asks_for_the_lot_without_it(cast: Cast, at: datetime) -> None:
    offer = an_offer(cast, at)
    request_withdrawal(lot_ids=[offer.lot_id], procedure=Procedure.HOME_USE, actor=cast.bob, at=at)
    assert (state_of(offer), trade_of(offer)) == ("lapsed", ("held", cast.alder.pk))


def test_accept_offer__asks_for_the_withdrawal_in_the_buyers_name(cast: Cast, at: datetime) -> None:
    offer = an_offer(cast, at, procedure=Procedure.RE_EXPORT)
    accepted = accept_offer(offer_id=offer.pk, actor=cast.sven, at=at)
    withdrawal = Withdrawal.objects.get()
    assert accepted.withdrawal == withdrawal
    assert (withdrawal.company, withdrawal.requested_by_id) == (cast.alder, cast.alice.user_id)
    assert (withdrawal.procedure, withdrawal.state) == ("re_export", "requested")
    assert (state_of(offer), trade_of(offer)) == ("accepted", ("held", cast.alder.pk))
    record = Activity.objects.get(act="inspections.offer.accept")
    assert record.actor_id == cast.sven.user_id


def test_accept_offer__is_refused_while_the_lot_is_on_hold(cast: Cast, at: datetime) -> None:
    offer = an_offer(cast, at)
    place_hold(lot_id=offer.lot_id, kind=HoldKind.CUSTOMS, reason="whose is it?", actor=cast.victor, at=at)
    with pytest.raises(LotsNotFree):
        accept_offer(offer_id=offer.pk, actor=cast.sven, at=at)
    assert (state_of(offer), trade_of(offer), Withdrawal.objects.count()) == ("offered", ("free", None), 0)


def test_counter_offer__is_answered_by_the_buyer(cast: Cast, at: datetime) -> None:
    offer = an_offer(cast, at)
    later = at + timedelta(hours=1)
    counter_offer(offer_id=offer.pk, price=Money(4500_00, "USD"), actor=cast.sven, at=later)
    offer.refresh_from_db()
    assert (offer.total_minor, offer.counter_price_minor, offer.counter_total_minor) == (4000_00, 4500_00, 4500_00)
    assert (offer.state, offer.ends_at) == ("countered", later + TERM)
    for again in (accept_offer, refuse_offer):
        with pytest.raises(NotYourTurn):
            again(offer_id=offer.pk, actor=cast.sven, at=later)
    with pytest.raises(StepNotAllowed):
        counter_offer(offer_id=offer.pk, price=Money(4600_00, "USD"), actor=cast.sven, at=later)
    accept_offer(offer_id=offer.pk, actor=cast.bob, at=later)
    assert (state_of(offer), Withdrawal.objects.get().requested_by_id) == ("accepted", cast.bob.user_id)


def test_counter_offer__in_the_currency_of_the_offer(cast: Cast, at: datetime) -> None:
    offer = an_offer(cast, at)
    with pytest.raises(CurrenciesDiffer):
        counter_offer(offer_id=offer.pk, price=Money(4500_00, "EUR"), actor=cast.sven, at=at)
    assert state_of(offer) == "offered"


def test_refuse_offer__by_whose_turn_it_is(cast: Cast, at: datetime) -> None:
    offer = an_offer(cast, at)
    for early in (accept_offer, refuse_offer):
        with pytest.raises(NotYourTurn):
            early(offer_id=offer.pk, actor=cast.alice, at=at)
    refuse_offer(offer_id=offer.pk, reason="Too little.", actor=cast.sven, at=at)
    offer.refresh_from_db()
    assert (offer.state, offer.refusal_reason, offer.ended_at, trade_of(offer)) == (
        "refused",
        "Too little.",
        at,
        ("free", None),
    )
    assert an_offer(cast, at, lot=offer.lot, price="4200.00").state == "offered"


def test_answers__come_too_late_at_the_end(cast: Cast, at: datetime) -> None:
    offer = an_offer(cast, at)
    over: dict[str, Any] = {"offer_id": offer.pk, "at": at + TERM}
    for act, who in ((accept_offer, cast.sven), (refuse_offer, cast.sven), (withdraw_offer, cast.alice)):
        with pytest.raises(OfferLapsed):
            act(**over, actor=who)
    with pytest.raises(OfferLapsed):
        counter_offer(**over, price=Money(1, "USD"), actor=cast.sven)
    assert state_of(offer) == "offered"


def test_lapse_offers__ends_what_is_due_once(cast: Cast, at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    offer = an_offer(cast, at)
    for moment, ended in ((at + TERM - timedelta(microseconds=1), 0), (at + TERM, 1), (at + TERM, 0)):
        monkeypatch.setattr("inspections.tasks.timezone.now", lambda moment=moment: moment)
        assert tasks.lapse_offers() == ended
    assert state_of(offer) == "lapsed"
    assert not lapse_offer(offer_id=offer.pk, actor=SYSTEM, at=at + TERM)


def test_make_offer__refuses_an_unknown_lot(cast: Cast, at: datetime) -> None:
    with pytest.raises(NotFound):
        make_offer(lot_id=0, price=Money(1, "USD"), procedure=Procedure.HOME_USE, actor=cast.alice, at=at)
