"""The times that are told are those that can be booked, and no others."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.test.utils import CaptureQueriesContext

from bonded.rules.errors import NotFound, NotPermitted
from inspections.models import Desk, Escort, Scale, Shift
from inspections.queries.availability import availability
from inspections.queries.viewing_rooms import desks_in_use
from inspections.rules.bookings import BookingRefused
from inspections.rules.claims import SlotTaken
from tests.cast import Cast
from tests.situations.inspections import (
    NEXT_SLOTS,
    SLOT,
    Room,
    a_buyer_who_may_book,
    a_viewing_room,
    booking_of,
    viewable_lots,
)

MONDAY = date(2026, 11, 23)


def times(cast: Cast, at: datetime, lots=(), *, days: int = 1, actor=None) -> dict[str, list[datetime]]:
    found = availability(
        desks=desks_in_use(actor=cast.ada),
        lot_ids=[lot.pk for lot in lots],
        first_on=MONDAY,
        days=days,
        at=at,
        actor=actor or cast.alice,
    )
    return {one.desk.location.code: [slot.starts_at for slot in one.slots] for one in found}


def a_house(cast: Cast, at: datetime) -> tuple[Room, Room]:
    a_buyer_who_may_book(cast, at)
    return a_viewing_room(cast), a_viewing_room(cast, code="DESK-2", keeper=cast.victor, scale="BAL-2")


def is_bookable(room: Room, lots, starts_at: datetime, cast: Cast, at: datetime) -> bool:
    """Try it, and take it back."""
    with transaction.atomic():
        try:
            booking_of(room, lots, actor=cast.alice, at=at, starts_at=starts_at, escort_id=None, scale_id=None)
        except (SlotTaken, BookingRefused):
            return False
        finally:
            transaction.set_rollback(True)
    return True


def test_availability__is_what_can_be_booked(cast: Cast, at: datetime) -> None:
    first, second = a_house(cast, at)
    lots = viewable_lots(cast, at, 4)
    Escort.objects.filter(keeper_id=cast.victor.user_id).update(works_by_roster=True)
    shift = DateTimeTZRange(SLOT, SLOT + timedelta(hours=4))
    Shift.objects.create(person_id=cast.victor.user_id or 0, during=shift)
    booking_of(first, lots[:1], actor=cast.alice, at=at)
    booking_of(second, lots[1:2], actor=cast.alice, at=at, starts_at=NEXT_SLOTS[0])
    booking_of(first, lots[2:3], actor=cast.alice, at=at, starts_at=NEXT_SLOTS[1])

    told = times(cast, at, lots[1:3], days=2)
    slots = [SLOT + timedelta(days=day, minutes=75 * turn) for day in (0, 1) for turn in range(-1, 6)]
    assert told == {
        code: [slot for slot in slots if slot > at and is_bookable(room, lots[1:3], slot, cast, at)]
        for code, room in (("DESK-1", first), ("DESK-2", second))
    }
    assert [len(told[code]) for code in told] == [10, 11]


def test_availability__is_nothing_without_anybody_to_escort(cast: Cast, at: datetime) -> None:
    a_house(cast, at)
    Escort.objects.update(is_on_duty=False)
    assert times(cast, at) == {"DESK-1": [], "DESK-2": []}
    Escort.objects.update(is_on_duty=True)
    Scale.objects.update(is_in_service=False)
    assert times(cast, at) == {"DESK-1": [], "DESK-2": []}


def test_availability__takes_as_many_statements_for_everything(cast: Cast, at: datetime) -> None:
    a_house(cast, at)
    lots = viewable_lots(cast, at, 3)
    desks, counts = desks_in_use(actor=cast.ada), []
    for some, days, those in ((desks[:1], 1, lots[:1]), (desks, 62, lots)):
        with CaptureQueriesContext(connection) as queries:
            availability(
                desks=some, lot_ids=[lot.pk for lot in those], first_on=MONDAY, days=days, at=at, actor=cast.alice
            )
        counts.append(len(queries))
    assert counts == [9, 9]


def test_availability__is_refused_for_lots_out_of_sight_and_to_suppliers(cast: Cast, at: datetime) -> None:
    a_house(cast, at)
    with pytest.raises(NotFound):
        availability(
            desks=list(Desk.objects.all()), lot_ids=[999_999], first_on=MONDAY, days=1, at=at, actor=cast.alice
        )
    with pytest.raises(NotPermitted):
        times(cast, at, actor=cast.sven)
