"""The tables of looking at goods."""

from inspections.models.booking_passes import BookingPass
from inspections.models.bookings import BookedLot, Booking, BookingException
from inspections.models.calendar_feeds import CalendarFeed
from inspections.models.claims import Claim
from inspections.models.findings import Finding
from inspections.models.rate_changes import RateChanges
from inspections.models.sessions import SessionLot, ViewingSession
from inspections.models.viewing_rooms import Desk, Escort, RoomHours, Scale, ViewingRoom

__all__ = (
    "BookedLot",
    "Booking",
    "BookingException",
    "BookingPass",
    "CalendarFeed",
    "Claim",
    "Desk",
    "Escort",
    "Finding",
    "RateChanges",
    "RoomHours",
    "Scale",
    "SessionLot",
    "ViewingRoom",
    "ViewingSession",
)
