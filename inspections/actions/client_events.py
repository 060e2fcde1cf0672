"""Telling companies' machines that a booking or an offer of theirs changed."""

from __future__ import annotations

from datetime import datetime

from bonded.actions.client_events import record_client_event
from bonded.rules.client_events import EventKind
from inspections.models.bookings import Booking
from inspections.models.offers import Offer


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


def tell_of_offer(offer: Offer, kind: EventKind, *, at: datetime) -> None:
    """Note what became of an offer, for the buyer and the supplier; runs in the transaction of the act that did it."""
    for company_id in (offer.company_id, offer.lot.supplier_id):
        record_client_event(
            company_id=company_id,
            kind=kind,
            subject_kind="offer",
            subject_id=str(offer.pk),
            facts={"status": offer.state},
            at=at,
        )
