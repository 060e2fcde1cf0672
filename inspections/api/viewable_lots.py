"""What can be looked at on a day, for how much landed, over JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers

from bonded.api.base import CURSOR, LIMIT, ApiView, LotSummary, Request, json_response, lot_summary_json
from bonded.queries.pages import page_size_from_text
from bonded.rules.lot_searches import WORD_PARAMETERS
from bonded.rules.money import Money
from inspections.queries.availability import times_of_each_lot
from inspections.queries.viewing_rooms import desks_in_use
from tariffs.api.base import day_from_text
from tariffs.queries.landed_lots import AMOUNTS, current_prices, page_of_landed_lots
from tariffs.rules.landed_searches import LANDED_ORDERS, landed_search_from_parameters

ON = OpenApiParameter("on", OpenApiTypes.DATE, required=True, description="The day, by the building's clock.")
SEARCH = [
    OpenApiParameter(name, OpenApiTypes.STR, description="As in `/tariffs/landed-lots`.")
    for name in (
        *WORD_PARAMETERS,
        *("carats_from", "carats_to", "value_from", "value_to", "currency", "stock_number", "report_number"),
        *("landed_from", "landed_to"),
    )
]
ORDER = OpenApiParameter("order", OpenApiTypes.STR, enum=list(LANDED_ORDERS), description="The cheapest first.")


class ViewableLotAnswer(LotSummary):
    """A lot on offer, what it would cost landed, and when it can be looked at on the day."""

    landed = serializers.CharField()
    landed_currency = serializers.CharField()
    is_stale = serializers.BooleanField(help_text="The lot has changed since it was priced.")
    starts_at = serializers.ListField(child=serializers.DateTimeField())


class ViewableLotPage(serializers.Serializer[Any]):
    """A page of lots that can be looked at; it may hold fewer than asked for, even none, before the last one."""

    priced_on = serializers.DateField()
    staleness = serializers.CharField(allow_null=True)
    results = ViewableLotAnswer(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class ViewableLotsView(ApiView):
    """What can be seen on a day."""

    @extend_schema(
        operation_id="list_viewable_lots", parameters=[ON, *SEARCH, ORDER, CURSOR, LIMIT], responses=ViewableLotPage
    )
    def get(self, request: Request) -> HttpResponse:
        """Find lots on offer by what they would cost landed today that can be looked at on a day, and when."""
        given = cast("Mapping[str, list[str]]", dict(request.GET.lists()))
        asked = {name: values for name, values in given.items() if name not in ("on", "cursor", "limit")}
        on, search = day_from_text(request.GET.get("on", "")), landed_search_from_parameters(asked)
        prices = current_prices(actor=request.actor, at=request.at)
        page = page_of_landed_lots(
            search,
            prices=prices.list,
            actor=request.actor,
            cursor=request.GET.get("cursor"),
            limit=page_size_from_text(request.GET.get("limit")),
        )
        times = times_of_each_lot(
            {row["id"]: row["kind"] for row in page.rows},
            desks=desks_in_use(actor=request.actor),
            on=on,
            at=request.at,
            actor=request.actor,
        )
        results = [
            {**_lot_json(row, prices.list.currency), "starts_at": times[row["id"]]}
            for row in page.rows
            if times[row["id"]]
        ]
        return json_response(
            {
                "priced_on": prices.list.priced_on,
                "staleness": prices.staleness,
                "results": results,
                "next_cursor": page.next_cursor,
            }
        )


def _lot_json(row: Mapping[str, Any], currency: str) -> dict[str, Any]:
    lot = {name: value for name, value in row.items() if name not in (*AMOUNTS, "price_lot_id")}
    landed = str(Money(row["landed_minor"], currency))
    return {**lot_summary_json(lot), "landed": landed, "landed_currency": currency}
