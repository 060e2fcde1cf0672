"""The tables of looking at goods."""

from inspections.models.booking_passes import BookingPass
from inspections.models.bookings import BookedLot, Booking, BookingException
from inspections.models.calendar_feeds import CalendarFeed
from inspections.models.claims import Claim
from inspections.models.company_papers import CompanyPaper
from inspections.models.finding_photos import FindingPhoto
from inspections.models.findings import Finding
from inspections.models.offers import Offer
from inspections.models.rate_changes import RateChanges
from inspections.models.rosters import AttendingOfficer, Shift
from inspections.models.sessions import SessionLot, ViewingSession
from inspections.models.viewing_rooms import Closure, Desk, Escort, RoomHours, Scale, ViewingRoom
from inspections.models.visit_terms import Instrument, ViewingTerms
from inspections.models.visitors import Ban, Visitor
from inspections.models.waiting_list import FreedPlace, WaitingEntry

__all__ = (
    "AttendingOfficer",
    "Ban",
    "BookedLot",
    "Booking",
    "BookingException",
    "BookingPass",
    "CalendarFeed",
    "Claim",
    "Closure",
    "CompanyPaper",
    "Desk",
    "Escort",
    "Finding",
    "FindingPhoto",
    "FreedPlace",
    "Instrument",
    "Offer",
    "RateChanges",
    "RoomHours",
    "Scale",
    "SessionLot",
    "Shift",
    "ViewingRoom",
    "ViewingSession",
    "ViewingTerms",
    "Visitor",
    "WaitingEntry",
)
