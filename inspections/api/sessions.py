"""The visit over JSON: check in, weigh out, say what was found, weigh in, close."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from bonded.api.base import IDEMPOTENCY_KEY, ApiView, Request, idempotent, json_response, read
from bonded.queries.parties import keeper_id_of
from inspections.actions.findings import record_finding
from inspections.actions.sessions import check_in, close_session, open_session, weigh_in_session
from inspections.api.bookings import BookingAnswer, booking_json
from inspections.api.visitors import PaperRequest, papers_from
from inspections.queries.bookings import booked_lot_ids
from inspections.rules.findings import Intent
from inspections.rules.sessions import WeighedIn, WeighedOut


class CheckInRequest(serializers.Serializer[Any]):
    """Which papers were seen, never their whole numbers; and the papers themselves, to be compared and forgotten."""

    identity_note = serializers.CharField(max_length=200)
    papers = serializers.ListField(child=PaperRequest(), max_length=20, required=False, default=list)


def read_check_in(serializer: type[CheckInRequest], request: Request) -> dict[str, Any]:
    """Read a check-in as the acts take it."""
    fields = read(serializer, request)
    return fields | {"papers": papers_from(fields["papers"])}


class LotWeighing(serializers.Serializer[Any]):
    """One lot on the scale, in carats, counted; the seal that was broken, or the new one."""

    stock_number = serializers.CharField(max_length=40)
    weight_carats = serializers.DecimalField(max_digits=9, decimal_places=3, min_value=Decimal("0.001"))
    pieces = serializers.IntegerField(min_value=1, max_value=10_000_000)
    seal_number = serializers.CharField(max_length=32)


class LotReturn(LotWeighing):
    """One lot as it came back, and the report number that was read on the stone, if somebody looked."""

    report_number = serializers.CharField(max_length=40, required=False, allow_blank=True, default="")


class WeighingsRequest(serializers.Serializer[Any]):
    """Every lot of the booking, and the second keeper's user name."""

    witness = serializers.CharField(max_length=150)
    lots = serializers.ListField(child=LotWeighing(), min_length=1, max_length=200)


class ReturnsRequest(WeighingsRequest):
    """Every lot of the booking as it came back, and the second keeper's user name."""

    lots = serializers.ListField(child=LotReturn(), min_length=1, max_length=200)


class FindingRequest(serializers.Serializer[Any]):
    """What the buyer means to do with a lot, and the weight that both sides agree on, in carats."""

    stock_number = serializers.CharField(max_length=40)
    intent = serializers.ChoiceField(choices=[(intent.value, intent.value) for intent in Intent])
    agreed_carats = serializers.DecimalField(
        max_digits=9, decimal_places=3, min_value=Decimal("0.001"), required=False, allow_null=True, default=None
    )
    remarks = serializers.CharField(max_length=1000, required=False, allow_blank=True, default="")


class CheckInView(ApiView):
    """The door of the viewing room."""

    @extend_schema(
        operation_id="check_in", parameters=[IDEMPOTENCY_KEY], request=CheckInRequest, responses=BookingAnswer
    )
    @idempotent
    def post(self, request: Request, booking_id: UUID) -> HttpResponse:
        """Let the visitors in."""
        fields = read_check_in(CheckInRequest, request)
        check_in(booking_id=booking_id, **fields, actor=request.actor, at=request.at)
        return json_response(booking_json(booking_id, request))


class OpenSessionView(ApiView):
    """The weigh-out."""

    @extend_schema(
        operation_id="open_session", parameters=[IDEMPOTENCY_KEY], request=WeighingsRequest, responses=BookingAnswer
    )
    @idempotent
    def post(self, request: Request, booking_id: UUID) -> HttpResponse:
        """Break every lot's seal and weigh it out, before a second keeper."""
        fields = read(WeighingsRequest, request)
        lot_ids = booked_lot_ids(booking_id, [row["stock_number"] for row in fields["lots"]], actor=request.actor)
        weighed_out = [
            WeighedOut(lot_id, row["seal_number"], row["weight_carats"], row["pieces"])
            for lot_id, row in zip(lot_ids, fields["lots"], strict=True)
        ]
        open_session(
            booking_id=booking_id,
            weighed_out=weighed_out,
            witness_id=keeper_id_of(fields["witness"], actor=request.actor),
            actor=request.actor,
            at=request.at,
        )
        return json_response(booking_json(booking_id, request))


class FindingsView(ApiView):
    """What came of looking."""

    @extend_schema(
        operation_id="record_finding", parameters=[IDEMPOTENCY_KEY], request=FindingRequest, responses=BookingAnswer
    )
    @idempotent
    def post(self, request: Request, booking_id: UUID) -> HttpResponse:
        """Say what came of looking at one lot; the last word until the visit is closed stands."""
        fields = read(FindingRequest, request)
        record_finding(
            booking_id=booking_id,
            lot_id=booked_lot_ids(booking_id, [fields["stock_number"]], actor=request.actor)[0],
            intent=Intent(fields["intent"]),
            agreed_carats=fields["agreed_carats"],
            remarks=fields["remarks"],
            actor=request.actor,
            at=request.at,
        )
        return json_response(booking_json(booking_id, request))


class WeighInView(ApiView):
    """The weigh-in."""

    @extend_schema(
        operation_id="weigh_in_session",
        parameters=[IDEMPOTENCY_KEY],
        request=ReturnsRequest,
        responses=BookingAnswer,
    )
    @idempotent
    def post(self, request: Request, booking_id: UUID) -> HttpResponse:
        """Weigh every lot in, see that it is the same stone, put it back and seal it, before a second keeper."""
        fields = read(ReturnsRequest, request)
        lot_ids = booked_lot_ids(booking_id, [row["stock_number"] for row in fields["lots"]], actor=request.actor)
        weighed_in = [
            WeighedIn(lot_id, row["weight_carats"], row["pieces"], row["seal_number"], row["report_number"])
            for lot_id, row in zip(lot_ids, fields["lots"], strict=True)
        ]
        weigh_in_session(
            booking_id=booking_id,
            weighed_in=weighed_in,
            witness_id=keeper_id_of(fields["witness"], actor=request.actor),
            actor=request.actor,
            at=request.at,
        )
        return json_response(booking_json(booking_id, request))


class CloseSessionView(ApiView):
    """The end of the visit."""

    @extend_schema(operation_id="close_session", parameters=[IDEMPOTENCY_KEY], request=None, responses=BookingAnswer)
    @idempotent
    def post(self, request: Request, booking_id: UUID) -> HttpResponse:
        """End a visit whose stones are back and whose findings are all there."""
        close_session(booking_id=booking_id, actor=request.actor, at=request.at)
        return json_response(booking_json(booking_id, request))
