"""Held, confirmed, requested, decided, moved, missed: what becomes of a booking, and what it then claims."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bonded.actions.holds import place_hold
from bonded.models import Activity
from bonded.rules.errors import NotFound
from bonded.rules.holds import HoldKind
from bonded.rules.lifecycle import StepNotAllowed
from bonded.rules.permissions import SYSTEM
from inspections import tasks
from inspections.actions.booking_approvals import approve_booking, refuse_booking
from inspections.actions.booking_holds import confirm_booking, hold_viewing
from inspections.actions.booking_moves import move_booking
from inspections.actions.bookings import cancel_booking
from inspections.models import Booking, Claim
from inspections.rules.bookings import BookingRefused, HoldLapsed, OverrideNotAllowed
from inspections.rules.claims import SlotTaken
from tariffs.models import GuaranteeAccount
from tests.cast import Cast
from tests.situations.inspections import (
    NEXT_SLOTS,
    SLOT,
    Room,
    a_booking,
    a_buyer_who_may_book,
    a_hold,
    a_request,
    a_viewing_room,
    booking_of,
    viewable_lots,
    wish_for,
)

TEN_MINUTES = timedelta(minutes=10)
DUTY = 4_615_00


def room_of(booking: Booking) -> Room:
    return Room(booking.desk, booking.escort, booking.scale)


def claims() -> int:
    return Claim.objects.active().count()


def reserved() -> int:
    return GuaranteeAccount.objects.order_by("pk").values_list("reserved_minor", flat=True)[0]


def state_of(booking: Booking) -> str:
    return Booking.objects.get(pk=booking.pk).state


def move(booking: Booking, to: datetime, *, actor, at, justification: str = "") -> Booking:
    return move_booking(
        booking_id=booking.pk,
        desk_id=booking.desk_id,
        starts_at=to,
        escort_id=booking.escort_id,
        scale_id=booking.scale_id,
        justification=justification,
        actor=actor,
        at=at,
    )


def test_hold_viewing__claims_everything_for_ten_minutes(cast: Cast, at) -> None:
    hold = a_hold(cast, at)
    assert (hold.state, hold.held_until, hold.visitors) == ("held", at + TEN_MINUTES, [])
    assert (claims(), reserved()) == (4, DUTY)


def test_confirm_booking__books_what_was_held_once(cast: Cast, at) -> None:
    hold = a_hold(cast, at)
    for _ in range(2):
        confirm_booking(
            booking_id=hold.pk, visitors=["Alice"], justification="", actor=cast.bob, at=at + TEN_MINUTES / 2
        )
    booking = Booking.objects.get()
    assert (booking.state, booking.visitors, booking.held_until) == ("booked", ["Alice"], None)
    assert (claims(), reserved()) == (4, DUTY)
    assert Activity.objects.filter(act="inspections.booking.confirm").count() == 1


def test_confirm_booking__names_what_stands_against_it_and_holds_on(cast: Cast, at) -> None:
    hold = a_hold(cast, at)
    with pytest.raises(BookingRefused) as refusal:
        confirm_booking(booking_id=hold.pk, visitors=[], justification="why not", actor=cast.alice, at=at)
    assert [problem.code for problem in refusal.value.problems] == ["visitors_missing"]
    assert (state_of(hold), claims()) == ("held", 4)


def test_confirm_booking__of_too_many_visitors_waits_for_a_keeper(cast: Cast, at) -> None:
    hold = a_hold(cast, at)
    three = ["Alice", "Bob", "A setter"]
    confirm_booking(booking_id=hold.pk, visitors=three, justification="The setter decides.", actor=cast.alice, at=at)
    assert (state_of(hold), claims()) == ("requested", 4)
    assert list(hold.exceptions.values_list("code", "overridable_by")) == [
        ("too_many_visitors", ["vault_keeper", "administrator"])
    ]


@pytest.mark.parametrize("is_swept", [True, False])
def test_confirm_booking__too_late_is_refused(cast: Cast, at, is_swept: bool, monkeypatch) -> None:
    hold = a_hold(cast, at)
    if is_swept:
        monkeypatch.setattr("inspections.tasks.timezone.now", lambda: at + TEN_MINUTES)
        assert (tasks.end_overdue_bookings(), tasks.end_overdue_bookings()) == (1, 0)
        assert (state_of(hold), claims(), reserved()) == ("lapsed", 0, 0)
    with pytest.raises(HoldLapsed):
        confirm_booking(booking_id=hold.pk, visitors=["Alice"], justification="", actor=cast.alice, at=at + TEN_MINUTES)
    assert state_of(hold) == ("lapsed" if is_swept else "held")


def test_hold_viewing__whose_time_is_over_gives_way_before_any_sweep(cast: Cast, at) -> None:
    hold = a_hold(cast, at)
    lots = viewable_lots(cast, at, 1)
    with pytest.raises(SlotTaken):
        booking_of(room_of(hold), lots, actor=cast.alice, at=at + TEN_MINUTES - timedelta(seconds=1))
    booking = booking_of(room_of(hold), lots, actor=cast.alice, at=at + TEN_MINUTES)
    assert (state_of(hold), booking.state, claims(), reserved()) == ("lapsed", "booked", 4, DUTY)


def test_hold_viewing__at_most_three_at_once(cast: Cast, at) -> None:
    a_buyer_who_may_book(cast, at)
    room, lots = a_viewing_room(cast), viewable_lots(cast, at, 4)
    slots = [SLOT, *NEXT_SLOTS, NEXT_SLOTS[1] + timedelta(minutes=75)]
    for slot, lot in zip(slots[:3], lots, strict=False):
        hold_viewing(wish=wish_for(room, [lot], starts_at=slot), actor=cast.alice, at=at)
    with pytest.raises(BookingRefused) as refusal:
        hold_viewing(wish=wish_for(room, lots[3:], starts_at=slots[3]), actor=cast.bob, at=at)
    assert [problem.code for problem in refusal.value.problems] == ["too_many_holds"]
    assert (Booking.objects.count(), claims()) == (3, 12)
    later = at + TEN_MINUTES
    hold_viewing(wish=wish_for(room, lots[3:], starts_at=slots[3]), actor=cast.bob, at=later)


def test_book_viewing__without_a_justification_is_refused_what_may_be_overridden(cast: Cast, at) -> None:
    with pytest.raises(BookingRefused):
        a_booking(cast, at, visitors=["A", "B", "C"])
    assert not Booking.objects.exists()


def test_book_viewing__is_refused_with_all_problems_when_one_can_not_be_overridden(cast: Cast, at) -> None:
    with pytest.raises(BookingRefused) as refusal:
        a_booking(cast, at, visitors=["A", "B", "C"], starts_at=at, justification="please")
    codes = [problem.code for problem in refusal.value.problems]
    assert codes == ["slot_in_the_past", "slot_not_offered", "too_many_visitors"]
    assert not Booking.objects.exists()


def test_approve_booking__overrides_with_a_reason(cast: Cast, at) -> None:
    request = a_request(cast, at)
    assert (request.state, claims(), reserved()) == ("requested", 4, DUTY)
    approve_booking(booking_id=request.pk, reason="seats for three", actor=cast.victor, at=at)
    decided = request.exceptions.get()
    assert (decided.reason, decided.decided_by_id, decided.decided_at) == ("seats for three", cast.victor.user_id, at)
    assert state_of(request) == "booked"
    with pytest.raises(StepNotAllowed):
        approve_booking(booking_id=request.pk, reason="again", actor=cast.ada, at=at)
    assert request.exceptions.get().reason == "seats for three"


def test_approve_booking__leaves_what_another_role_has_to_override(cast: Cast, at) -> None:
    odd = SLOT + timedelta(minutes=5)
    request = a_request(cast, at, starts_at=odd)
    approve_booking(booking_id=request.pk, reason="seats for three", actor=cast.victor, at=at)
    assert state_of(request) == "requested"
    with pytest.raises(OverrideNotAllowed) as refusal:
        approve_booking(booking_id=request.pk, reason="again", actor=cast.victor, at=at)
    assert refusal.value.facts["codes"] == ["slot_not_offered"]
    approve_booking(booking_id=request.pk, reason="the room is open", actor=cast.ada, at=at)
    assert state_of(request) == "booked"


def test_refuse_booking__gives_everything_back_once(cast: Cast, at) -> None:
    request = a_request(cast, at)
    for _ in range(2):
        refuse_booking(booking_id=request.pk, reason="two at most", actor=cast.victor, at=at)
    refused = Booking.objects.get()
    assert (refused.state, refused.cancellation_reason, claims(), reserved()) == ("refused", "two at most", 0, 0)
    assert Activity.objects.filter(act="inspections.booking.decide").count() == 1


def test_move_booking__gives_the_old_time_up_with_the_new_one(cast: Cast, at) -> None:
    old = a_booking(cast, at, lots=2)
    new = move(old, NEXT_SLOTS[0], actor=cast.bob, at=at)
    assert (state_of(old), new.state, new.moved_from_id) == ("moved", "booked", old.pk)
    assert (new.during.lower, new.visitors) == (NEXT_SLOTS[0], old.visitors)
    assert [row.lot_id for row in new.lots.order_by("turn")] == [row.lot_id for row in old.lots.order_by("turn")]
    assert (claims(), reserved()) == (5, 2 * DUTY)


def test_move_booking__may_overlap_its_own_old_time(cast: Cast, at) -> None:
    """Half an hour later at the same desk: only its own claim is in the way."""
    old = a_booking(cast, at)
    new = move(old, SLOT + timedelta(minutes=30), actor=cast.alice, at=at, justification="the train is late")
    assert (state_of(old), new.state, claims()) == ("moved", "requested", 4)


def test_move_booking__to_a_time_that_is_taken_changes_nothing(cast: Cast, at) -> None:
    old = a_booking(cast, at)
    booking_of(room_of(old), viewable_lots(cast, at), actor=cast.alice, at=at, starts_at=NEXT_SLOTS[0])
    with pytest.raises(SlotTaken) as refusal:
        move(old, NEXT_SLOTS[0], actor=cast.alice, at=at)
    assert SLOT.isoformat() in str(refusal.value.facts["next_free"])
    before = Booking.objects.get(pk=old.pk)
    assert (before.state, before.was_late, before.ended_at) == ("booked", False, None)
    assert (claims(), reserved()) == (8, 2 * DUTY)


def test_move_booking__is_the_companys_own_and_of_booked_visits_only(cast: Cast, at) -> None:
    old = a_booking(cast, at)
    with pytest.raises(NotFound):
        move(old, NEXT_SLOTS[0], actor=cast.charlie, at=at)
    cancel_booking(booking_id=old.pk, reason="ill", actor=cast.alice, at=at)
    with pytest.raises(StepNotAllowed):
        move(old, NEXT_SLOTS[0], actor=cast.alice, at=at)
    assert Booking.objects.count() == 1


@pytest.mark.parametrize(
    ("who", "hours", "was_late"), [("alice", 23, True), ("alice", 24, False), ("victor", 1, False)]
)
def test_cancel_booking__late_counts_as_missed(cast: Cast, at, who: str, hours: int, was_late: bool) -> None:
    booking = a_booking(cast, at, starts_at=SLOT + timedelta(days=7))
    moment = booking.during.lower - timedelta(hours=hours)
    cancel_booking(booking_id=booking.pk, reason="ill", actor=getattr(cast, who), at=moment)
    assert Booking.objects.get().was_late is was_late
    assert Booking.objects.missed().exists() is was_late


def test_end_overdue_bookings__of_a_visit_that_nobody_came_to(cast: Cast, at, monkeypatch) -> None:
    booking = a_booking(cast, at)
    for moment, ended in ((booking.during.upper - timedelta(seconds=1), 0), (booking.during.upper, 1)):
        monkeypatch.setattr("inspections.tasks.timezone.now", lambda moment=moment: moment)
        assert tasks.end_overdue_bookings() == ended
    assert (state_of(booking), claims(), reserved()) == ("no_show", 0, 0)


def test_end_overdue_bookings__of_a_request_that_nobody_decided(cast: Cast, at, monkeypatch) -> None:
    request = a_request(cast, at)
    monkeypatch.setattr("inspections.tasks.timezone.now", lambda: SLOT)
    assert tasks.end_overdue_bookings() == 1
    assert (state_of(request), claims(), reserved()) == ("lapsed", 0, 0)


def test_book_viewing__after_three_missed_visits_waits_for_a_keeper(cast: Cast, at) -> None:
    room_and_lots = a_booking(cast, at)
    room, lots = room_of(room_and_lots), [row.lot for row in room_and_lots.lots.all()]
    cancel_booking(booking_id=room_and_lots.pk, reason="ill", actor=cast.alice, at=at)
    for _ in range(2):
        again = booking_of(room, lots, actor=cast.alice, at=at)
        cancel_booking(booking_id=again.pk, reason="ill", actor=cast.alice, at=at)
    with pytest.raises(BookingRefused) as refusal:
        booking_of(room, lots, actor=cast.alice, at=at)
    (problem,) = refusal.value.problems
    assert (problem.code, problem.overridable_by) == ("too_many_missed_visits", ("vault_keeper", "administrator"))
    request = booking_of(room, lots, actor=cast.alice, at=at, justification="we were ill, all three")
    assert request.state == "requested"
    cancel_booking(booking_id=request.pk, reason="enough", actor=SYSTEM, at=at)
    later = at + timedelta(days=91)
    booking_of(room, lots, actor=cast.alice, at=later, starts_at=SLOT + timedelta(days=98))


@pytest.mark.parametrize("state", ["booked", "held", "requested"])
def test_lots_held__drops_a_lot_and_keeps_the_visit_to_the_others(cast: Cast, at, state: str) -> None:
    made = {"booked": a_booking, "held": a_hold}
    booking = made[state](cast, at, lots=3) if state in made else a_request(cast, at, lots=3)
    first, second, third = (row.lot_id for row in booking.lots.order_by("turn"))
    place_hold(lot_id=second, kind=HoldKind.CUSTOMS, reason="papers", actor=cast.olga, at=at)
    assert list(booking.lots.order_by("turn").values_list("lot_id", "turn")) == [(first, 1), (third, 3)]
    after = Booking.objects.get()
    assert (after.state, after.duty_minor, claims(), reserved()) == (state, 2 * DUTY, 5, 2 * DUTY)
    for lot_id in (first, third):
        place_hold(lot_id=lot_id, kind=HoldKind.CUSTOMS, reason="papers", actor=cast.olga, at=at)
    after.refresh_from_db()
    assert (after.state, claims(), reserved()) == ("cancelled", 0, 0)
