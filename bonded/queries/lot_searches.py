"""Lots found by a search, page by page, and how many there are of each sort.

What a buyer searches is always on offer, and there may be a million of it. Neither the database's
planner nor any one index is fast for all searches: price goes with weight, so the cheapest of the
heavy stones are far along an index by price. So the search is cut into pieces that an index holds
already in the order asked for, grade by grade (kind, shape, colour, clarity) and size by size
(the weight's place among the trade's usual sizes); of each piece the first few lots are taken, and
the first few of those are the page. Its cost is bounded by the number of pieces, at any depth.
"""

# ruff: noqa: S608 (the pieces of SQL are constants; what a search says goes in as parameters)

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Count

from bonded.models.lots import SIZE_SQL, Lot, LotQuerySet
from bonded.queries.pages import Page, page_by
from bonded.rules.cursors import CursorInvalid, Key, decode_cursor, encode_cursor
from bonded.rules.lot_searches import GRADE_WORDS, SIZE_BOUNDS, LotOrder, LotSearch, grades_asked_for
from bonded.rules.permissions import Actor, Role

# More pieces than this cost more than they save (measured on 1,078,800 lots).
MOST_PIECES = 160
LISTED = (
    "id", "stock_number", "kind", "origin", "shape", "colour", "clarity", "cut", "variety", "treatment", "lab",
    "report_number", "pieces", "weight_carats", "value_minor", "currency", "is_made_up",
)  # fmt: skip
FACETS = ("kind", "shape", "colour", "clarity", "cut", "origin")
KEYS = {
    LotOrder.PRICE: ("currency", "value_minor", "id"),
    LotOrder.DEAREST: ("currency", "value_minor", "id"),
    LotOrder.CARATS: ("weight_carats", "id"),
    LotOrder.HEAVIEST: ("weight_carats", "id"),
}


@dataclass(frozen=True, slots=True)
class LotCounts:
    """How many lots on offer a search finds, in all and by each word of each facet."""

    lots: int
    facets: Mapping[str, Mapping[str, int]]


def page_of_lots(search: LotSearch, *, actor: Actor, cursor: str | None, limit: int) -> Page[Mapping[str, Any]]:
    """Give the lots that a search finds for this actor, in one SQL statement.

    A buyer finds what is on offer, the cheapest first unless another order is asked for; staff find
    all lots and a supplier its own, the newest first. Raises CursorInvalid.
    """
    if actor.role is not Role.BUYER:
        return _page_by_key(Lot.objects.visible_to(actor), search, search.order, cursor=cursor, limit=limit)
    order = search.order or LotOrder.PRICE
    if search.beginnings:
        return _page_by_key(Lot.objects.on_offer(), search, order, cursor=cursor, limit=limit)
    return _page_on_offer(search, order, cursor=cursor, limit=limit)


def counts_of_lots(search: LotSearch, *, actor: Actor) -> LotCounts:
    """Count what a search finds of the lots on offer that this actor may see; one SQL statement, no estimate."""
    found = _matching(Lot.objects.visible_to(actor).on_offer(), search)
    by_all = found.order_by().values(*FACETS).annotate(lots=Count("pk"))
    sql, parameters = by_all.query.sql_with_params()
    columns = ", ".join(FACETS)
    sets = ", ".join(f"({name})" for name in FACETS)
    with connection.cursor() as rows:
        rows.execute(
            f"WITH found AS ({sql}) SELECT grouping({columns}), {columns}, sum(lots)::bigint"
            f" FROM found GROUP BY GROUPING SETS ((), {sets})",
            parameters,
        )
        counted = rows.fetchall()
    facets: dict[str, dict[str, int]] = {name: {} for name in FACETS}
    everything = 2 ** len(FACETS) - 1
    lots = 0
    for mask, *words, count in counted:
        if mask == everything:
            lots = count or 0
            continue
        place = len(FACETS) - (everything - mask).bit_length()
        if words[place]:
            facets[FACETS[place]][words[place]] = count
    return LotCounts(lots, {name: dict(sorted(words.items())) for name, words in facets.items()})


def lots_come_since(search: LotSearch, *, since: datetime, until: datetime) -> LotQuerySet:
    """Give the lots on offer that a search finds and that came into bond after a moment and not after another.

    A lot that is held when it comes is none of them, and no later hour makes it new.
    """
    received = {"consignment__received_at__gt": since, "consignment__received_at__lte": until}
    return _matching(Lot.objects.on_offer(), search).filter(**received)


def _matching(lots: LotQuerySet, search: LotSearch) -> LotQuerySet:
    """Keep the lots that fit the search."""
    asked: dict[str, Any] = {f"{name}__in": words for name, words in search.words.items() if name != "treatment"}
    asked |= {f"{name}__startswith": text for name, text in search.beginnings.items()}
    asked |= {"currency": search.currency, "treatment__regex": treatments_pattern(search)}
    asked |= {"weight_carats__gte": search.carats_from, "weight_carats__lte": search.carats_to}
    asked |= {"value_minor__gte": search.value_from_minor, "value_minor__lte": search.value_to_minor}
    return lots.filter(**{name: value for name, value in asked.items() if value is not None})


def treatments_pattern(search: LotSearch) -> str | None:
    """Give what a lot's joined treatment codes must match to name one of those asked for."""
    words = search.words.get("treatment")
    return f"(^|,)({'|'.join(map(re.escape, words))})(,|$)" if words else None


def _page_by_key(
    lots: LotQuerySet, search: LotSearch, order: LotOrder | None, *, cursor: str | None, limit: int
) -> Page[Mapping[str, Any]]:
    columns = ["-id"]
    if order is not None:
        columns = [f"{'-' if order.is_backwards else ''}{name}" for name in KEYS[order]]
    return page_by(_matching(lots, search).values(*LISTED), columns=columns, cursor=cursor, limit=limit)


def _page_on_offer(search: LotSearch, order: LotOrder, *, cursor: str | None, limit: int) -> Page[Mapping[str, Any]]:
    keys = KEYS[order]
    conditions, parameters = _conditions(search)
    if cursor:
        later = "<" if order.is_backwards else ">"
        places = ", ".join(f"%(after_{name})s" for name in keys)
        conditions.append(f"({_columns('lot', keys)}) {later} ({places})")
        parameters |= {f"after_{name}": key for name, key in zip(keys, _keys_of(cursor, order), strict=True)}
    pieces, of_piece, parameters_of_pieces = _pieces(search, order)
    sql = f"""
        WITH page AS MATERIALIZED (
            SELECT first.* FROM {pieces} CROSS JOIN LATERAL (
                SELECT {_columns("lot", keys)} FROM bonded_lot lot
                 WHERE {" AND ".join(["lot.is_on_offer", *of_piece, *conditions])}
                 ORDER BY {_columns("lot", keys, order)} LIMIT %(limit)s) first
             ORDER BY {_columns("first", keys, order)} LIMIT %(limit)s)
        SELECT {_columns("lot", LISTED)} FROM page JOIN bonded_lot lot ON lot.id = page.id
         ORDER BY {_columns("page", keys, order)}
    """
    with connection.cursor() as found:
        found.execute(sql, parameters | parameters_of_pieces | {"limit": limit + 1})
        rows = [dict(zip(LISTED, row, strict=True)) for row in found.fetchall()]
    if len(rows) <= limit:
        return Page(rows, None)
    last = rows[limit - 1]
    key_of_last: list[Key] = [str(last[name]) if name == "weight_carats" else last[name] for name in keys]
    return Page(rows[:limit], encode_cursor(key_of_last))


def _columns(table: str, names: Sequence[str], order: LotOrder | None = None) -> str:
    direction = " DESC" if order and order.is_backwards else ""
    return ", ".join(f"{table}.{name}{direction}" for name in names)


def _keys_of(cursor: str, order: LotOrder) -> list[Key | Decimal]:
    keys = decode_cursor(cursor, (str, int, int) if order.is_by_price else (str, int))
    if order.is_by_price:
        return list(keys)
    if not re.fullmatch(r"\d{1,9}\.\d{3}", str(keys[0]), re.ASCII):
        raise CursorInvalid("This is no cursor of this list; take `next_cursor` from the page before.")
    return [Decimal(keys[0]), keys[1]]


def _conditions(search: LotSearch) -> tuple[list[str], dict[str, Any]]:
    """Give what each lot must fulfil beside its grade."""
    bounds: dict[str, tuple[str, Any]] = {
        "currency": ("lot.currency = %(currency)s", search.currency),
        "carats_from": ("lot.weight_carats >= %(carats_from)s", search.carats_from),
        "carats_to": ("lot.weight_carats <= %(carats_to)s", search.carats_to),
        "value_from": ("lot.value_minor >= %(value_from)s", search.value_from_minor),
        "value_to": ("lot.value_minor <= %(value_to)s", search.value_to_minor),
        "treatments": ("lot.treatment ~ %(treatments)s", treatments_pattern(search)),
    }
    for name in search.words.keys() - GRADE_WORDS.keys() - {"treatment"}:
        bounds[name] = (f"lot.{name} = ANY(%({name})s)", list(search.words[name]))
    asked = {name: bound for name, bound in bounds.items() if bound[1] is not None}
    return [condition for condition, _ in asked.values()], {name: value for name, (_, value) in asked.items()}


def _pieces(search: LotSearch, order: LotOrder) -> tuple[str, list[str], dict[str, Any]]:
    """Give where the pieces come from, what puts a lot into one, and the parameters of both.

    Sizes are gone through only where price decides: in the order of weight, bounds of weight are ends of an index.
    """
    sizes = search.sizes if order.is_by_price else None
    is_by_grade = grades_asked_for(search) * len(sizes or "1") <= MOST_PIECES
    parameters: dict[str, Any] = {name: list(search.words[name]) for name in GRADE_WORDS if name in search.words}
    in_size = f"{SIZE_SQL % 'lot.weight_carats'} = size.number"
    if is_by_grade:
        asked = " AND ".join(["true", *(f"{name} = ANY(%({name})s)" for name in parameters)])
        grades = f"(SELECT {', '.join(GRADE_WORDS)} FROM bonded_lotgrade WHERE {asked}) grade"
        of_grade = [f"lot.{name} = grade.{name}" for name in GRADE_WORDS]
        if sizes is None:
            return grades, of_grade, parameters
        return (
            f"{grades} CROSS JOIN unnest(%(sizes)s::integer[]) AS size (number)",
            [*of_grade, in_size],
            parameters | {"sizes": list(sizes)},
        )
    of_words = [f"lot.{name} = ANY(%({name})s)" for name in parameters]
    if not order.is_by_price:
        return "(VALUES (1)) AS all_", of_words, parameters
    every_size = range(len(SIZE_BOUNDS) + 1)
    return (
        "unnest(%(sizes)s::integer[]) AS size (number)",
        [*of_words, in_size],
        parameters | {"sizes": list(every_size if sizes is None else sizes)},
    )
