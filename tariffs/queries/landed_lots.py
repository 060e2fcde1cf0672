"""Lots on offer found by what they would cost landed, page by page.

As in bonded's searches, a search is cut into pieces that an index of the prices holds in order:
grade by grade and size by size. The first few of each piece are merged, and only the page's lots are looked up.
"""

# ruff: noqa: S608 (the pieces of SQL are constants; what a search says goes in as parameters)

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from bonded.queries.lot_searches import LISTED, treatments_pattern
from bonded.queries.pages import Page
from bonded.rules.cursors import decode_cursor, encode_cursor
from bonded.rules.lot_searches import GRADE_WORDS, SIZE_BOUNDS, LotSearch, grades_asked_for
from bonded.rules.permissions import Actor
from tariffs.models.landed_prices import PriceList, RatesToPrice
from tariffs.rules.landed_prices import PricesMissing, Staleness, staleness_of
from tariffs.rules.landed_searches import LandedSearch
from tariffs.rules.permissions import Act, require
from tariffs.rules.working_days import business_day

ALL_SIZES = len(SIZE_BOUNDS) + 1
ALL_GRADES = math.prod(GRADE_WORDS.values())
AMOUNTS = ("customs_value_minor", "duty_minor", "consumption_tax_minor", "vat_minor", "fees_minor", "landed_minor")


@dataclass(frozen=True, slots=True)
class Prices:
    """The list that a search goes by, and why it may not be today's, if it may not."""

    list: PriceList
    staleness: Staleness | None


def current_prices(*, actor: Actor, at: datetime) -> Prices:
    """Give the list that searches go by; raises PricesMissing when the catalogue was never priced."""
    require(actor, Act.SEARCH_LANDED)
    prices = PriceList.objects.current().first()
    if prices is None:
        raise PricesMissing("The catalogue is being priced for the first time; try again in a minute.")
    is_outdated = RatesToPrice.objects.exists()
    today: date = business_day(at)
    return Prices(prices, staleness_of(is_outdated=is_outdated, good_until=prices.good_until, today=today))


def page_of_landed_lots(
    search: LandedSearch, *, prices: PriceList, actor: Actor, cursor: str | None, limit: int
) -> Page[Mapping[str, Any]]:
    """Give lots on offer by their landed cost, with its parts, in one SQL statement.

    `is_stale` says of a lot that it has changed since it was priced. A lot that left the offer in
    the last seconds is not given, so a page may be shorter than `limit` before the last one.
    Raises CursorInvalid.
    """
    require(actor, Act.SEARCH_LANDED)
    sql, parameters = _statement(search, prices.slot, cursor)
    with connection.cursor() as found:
        found.execute(sql, parameters | {"limit": limit + 1})
        names = [column.name for column in found.description]
        rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    next_cursor = None
    if len(rows) > limit:
        last = rows[limit - 1]
        next_cursor = encode_cursor([last["landed_minor"], last["price_lot_id"]])
    return Page([row for row in rows[:limit] if row["id"] is not None], next_cursor)


def _statement(search: LandedSearch, slot: int, cursor: str | None) -> tuple[str, dict[str, Any]]:
    direction, later = (" DESC", "<") if search.is_dearest_first else ("", ">")
    conditions, parameters = _conditions(search)
    if cursor:
        parameters["after_landed"], parameters["after_lot"] = decode_cursor(cursor, (int, int))
        conditions.append(f"(price.landed_minor, price.lot_id) {later} (%(after_landed)s, %(after_lot)s)")
    pieces, of_piece, of_pieces = _pieces(search.lots)
    by = f"landed_minor{direction}, lot_id{direction}"
    # The slot stands in the text, so that the half which is being filled is not even looked at.
    where = " AND ".join([f"price.slot = {int(slot)}", "price.is_on_offer", *of_piece, *conditions])
    sql = f"""
        WITH page AS MATERIALIZED (
            SELECT first.* FROM {pieces} CROSS JOIN LATERAL (
                SELECT price.landed_minor, price.lot_id FROM tariffs_landedprice price
                 WHERE {where} ORDER BY {by} LIMIT %(limit)s) first
             ORDER BY {by} LIMIT %(limit)s)
        SELECT {", ".join(f"lot.{name}" for name in LISTED)}, {", ".join(f"price.{name}" for name in AMOUNTS)},
               price.lot_id AS price_lot_id,
               EXISTS (SELECT FROM tariffs_lottoprice changed WHERE changed.lot_id = price.lot_id) AS is_stale
          FROM page
          JOIN tariffs_landedprice price ON price.slot = {int(slot)} AND price.lot_id = page.lot_id
          LEFT JOIN bonded_lot lot ON lot.id = page.lot_id AND lot.is_on_offer
         ORDER BY page.landed_minor{direction}, page.lot_id{direction}
    """
    return sql, parameters | of_pieces


def _conditions(search: LandedSearch) -> tuple[list[str], dict[str, Any]]:
    """Give what a price must fulfil beside its grade; what prices do not hold is asked of the lot."""
    lots = search.lots
    of_price = {
        "landed_from": ("price.landed_minor >= %(landed_from)s", search.landed_from_minor),
        "landed_to": ("price.landed_minor <= %(landed_to)s", search.landed_to_minor),
        "carats_from": ("price.weight_carats >= %(carats_from)s", lots.carats_from),
        "carats_to": ("price.weight_carats <= %(carats_to)s", lots.carats_to),
        "cut": ("price.cut = ANY(%(cut)s)", list(lots.words.get("cut", ())) or None),
        "origin": ("price.origin = ANY(%(origin)s)", list(lots.words.get("origin", ())) or None),
    }
    of_lot: dict[str, tuple[str, Any]] = {
        "currency": ("lot.currency = %(currency)s", lots.currency),
        "value_from": ("lot.value_minor >= %(value_from)s", lots.value_from_minor),
        "value_to": ("lot.value_minor <= %(value_to)s", lots.value_to_minor),
        "treatments": ("lot.treatment ~ %(treatments)s", treatments_pattern(lots)),
        "variety": ("lot.variety = ANY(%(variety)s)", list(lots.words.get("variety", ())) or None),
        "lab": ("lot.lab = ANY(%(lab)s)", list(lots.words.get("lab", ())) or None),
        **{
            name: (f"starts_with(lot.{name}, %({name})s)", lots.beginnings.get(name))
            for name in ("stock_number", "report_number")
        },
    }
    conditions = [condition for condition, value in of_price.values() if value is not None]
    asked = [condition for condition, value in of_lot.values() if value is not None]
    if asked:
        conditions.append(f"EXISTS (SELECT FROM bonded_lot lot WHERE lot.id = price.lot_id AND {' AND '.join(asked)})")
    values = {name: value for name, (_, value) in (of_price | of_lot).items() if value is not None}
    return conditions, values


def _pieces(search: LotSearch) -> tuple[str, list[str], dict[str, Any]]:
    """Give where the pieces come from, what puts a price into one, and the parameters of both.

    The search goes grade by grade, size by size, or through both, whichever looks at fewest prices:
    of each piece as many as a page has, and those on the way that do not fit what is no piece.
    """
    words: dict[str, Any] = {name: list(search.words[name]) for name in GRADE_WORDS if name in search.words}
    numbers = range(ALL_SIZES) if search.sizes is None else search.sizes
    asked = " AND ".join(["true", *(f"{name} = ANY(%({name})s)" for name in words)])
    grades, of_grade = f"(SELECT id FROM bonded_lotgrade WHERE {asked}) grade", "price.grade_id = grade.id"
    sizes, of_size = "unnest(%(sizes)s::integer[]) AS size (number)", "price.size = size.number"
    # As a question of its own, not as a join, which would be made the other way round.
    in_grades = f"(price.grade_id IN (SELECT id FROM bonded_lotgrade WHERE {asked} OFFSET 0)) IS TRUE"
    grade_count, size_count = grades_asked_for(search), len(numbers)
    ways = [
        (grade_count * ALL_SIZES / size_count, grades, [of_grade], words),
        (size_count * ALL_GRADES / grade_count, sizes, [of_size, *([in_grades] if words else [])], words),
        (grade_count * size_count, f"{grades} CROSS JOIN {sizes}", [of_grade, of_size], words),
    ]
    _, pieces, of_piece, parameters = min(ways, key=lambda way: way[0])
    return pieces, of_piece, parameters | {"sizes": list(numbers)}
