"""Visits as calendars know them: one entry for a whole chain of moves."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db import connection

from bonded.rules.calendars import CalendarEntry
from inspections.models.bookings import Booking
from inspections.rules.bookings import BookingState
from inspections.rules.calendars import calendar_entry

CHAINS = """
    WITH RECURSIVE before (of, id, moved_from_id, moves, pushes) AS (
        SELECT id, id, moved_from_id, 0, pushes::int FROM inspections_booking WHERE id = ANY(%s::uuid[])
        UNION ALL
        SELECT before.of, b.id, b.moved_from_id, before.moves + 1, before.pushes + b.pushes
          FROM before JOIN inspections_booking b ON b.id = before.moved_from_id)
    SELECT of, id, moves, pushes FROM before WHERE moved_from_id IS NULL
"""


def calendar_entries(bookings: Collection[Booking]) -> list[CalendarEntry]:
    """Give the entries of visits in their order; their desks, rooms and places should be there already.

    Runs one SQL statement for those that were moved, else none.
    """
    chains: dict[UUID, tuple[UUID, int, int]] = {one.pk: (one.pk, 0, one.pushes) for one in bookings}
    moved = [booking.pk for booking in bookings if booking.moved_from_id]
    if moved:
        with connection.cursor() as cursor:
            cursor.execute(CHAINS, [moved])
            chains |= {of: (first, moves, pushes) for of, first, moves, pushes in cursor.fetchall()}
    return [
        calendar_entry(
            *chains[booking.pk],
            state=BookingState(booking.state),
            starts_at=booking.during.lower,
            ends_at=booking.during.upper,
            place=f"{booking.desk.room.name}, {booking.desk.location.code}",
        )
        for booking in bookings
    ]
