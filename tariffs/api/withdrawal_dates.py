"""When goods leave bond cheapest, over JSON."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers

from bonded.api.base import ApiView, Request, json_response
from bonded.rules.errors import InputInvalid
from tariffs.api.base import ChargesAnswer, charges_json
from tariffs.queries.withdrawal_dates import DatedLots, withdrawal_dates_of_lots
from tariffs.rules.withdrawal_dates import Span

MOST_LOTS = 200
LOT = OpenApiParameter(
    "lot", OpenApiTypes.STR, required=True, many=True, description="A stock number; up to 200 of them."
)


class SpanAnswer(ChargesAnswer):
    """Days on which the lots cost the same, both ends included."""

    from_on = serializers.DateField()
    until_on = serializers.DateField()
    landed = serializers.CharField(help_text="Customs value and total.")
    saves = serializers.CharField(help_text="Landed cost today less that of these days; negative when dearer.")


class StorageLimitAnswer(serializers.Serializer[Any]):
    """The last day in bond of a lot."""

    stock_number = serializers.CharField()
    on = serializers.DateField()


class NotKnownAnswer(serializers.Serializer[Any]):
    """Something that the answer can't know."""

    code = serializers.CharField()
    message = serializers.CharField()


class WithdrawalDatesAnswer(serializers.Serializer[Any]):
    """What the lots would cost landed from today on, withdrawn together, by what is published now."""

    currency = serializers.CharField()
    cheapest = SpanAnswer()
    spans = SpanAnswer(many=True)
    last_on = serializers.DateField(help_text="The last day that can be said.")
    ends_because = serializers.CharField(help_text="sixty_days, storage_limit or not_published.")
    storage_limits = StorageLimitAnswer(many=True)
    not_known = NotKnownAnswer(many=True)


def span_json(span: Span) -> dict[str, Any]:
    """Give a span as the API tells it."""
    return {
        "from_on": span.from_on,
        "until_on": span.until_on,
        **charges_json(span.charges),
        "landed": str(span.landed),
        "saves": str(span.saves),
    }


def withdrawal_dates_json(lots: DatedLots) -> dict[str, Any]:
    """Give the days as the API tells them."""
    dates = lots.dates
    return {
        "currency": dates.cheapest.landed.currency,
        "cheapest": span_json(dates.cheapest),
        "spans": [span_json(span) for span in dates.spans],
        "last_on": dates.last_on,
        "ends_because": dates.bound,
        "storage_limits": [{"stock_number": number, "on": on} for number, on in sorted(lots.storage_limits.items())],
        "not_known": [{"code": problem.code, "message": problem.message} for problem in lots.not_known],
    }


class WithdrawalDatesView(ApiView):
    """The best day to withdraw."""

    @extend_schema(operation_id="get_withdrawal_dates", parameters=[LOT], responses=WithdrawalDatesAnswer)
    def get(self, request: Request) -> HttpResponse:
        """Say what lots would cost landed on the days whose rates are published, and when they cost least."""
        stock_numbers = list(dict.fromkeys(request.GET.getlist("lot")))
        if not 0 < len(stock_numbers) <= MOST_LOTS:
            raise InputInvalid(f"Name 1 to {MOST_LOTS} lots, as ?lot=A-1&lot=A-2.")
        lots = withdrawal_dates_of_lots(stock_numbers, actor=request.actor, at=request.at)
        return json_response(withdrawal_dates_json(lots))
