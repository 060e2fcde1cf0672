"""What a lot's value stands on, over JSON."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from bonded.api.base import IDEMPOTENCY_KEY, ApiView, Request, idempotent, json_response, read
from bonded.rules.money import Money
from tariffs.actions.valuations import record_valuation
from tariffs.models.valuations import Valuation
from tariffs.queries.valuations import valuations_of_lot
from tariffs.rules.valuations import EvidenceKind, ValuationMethod


class ValuationRequest(serializers.Serializer[Any]):
    """The method, and the paper that shows the price."""

    method = serializers.ChoiceField(choices=[method.value for method in ValuationMethod])
    evidence = serializers.ChoiceField(choices=[kind.value for kind in EvidenceKind])
    document = serializers.CharField(max_length=120, help_text="Number or place of the paper.")
    amount = serializers.CharField(max_length=30)
    currency = serializers.RegexField(r"^[A-Z]{3}$")
    documented_on = serializers.DateField()


class ValuationAnswer(serializers.Serializer[Any]):
    """One paper behind a lot's value."""

    id = serializers.IntegerField()
    stock_number = serializers.CharField()
    method = serializers.CharField()
    evidence = serializers.CharField()
    document = serializers.CharField()
    amount = serializers.CharField()
    currency = serializers.CharField()
    documented_on = serializers.DateField()
    recorded_at = serializers.DateTimeField()
    is_the_lots_value = serializers.BooleanField(help_text="Whether the paper shows the value that the lot has now.")


class ValuationsAnswer(serializers.Serializer[Any]):
    """Everything recorded for a lot; the first is in force."""

    results = ValuationAnswer(many=True)


def valuation_json(valuation: Valuation) -> dict[str, Any]:
    """Give a valuation as the API tells it."""
    shown = Money(valuation.amount_minor, valuation.currency)
    columns = ("method", "evidence", "document", "currency", "documented_on", "recorded_at")
    return {
        "id": valuation.pk,
        "stock_number": valuation.lot.stock_number,
        **{name: getattr(valuation, name) for name in columns},
        "amount": str(shown),
        "is_the_lots_value": shown == Money(valuation.lot.value_minor, valuation.lot.currency),
    }


class ValuationsView(ApiView):
    """The papers behind a lot's value."""

    @extend_schema(operation_id="list_valuations", responses=ValuationsAnswer)
    def get(self, request: Request, stock_number: str) -> HttpResponse:
        """List what was recorded, the one in force first."""
        found = valuations_of_lot(stock_number, actor=request.actor)
        return json_response({"results": [valuation_json(valuation) for valuation in found]})

    @extend_schema(
        operation_id="record_valuation",
        parameters=[IDEMPOTENCY_KEY],
        request=ValuationRequest,
        responses={201: ValuationAnswer},
    )
    @idempotent
    def post(self, request: Request, stock_number: str) -> HttpResponse:
        """Record the paper that a lot's value stands on from now on."""
        body = read(ValuationRequest, request)
        valuation = record_valuation(
            stock_number=stock_number,
            method=ValuationMethod(body["method"]),
            evidence=EvidenceKind(body["evidence"]),
            document=body["document"],
            amount=Money.from_text(body["amount"], body["currency"]),
            documented_on=body["documented_on"],
            actor=request.actor,
            at=request.at,
        )
        return json_response(valuation_json(valuation), 201)
