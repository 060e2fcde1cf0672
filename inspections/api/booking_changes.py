"""What may become of a booking over JSON: held, confirmed, approved, refused, moved."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from bonded.api.base import IDEMPOTENCY_KEY, ApiView, Request, idempotent, json_response, read
from inspections.actions.booking_approvals import approve_booking, refuse_booking
from inspections.actions.booking_holds import confirm_booking, hold_viewing
from inspections.actions.booking_moves import move_booking
from inspections.api.bookings import (
    BookingAnswer,
    PlaceRequest,
    VisitorsRequest,
    VisitRequest,
    booking_json,
    read_visitors,
    wish_of,
)
from inspections.queries.viewing_rooms import place_of


class MoveRequest(PlaceRequest):
    """To which desk and time, and why what stands against it should be overridden, if anything does."""

    justification = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class DecisionRequest(serializers.Serializer[Any]):
    """Why it was decided so."""

    reason = serializers.CharField(max_length=200)


class HoldsView(ApiView):
    """Time to choose."""

    @extend_schema(
        operation_id="hold_viewing", parameters=[IDEMPOTENCY_KEY], request=VisitRequest, responses={201: BookingAnswer}
    )
    @idempotent
    def post(self, request: Request) -> HttpResponse:
        """Claim everything for a visit for ten minutes; `held_until` says when that is over."""
        booking = hold_viewing(wish=wish_of(read(VisitRequest, request), request), actor=request.actor, at=request.at)
        return json_response(booking_json(booking.pk, request), 201)


class ConfirmBookingView(ApiView):
    """The end of choosing."""

    @extend_schema(
        operation_id="confirm_booking",
        parameters=[IDEMPOTENCY_KEY],
        request=VisitorsRequest,
        responses=BookingAnswer,
    )
    @idempotent
    def post(self, request: Request, booking_id: UUID) -> HttpResponse:
        """Book what was held."""
        confirm_booking(booking_id=booking_id, **read_visitors(request), actor=request.actor, at=request.at)
        return json_response(booking_json(booking_id, request))


class ApproveBookingView(ApiView):
    """Overriding what stands against a visit."""

    @extend_schema(
        operation_id="approve_booking", parameters=[IDEMPOTENCY_KEY], request=DecisionRequest, responses=BookingAnswer
    )
    @idempotent
    def post(self, request: Request, booking_id: UUID) -> HttpResponse:
        """Override what the caller's role may; the visit is booked when nothing stands against it any more."""
        reason = read(DecisionRequest, request)["reason"]
        approve_booking(booking_id=booking_id, reason=reason, actor=request.actor, at=request.at)
        return json_response(booking_json(booking_id, request))


class RefuseBookingView(ApiView):
    """Not overriding it."""

    @extend_schema(
        operation_id="refuse_booking", parameters=[IDEMPOTENCY_KEY], request=DecisionRequest, responses=BookingAnswer
    )
    @idempotent
    def post(self, request: Request, booking_id: UUID) -> HttpResponse:
        """Refuse a requested visit; everything that it claimed is free."""
        reason = read(DecisionRequest, request)["reason"]
        refuse_booking(booking_id=booking_id, reason=reason, actor=request.actor, at=request.at)
        return json_response(booking_json(booking_id, request))


class MoveBookingView(ApiView):
    """Another time."""

    @extend_schema(
        operation_id="move_booking",
        parameters=[IDEMPOTENCY_KEY],
        request=MoveRequest,
        responses={201: BookingAnswer},
    )
    @idempotent
    def post(self, request: Request, booking_id: UUID) -> HttpResponse:
        """Book the same lots for another time; the old time is given up only when the new one is had."""
        fields = read(MoveRequest, request)
        place = place_of(fields["desk"], fields.get("escort"), fields.get("scale"), actor=request.actor)
        booking = move_booking(
            booking_id=booking_id,
            desk_id=place.desk_id,
            starts_at=fields["starts_at"],
            escort_id=place.escort_id,
            scale_id=place.scale_id,
            justification=fields["justification"],
            actor=request.actor,
            at=request.at,
        )
        return json_response(booking_json(booking.pk, request), 201)
