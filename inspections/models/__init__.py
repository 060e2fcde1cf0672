"""The tables of looking at goods."""

from inspections.models.bookings import BookedLot, Booking, BookingException
from inspections.models.claims import Claim
from inspections.models.findings import Finding
from inspections.models.rate_changes import RateChanges
from inspections.models.sessions import SessionLot, ViewingSession
from inspections.models.viewing_rooms import Desk, Escort, RoomHours, Scale, ViewingRoom
from inspections.models.waiting_list import FreedPlace, WaitingEntry

__all__ = (
    "BookedLot",
    "Booking",
    "BookingException",
    "Claim",
    "Desk",
    "Escort",
    "Finding",
    "FreedPlace",
    "RateChanges",
    "RoomHours",
    "Scale",
    "SessionLot",
    "ViewingRoom",
    "ViewingSession",
    "WaitingEntry",
)
