"""Booking a visit and giving it up."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from bonded.rules.lifecycle import require_step
from bonded.rules.permissions import Actor
from inspections.actions.locks import lock_booking, lock_bookings_to_come, lock_session, retried_after_deadlock
from inspections.actions.visits import end_visit, take_visit
from inspections.models.bookings import Booking
from inspections.rules import sessions
from inspections.rules.bookings import LOT_NOT_VIEWABLE, BookingState, VisitWish, is_late
from inspections.rules.permissions import Act, require
from inspections.rules.sessions import SessionState


@retried_after_deadlock
@transaction.atomic
def book_viewing(*, wish: VisitWish, justification: str = "", actor: Actor, at: datetime) -> Booking:
    """Take lots, desk, escort, scale and guarantee headroom for a visit, all or nothing.

    The headroom is the duty that would be owed on the lots on the day of the visit, on the company's own guarantee or
    on that of a principal who lets it. With a justification, what somebody may override makes the booking requested
    instead of refused. Raises NotFound; BookingRefused with every problem at once; SlotTaken with the next times at
    which all of it is free.
    """
    require(actor, Act.BOOK_VIEWING)
    return take_visit(wish, act=Act.BOOK_VIEWING, hold_term=None, justification=justification, actor=actor, at=at)


@retried_after_deadlock
@transaction.atomic
def cancel_booking(*, booking_id: UUID, reason: str, actor: Actor, at: datetime) -> Booking:
    """Give a visit up and everything that it claims; one that is cancelled already stays as it is.

    Visitors who are here may leave until the first stone is taken out. A company that gives up a booked visit less
    than a day before it has missed it. Raises NotFound, StepNotAllowed.
    """
    require(actor, Act.CANCEL_BOOKING)
    booking = lock_booking(booking_id, actor=actor)
    if booking.state == BookingState.CANCELLED:
        return booking
    is_missed = booking.state == BookingState.BOOKED and is_late(booking.during.lower, at=at)
    booking.was_late = is_missed and not actor.is_staff
    _cancel(booking, reason, actor=actor, at=at)
    return booking


@retried_after_deadlock
@transaction.atomic
def cancel_bookings_of_lots(
    *, lot_ids: Collection[int], except_company_id: int | None, actor: Actor, at: datetime
) -> int:
    """Cancel the visits to come of lots that can't be viewed any more, and give their number.

    A visit under way goes on. The caller holds the lots' locks.
    """
    require(actor, Act.CANCEL_BOOKING)
    bookings = lock_bookings_to_come(lot_ids, except_company_id=except_company_id)
    for booking in bookings:
        _cancel(booking, LOT_NOT_VIEWABLE, actor=actor, at=at)
    return len(bookings)


def _cancel(booking: Booking, reason: str, *, actor: Actor, at: datetime) -> None:
    if booking.state == BookingState.IN_SESSION:
        session = lock_session(booking)
        require_step(sessions.STEPS, SessionState(session.state), SessionState.CANCELLED)
        session.state, session.closed_at = SessionState.CANCELLED, at
        session.save(update_fields=["state", "closed_at"])
    booking.cancellation_reason = reason
    end_visit(booking, BookingState.CANCELLED, act=Act.CANCEL_BOOKING, actor=actor, at=at, reason=reason)
