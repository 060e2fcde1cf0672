"""Waiting for a visit: whose turn it is, what is held, and what becomes of it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from bonded.models import Activity
from bonded.rules.errors import InputInvalid, NotFound, NotPermitted
from bonded.rules.lifecycle import StepNotAllowed
from bonded.rules.lots import LotKind
from bonded.rules.money import Money
from bonded.rules.permissions import SYSTEM, Actor
from inspections import tasks
from inspections.actions.bookings import cancel_booking, cancel_bookings_of_lots
from inspections.actions.place_offers import offer_place
from inspections.actions.waiting_list import (
    accept_place,
    decline_place,
    join_waiting_list,
    leave_waiting_list,
    raise_priority,
)
from inspections.models import AttendingOfficer, Booking, Claim, FreedPlace, ViewingTerms, WaitingEntry
from inspections.rules.bookings import BookingRefused, HoldLapsed
from inspections.rules.waiting_list import PartyTooLarge, WaitState, WindowInvalid
from tariffs.actions.guarantees import set_guarantee
from tests.cast import Cast
from tests.situations.inspections import NEXT_SLOTS, a_booking, wait_of

HALF_AN_HOUR = timedelta(minutes=30)


def give_up(booking: Booking, *, actor: Actor, at: datetime) -> None:
    cancel_booking(booking_id=booking.pk, reason="given up", actor=actor, at=at)


def lot_ids_of(booking: Booking) -> list[int]:
    return list(booking.lots.values_list("lot_id", flat=True))


def state_of(entry: WaitingEntry) -> str:
    return WaitingEntry.objects.get(pk=entry.pk).state


def a_guarantee_of_charlie(cast: Cast, at: datetime, limit: str = "500000.00") -> None:
    minor = int(limit.replace(".", ""))
    set_guarantee(company_id=cast.cedar.pk, limit=Money(minor, "CNY"), actor=cast.ada, at=at)


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch, at: datetime) -> datetime:
    monkeypatch.setattr("inspections.tasks.timezone.now", lambda: at)
    return at


def a_taken_slot(cast: Cast, at: datetime) -> Booking:
    """Alice has booked the only slot that Charlie could have; both have a guarantee."""
    booking = a_booking(cast, at, starts_at=NEXT_SLOTS[0])
    a_guarantee_of_charlie(cast, at)
    return booking


def an_offer(cast: Cast, at: datetime, *others: Actor) -> WaitingEntry:
    """Alice gave up the slot, and it is held for Charlie; `others` wait behind."""
    booking = a_taken_slot(cast, at)
    entry = wait_of(booking, actor=cast.charlie, at=at)
    for number, other in enumerate(others, 1):
        wait_of(booking, actor=other, at=at + timedelta(seconds=number))
    give_up(booking, actor=cast.alice, at=at)
    assert tasks.offer_freed_places() == 1
    entry.refresh_from_db()
    return entry


def test_offer_freed_places__holds_what_was_given_up_for_half_an_hour(cast: Cast, now) -> None:
    entry = an_offer(cast, now)
    hold = Booking.objects.get(state="held")
    assert (entry.state, entry.booking_id, hold.company_id) == ("offered", hold.pk, cast.cedar.pk)
    assert (hold.during.lower, hold.held_until) == (NEXT_SLOTS[0], now + HALF_AN_HOUR)
    assert Claim.objects.active().count() == 4
    assert FreedPlace.objects.get().looked_at == now
    assert tasks.offer_freed_places() == 0
    assert Activity.objects.filter(act="inspections.place.offer", target_id=str(entry.pk)).count() == 1


def test_offer_freed_places__offers_nothing_while_the_slot_is_taken(cast: Cast, now) -> None:
    entry = wait_of(a_taken_slot(cast, now), actor=cast.charlie, at=now)
    assert (tasks.offer_freed_places(), tasks.sweep_waiting_list()) == (0, 0)
    assert state_of(entry) == "waiting"


def test_offer_freed_places__takes_priority_before_age(cast: Cast, now) -> None:
    booking = a_taken_slot(cast, now)
    early = wait_of(booking, actor=cast.charlie, at=now)
    late = wait_of(booking, actor=cast.alice, at=now + timedelta(seconds=1))
    raise_priority(entry_id=late.pk, priority=5, reason="a fair is on", actor=cast.victor, at=now)
    give_up(booking, actor=cast.alice, at=now)
    assert tasks.offer_freed_places() == 1
    assert (state_of(early), state_of(late)) == ("waiting", "offered")


def test_offer_freed_places__passes_on_where_there_is_no_headroom(cast: Cast, now) -> None:
    booking = a_booking(cast, now, starts_at=NEXT_SLOTS[0])
    first = wait_of(booking, actor=cast.charlie, at=now)
    second = wait_of(booking, actor=cast.alice, at=now + timedelta(seconds=1))
    give_up(booking, actor=cast.alice, at=now)
    assert tasks.offer_freed_places() == 1
    first.refresh_from_db()
    assert (first.state, state_of(second)) == ("waiting", "offered")
    assert first.passed_over_for != ""


def test_accept_offer__books_the_place_once(cast: Cast, now) -> None:
    entry = an_offer(cast, now)
    accept = {"entry_id": entry.pk, "visitors": ["Charlie"], "justification": "", "actor": cast.charlie, "at": now}
    assert accept_place(**accept).state == "accepted"
    with pytest.raises(StepNotAllowed):
        accept_place(**accept)
    booking = Booking.objects.get(wait=entry)
    assert (booking.state, booking.visitors, Claim.objects.active().count()) == ("booked", ["Charlie"], 4)


def test_accept_offer__of_a_large_party_waits_for_a_keeper(cast: Cast, now) -> None:
    booking = a_taken_slot(cast, now)
    entry = wait_of(booking, actor=cast.charlie, at=now, party_size=3)
    give_up(booking, actor=cast.alice, at=now)
    tasks.offer_freed_places()
    accept = {"entry_id": entry.pk, "actor": cast.charlie, "at": now}
    with pytest.raises(PartyTooLarge):
        accept_place(**accept, visitors=["A", "B", "C", "D"], justification="all of us")
    with pytest.raises(BookingRefused):
        accept_place(**accept, visitors=["A", "B", "C"], justification="")
    assert state_of(entry) == "offered"
    accept_place(**accept, visitors=["A", "B", "C"], justification="the setter")
    assert (state_of(entry), Booking.objects.filter(state="requested").count()) == ("accepted", 1)


def test_decline_offer__gives_the_place_to_the_next_and_is_offered_no_more(cast: Cast, now) -> None:
    entry = an_offer(cast, now, cast.alice)
    decline_place(entry_id=entry.pk, actor=cast.charlie, at=now)
    assert (state_of(entry), Claim.objects.active().count()) == ("declined", 0)
    assert (tasks.offer_freed_places(), tasks.sweep_waiting_list()) == (1, 0)
    assert (state_of(entry), WaitingEntry.objects.get(state="offered").company_id) == ("declined", cast.alder.pk)


def test_end_overdue_bookings__lets_an_offer_lapse_and_the_next_have_it(cast: Cast, now, monkeypatch) -> None:
    entry = an_offer(cast, now, cast.alice)
    later = now + HALF_AN_HOUR
    with pytest.raises(HoldLapsed):
        accept_place(entry_id=entry.pk, visitors=["C"], justification="", actor=cast.charlie, at=later)
    monkeypatch.setattr("inspections.tasks.timezone.now", lambda: later)
    assert tasks.end_overdue_bookings() == 1
    assert state_of(entry) == "lapsed"
    assert tasks.offer_freed_places() == 1
    assert WaitingEntry.objects.get(state="offered").company_id == cast.alder.pk


def test_leave_waiting_list__gives_back_what_is_held(cast: Cast, now) -> None:
    entry = an_offer(cast, now)
    for _ in range(2):
        leave_waiting_list(entry_id=entry.pk, actor=cast.charlie, at=now)
    assert (state_of(entry), Claim.objects.active().count()) == ("left", 0)


def test_follow_offer__waits_again_when_the_house_takes_the_stones_back(cast: Cast, now) -> None:
    entry = an_offer(cast, now)
    cancel_bookings_of_lots(lot_ids=entry.lot_ids, except_company_id=None, actor=SYSTEM, at=now)
    entry.refresh_from_db()
    assert (entry.state, entry.booking_id) == ("waiting", None)


def test_offer_place__ends_a_wait_whose_window_is_over(cast: Cast, now) -> None:
    entry = wait_of(a_taken_slot(cast, now), actor=cast.charlie, at=now)
    assert offer_place(entry_id=entry.pk, actor=SYSTEM, at=entry.during.upper) is WaitState.LAPSED
    assert offer_place(entry_id=entry.pk, actor=SYSTEM, at=entry.during.upper) is None


def test_join_waiting_list__refuses_what_can_not_be_waited_for(cast: Cast, at) -> None:
    booking = a_taken_slot(cast, at)
    ids = lot_ids_of(booking)
    ask = {"party_size": 2, "actor": cast.charlie, "at": at, "starts_at": at, "ends_at": at + timedelta(days=90)}
    with pytest.raises(WindowInvalid):
        join_waiting_list(lot_ids=ids, **ask | {"ends_at": at + timedelta(days=90, seconds=1)})
    with pytest.raises(WindowInvalid):
        join_waiting_list(lot_ids=ids, **ask | {"starts_at": at - timedelta(days=2), "ends_at": at})
    with pytest.raises(InputInvalid):
        join_waiting_list(lot_ids=[], **ask)
    with pytest.raises(NotFound):
        join_waiting_list(lot_ids=[2**40], **ask)
    with pytest.raises(NotPermitted):
        join_waiting_list(lot_ids=ids, **ask | {"actor": cast.victor})
    assert not WaitingEntry.objects.exists()
    join_waiting_list(lot_ids=ids, **ask)
    with pytest.raises(IntegrityError, match="a_company_waits_once_for_a_set_of_lots"), transaction.atomic():
        join_waiting_list(lot_ids=ids, **ask)


def test_raise_priority__needs_a_reason(cast: Cast, at) -> None:
    entry = wait_of(a_taken_slot(cast, at), actor=cast.charlie, at=at)
    with pytest.raises(InputInvalid):
        raise_priority(entry_id=entry.pk, priority=1, reason=" ", actor=cast.victor, at=at)
    assert WaitingEntry.objects.get().priority == 0


def test_offer_freed_places__lasts_as_long_as_the_lots_ask_for(cast: Cast, now) -> None:
    """Lots with terms of their own are waited for, and offered, with these, and never into somebody's time."""
    ViewingTerms.objects.create(lot_kind=LotKind.POLISHED_DIAMOND, slot_minutes=120, needs_officer=True)
    AttendingOfficer.objects.create(officer_id=cast.olga.user_id or 0)
    booking = a_booking(cast, now, starts_at=NEXT_SLOTS[0])
    a_guarantee_of_charlie(cast, now)
    long = wait_of(booking, actor=cast.charlie, at=now)
    short = join_waiting_list(
        lot_ids=lot_ids_of(booking),
        starts_at=booking.during.lower,
        ends_at=booking.during.upper - timedelta(minutes=1),
        party_size=1,
        actor=cast.alice,
        at=now - timedelta(seconds=1),
    )
    give_up(booking, actor=cast.alice, at=now)
    assert tasks.offer_freed_places() == 1
    assert (state_of(long), state_of(short)) == ("offered", "waiting")
    hold = Booking.objects.get(state="held")
    assert (hold.during.lower, hold.during.upper) == (NEXT_SLOTS[0], NEXT_SLOTS[0] + timedelta(hours=2))
    assert hold.officer is not None
    claimed = set(Claim.objects.active().values_list("resource_kind", flat=True))
    assert claimed == {"desk", "escort", "scale", "officer", "lot"}
