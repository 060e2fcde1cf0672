"""A visit that goes on, and those behind it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bonded.models import Activity, Notice
from bonded.rules.permissions import SYSTEM
from inspections import tasks
from inspections.actions.bookings import cancel_booking
from inspections.actions.overruns import extend_overrun
from inspections.actions.sessions import check_in
from inspections.models import Booking, Claim
from inspections.signals import booking_pushed
from tests.cast import Cast
from tests.situations.inspections import (
    NEXT_SLOTS,
    SLOT,
    a_buyer_who_may_book,
    a_viewing_room,
    booking_of,
    viewable_lots,
)

MINUTE = timedelta(minutes=1)


def test_extend_overruns__pushes_the_visits_behind_and_tells_of_it(cast: Cast, at, monkeypatch) -> None:
    a_buyer_who_may_book(cast, at)
    room, lots = a_viewing_room(cast), viewable_lots(cast, at, 3)
    running, second, third = (
        booking_of(room, [lot], actor=cast.alice, at=at, starts_at=begins)
        for lot, begins in zip(lots, (SLOT, *NEXT_SLOTS), strict=True)
    )
    check_in(booking_id=running.pk, identity_note="passport seen", actor=cast.victor, at=SLOT)
    heard = []

    def hear(sender, **fact):
        heard.append(fact["booking_id"])

    booking_pushed.connect(hear)
    # The hour and its changeover end after 75 minutes; five minutes before that nobody has closed the session.
    for minutes, pushed in ((69, 0), (70, 2), (71, 0)):
        monkeypatch.setattr("inspections.tasks.timezone.now", lambda minutes=minutes: SLOT + minutes * MINUTE)
        assert tasks.extend_overruns() == pushed
    booking_pushed.disconnect(hear)

    for booking, begins in ((second, NEXT_SLOTS[0]), (third, NEXT_SLOTS[1])):
        booking.refresh_from_db()
        assert (booking.during.lower, booking.during.upper) == (begins + 10 * MINUTE, begins + 70 * MINUTE)
        assert {claim.during.lower for claim in booking.claims.all()} == {begins + 10 * MINUTE}
    assert {claim.during.upper for claim in Claim.objects.filter(booking=running)} == {SLOT + 85 * MINUTE}
    assert heard == [third.pk, second.pk]
    assert Activity.objects.filter(act="inspections.booking.push").count() == 2


def test_extend_overruns__leaves_visits_that_share_nothing(cast: Cast, at, monkeypatch) -> None:
    a_buyer_who_may_book(cast, at)
    lots = viewable_lots(cast, at, 2)
    running = booking_of(a_viewing_room(cast), lots[:1], actor=cast.alice, at=at)
    other = booking_of(
        a_viewing_room(cast, code="DESK-2", keeper=cast.victor, scale="BAL-2"),
        lots[1:],
        actor=cast.alice,
        at=at,
        starts_at=NEXT_SLOTS[0],
    )
    check_in(booking_id=running.pk, identity_note="passport seen", actor=cast.victor, at=SLOT)
    monkeypatch.setattr("inspections.tasks.timezone.now", lambda: SLOT + 75 * MINUTE)
    assert tasks.extend_overruns() == 0
    assert Booking.objects.get(pk=other.pk).during.lower == NEXT_SLOTS[0]
    assert Claim.objects.filter(booking=running).values_list("during", flat=True)[0].upper == SLOT + 90 * MINUTE


def test_extend_overruns__tells_people_each_time_with_a_later_entry_of_the_same_name(cast: Cast, at) -> None:
    a_buyer_who_may_book(cast, at)
    room, lots = a_viewing_room(cast), viewable_lots(cast, at, 2)
    running = booking_of(room, lots[:1], actor=cast.alice, at=at)
    pushed = booking_of(room, lots[1:], actor=cast.alice, at=at, starts_at=NEXT_SLOTS[0])
    check_in(booking_id=running.pk, identity_note="passport seen", actor=cast.victor, at=SLOT)
    for minutes in (70, 80):
        assert extend_overrun(booking_id=running.pk, actor=SYSTEM, at=SLOT + minutes * MINUTE) == [pushed.pk]

    told = Notice.objects.filter(subject_id=str(pushed.pk), kind="visit.pushed")
    assert sorted(told.values_list("user__username", "occasion")) == [
        (name, time) for name in ("alice", "vera") for time in ("1", "2")
    ]
    entries: list[Any] = [
        notice.calendar_entry
        for notice in Notice.objects.filter(user=cast.alice.user_id, subject_id=str(pushed.pk)).order_by("due_at")
    ]
    assert {entry["uid"] for entry in entries} == {f"{pushed.pk}@bonded-trade-platform"}
    assert [(entry["sequence"], entry["starts_at"]) for entry in entries] == [
        (1, NEXT_SLOTS[0].isoformat()),
        (2, (NEXT_SLOTS[0] + 10 * MINUTE).isoformat()),
        (3, (NEXT_SLOTS[0] + 20 * MINUTE).isoformat()),
    ]
    cancel_booking(booking_id=pushed.pk, reason="too late", actor=cast.alice, at=SLOT + 81 * MINUTE)
    last: Any = Notice.objects.get(user=cast.vera.user_id, subject_id=str(pushed.pk), kind="visit.ended").calendar_entry
    assert (last["sequence"], last["status"]) == (4, "CANCELLED")
