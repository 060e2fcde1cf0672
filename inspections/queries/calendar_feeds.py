"""What a calendar reads at its secret address."""

from __future__ import annotations

import hashlib
from datetime import datetime

from bonded.queries.parties import actor_of_membership
from bonded.rules.calendars import CalendarEntry
from bonded.rules.errors import NotFound
from bonded.rules.permissions import Actor
from inspections.models.bookings import Booking
from inspections.models.calendar_feeds import CalendarFeed, CalendarFeedQuerySet
from inspections.queries.calendars import calendar_entries
from inspections.rules.calendar_feeds import ACTS, KEPT_FOR, SHOWN_STATES, FeedSort
from inspections.rules.permissions import Act, may, require


def calendar_feeds_of(actor: Actor) -> CalendarFeedQuerySet:
    """Give the actor's feeds, the revoked ones too, with their rooms, in the order of their making."""
    require(actor, Act.REVOKE_CALENDAR_FEED)
    return CalendarFeed.objects.visible_to(actor).select_related("room").order_by("made_at", "pk")


def feed_entries(token: str, *, at: datetime) -> list[CalendarEntry]:
    """Give the visits of a feed, the soonest first, those of the last days among them; runs three SQL statements.

    Whoever knows the token sees what its maker may see now. Raises NotFound for a token that is unknown, replaced or
    revoked, and for one whose maker may see it no more: all look the same.
    """
    digest = hashlib.sha256(token.encode(errors="replace")).digest()
    feed = CalendarFeed.objects.live().filter(digest=digest).select_related("membership").first()
    if feed is None or not may(actor := actor_of_membership(feed.membership), ACTS[FeedSort(feed.sort)]):
        raise NotFound("There is no such calendar.")
    shown = Booking.objects.visible_to(actor).filter(state__in=sorted(SHOWN_STATES))
    which: dict[FeedSort, dict[str, object]] = {
        FeedSort.COMPANY: {},
        FeedSort.ESCORT: {"escort__keeper_id": actor.user_id},
        FeedSort.ROOM: {"desk__room_id": feed.room_id},
    }
    shown = shown.filter(during__endswith__gt=at - KEPT_FOR, **which[FeedSort(feed.sort)])
    return calendar_entries(list(shown.select_related("desk__room", "desk__location").order_by("during", "pk")))
