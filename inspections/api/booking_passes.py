"""The pass of a booking over HTTP: printed by the buyer, scanned by the keeper."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from bonded.api.base import IDEMPOTENCY_KEY, AddressThrottle, ApiView, Request, idempotent, json_response
from inspections.actions.booking_passes import check_in_by_pass, issue_booking_pass
from inspections.api.bookings import BookingAnswer, booking_json
from inspections.api.sessions import CheckInRequest, read_check_in
from inspections.gateways.booking_passes import pass_pdf


class PassCheckInRequest(CheckInRequest):
    """What the scanner read, and which papers were seen."""

    pass_token = serializers.CharField(max_length=100)


class BookingPassView(ApiView):
    """The pass for the viewing room."""

    # Without a key: its answer must not be kept, and a repeated call only replaces the pass.
    @extend_schema(
        operation_id="issue_booking_pass", request=None, responses={(201, "application/pdf"): OpenApiTypes.BINARY}
    )
    def post(self, request: Request, booking_id: UUID) -> HttpResponse:
        """Give the pass by which the visitors come in once, to be printed; an older one is void from now on."""
        visit = issue_booking_pass(booking_id=booking_id, actor=request.actor, at=request.at)
        response = HttpResponse(pass_pdf(visit), status=201, content_type="application/pdf")
        response["Content-Disposition"] = 'attachment; filename="visit-pass.pdf"'
        response["X-Content-Type-Options"] = "nosniff"
        return response


class CheckInsView(ApiView):
    """The door of the viewing room, opened by a pass."""

    throttle_classes = (AddressThrottle,)
    door, calls_a_minute = "check-ins", 60

    @extend_schema(
        operation_id="check_in_by_pass",
        parameters=[IDEMPOTENCY_KEY],
        request=PassCheckInRequest,
        responses={201: BookingAnswer},
    )
    @idempotent
    def post(self, request: Request) -> HttpResponse:
        """Let the visitors of the pass's booking in."""
        session = check_in_by_pass(**read_check_in(PassCheckInRequest, request), actor=request.actor, at=request.at)
        return json_response(booking_json(session.booking_id, request), 201)
