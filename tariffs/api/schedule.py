"""The tariff schedule and the exchange rates over JSON."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers

from bonded.api.base import CURSOR, LIMIT, ApiView, Request, page_response
from bonded.queries.pages import page_by, page_size_from_text
from tariffs.api.base import KNOWN_AT, ON, asked_day, asked_moment
from tariffs.models.exchange_rates import ExchangeRate
from tariffs.models.schedule import Measure
from tariffs.models.versions import Version
from tariffs.rules.permissions import Act, require
from tariffs.rules.schedule import hs_digits

HS_CODE = OpenApiParameter("hs_code", OpenApiTypes.STR, description="Only measures that cover this code, dots allowed.")


class MeasureAnswer(serializers.Serializer[Any]):
    """One measure; empty origin and regime mean every one. What is not verified says so."""

    version = serializers.CharField()
    jurisdiction = serializers.CharField()
    kind = serializers.CharField()
    hs_code = serializers.CharField()
    origin = serializers.CharField(allow_blank=True)
    regime = serializers.CharField(allow_blank=True)
    needs_document = serializers.CharField(allow_blank=True)
    quota = serializers.CharField(allow_blank=True)
    rate = serializers.CharField()
    valid_from = serializers.DateField(source="validity.lower")
    valid_until = serializers.DateField(source="validity.upper", allow_null=True)
    source = serializers.CharField()  # type: ignore[assignment]
    mark = serializers.CharField()
    is_verified = serializers.BooleanField()


class MeasurePage(serializers.Serializer[Any]):
    """A page of measures."""

    results = MeasureAnswer(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class ExchangeRateAnswer(serializers.Serializer[Any]):
    """One customs exchange rate, quoted as `quoted` says."""

    version = serializers.CharField()
    local_currency = serializers.CharField()
    currency = serializers.CharField()
    rate = serializers.CharField()
    quoted = serializers.CharField()
    valid_from = serializers.DateField(source="validity.lower")
    valid_until = serializers.DateField(source="validity.upper", allow_null=True)
    source = serializers.CharField()  # type: ignore[assignment]
    mark = serializers.CharField()
    is_verified = serializers.BooleanField()


class ExchangeRatePage(serializers.Serializer[Any]):
    """A page of exchange rates."""

    results = ExchangeRateAnswer(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class MeasuresView(ApiView):
    """The schedule of a day."""

    @extend_schema(
        operation_id="list_measures", parameters=[ON, KNOWN_AT, HS_CODE, CURSOR, LIMIT], responses=MeasurePage
    )
    def get(self, request: Request) -> HttpResponse:
        """List the measures in force on a day, as believed now or at a moment, by id."""
        require(request.actor, Act.READ_SCHEDULE)
        rows = Measure.objects.known(asked_moment(request, "known_at")).in_force(asked_day(request))
        if code := request.GET.get("hs_code"):
            digits = hs_digits(code)
            rows = rows.filter(hs_code__in=[digits[:length] for length in range(2, len(digits) + 1)])
        return _page(rows, MeasureAnswer, request)


class ExchangeRatesView(ApiView):
    """The exchange rates of a day."""

    @extend_schema(
        operation_id="list_exchange_rates", parameters=[ON, KNOWN_AT, CURSOR, LIMIT], responses=ExchangeRatePage
    )
    def get(self, request: Request) -> HttpResponse:
        """List the customs exchange rates in force on a day, as believed now or at a moment, by id."""
        require(request.actor, Act.READ_SCHEDULE)
        rows = ExchangeRate.objects.known(asked_moment(request, "known_at")).in_force(asked_day(request))
        return _page(rows, ExchangeRateAnswer, request)


def _page(rows: Any, answer: type[serializers.Serializer[Any]], request: Request) -> HttpResponse:
    def to_json(row: Version) -> dict[str, Any]:
        days = {"valid_from": row.validity.lower, "valid_until": row.validity.upper}
        return {name: days[name] if name in days else getattr(row, name) for name in answer().get_fields()}

    limit = page_size_from_text(request.GET.get("limit"))
    return page_response(page_by(rows, columns=["id"], cursor=request.GET.get("cursor"), limit=limit), to_json)
