"""Telling a company's machines that a booking of theirs changed, or what it would cost."""

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


def tell_of_repricing(booking: Booking, *, at: datetime) -> None:
    """Note that the duty of a booking to come is another, and whether the guarantee has room for it; no amounts."""
    record_client_event(
        company_id=booking.company_id,
        kind=EventKind.BOOKING_CHANGED,
        subject_kind="booking",
        subject_id=str(booking.pk),
        facts={
            "status": booking.state,
            "duty": "changed",
            "headroom": "missing" if booking.missing_minor else "enough",
        },
        at=at,
    )
