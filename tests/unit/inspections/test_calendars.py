"""A visit's entry in calendars: one name for a chain of moves, and a number that only rises."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from bonded.rules.calendars import CalendarEntry
from inspections.rules.bookings import BookingState
from inspections.rules.calendars import calendar_entry

FIRST = UUID(int=1)
STARTS_AT, ENDS_AT = datetime(2026, 11, 23, 2, 15, tzinfo=UTC), datetime(2026, 11, 23, 3, 15, tzinfo=UTC)


def entry(moves: int, state: BookingState, pushes: int = 0) -> CalendarEntry:
    return calendar_entry(FIRST, moves, pushes, state=state, starts_at=STARTS_AT, ends_at=ENDS_AT, place="Room, DESK-1")


def test_calendar_entry__rises_over_the_life_of_a_chain() -> None:
    life = [
        (0, BookingState.REQUESTED),
        (0, BookingState.BOOKED),
        (0, BookingState.MOVED),
        (1, BookingState.REQUESTED),
        (1, BookingState.BOOKED),
        (1, BookingState.CANCELLED),
    ]
    entries = [entry(moves, state) for moves, state in life]
    assert [one.sequence for one in entries] == [0, 1, 2, 3, 4, 5]
    assert [one.status.value for one in entries] == ["TENTATIVE", "CONFIRMED", "CANCELLED"] * 2
    assert {one.uid for one in entries} == {f"{FIRST}@bonded-trade-platform"}


def test_calendar_entry__rises_by_one_when_it_is_pushed_and_never_falls_after() -> None:
    life = [
        (0, BookingState.BOOKED, 0),
        (0, BookingState.BOOKED, 1),
        (0, BookingState.BOOKED, 2),
        (0, BookingState.MOVED, 2),
        (1, BookingState.BOOKED, 2),
        (1, BookingState.BOOKED, 3),
        (1, BookingState.CANCELLED, 3),
    ]
    assert [entry(moves, state, pushes).sequence for moves, state, pushes in life] == [1, 2, 3, 4, 6, 7, 8]


def test_calendar_entry__knows_every_state() -> None:
    assert {state.value: entry(0, state).status.value for state in BookingState} == {
        "held": "TENTATIVE",
        "requested": "TENTATIVE",
        "booked": "CONFIRMED",
        "in_session": "CONFIRMED",
        "done": "CONFIRMED",
        "cancelled": "CANCELLED",
        "refused": "CANCELLED",
        "lapsed": "CANCELLED",
        "moved": "CANCELLED",
        "no_show": "CANCELLED",
    }
