"""Telling a company's machines that a booking of theirs changed."""

from __future__ import annotations

from datetime import datetime

from bonded.actions.client_events import record_client_event
from bonded.rules.client_events import EventKind
from inspections.models.bookings import Booking


def tell_of_booking(booking: Booking, *, at: datetime) -> None:
    """Note the state that a booking came into, for its company; runs in the transaction of the act that changed it."""
    record_client_event(
        company_id=booking.company_id,
        kind=EventKind.BOOKING_CHANGED,
        subject_kind="booking",
        subject_id=str(booking.pk),
        facts={"status": booking.state},
        at=at,
    )
