"""Making, renewing and revoking the secret address of a calendar."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from uuid import UUID

from django.db import transaction

from bonded.actions.activity import record_activity
from bonded.queries.parties import membership_id_of
from bonded.rules.errors import NotFound
from bonded.rules.permissions import Actor
from inspections.models.calendar_feeds import CalendarFeed
from inspections.rules.calendar_feeds import ACTS, FeedRoomInvalid, FeedSort
from inspections.rules.permissions import Act, require


@transaction.atomic
def make_calendar_feed(*, sort: FeedSort, room_id: int | None, actor: Actor, at: datetime) -> tuple[CalendarFeed, str]:
    """Give a person's feed of a sort and the word that its address ends with, which makes an older address void.

    The word is told now and never again: only its digest is kept. Raises FeedRoomInvalid.
    """
    require(actor, ACTS[sort])
    if (sort is FeedSort.ROOM) != (room_id is not None):
        raise FeedRoomInvalid("A feed of a room names the room, and no other feed does.", sort=sort.value)
    token = secrets.token_urlsafe(24)
    feed, _ = CalendarFeed.objects.update_or_create(
        membership_id=membership_id_of(actor),
        sort=sort,
        room_id=room_id,
        defaults={"digest": hashlib.sha256(token.encode()).digest(), "made_at": at, "revoked_at": None},
    )
    record_activity(ACTS[sort], feed, actor=actor, at=at)
    return feed, token


@transaction.atomic
def revoke_calendar_feed(*, feed_id: UUID, actor: Actor, at: datetime) -> CalendarFeed:
    """Make a feed's address void; revoked again, it stays as it is. Raises NotFound."""
    require(actor, Act.REVOKE_CALENDAR_FEED)
    for feed in CalendarFeed.objects.visible_to(actor).filter(pk=feed_id).locked():
        if feed.revoked_at is None:
            feed.revoked_at = at
            feed.save(update_fields=["revoked_at"])
            record_activity(Act.REVOKE_CALENDAR_FEED, feed, actor=actor, at=at)
        return feed
    raise NotFound("There is no such feed.", feed_id=str(feed_id))
