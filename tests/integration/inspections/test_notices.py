"""What people hear of their visits: who booked, who escorts, who decides, who has nothing to do with it any more."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from bonded.models import Notice
from bonded.queries.invariants import broken_invariants
from bonded.rules.permissions import SYSTEM, Actor
from inspections.actions.booking_approvals import approve_booking, refuse_booking
from inspections.actions.booking_holds import confirm_booking
from inspections.actions.booking_moves import move_booking
from inspections.actions.bookings import cancel_booking
from inspections.actions.overdue_bookings import end_overdue_booking
from inspections.models import Booking, Escort
from inspections.rules.bookings import BookingRefused
from tests.cast import Cast
from tests.situations.inspections import NEXT_SLOTS, SLOT, a_booking, a_hold, a_request
from tests.situations.notices import told_of

DAY = timedelta(days=1)
BOOKED = [("alice", "visit.booked"), ("vera", "visit.booked")]
REMINDED = [("alice", "visit.tomorrow"), ("vera", "visit.tomorrow")]


def move(
    booking: Booking, to: datetime, *, actor: Actor, at: datetime, escort: int | None = None, justification: str = ""
) -> Booking:
    return move_booking(
        booking_id=booking.pk,
        desk_id=booking.desk_id,
        starts_at=to,
        escort_id=escort or booking.escort_id,
        scale_id=booking.scale_id,
        justification=justification,
        actor=actor,
        at=at,
    )


def entry_of(subject_id: UUID, kind: str, username: str = "alice") -> tuple[str, int, str]:
    """Give (uid, sequence, status) of the calendar's entry that went along."""
    found: Any = Notice.objects.get(subject_id=str(subject_id), kind=kind, user__username=username).calendar_entry
    return found["uid"], found["sequence"], found["status"]


def test_book_viewing__tells_who_booked_and_who_escorts(cast: Cast, at) -> None:
    booking = a_booking(cast, at, starts_at=SLOT + 2 * DAY)
    assert told_of(booking.pk) == sorted(BOOKED + REMINDED)
    assert set(Notice.objects.filter(kind="visit.tomorrow").values_list("due_at", flat=True)) == {SLOT + DAY}
    assert entry_of(booking.pk, "visit.booked") == (f"{booking.pk}@bonded-trade-platform", 1, "CONFIRMED")
    places = Notice.objects.filter(kind="visit.booked").values_list("calendar_entry__place", flat=True)
    assert list(places) == ["Room of DESK-1, DESK-1"] * 2
    for notice in Notice.objects.all():
        assert notice.facts == {"status": "booked"}


def test_book_viewing__for_today_reminds_nobody(cast: Cast, at) -> None:
    assert told_of(a_booking(cast, at).pk) == BOOKED


def test_book_viewing__that_is_refused_tells_nobody(cast: Cast, at) -> None:
    with pytest.raises(BookingRefused):
        a_booking(cast, at, visitors=[])
    assert Notice.objects.count() == 0


def test_hold_viewing__tells_nobody_and_ends_without_a_word(cast: Cast, at) -> None:
    hold = a_hold(cast, at)
    assert end_overdue_booking(booking_id=hold.pk, actor=SYSTEM, at=at + timedelta(minutes=10)) == "lapsed"
    assert Notice.objects.count() == 0


def test_confirm_booking__tells_as_booking_does(cast: Cast, at) -> None:
    hold = a_hold(cast, at, starts_at=SLOT + 2 * DAY)
    for _ in range(2):
        confirm_booking(booking_id=hold.pk, visitors=["Alice"], justification="", actor=cast.alice, at=at)
    assert told_of(hold.pk) == sorted(BOOKED + REMINDED)


def test_request__is_told_to_those_who_may_decide(cast: Cast, at) -> None:
    booking = a_request(cast, at)
    deciders = [(name, "visit.to_decide") for name in ("ada", "amir", "vera", "victor")]
    assert told_of(booking.pk) == sorted([("alice", "visit.requested"), *deciders])
    assert entry_of(booking.pk, "visit.requested") == (f"{booking.pk}@bonded-trade-platform", 0, "TENTATIVE")
    assert Notice.objects.filter(kind="visit.to_decide", calendar_entry__isnull=False).count() == 0

    approve_booking(booking_id=booking.pk, reason="known", actor=cast.victor, at=at)
    assert told_of(booking.pk) == sorted([("alice", "visit.requested"), *BOOKED])


def test_request__that_only_an_administrator_may_grant_is_not_told_to_keepers(cast: Cast, at) -> None:
    booking = a_booking(cast, at, starts_at=SLOT + timedelta(days=98), justification="fair")
    assert told_of(booking.pk) == [
        ("ada", "visit.to_decide"),
        ("alice", "visit.requested"),
        ("amir", "visit.to_decide"),
    ]


def test_refuse_booking__tells_who_asked_and_no_escort(cast: Cast, at) -> None:
    booking = a_request(cast, at)
    refuse_booking(booking_id=booking.pk, reason="no", actor=cast.victor, at=at)
    assert told_of(booking.pk) == [("alice", "visit.ended"), ("alice", "visit.requested")]
    assert entry_of(booking.pk, "visit.ended") == (f"{booking.pk}@bonded-trade-platform", 2, "CANCELLED")


def test_cancel_booking__tells_of_the_end_and_takes_the_reminders_back(cast: Cast, at) -> None:
    booking = a_booking(cast, at, starts_at=SLOT + 2 * DAY)
    for _ in range(2):
        cancel_booking(booking_id=booking.pk, reason="ill", actor=cast.bob, at=at)
    assert told_of(booking.pk) == sorted([*BOOKED, ("alice", "visit.ended"), ("vera", "visit.ended")])
    assert Notice.objects.filter(kind="visit.tomorrow", taken_back_at=at).count() == 2


def test_move_booking__keeps_the_calendars_entry_and_takes_the_old_reminders_back(cast: Cast, at) -> None:
    old = a_booking(cast, at, starts_at=SLOT + 2 * DAY)
    new = move(old, NEXT_SLOTS[0] + 3 * DAY, actor=cast.bob, at=at)
    last = move(new, NEXT_SLOTS[1] + 3 * DAY, actor=cast.bob, at=at)
    cancel_booking(booking_id=last.pk, reason="ill", actor=cast.bob, at=at)

    everybody = ["alice", "bob", "vera"]
    assert told_of(old.pk) == BOOKED
    assert told_of(new.pk) == [(name, "visit.moved") for name in everybody]
    assert told_of(last.pk) == sorted((name, f"visit.{kind}") for name in everybody for kind in ("moved", "ended"))
    uid = f"{old.pk}@bonded-trade-platform"
    assert [
        entry_of(old.pk, "visit.booked"),
        entry_of(new.pk, "visit.moved"),
        entry_of(last.pk, "visit.moved"),
        entry_of(last.pk, "visit.ended"),
    ] == [(uid, 1, "CONFIRMED"), (uid, 4, "CONFIRMED"), (uid, 7, "CONFIRMED"), (uid, 8, "CANCELLED")]


def test_move_booking__to_another_escort_tells_the_first_that_it_is_over(cast: Cast, at) -> None:
    old = a_booking(cast, at, starts_at=SLOT + 2 * DAY)
    victor = Escort.objects.create(keeper_id=cast.victor.user_id or 0)
    new = move(old, NEXT_SLOTS[0] + 2 * DAY, actor=cast.alice, at=at, escort=victor.pk)
    assert told_of(old.pk) == sorted([*BOOKED, ("vera", "visit.ended")])
    assert told_of(new.pk) == [
        (name, kind) for name in ("alice", "victor") for kind in ("visit.moved", "visit.tomorrow")
    ]
    assert entry_of(old.pk, "visit.ended", "vera") == (f"{old.pk}@bonded-trade-platform", 2, "CANCELLED")


def test_move_booking__that_has_to_be_decided_is_moved_when_it_is(cast: Cast, at) -> None:
    old = a_booking(cast, at, starts_at=SLOT + 2 * DAY)
    new = move(old, SLOT + timedelta(days=98), actor=cast.alice, at=at, justification="fair")
    assert ("alice", "visit.requested") in told_of(new.pk)
    assert told_of(old.pk) == sorted([*BOOKED, ("vera", "visit.ended")])
    approve_booking(booking_id=new.pk, reason="known", actor=cast.ada, at=at)
    assert told_of(new.pk) == [
        ("alice", "visit.moved"),
        ("alice", "visit.requested"),
        ("alice", "visit.tomorrow"),
        ("vera", "visit.moved"),
        ("vera", "visit.tomorrow"),
    ]
    assert [entry_of(new.pk, kind)[1] for kind in ("visit.requested", "visit.moved")] == [3, 4]


@pytest.mark.breaks_invariants
def test_invariants__notice_a_reminder_of_a_visit_that_does_not_take_place(cast: Cast, at) -> None:
    booking = a_booking(cast, at, starts_at=SLOT + 2 * DAY)
    cancel_booking(booking_id=booking.pk, reason="ill", actor=cast.alice, at=at)
    assert broken_invariants() == []
    Notice.objects.filter(kind="visit.tomorrow", user__username="vera").update(taken_back_at=None)
    (broken,) = broken_invariants()
    assert broken.sentence == "Nobody is reminded of a visit that does not take place."
    assert len(broken.examples) == 1
