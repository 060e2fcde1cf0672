"""The waiting list over JSON: for a company's people, and for whoever has the secret link."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from bonded.api.base import (
    CURSOR,
    IDEMPOTENCY_KEY,
    LIMIT,
    ApiView,
    Request,
    idempotent,
    json_response,
    page_response,
    read,
)
from bonded.queries.lots import lot_ids_by_stock_numbers
from bonded.queries.pages import page_by, page_size_from_text
from inspections.actions.waiting_list import (
    accept_place,
    decline_place,
    issue_place_link,
    join_waiting_list,
    leave_waiting_list,
    raise_priority,
)
from inspections.api.bookings import VisitorsRequest, read_visitors
from inspections.models.waiting_list import WaitingEntry
from inspections.queries.waiting_list import wait_visible_to, waits_visible_to
from inspections.rules.waiting_list import HIGHEST_PRIORITY, LARGEST_PARTY, WaitState


class WaitRequest(serializers.Serializer[Any]):
    """Which lots, all together, and in which window of time. A time without an offset is Shanghai's."""

    stock_numbers = serializers.ListField(child=serializers.CharField(max_length=40), min_length=1, max_length=200)
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    party_size = serializers.IntegerField(min_value=1, max_value=LARGEST_PARTY)


class PriorityRequest(serializers.Serializer[Any]):
    """How far a wait is moved up, and why."""

    priority = serializers.IntegerField(min_value=1, max_value=HIGHEST_PRIORITY)
    reason = serializers.CharField(max_length=500)


class PlaceAnswer(serializers.Serializer[Any]):
    """The place that is held, and until when the offer may be answered."""

    desk = serializers.CharField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    held_until = serializers.DateTimeField(allow_null=True)


class OfferedPlaceAnswer(serializers.Serializer[Any]):
    """What a wait has come to; never who else waits."""

    status = serializers.ChoiceField(choices=[state.value for state in WaitState])
    lots = serializers.IntegerField(help_text="How many lots the visit is for.")
    party_size = serializers.IntegerField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    offer = PlaceAnswer(allow_null=True)


class WaitAnswer(OfferedPlaceAnswer):
    """A wait as its company and the house see it."""

    id = serializers.UUIDField()
    priority = serializers.IntegerField()
    entered_at = serializers.DateTimeField()
    passed_over_for = serializers.CharField(help_text="Why the last place that was free could not be offered.")
    booking_id = serializers.UUIDField(allow_null=True)


class WaitPage(serializers.Serializer[Any]):
    """One page of waits, the newest first."""

    results = WaitAnswer(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class LinkAnswer(serializers.Serializer[Any]):
    """The secret word of the link."""

    token = serializers.CharField()


def place_json(entry: WaitingEntry) -> dict[str, Any]:
    """Give what whoever has the link may know."""
    booking = entry.booking if entry.state in (WaitState.OFFERED, WaitState.ACCEPTED) else None
    return {
        "status": entry.state,
        "lots": len(entry.lot_ids),
        "party_size": entry.party_size,
        "starts_at": entry.during.lower,
        "ends_at": entry.during.upper,
        "offer": booking
        and {
            "desk": booking.desk.location.code,
            "starts_at": booking.during.lower,
            "ends_at": booking.during.upper,
            "held_until": booking.held_until,
        },
    }


def wait_json(entry: WaitingEntry) -> dict[str, Any]:
    """Give a wait as the API tells it."""
    names = ("id", "priority", "entered_at", "passed_over_for", "booking_id")
    return place_json(entry) | {name: getattr(entry, name) for name in names}


class WaitingListView(ApiView):
    """The company's waits; all of them for the house."""

    @extend_schema(operation_id="list_waits", parameters=[CURSOR, LIMIT], responses=WaitPage)
    def get(self, request: Request) -> HttpResponse:
        """List waits, the newest first."""
        page = page_by(
            waits_visible_to(request.actor),
            columns=["-entered_at", "-id"],
            cursor=request.GET.get("cursor"),
            limit=page_size_from_text(request.GET.get("limit")),
        )
        return page_response(page, wait_json)

    @extend_schema(
        operation_id="join_waiting_list", parameters=[IDEMPOTENCY_KEY], request=WaitRequest, responses={201: WaitAnswer}
    )
    @idempotent
    def post(self, request: Request) -> HttpResponse:
        """Wait for a visit. When a place comes free in turn it is held for half an hour, and offered."""
        fields = read(WaitRequest, request)
        lot_ids = lot_ids_by_stock_numbers(fields.pop("stock_numbers"), actor=request.actor)
        entry = join_waiting_list(lot_ids=lot_ids, **fields, actor=request.actor, at=request.at)
        return json_response(wait_json(entry), 201)


class WaitView(ApiView):
    """One wait."""

    @extend_schema(operation_id="get_wait", responses=WaitAnswer)
    def get(self, request: Request, entry_id: UUID) -> HttpResponse:
        """Give one wait with what is offered to it."""
        return json_response(wait_json(wait_visible_to(request.actor, entry_id)))


class PlaceLinkView(ApiView):
    """The secret link."""

    # Without a key: its answer must not be kept, and a repeated call only replaces the link.
    @extend_schema(operation_id="issue_place_link", request=None, responses={201: LinkAnswer})
    def post(self, request: Request, entry_id: UUID) -> HttpResponse:
        """Give the word with which anybody may see and answer the offer; an older one is void from now on."""
        token = issue_place_link(entry_id=entry_id, actor=request.actor, at=request.at)
        return json_response({"token": token}, 201)


class RaisePriorityView(ApiView):
    """Passing others."""

    @extend_schema(
        operation_id="raise_priority", parameters=[IDEMPOTENCY_KEY], request=PriorityRequest, responses=WaitAnswer
    )
    @idempotent
    def post(self, request: Request, entry_id: UUID) -> HttpResponse:
        """Let a wait pass those of a lower priority."""
        fields = read(PriorityRequest, request)
        raise_priority(entry_id=entry_id, **fields, actor=request.actor, at=request.at)
        return json_response(wait_json(wait_visible_to(request.actor, entry_id)))


class AcceptPlaceView(ApiView):
    """Taking what is offered."""

    @extend_schema(
        operation_id="accept_place", parameters=[IDEMPOTENCY_KEY], request=VisitorsRequest, responses=WaitAnswer
    )
    @idempotent
    def post(self, request: Request, entry_id: UUID) -> HttpResponse:
        """Book the place that is held."""
        accept_place(entry_id=entry_id, **read_visitors(request), actor=request.actor, at=request.at)
        return json_response(wait_json(wait_visible_to(request.actor, entry_id)))


class DeclinePlaceView(ApiView):
    """Not taking it."""

    @extend_schema(operation_id="decline_place", parameters=[IDEMPOTENCY_KEY], request=None, responses=WaitAnswer)
    @idempotent
    def post(self, request: Request, entry_id: UUID) -> HttpResponse:
        """Give the place back; the wait is over."""
        decline_place(entry_id=entry_id, actor=request.actor, at=request.at)
        return json_response(wait_json(wait_visible_to(request.actor, entry_id)))


class LeaveWaitingListView(ApiView):
    """Not waiting any more."""

    @extend_schema(operation_id="leave_waiting_list", parameters=[IDEMPOTENCY_KEY], request=None, responses=WaitAnswer)
    @idempotent
    def post(self, request: Request, entry_id: UUID) -> HttpResponse:
        """Leave the waiting list, and give back what is held."""
        leave_waiting_list(entry_id=entry_id, actor=request.actor, at=request.at)
        return json_response(wait_json(wait_visible_to(request.actor, entry_id)))
