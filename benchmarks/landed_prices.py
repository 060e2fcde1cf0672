"""Landed prices of 1,078,800 lots (G15): the whole catalogue priced, and searched by what lots would cost landed.

The limit of pricing is the same formula written by hand for this one schedule, in numerics, with no
look-up, no explanation and nothing written; the peer is the calculator called for one lot after
the other. The limit of a search is the product's own statement, run bare. All give the same amounts, or the run ends.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.core.management import call_command
from django.db import connection

from benchmarks._load import percentile
from benchmarks._search_mix import mixed_searches
from benchmarks._statements import bare_connection
from benchmarks.catalogues import make_catalogue
from benchmarks.figures import Figure, Measure
from benchmarks.searches import buyer
from bonded.queries.lots import goods_of_lots
from bonded.rules.permissions import SYSTEM
from tariffs.actions.landed_prices import price_catalogue, price_changed_lots
from tariffs.models import LandedPrice, PriceList, RatesToPrice
from tariffs.queries.landed_costs import landed_cost_of_goods
from tariffs.queries.landed_lots import page_of_landed_lots
from tariffs.queries.landed_prices import priced_sql, pricing_of_day, sorts_in_bond
from tariffs.rules.landed_searches import landed_search_from_parameters
from tariffs.rules.working_days import business_day

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
ROUNDS = 3
PEER_LOTS = 2_000
CHANGED = 5_000
# Diamonds through the exchange pay 13 % of their value in yuan, and nothing else.
BY_HAND = """
    SELECT count(*), sum(value + vat) FROM (
        SELECT value, round(value * 0.13) AS vat FROM (
            SELECT round(lot.value_minor::numeric * 7.1032) AS value FROM bonded_lot lot
             WHERE lot.customs_state = 'bonded' OFFSET 0) AS valued) AS taxed
"""


def run() -> list[Figure]:
    """Make the catalogue, then price and search it."""
    lots = make_catalogue()
    call_command("load_tariffs", verbosity=0)
    return [*_pricing(lots), *_searches()]


def _seconds(call: Callable[[], Any]) -> tuple[float, Any]:
    begun = time.perf_counter()
    answer = call()
    return time.perf_counter() - begun, answer


def _best(call: Callable[[], Any]) -> tuple[float, Any]:
    """Call some times over; give the median seconds and the last answer."""
    rounds = [_seconds(call) for _ in range(ROUNDS)]
    return sorted(seconds for seconds, _ in rounds)[ROUNDS // 2], rounds[-1][1]


def _pricing(lots: int) -> list[Figure]:
    pricing = pricing_of_day(sorts_in_bond(), on=business_day(AT))
    sql, parameters = priced_sql(pricing)

    def computed() -> Any:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*), sum(landed) FROM ({sql}) AS priced", parameters)
            return cursor.fetchone()

    def by_hand() -> Any:
        return bare.execute(BY_HAND).fetchone()

    def priced() -> PriceList:
        RatesToPrice.objects.create(published_at=AT)
        prices = price_catalogue(actor=SYSTEM, at=AT)
        assert prices is not None
        return prices

    with bare_connection() as bare:
        bare.execute("SET statement_timeout = 0")
        limit, of_limit = _best(by_hand)
        ours, of_ours = _best(computed)
    assert of_ours == of_limit, "the formulas give the same sums"
    whole, prices = _best(priced)
    assert prices.lots == lots
    ids = list(LandedPrice.objects.filter(slot=prices.slot).order_by("lot_id").values_list("lot_id", flat=True))
    goods = goods_of_lots(ids[:PEER_LOTS], actor=SYSTEM)
    peer, _ = _seconds(lambda: [landed_cost_of_goods([facts], on=prices.priced_on) for facts in goods])
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO tariffs_lottoprice (lot_id) SELECT unnest(%s::bigint[])", [ids[::200][:CHANGED]])
    again, count = _seconds(lambda: price_changed_lots(limit=CHANGED, actor=SYSTEM, at=AT))
    return [
        Figure(
            goal="G15",
            name=f"landed cost of {lots:,} lots worked out, nothing written",
            value=lots / ours,
            unit="lots/s",
            limit=Measure("this schedule's formula by hand, in numerics", lots / limit),
            peers=[Measure(f"the calculator called for each of {PEER_LOTS:,}, two queries each", PEER_LOTS / peer)],
        ),
        Figure(
            goal="G15",
            name=f"a price list of {lots:,} lots made: worked out, written with three indexes and a key, put in force",
            value=lots / whole,
            unit="lots/s",
            limit=Measure("the formula by hand, nothing written", lots / limit),
            parts=[Measure("seconds in all", whole), Measure("seconds of working out", ours)],
        ),
        Figure(goal="", name=f"{count:,} changed lots priced again", value=count / again, unit="lots/s"),
    ]


def _searches() -> list[Figure]:
    prices = PriceList.objects.get(is_current=True)
    actor = buyer()
    with connection.cursor() as cursor:
        # What autovacuum does by itself within a minute: afterwards searches read the indexes alone.
        cursor.execute("VACUUM (ANALYZE) tariffs_landedprice")
    parameters = [
        {("landed_from" if name == "value_from" else "landed_to" if name == "value_to" else name): [_yuan(name, text)]
         for name, text in search.items() if name != "order"}
        | {"order": ["-landed" if search["order"].startswith("-") else "landed"]}
        for search in mixed_searches()
    ]  # fmt: skip
    searches = [landed_search_from_parameters(one) for one in parameters]
    kept: list[tuple[str, Any]] = []

    def keep(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        kept.append((sql, params))
        return execute(sql, params, many, context)

    def page(search: Any) -> Any:
        return page_of_landed_lots(search, prices=prices, actor=actor, cursor=None, limit=50)

    with connection.execute_wrapper(keep):
        pages = [page(search) for search in searches]
    assert sum(len(found.rows) for found in pages) > len(pages)
    ours = sorted(_seconds(lambda search=search: page(search))[0] for search in searches)
    with bare_connection() as bare:
        for statement in kept:
            bare.execute(*statement).fetchall()
        limit = sorted(_seconds(lambda one=one: bare.execute(*one).fetchall())[0] for one in kept)
    return [
        Figure(
            goal="",
            name=f"one of {len(searches)} mixed searches by landed cost among {prices.lots:,} lots, p{percent}",
            value=percentile(ours, percent) * 1e3,
            unit="ms",
            limit=Measure("the same statements run bare", percentile(limit, percent) * 1e3),
        )
        for percent in (50, 95, 99)
    ]


def _yuan(name: str, text: str) -> str:
    """Turn a bound in dollars into one in yuan, landed: about eight times as much."""
    return str(int(text) * 8) if name.startswith("value_") else text
