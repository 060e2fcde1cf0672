"""Calendars at secret addresses: whose visits they hold, for how long, and when the address is void."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from bonded.models import Activity, Membership, User
from bonded.rules.errors import NotFound
from bonded.rules.permissions import Actor
from inspections.actions.booking_moves import move_booking
from inspections.actions.bookings import cancel_booking
from inspections.actions.calendar_feeds import make_calendar_feed, revoke_calendar_feed
from inspections.models import Booking, CalendarFeed, ViewingRoom
from inspections.queries.calendar_feeds import feed_entries
from inspections.rules.calendar_feeds import KEPT_FOR, FeedRoomInvalid, FeedSort
from tests.cast import Cast
from tests.situations.inspections import (
    NEXT_SLOTS,
    SLOT,
    a_booking,
    a_buyer_who_may_book,
    a_hold,
    a_request,
    a_viewing_room,
    booking_of,
    viewable_lots,
)


def a_feed(actor: Actor, at: datetime, sort: FeedSort = FeedSort.COMPANY, room: ViewingRoom | None = None) -> str:
    return make_calendar_feed(sort=sort, room_id=room.pk if room else None, actor=actor, at=at)[1]


def uids(token: str, at: datetime) -> list[str]:
    return [entry.uid for entry in feed_entries(token, at=at)]


def uid(booking: Booking) -> str:
    return f"{booking.pk}@bonded-trade-platform"


def test_feed_entries__are_each_ones_own(cast: Cast, at) -> None:
    a_buyer_who_may_book(cast, at)
    first = a_viewing_room(cast)
    second = a_viewing_room(cast, code="DESK-2", keeper=cast.victor, scale="BAL-2")
    lots = viewable_lots(cast, at, 2)
    early = booking_of(first, lots[:1], actor=cast.alice, at=at)
    late = booking_of(second, lots[1:], actor=cast.bob, at=at, starts_at=NEXT_SLOTS[0])

    assert uids(a_feed(cast.alice, at), at) == [uid(early), uid(late)]
    assert uids(a_feed(cast.charlie, at), at) == []
    assert uids(a_feed(cast.vera, at, FeedSort.ESCORT), at) == [uid(early)]
    assert uids(a_feed(cast.victor, at, FeedSort.ESCORT), at) == [uid(late)]
    assert uids(a_feed(cast.ada, at, FeedSort.ROOM, second.desk.room), at) == [uid(late)]
    assert uids(a_feed(cast.victor, at, FeedSort.ROOM, first.desk.room), at) == [uid(early)]


def test_feed_entries__name_neither_lots_nor_companies(cast: Cast, at) -> None:
    booking = a_booking(cast, at)
    (entry,) = feed_entries(a_feed(cast.ada, at, FeedSort.ROOM, booking.desk.room), at=at)
    assert (entry.summary, entry.place, entry.starts_at) == ("Viewing 看货", "Room of DESK-1, DESK-1", SLOT)
    assert (entry.status, entry.sequence) == ("CONFIRMED", 1)


def test_feed_entries__leave_out_what_is_held_or_given_up(cast: Cast, at) -> None:
    hold = a_hold(cast, at)
    token = a_feed(cast.alice, at)
    assert uids(token, at) == []
    cancel_booking(booking_id=hold.pk, reason="ill", actor=cast.alice, at=at)
    assert uids(token, at) == []


def test_feed_entries__of_a_request_are_tentative(cast: Cast, at) -> None:
    booking = a_request(cast, at)
    (entry,) = feed_entries(a_feed(cast.alice, at), at=at)
    assert (entry.uid, entry.status) == (uid(booking), "TENTATIVE")


def test_feed_entries__keep_their_name_over_a_move(cast: Cast, at) -> None:
    old = a_booking(cast, at)
    token = a_feed(cast.alice, at)
    move_booking(
        booking_id=old.pk,
        desk_id=old.desk_id,
        starts_at=NEXT_SLOTS[0],
        escort_id=None,
        scale_id=None,
        actor=cast.alice,
        at=at,
    )
    (entry,) = feed_entries(token, at=at)
    assert (entry.uid, entry.sequence, entry.starts_at) == (uid(old), 4, NEXT_SLOTS[0])


def test_feed_entries__go_some_days_after_the_visit(cast: Cast, at) -> None:
    booking = a_booking(cast, at)
    token, over = a_feed(cast.alice, at), SLOT + timedelta(hours=1)
    assert uids(token, over + KEPT_FOR - timedelta(seconds=1)) == [uid(booking)]
    assert uids(token, over + KEPT_FOR) == []


def test_feed_entries__run_as_many_statements_for_many_as_for_one(
    cast: Cast, at, django_assert_num_queries: Any
) -> None:
    a_buyer_who_may_book(cast, at)
    room, lots = a_viewing_room(cast), viewable_lots(cast, at, 3)
    for lot, starts_at in zip(lots, [SLOT, *NEXT_SLOTS], strict=True):
        booking_of(room, [lot], actor=cast.alice, at=at, starts_at=starts_at)
    token = a_feed(cast.alice, at)
    with django_assert_num_queries(2):
        assert len(uids(token, at)) == 3


def test_make_calendar_feed__again_makes_the_old_address_void(cast: Cast, at) -> None:
    first, second = a_feed(cast.alice, at), a_feed(cast.alice, at)
    with pytest.raises(NotFound):
        feed_entries(first, at=at)
    assert feed_entries(second, at=at) == []
    assert CalendarFeed.objects.count() == 1
    assert second.encode() not in bytes(CalendarFeed.objects.get().digest)
    a_feed(cast.bob, at)
    assert feed_entries(second, at=at) == []


def test_revoke_calendar_feed__ends_it_until_it_is_made_again(cast: Cast, at) -> None:
    feed, token = make_calendar_feed(sort=FeedSort.COMPANY, room_id=None, actor=cast.alice, at=at)
    with pytest.raises(NotFound):
        revoke_calendar_feed(feed_id=feed.pk, actor=cast.bob, at=at)
    assert feed_entries(token, at=at) == []
    for moment in (at, at + timedelta(hours=1)):
        assert revoke_calendar_feed(feed_id=feed.pk, actor=cast.alice, at=moment).revoked_at == at
    with pytest.raises(NotFound):
        feed_entries(token, at=at)
    assert Activity.objects.filter(act="inspections.calendar_feed.revoke").count() == 1
    assert feed_entries(a_feed(cast.alice, at), at=at) == []


@pytest.mark.parametrize("way", ["left", "inactive", "another role"])
def test_feed_entries__end_with_what_their_maker_may_see(cast: Cast, at, way: str) -> None:
    booking = a_booking(cast, at)
    token = a_feed(cast.victor, at, FeedSort.ROOM, booking.desk.room)
    assert len(uids(token, at)) == 1
    membership = Membership.objects.get(user_id=cast.victor.user_id or 0)
    if way == "left":
        membership.delete()
    elif way == "inactive":
        User.objects.filter(pk=cast.victor.user_id or 0).update(is_active=False)
    else:
        Membership.objects.filter(pk=membership.pk).update(role="supplier")
    with pytest.raises(NotFound):
        feed_entries(token, at=at)


@pytest.mark.parametrize("has_room", [True, False])
def test_make_calendar_feed__of_a_room_and_no_other_names_one(cast: Cast, at, has_room: bool) -> None:
    room = a_viewing_room(cast).desk.room if has_room else None
    sort = FeedSort.ESCORT if has_room else FeedSort.ROOM
    with pytest.raises(FeedRoomInvalid):
        a_feed(cast.victor, at, sort, room)
    assert CalendarFeed.objects.count() == 0
