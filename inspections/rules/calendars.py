"""A visit as calendars know it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from bonded.rules.calendars import CalendarEntry, EntryStatus
from inspections.rules.bookings import BookingState

SUMMARY = "Viewing 看货"
# Each state's turn within one booking; every move begins a new round, and every push raises all that follow.
TURNS: dict[EntryStatus, int] = {EntryStatus.TENTATIVE: 0, EntryStatus.CONFIRMED: 1, EntryStatus.CANCELLED: 2}
STATUSES: dict[BookingState, EntryStatus] = {
    BookingState.HELD: EntryStatus.TENTATIVE,
    BookingState.REQUESTED: EntryStatus.TENTATIVE,
    BookingState.BOOKED: EntryStatus.CONFIRMED,
    BookingState.IN_SESSION: EntryStatus.CONFIRMED,
    BookingState.DONE: EntryStatus.CONFIRMED,
}


def calendar_entry(
    first_id: UUID, moves: int, pushes: int, *, state: BookingState, starts_at: datetime, ends_at: datetime, place: str
) -> CalendarEntry:
    """Give a visit's entry: the first booking of its chain of moves names it, so that a move changes its time.

    `moves` counts how often it has been moved before, `pushes` how often it was pushed in all. A visit that has no
    other state is cancelled.
    """
    status = STATUSES.get(state, EntryStatus.CANCELLED)
    sequence = moves * len(TURNS) + TURNS[status] + pushes
    return CalendarEntry(f"{first_id}@bonded-trade-platform", sequence, status, starts_at, ends_at, SUMMARY, place)
