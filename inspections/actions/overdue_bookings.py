"""Ending what nobody ended in time: holds, requests that nobody decided, visits that nobody came to."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from bonded.rules.permissions import Actor
from inspections.actions.locks import lock_bookings, retried_after_deadlock
from inspections.actions.visits import end_visit, lapse_holds
from inspections.models.bookings import Booking
from inspections.rules.bookings import BookingState, overdue_target
from inspections.rules.permissions import Act, require


@retried_after_deadlock
@transaction.atomic
def end_overdue_booking(*, booking_id: UUID, actor: Actor, at: datetime) -> BookingState | None:
    """End a booking whose time is over, and give what became of it; None when it need not end, or did already."""
    require(actor, Act.LAPSE_BOOKING)
    if lapse_holds([booking_id], at=at):
        return BookingState.LAPSED
    booking: Booking
    (booking,) = lock_bookings([booking_id])
    target = overdue_target(BookingState(booking.state), booking.during.lower, booking.during.upper, at=at)
    if target is not None:
        end_visit(booking, target, act=Act.LAPSE_BOOKING, actor=actor, at=at, became=target)
    return target
