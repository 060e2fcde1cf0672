"""Lots over JSON: one lot, and its story."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, cast

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers

from bonded.api.base import ApiView, Request, json_response
from bonded.api.lot_summaries import LotSummary
from bonded.models.lots import Lot
from bonded.queries.custody import activities_of, chain_of_custody, entry_into_bond, holds_of
from bonded.queries.lots import lot_by_stock_number
from bonded.rules.money import Money
from bonded.rules.permissions import Role
from bonded.rules.quantities import trade_carats


class LotAnswer(LotSummary):
    """Everything about a lot; the last five only for staff and for its supplier, the place and seal only for staff."""

    hs_code = serializers.CharField()
    declared_pieces = serializers.IntegerField()
    declared_carats = serializers.CharField()
    depth_percent = serializers.CharField(allow_null=True)
    table_percent = serializers.CharField(allow_null=True)
    length_mm = serializers.CharField(allow_null=True)
    width_mm = serializers.CharField(allow_null=True)
    depth_mm = serializers.CharField(allow_null=True)
    kimberley_number = serializers.CharField(allow_blank=True)
    customs_state = serializers.CharField()
    trade_state = serializers.CharField()
    is_on_offer = serializers.BooleanField()
    consignment = serializers.CharField(required=False)
    goods_state = serializers.CharField(required=False)
    is_on_hold = serializers.BooleanField(required=False)
    location = serializers.CharField(required=False, allow_null=True)
    seal_number = serializers.CharField(required=False, allow_blank=True)


class MovementAnswer(serializers.Serializer[Any]):
    """A step in the vault, and the hash (SHA-256, hexadecimal) that chains it to the one before; people for staff."""

    position = serializers.IntegerField()
    kind = serializers.CharField()
    goods_state = serializers.CharField()
    pieces = serializers.IntegerField()
    weight_carats = serializers.CharField()
    reading_carats = serializers.CharField(allow_null=True)
    counted_pieces = serializers.IntegerField(allow_null=True)
    seal_number = serializers.CharField(allow_blank=True)
    recorded_at = serializers.DateTimeField()
    hash = serializers.CharField()
    location = serializers.CharField(required=False, allow_null=True)
    scale = serializers.CharField(required=False, allow_blank=True)
    recorded_by = serializers.CharField(required=False, allow_null=True)
    witness = serializers.CharField(required=False, allow_null=True)


class StoryAnswer(serializers.Serializer[Any]):
    """A lot's story: whole for staff, without people for its supplier, for a buyer only that it is kept."""

    stock_number = serializers.CharField()
    is_kept_under_seal = serializers.BooleanField()
    under_bond_since = serializers.DateField(allow_null=True)
    movements = MovementAnswer(many=True, required=False)
    holds = serializers.ListField(child=serializers.DictField(), required=False)
    activities = serializers.ListField(child=serializers.DictField(), required=False)


# What anybody who sees the lot may know of it. Whether it lies on a desk or its seal is broken is not among it:
# a buyer must not learn that a rival is looking.
FOR_ALL = (
    "hs_code", "declared_pieces", "declared_carats", "depth_percent", "table_percent", "length_mm", "width_mm",
    "depth_mm", "kimberley_number", "customs_state", "trade_state", "is_on_offer",
)  # fmt: skip
MOVEMENT_FOR_STAFF = {
    "location": "location__code", "scale": "scale", "recorded_by": "recorded_by__username",
    "witness": "witness__username",
}  # fmt: skip
MOVEMENT_FOR_SUPPLIER = (
    "position", "kind", "goods_state", "pieces", "weight_carats", "reading_carats", "counted_pieces", "seal_number",
    "recorded_at",
)  # fmt: skip
NAMES_OF_SUMMARY = tuple(LotSummary().get_fields())


def _lot_json(lot: Lot, *, role: Role, is_staff: bool) -> dict[str, Any]:
    told = {name: getattr(lot, name) for name in NAMES_OF_SUMMARY if name not in ("trade_carats", "value")}
    told |= {"trade_carats": trade_carats(lot.weight_carats), "value": str(Money(lot.value_minor, lot.currency))}
    told |= {name: getattr(lot, name) for name in FOR_ALL}
    if is_staff or role is Role.SUPPLIER:
        told |= {"consignment": lot.consignment.reference, "goods_state": lot.goods_state, "is_on_hold": lot.is_on_hold}
    if is_staff:
        told |= {"location": lot.location and lot.location.code, "seal_number": lot.seal_number}
    return told


def _movement_json(row: Mapping[str, Any], *, is_staff: bool) -> dict[str, Any]:
    told = {name: row[name] for name in MOVEMENT_FOR_SUPPLIER} | {"hash": bytes(row["hash"]).hex()}
    return told | {name: row[column] for name, column in MOVEMENT_FOR_STAFF.items()} if is_staff else told


class LotView(ApiView):
    """One lot."""

    @extend_schema(
        operation_id="get_lot",
        parameters=[
            OpenApiParameter(
                "If-None-Match",
                OpenApiTypes.STR,
                OpenApiParameter.HEADER,
                description="The ETag of an earlier answer: 304 without a body when nothing has changed.",
            )
        ],
        responses={200: LotAnswer, 304: None},
    )
    def get(self, request: Request, stock_number: str) -> HttpResponseBase:
        """Give everything about one lot that this caller may know."""
        actor = request.actor
        lot = lot_by_stock_number(stock_number, actor=actor)
        response = json_response(_lot_json(lot, role=actor.role, is_staff=actor.is_staff))
        response["ETag"] = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
        answer = get_conditional_response(cast("HttpRequest", request), etag=response["ETag"], response=response)
        return answer or response


class LotStoryView(ApiView):
    """One lot's life in the vault."""

    @extend_schema(operation_id="get_lot_story", responses=StoryAnswer)
    def get(self, request: Request, stock_number: str) -> HttpResponse:
        """Tell what happened to a lot: all to staff, its movements to its supplier, only its keeping to a buyer."""
        actor = request.actor
        lot = lot_by_stock_number(stock_number, actor=actor)
        told: dict[str, Any] = {"stock_number": lot.stock_number, **entry_into_bond(lot)}
        if actor.is_staff or actor.role is Role.SUPPLIER:
            told["movements"] = [_movement_json(row, is_staff=actor.is_staff) for row in chain_of_custody(lot)]
        if actor.is_staff:
            told |= {"holds": holds_of(lot), "activities": activities_of("lot", str(lot.pk))}
        return json_response(told)
