"""What a calendar may subscribe to."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from bonded.rules.errors import InputInvalid
from inspections.rules.bookings import BookingState
from inspections.rules.permissions import Act

# How long a visit that is over stays in a feed.
KEPT_FOR = timedelta(days=30)
SHOWN_STATES = frozenset({BookingState.REQUESTED, BookingState.BOOKED, BookingState.IN_SESSION, BookingState.DONE})


class FeedSort(StrEnum):
    """Whose visits a feed has."""

    COMPANY = "company"  # Those of the person's company.
    ESCORT = "escort"  # Those that the person escorts.
    ROOM = "room"  # Those in a room, whoever comes.


ACTS: dict[FeedSort, Act] = {
    FeedSort.COMPANY: Act.FEED_COMPANY_VISITS,
    FeedSort.ESCORT: Act.FEED_OWN_ESCORTS,
    FeedSort.ROOM: Act.FEED_ROOM_VISITS,
}


class FeedRoomInvalid(InputInvalid):
    """A feed of a room names it, and no other feed names one."""

    code = "feed_room_invalid"
