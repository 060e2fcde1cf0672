"""The catalogue by landed cost over JSON: searches, and what published rates will change."""

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
from tariffs.api.base import ChargesAnswer, day_from_text
from tariffs.queries.landed_lots import AMOUNTS, Prices, current_prices, page_of_landed_lots
from tariffs.queries.rate_changes import page_of_moved_lots
from tariffs.rules.landed_searches import LANDED_ORDERS, landed_search_from_parameters


def _text(name: str, description: str) -> OpenApiParameter:
    return OpenApiParameter(name, OpenApiTypes.STR, description=description)


SEARCH = [
    *(_text(name, "As in `/lots`; several joined by commas, or repeated.") for name in WORD_PARAMETERS),
    *(
        _text(name, "As in `/lots`.")
        for name in (
            "carats_from", "carats_to", "value_from", "value_to", "currency", "stock_number", "report_number",
        )
    ),
    _text("landed_from", "Least landed cost in CNY, inclusive."),
    _text("landed_to", "Greatest landed cost in CNY, inclusive."),
    OpenApiParameter(
        "order", OpenApiTypes.STR, enum=list(LANDED_ORDERS), description="By landed cost; the cheapest first."
    ),
]  # fmt: skip


class UnpricedAnswer(serializers.Serializer[Any]):
    """Lots of one sort that have no price, and why."""

    hs_code = serializers.CharField()
    origin = serializers.CharField()
    currency = serializers.CharField()
    lots = serializers.IntegerField()
    code = serializers.CharField()
    message = serializers.CharField()


class PricesAnswer(serializers.Serializer[Any]):
    """By which rates the lots were priced. `staleness` says why these may not be today's; null when they are."""

    on = serializers.DateField()
    known_at = serializers.DateTimeField()
    currency = serializers.CharField()
    lots = serializers.IntegerField()
    staleness = serializers.CharField(allow_null=True)
    unpriced = UnpricedAnswer(many=True)


class LandedLotAnswer(LotSummary, ChargesAnswer):
    """A lot on offer with its landed cost: customs value, duty, consumption tax, VAT and fees together."""

    landed = serializers.CharField(help_text="In the currency of `prices`.")
    is_stale = serializers.BooleanField(help_text="The lot has changed since it was priced.")


class LandedLotPage(serializers.Serializer[Any]):
    """A page of lots by landed cost; it may hold fewer than asked for before the last one."""

    prices = PricesAnswer()
    results = LandedLotAnswer(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class ComingChangeAnswer(serializers.Serializer[Any]):
    """A day on which published rates change: the lots in bond that it moves, and their landed cost in all."""

    on = serializers.DateField()
    lots = serializers.IntegerField()
    before = serializers.CharField()
    after = serializers.CharField()
    difference = serializers.CharField()


class ComingChangesAnswer(serializers.Serializer[Any]):
    """What is published and not yet in force."""

    prices = PricesAnswer()
    results = ComingChangeAnswer(many=True)


class MovedLotAnswer(serializers.Serializer[Any]):
    """A lot that a change moves: its landed cost the day before and on the day, in CNY."""

    stock_number = serializers.CharField()
    before = serializers.CharField()
    after = serializers.CharField()
    difference = serializers.CharField()


class MovedLotPage(serializers.Serializer[Any]):
    """A page of lots that a change moves."""

    results = MovedLotAnswer(many=True)
    next_cursor = serializers.CharField(allow_null=True)


def prices_json(prices: Prices) -> dict[str, Any]:
    """Give what a search goes by as the API tells it."""
    kept = prices.list
    return {
        "on": kept.priced_on,
        "known_at": kept.known_at,
        "currency": kept.currency,
        "lots": kept.lots,
        "staleness": prices.staleness,
        "unpriced": kept.unpriced,
    }


def landed_lot_json(row: Mapping[str, Any], currency: str) -> dict[str, Any]:
    """Give a row of a search as the API lists it."""
    amounts = {name: row[f"{name}_minor"] for name in ("landed", *ChargesAnswer().get_fields()) if name != "total"}
    amounts["total"] = amounts["landed"] - amounts["customs_value"]
    lot = {name: value for name, value in row.items() if name not in (*AMOUNTS, "price_lot_id")}
    return lot_summary_json(lot) | {name: str(Money(minor, currency)) for name, minor in amounts.items()}


class LandedLotsView(ApiView):
    """What may be found by its landed cost."""

    @extend_schema(operation_id="search_landed_lots", parameters=[*SEARCH, CURSOR, LIMIT], responses=LandedLotPage)
    def get(self, request: Request) -> HttpResponse:
        """Find lots on offer by what they would cost landed for home use today, the cheapest first.

        The amounts are worked out beforehand for all lots in bond, and again when rates change;
        `prices` says by which rates, and whether these are still today's. They are the same for
        every company: nothing in the schedule depends on who imports.
        """
        given = cast("Mapping[str, list[str]]", dict(request.GET.lists()))
        asked = {name: values for name, values in given.items() if name not in ("cursor", "limit")}
        search = landed_search_from_parameters(asked)
        prices = current_prices(actor=request.actor, at=request.at)
        page = page_of_landed_lots(
            search,
            prices=prices.list,
            actor=request.actor,
            cursor=request.GET.get("cursor"),
            limit=page_size_from_text(request.GET.get("limit")),
        )
        results = [landed_lot_json(row, prices.list.currency) for row in page.rows]
        return json_response({"prices": prices_json(prices), "results": results, "next_cursor": page.next_cursor})


class RateChangesView(ApiView):
    """What will change."""

    @extend_schema(operation_id="list_rate_changes", responses=ComingChangesAnswer)
    def get(self, request: Request) -> HttpResponse:
        """Give the days on which rates that are published already change what lots in bond cost landed."""
        prices = current_prices(actor=request.actor, at=request.at)
        currency = prices.list.currency
        results = [
            {
                "on": one["on"],
                "lots": one["lots"],
                "before": str(Money(one["before_minor"], currency)),
                "after": str(Money(one["after_minor"], currency)),
                "difference": str(Money(one["after_minor"] - one["before_minor"], currency)),
            }
            for one in prices.list.coming
        ]
        return json_response({"prices": prices_json(prices), "results": results})


class MovedLotsView(ApiView):
    """Which lots a change moves."""

    @extend_schema(operation_id="list_moved_lots", parameters=[CURSOR, LIMIT], responses=MovedLotPage)
    def get(self, request: Request, day: str) -> HttpResponse:
        """Give the lots whose landed cost is another on a day than on the day before, in the order of their arrival.

        A buyer sees those on offer and its own, worked out from what is published now.
        """
        page = page_of_moved_lots(
            day_from_text(day),
            actor=request.actor,
            cursor=request.GET.get("cursor"),
            limit=page_size_from_text(request.GET.get("limit")),
        )
        results = [
            {
                "stock_number": row.stock_number,
                "before": str(row.before),
                "after": str(row.after),
                "difference": str(row.after - row.before),
            }
            for row in page.rows
        ]
        return json_response({"results": results, "next_cursor": page.next_cursor})
