"""The books over JSON."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers

from bonded.api.base import ApiView, Request, json_response
from tariffs.api.base import ON, asked_day, asked_moment
from tariffs.queries.ledger import ledger_balances, ledger_balances_as_of

EFFECTIVE_ON = OpenApiParameter("effective_on", OpenApiTypes.DATE, description="Entries that count by that day.")
POSTED_AT = OpenApiParameter("posted_at", OpenApiTypes.DATETIME, description="Entries posted by that moment.")


class BalanceAnswer(serializers.Serializer[Any]):
    """One account; debits are positive."""

    code = serializers.CharField()
    name = serializers.CharField()
    company_id = serializers.IntegerField(allow_null=True)
    currency = serializers.CharField()
    balance = serializers.CharField()


class BalancesAnswer(serializers.Serializer[Any]):
    """Every account of the books."""

    results = BalanceAnswer(many=True)


class LedgerBalancesView(ApiView):
    """The balances."""

    @extend_schema(
        operation_id="list_ledger_balances", parameters=[ON, EFFECTIVE_ON, POSTED_AT], responses=BalancesAnswer
    )
    def get(self, request: Request) -> HttpResponse:
        """List the balance of every account: as it stands, or from what counts by a day or was posted by a moment.

        `on` is an older name of `effective_on`.
        """
        day = next((asked_day(request, name) for name in ("effective_on", "on") if name in request.GET), None)
        moment = asked_moment(request, "posted_at")
        if day or moment:
            balances = ledger_balances_as_of(effective_on=day, posted_at=moment, actor=request.actor)
        else:
            balances = ledger_balances(actor=request.actor)
        rows = [
            {
                "code": balance.code,
                "name": balance.code.name.lower(),
                "company_id": balance.company_id,
                "currency": balance.amount.currency,
                "balance": str(balance.amount),
            }
            for balance in balances
        ]
        return json_response({"results": rows})
