"""What is published already and not yet in force: from when, and which lots in bond it moves, by how much."""

# ruff: noqa: S608 (the pieces of SQL are those of landed prices)

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain
from typing import Any

from django.db import connection

from bonded.queries.pages import Page
from bonded.rules.cursors import decode_cursor, encode_cursor
from bonded.rules.money import Money
from bonded.rules.permissions import Actor
from tariffs.models.exchange_rates import ExchangeRate
from tariffs.models.landed_prices import PriceList
from tariffs.models.schedule import Measure
from tariffs.queries.landed_prices import Pricing, priced_sql, pricing_of_day
from tariffs.rules.jurisdictions import RULES, Jurisdiction
from tariffs.rules.landed_prices import PricesMissing, Sort, days_of_change
from tariffs.rules.permissions import Act, require

MOST_DAYS = 20


@dataclass(frozen=True, slots=True)
class Impact:
    """What one day's change does to the lots in bond: how many it moves, and their landed cost before and after."""

    on: date
    lots: int
    before_minor: int
    after_minor: int


@dataclass(frozen=True, slots=True)
class MovedLot:
    """A lot whose landed cost is another on a day than on the day before."""

    stock_number: str
    before: Money
    after: Money


def coming_days(*, after: date) -> list[date]:
    """Give the days on which other rates come into force than the day before, as published; the first 20."""
    measures = Measure.objects.known().filter(jurisdiction=Jurisdiction.CN)
    rows = chain(measures, ExchangeRate.objects.known().filter(local_currency="CNY"))
    rules = (rule.validity for rule in RULES if rule.jurisdiction is Jurisdiction.CN)
    return days_of_change(chain((row.days for row in rows), rules), after=after)[:MOST_DAYS]


def impacts_of(days: Collection[date], sorts: Collection[Sort]) -> list[Impact]:
    """Price all lots of the sorts that a day moves, by its rates and by those of the day before."""
    return [Impact(day, *_totals(*moved)) for day in days if (moved := moved_pricings(day, sorts))]


def moved_pricings(day: date, sorts: Collection[Sort]) -> tuple[Pricing, Pricing] | None:
    """Give how the sorts that a day moves are priced the day before and on the day; None when it moves none."""
    before = pricing_of_day(sorts, on=day - timedelta(days=1))
    after = pricing_of_day(sorts, on=day)
    moved = [
        sort
        for sort in before.formulas.keys() & after.formulas.keys()
        if before.rules != after.rules or not before.formulas[sort].charges_as(after.formulas[sort])
    ]
    return (before.of(moved), after.of(moved)) if moved else None


def _totals(before: Pricing, after: Pricing) -> tuple[int, int, int]:
    sql, parameters = compared_sql(before, after)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), coalesce(sum(landed_before), 0)::bigint, coalesce(sum(landed_after), 0)::bigint"
            f" FROM ({sql}) AS compared",
            parameters,
        )
        lots, before_minor, after_minor = cursor.fetchone()
    return lots, before_minor, after_minor


def compared_sql(before: Pricing, after: Pricing, *, where: str = "true") -> tuple[str, dict[str, Any]]:
    """Give the statement that prices lots both ways: `lot_id`, `landed_before`, `landed_after` of those that move."""
    one, parameters = priced_sql(before, where=where, prefix="before_")
    other, others = priced_sql(after, where=where, prefix="after_")
    # Grouped and not joined: just after an import the planner believes in a table without rows, and would price all
    # lots once more for each lot.
    return (
        "SELECT lot_id, max(landed_before) AS landed_before, max(landed_after) AS landed_after FROM ("
        f" SELECT lot_id, landed AS landed_before, NULL::numeric AS landed_after FROM ({one}) AS one"
        f" UNION ALL SELECT lot_id, NULL, landed FROM ({other}) AS other) AS both_ways"
        " GROUP BY lot_id HAVING max(landed_before) <> max(landed_after)"
    ), parameters | others


def page_of_moved_lots(day: date, *, actor: Actor, cursor: str | None, limit: int) -> Page[MovedLot]:
    """Give the lots in bond that a day's change moves, in the order of their ids: for a buyer those that it may see.

    A page may be shorter than `limit` before the last one. Raises PricesMissing, CursorInvalid.
    """
    require(actor, Act.SEARCH_LANDED)
    prices = PriceList.objects.current().first()
    if prices is None:
        raise PricesMissing("The catalogue is being priced for the first time; try again in a minute.")
    (after_id,) = decode_cursor(cursor, (int,)) if cursor else (0,)
    moved = moved_pricings(day, {Sort(*sort) for sort in prices.sorts})
    if moved is None:
        return Page([], None)
    lot_ids = _seen_lots(moved[1].formulas, after_id=int(after_id), actor=actor, limit=limit + 1)
    sql, parameters = compared_sql(*moved, where="lot.id = ANY(%(lot_ids)s)")
    with connection.cursor() as found:
        found.execute(
            f"SELECT stock_number, landed_before, landed_after FROM ({sql}) AS compared"
            " JOIN bonded_lot lot ON lot.id = lot_id ORDER BY lot.id",
            parameters | {"lot_ids": lot_ids[:limit]},
        )
        rows = [
            MovedLot(number, Money(int(before), prices.currency), Money(int(after), prices.currency))
            for number, before, after in found.fetchall()
        ]
    return Page(rows, encode_cursor([lot_ids[limit - 1]]) if len(lot_ids) > limit else None)


def _seen_lots(sorts: Collection[Sort], *, after_id: int, actor: Actor, limit: int) -> list[int]:
    """Give the ids of the next lots of the sorts that the actor may see."""
    with connection.cursor() as found:
        found.execute(
            "SELECT lot.id FROM bonded_lot lot"
            "  JOIN unnest(%s::text[], %s::text[], %s::text[]) AS sort (hs_code, origin, currency)"
            " USING (hs_code, origin, currency)"
            " WHERE lot.customs_state = 'bonded' AND lot.id > %s"
            "   AND (%s OR lot.is_on_offer OR lot.buyer_id = ANY(%s)) ORDER BY lot.id LIMIT %s",
            [
                [sort.hs_code for sort in sorts], [sort.origin for sort in sorts], [sort.currency for sort in sorts],
                after_id, actor.is_staff, list(actor.company_ids), limit,
            ],
        )  # fmt: skip
        return [lot_id for (lot_id,) in found.fetchall()]
