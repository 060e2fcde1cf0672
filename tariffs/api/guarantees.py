"""Guarantee accounts over JSON."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from bonded.api.base import IDEMPOTENCY_KEY, ApiView, Request, idempotent, json_response, read
from bonded.rules.money import Money
from tariffs.actions.guarantees import set_guarantee
from tariffs.api.duty import ReservationAnswer, reservation_json
from tariffs.models.guarantees import GuaranteeAccount
from tariffs.queries.guarantees import guarantee_of, live_claims


class LimitRequest(serializers.Serializer[Any]):
    """How much a company may owe, in yuan."""

    limit = serializers.CharField(max_length=24)


class GuaranteeAnswer(serializers.Serializer[Any]):
    """A guarantee and everything that counts against it."""

    company_id = serializers.IntegerField()
    currency = serializers.CharField()
    limit = serializers.CharField()
    reserved = serializers.CharField()
    used = serializers.CharField()
    available = serializers.CharField()
    claims = ReservationAnswer(many=True)


def guarantee_json(account: GuaranteeAccount) -> dict[str, Any]:
    """Give a guarantee account as the API tells it; runs one SQL statement."""
    figures = ("limit", "reserved", "used", "available")
    return {
        "company_id": account.company_id,
        "currency": account.currency,
        **{name: str(getattr(account.headroom, name)) for name in figures},
        "claims": [reservation_json(claim, account.currency) for claim in live_claims(account)],
    }


class GuaranteeView(ApiView):
    """One company's guarantee."""

    @extend_schema(operation_id="get_guarantee", responses=GuaranteeAnswer)
    def get(self, request: Request, company_id: int) -> HttpResponse:
        """Give a company's guarantee, and what claims it."""
        return json_response(guarantee_json(guarantee_of(company_id, actor=request.actor)))

    @extend_schema(
        operation_id="set_guarantee", parameters=[IDEMPOTENCY_KEY], request=LimitRequest, responses=GuaranteeAnswer
    )
    @idempotent
    def put(self, request: Request, company_id: int) -> HttpResponse:
        """Open a company's guarantee account, or change its limit."""
        limit = Money.from_text(read(LimitRequest, request)["limit"], "CNY")
        account = set_guarantee(company_id=company_id, limit=limit, actor=request.actor, at=request.at)
        return json_response(guarantee_json(account))
