"""The tables of looking at goods."""

from inspections.models.bookings import BookedLot, Booking, BookingException
from inspections.models.claims import Claim
from inspections.models.findings import Finding
from inspections.models.offers import Offer
from inspections.models.rate_changes import RateChanges
from inspections.models.sessions import SessionLot, ViewingSession
from inspections.models.viewing_rooms import Desk, Escort, RoomHours, Scale, ViewingRoom

__all__ = (
    "BookedLot",
    "Booking",
    "BookingException",
    "Claim",
    "Desk",
    "Escort",
    "Finding",
    "Offer",
    "RateChanges",
    "RoomHours",
    "Scale",
    "SessionLot",
    "ViewingRoom",
    "ViewingSession",
)
