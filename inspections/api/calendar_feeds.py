"""Calendars to subscribe to: made here, read by whoever knows the address."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from bonded.api.base import IDEMPOTENCY_KEY, AddressThrottle, ApiView, Request, idempotent, json_response, read
from bonded.gateways.base import feed as calendar_file
from inspections.actions.calendar_feeds import make_calendar_feed, revoke_calendar_feed
from inspections.models.calendar_feeds import CalendarFeed
from inspections.queries.calendar_feeds import calendar_feeds_of, feed_entries
from inspections.queries.viewing_rooms import room_id_of
from inspections.rules.calendar_feeds import FeedSort


class CalendarFeedRequest(serializers.Serializer[Any]):
    """Whose visits: the caller's company's, those that the caller escorts, or those in a room, by its name."""

    sort = serializers.ChoiceField(choices=[(sort.value, sort.value) for sort in FeedSort])
    room = serializers.CharField(max_length=60, required=False, allow_null=True, default=None)


class CalendarFeedAnswer(serializers.Serializer[Any]):
    """A feed, whose address is not told again."""

    id = serializers.UUIDField()
    sort = serializers.CharField()
    room = serializers.CharField(allow_null=True)
    made_at = serializers.DateTimeField()
    revoked_at = serializers.DateTimeField(allow_null=True)


class MadeCalendarFeedAnswer(CalendarFeedAnswer):
    """A feed with its address: whoever knows it reads the visits, without their lots and companies."""

    address = serializers.URLField()


class CalendarFeedList(serializers.Serializer[Any]):
    """The caller's feeds."""

    results = CalendarFeedAnswer(many=True)


def feed_json(feed: CalendarFeed) -> dict[str, Any]:
    """Give a feed as the API tells it."""
    room = feed.room.name if feed.room else None
    return {"id": feed.pk, "sort": feed.sort, "room": room, "made_at": feed.made_at, "revoked_at": feed.revoked_at}


class CalendarFeedsView(ApiView):
    """The caller's feeds."""

    @extend_schema(operation_id="list_calendar_feeds", responses=CalendarFeedList)
    def get(self, request: Request) -> HttpResponse:
        """List the caller's feeds without their addresses, the revoked ones too."""
        return json_response({"results": [feed_json(feed) for feed in calendar_feeds_of(request.actor)]})

    # Without a key: its answer must not be kept, and a repeated call only renews the address.
    @extend_schema(
        operation_id="make_calendar_feed", request=CalendarFeedRequest, responses={201: MadeCalendarFeedAnswer}
    )
    def post(self, request: Request) -> HttpResponse:
        """Make a feed, or give the one that there is a new address: the old one is void from now on."""
        fields = read(CalendarFeedRequest, request)
        room_id = room_id_of(fields["room"], actor=request.actor)
        feed, token = make_calendar_feed(
            sort=FeedSort(fields["sort"]), room_id=room_id, actor=request.actor, at=request.at
        )
        address = f"{settings.PUBLIC_URL}/api/v1/calendar-feeds/{token}.ics"
        return json_response(feed_json(feed) | {"address": address}, 201)


class RevokeCalendarFeedView(ApiView):
    """The end of an address."""

    @extend_schema(
        operation_id="revoke_calendar_feed", parameters=[IDEMPOTENCY_KEY], request=None, responses=CalendarFeedAnswer
    )
    @idempotent
    def post(self, request: Request, feed_id: UUID) -> HttpResponse:
        """Make a feed's address void."""
        return json_response(feed_json(revoke_calendar_feed(feed_id=feed_id, actor=request.actor, at=request.at)))


class CalendarFeedView(ApiView):
    """What calendars read; the address itself says who asks."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = (AddressThrottle,)
    # Calendars of a whole office come from one address, and each asks for every feed that it has.
    door, calls_a_minute = "calendar-feeds", 120

    @extend_schema(operation_id="read_calendar_feed", auth=[], responses={(200, "text/calendar"): OpenApiTypes.BINARY})
    def get(self, request: Request, token: str) -> HttpResponse:
        """Give the visits as an iCalendar file (RFC 5545)."""
        content = calendar_file(feed_entries(token, at=request.at), at=request.at)
        response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
        response["Cache-Control"] = "private, no-store"
        response["X-Content-Type-Options"] = "nosniff"
        return response
