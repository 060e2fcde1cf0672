"""Holds over JSON: place and lift."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from bonded.actions.holds import lift_hold, place_hold
from bonded.api.base import IDEMPOTENCY_KEY, ApiView, Request, columns_of, idempotent, json_response, read
from bonded.models.holds import Hold
from bonded.queries.lots import lot_by_stock_number
from bonded.rules.holds import HoldKind


class HoldRequest(serializers.Serializer[Any]):
    """Why a lot must stay."""

    kind = serializers.ChoiceField(choices=[(kind.value, kind.value) for kind in HoldKind])
    reason = serializers.CharField(max_length=500)


class LiftRequest(serializers.Serializer[Any]):
    """Why a lot may go on."""

    reason = serializers.CharField(max_length=500)


class HoldAnswer(serializers.Serializer[Any]):
    """A hold."""

    id = serializers.IntegerField()
    kind = serializers.CharField()
    reason = serializers.CharField()
    placed_at = serializers.DateTimeField()
    answer_due_at = serializers.DateTimeField(allow_null=True)
    lifted_at = serializers.DateTimeField(allow_null=True)
    lifting_reason = serializers.CharField(allow_blank=True)


def hold_json(hold: Hold) -> dict[str, Any]:
    """Give a hold as the API tells it."""
    return columns_of(HoldAnswer, hold)


class HoldsView(ApiView):
    """The holds of one lot."""

    @extend_schema(
        operation_id="place_hold", parameters=[IDEMPOTENCY_KEY], request=HoldRequest, responses={201: HoldAnswer}
    )
    @idempotent
    def post(self, request: Request, stock_number: str) -> HttpResponse:
        """Stop a lot."""
        fields = read(HoldRequest, request)
        lot = lot_by_stock_number(stock_number, actor=request.actor)
        hold = place_hold(
            lot_id=lot.pk, kind=HoldKind(fields["kind"]), reason=fields["reason"], actor=request.actor, at=request.at
        )
        return json_response(hold_json(hold), 201)


class LiftHoldView(ApiView):
    """The end of a hold."""

    @extend_schema(operation_id="lift_hold", parameters=[IDEMPOTENCY_KEY], request=LiftRequest, responses=HoldAnswer)
    @idempotent
    def post(self, request: Request, hold_id: int) -> HttpResponse:
        """End a hold, with the reason why."""
        reason = read(LiftRequest, request)["reason"]
        return json_response(hold_json(lift_hold(hold_id=hold_id, reason=reason, actor=request.actor, at=request.at)))
