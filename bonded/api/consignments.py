"""Consignments over JSON: announce, follow, declare, receive."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from bonded.actions.consignments import announce_consignment, receive_consignment
from bonded.api.base import (
    CURSOR,
    IDEMPOTENCY_KEY,
    LIMIT,
    ApiView,
    Request,
    columns_of,
    idempotent,
    json_response,
    page_response,
    read,
)
from bonded.models.consignments import Consignment
from bonded.queries.consignments import consignment_by_reference, standing_of_consignment
from bonded.queries.pages import page_by, page_size_from_text
from bonded.queries.parties import keeper_id_of
from bonded.rules.consignments import Weighing
from bonded.rules.money import CURRENCY_DECIMALS


class ConsignmentRequest(serializers.Serializer[Any]):
    """What a supplier will send."""

    reference = serializers.RegexField(r"^[A-Za-z0-9][A-Za-z0-9-]{2,31}$", max_length=32)
    origin = serializers.RegexField(r"^[A-Z]{2}$", help_text="ISO 3166-1 alpha-2.")
    currency = serializers.ChoiceField(choices=sorted(CURRENCY_DECIMALS))


class WeighingRequest(serializers.Serializer[Any]):
    """What the vault found for one lot."""

    stock_number = serializers.CharField(max_length=40)
    pieces = serializers.IntegerField(min_value=1, max_value=10_000_000)
    weight_carats = serializers.DecimalField(max_digits=9, decimal_places=3, min_value=Decimal("0.001"))
    seal_number = serializers.CharField(max_length=32)
    location = serializers.CharField(max_length=40)


class ReceiptRequest(serializers.Serializer[Any]):
    """All weighings of a consignment, the scale, and the second keeper's user name."""

    scale = serializers.CharField(max_length=40)
    witness = serializers.CharField(max_length=150)
    weighings = serializers.ListField(child=WeighingRequest(), min_length=1, max_length=20_000)


class ConsignmentAnswer(serializers.Serializer[Any]):
    """A consignment and how its lots stand."""

    reference = serializers.CharField()
    supplier = serializers.CharField()
    state = serializers.CharField()
    origin = serializers.CharField()
    currency = serializers.CharField()
    announced_at = serializers.DateTimeField()
    received_at = serializers.DateTimeField(allow_null=True)
    lots = serializers.IntegerField()
    lots_on_hold = serializers.IntegerField()
    weight_carats = serializers.CharField()


class ConsignmentSummary(serializers.Serializer[Any]):
    """A consignment in a list."""

    reference = serializers.CharField()
    state = serializers.CharField()
    announced_at = serializers.DateTimeField()


class ConsignmentPage(serializers.Serializer[Any]):
    """A page of consignments, the newest first."""

    results = ConsignmentSummary(many=True)
    next_cursor = serializers.CharField(allow_null=True)


def consignment_json(consignment: Consignment) -> dict[str, Any]:
    """Give a consignment as the API tells it."""
    return {
        "reference": consignment.reference,
        "supplier": consignment.supplier.name,
        "state": consignment.state,
        "origin": consignment.origin,
        "currency": consignment.currency,
        "announced_at": consignment.announced_at,
        "received_at": consignment.received_at,
        **standing_of_consignment(consignment.pk),
    }


class ConsignmentsView(ApiView):
    """The supplier's consignments; all of them for staff."""

    @extend_schema(operation_id="list_consignments", parameters=[CURSOR, LIMIT], responses=ConsignmentPage)
    def get(self, request: Request) -> HttpResponse:
        """List consignments, the newest first."""
        page = page_by(
            Consignment.objects.visible_to(request.actor),
            columns=["-id"],
            cursor=request.GET.get("cursor"),
            limit=page_size_from_text(request.GET.get("limit")),
        )
        return page_response(page, partial(columns_of, ConsignmentSummary))

    @extend_schema(
        operation_id="announce_consignment",
        parameters=[IDEMPOTENCY_KEY],
        request=ConsignmentRequest,
        responses={201: ConsignmentAnswer},
    )
    @idempotent
    def post(self, request: Request) -> HttpResponse:
        """Announce a consignment, to which lines can then be added."""
        fields = read(ConsignmentRequest, request)
        consignment = announce_consignment(
            **fields, supplier_id=request.actor.company_id, actor=request.actor, at=request.at
        )
        return json_response(consignment_json(consignment), 201)


class ConsignmentView(ApiView):
    """One consignment."""

    @extend_schema(operation_id="get_consignment", responses=ConsignmentAnswer)
    def get(self, request: Request, reference: str) -> HttpResponse:
        """Give one consignment and how its lots stand."""
        return json_response(consignment_json(consignment_by_reference(reference, actor=request.actor)))


class ConsignmentReceiptView(ApiView):
    """The vault's taking in."""

    @extend_schema(
        operation_id="receive_consignment",
        parameters=[IDEMPOTENCY_KEY],
        request=ReceiptRequest,
        responses={201: ConsignmentAnswer},
    )
    @idempotent
    def post(self, request: Request, reference: str) -> HttpResponse:
        """Take a consignment in: weighed, compared, sealed, stored; what differs goes on hold."""
        fields = read(ReceiptRequest, request)
        weighings = [
            Weighing(row["stock_number"], row["pieces"], row["weight_carats"], row["seal_number"], row["location"])
            for row in fields["weighings"]
        ]
        consignment = receive_consignment(
            consignment_id=consignment_by_reference(reference, actor=request.actor).pk,
            weighings=weighings,
            witness_id=keeper_id_of(fields["witness"], actor=request.actor),
            scale=fields["scale"],
            actor=request.actor,
            at=request.at,
        )
        return json_response(consignment_json(consignment), 201)
