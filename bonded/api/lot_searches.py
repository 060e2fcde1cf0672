"""Searches of lots over JSON: pages of what is found, and counts by facet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers

from bonded.api.base import CURSOR, LIMIT, ApiView, LotSummary, Request, json_response, lot_summary_json, page_response
from bonded.queries.lot_searches import counts_of_lots, page_of_lots
from bonded.queries.pages import page_size_from_text
from bonded.rules.lot_searches import LotOrder, LotSearch, lot_search_from_parameters


def _parameter(name: str, description: str) -> OpenApiParameter:
    return OpenApiParameter(name, OpenApiTypes.STR, description=description)


SEARCH = [
    _parameter("kind", "`polished_diamond`, `rough_diamond`, `coloured_gem`; several joined by commas, or repeated."),
    _parameter("shape", "Such as `round`; several joined by commas."),
    _parameter("colour", "A diamond's letter, `D` to `Z`, or a gem's colour in words; several joined by commas."),
    _parameter("clarity", "`FL` to `I3`; several joined by commas."),
    _parameter("cut", "Such as `Ideal`; several joined by commas."),
    _parameter("origin", "Countries by ISO 3166-1 alpha-2; several joined by commas."),
    _parameter("variety", "Such as `ruby`; several joined by commas."),
    _parameter("treatment", "AGTA codes; finds lots that name any of them; several joined by commas."),
    _parameter("lab", "Whose report; several joined by commas."),
    _parameter("carats_from", "Least weight in carats, at most three decimals, inclusive."),
    _parameter("carats_to", "Greatest weight in carats, at most three decimals, inclusive."),
    _parameter("value_from", "Least invoice value in `currency`, inclusive."),
    _parameter("value_to", "Greatest invoice value in `currency`, inclusive."),
    _parameter(
        "currency", "ISO 4217: only lots invoiced in it; a search by value is in `USD` unless this says otherwise."
    ),
    _parameter("stock_number", "How the stock number begins."),
    _parameter("report_number", "How the laboratory's report number begins."),
]
ORDER = OpenApiParameter(
    "order",
    OpenApiTypes.STR,
    enum=[order.value for order in LotOrder],
    description=(
        "By price (within each currency) or weight, backwards with `-`. "
        "Without it a buyer gets the cheapest first, others the newest."
    ),
)


class LotPage(serializers.Serializer[Any]):
    """A page of lots."""

    results = LotSummary(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class LotCountsAnswer(serializers.Serializer[Any]):
    """How many lots on offer a search finds, in all and by each word of each facet."""

    lots = serializers.IntegerField()
    facets = serializers.DictField(child=serializers.DictField(child=serializers.IntegerField()))


def _search_of(request: Request, *apart: str) -> LotSearch:
    given = cast("Mapping[str, list[str]]", dict(request.GET.lists()))
    return lot_search_from_parameters({name: values for name, values in given.items() if name not in apart})


class LotsView(ApiView):
    """What may be found."""

    @extend_schema(operation_id="list_lots", parameters=[*SEARCH, ORDER, CURSOR, LIMIT], responses=LotPage)
    def get(self, request: Request) -> HttpResponse:
        """Find lots: for a buyer what is on offer, for a supplier its own, for staff all.

        Words of one parameter are alternatives; parameters are conditions that all hold.
        """
        page = page_of_lots(
            _search_of(request, "cursor", "limit"),
            actor=request.actor,
            cursor=request.GET.get("cursor"),
            limit=page_size_from_text(request.GET.get("limit")),
        )
        return page_response(page, lot_summary_json)


class LotFacetsView(ApiView):
    """How much may be found."""

    @extend_schema(operation_id="count_lots", parameters=SEARCH, responses=LotCountsAnswer)
    def get(self, request: Request) -> HttpResponse:
        """Count the lots on offer that a search finds, exactly, by kind, shape, colour, clarity, cut and origin."""
        counts = counts_of_lots(_search_of(request), actor=request.actor)
        return json_response({"lots": counts.lots, "facets": counts.facets})
