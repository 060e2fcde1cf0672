"""Searches of 1,078,800 lots in process: the mix, pages far down a list, and exact facets (G9, G10).

The limit of the mix is the product's own statement, run bare; the peer is the plain query that an
ORM writes, on a copy of the table with an index on each of six columns. All find the same lots, or
the run ends.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection

from benchmarks._load import percentile
from benchmarks._search_mix import mixed_searches
from benchmarks._statements import bare_connection
from benchmarks.catalogues import companies, make_catalogue
from benchmarks.figures import Figure, Measure
from bonded.queries.lot_searches import counts_of_lots, page_of_lots
from bonded.rules.cursors import encode_cursor
from bonded.rules.lot_searches import LotSearch, lot_search_from_parameters
from bonded.rules.permissions import Actor, Role

DEPTHS = (10_000, 100_000, 700_000)
FACET_SEARCHES = 100
PEER_SEARCHES = 80
Statement = tuple[str, Any]


def run() -> list[Figure]:
    """Make the catalogue and the peer's table, then measure."""
    from benchmarks._peer import make_peer_table

    make_catalogue()
    make_peer_table()
    return [*_mix(), *_deep_pages(), *_facets()]


def buyer() -> Actor:
    """Give a buyer whose company holds some of the catalogue."""
    return Actor(None, Role.BUYER, frozenset({companies()[1].pk}))


def searches_of_mix() -> list[LotSearch]:
    """Read the mix."""
    return [lot_search_from_parameters({name: [text] for name, text in search.items()}) for search in mixed_searches()]


def statements_of(searches: Sequence[LotSearch]) -> list[Statement]:
    """Give the statement that the product sends for each search."""
    kept: list[Statement] = []
    actor = buyer()

    def keep(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        kept.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(keep):
        for search in searches:
            page_of_lots(search, actor=actor, cursor=None, limit=50)
    assert len(kept) == len(searches), "a page takes one statement"
    return kept


def _timed(
    call: Callable[[Any], Any], things: Sequence[Any], *, is_warm: bool = False
) -> tuple[list[float], list[Any]]:
    """Call for each thing, once to warm up and once measured; give the ordered seconds and the answers."""
    for thing in [] if is_warm else things:
        call(thing)
    seconds, answers = [], []
    for thing in things:
        begun = time.perf_counter()
        answers.append(call(thing))
        seconds.append(time.perf_counter() - begun)
    return sorted(seconds), answers


def _mix() -> list[Figure]:
    from benchmarks._peer import peer_lots

    actor, parameters = buyer(), mixed_searches()
    searches = searches_of_mix()
    ours, pages = _timed(lambda search: page_of_lots(search, actor=actor, cursor=None, limit=50), searches)
    with bare_connection() as bare:
        limit, _ = _timed(lambda one: bare.execute(*one).fetchall(), statements_of(searches))
    # The peer is so slow that a part of the mix must do.
    peer, found = _timed(
        lambda search: list(peer_lots(search).values("id")[:50]), parameters[:PEER_SEARCHES], is_warm=True
    )
    for page, rows in zip(pages, found, strict=False):
        assert [row["id"] for row in page.rows] == [row["id"] for row in rows]
    count = len(searches)
    return [
        Figure(
            goal="G9",
            name=f"{count} mixed searches of 1,078,800 lots, one client, in process",
            value=count / sum(ours),
            unit="/s",
            limit=Measure("the same statements run bare", count / sum(limit)),
            peers=[Measure(f"ORM on six db_index, ids only, first {len(peer)}", len(peer) / sum(peer))],
        ),
        *(
            Figure(
                goal="G9",
                name=f"one of these searches, p{percent}",
                value=percentile(ours, percent) * 1e3,
                unit="ms",
                limit=Measure("bare", percentile(limit, percent) * 1e3),
                peers=[Measure("ORM", percentile(peer, percent) * 1e3)],
            )
            for percent in (50, 99)
        ),
    ]


def _deep_pages() -> list[Figure]:
    from benchmarks._peer import TABLE

    actor = buyer()
    cursors: dict[int, str | None] = {0: None}
    offsets: dict[int, float] = {}
    with bare_connection() as bare:
        for depth in DEPTHS:
            # All of the catalogue is in one currency.
            sql = (
                f"SELECT currency, value_minor, id FROM {TABLE} WHERE is_on_offer"
                f" ORDER BY value_minor, id OFFSET {depth - 1} LIMIT 50"
            )
            seconds, answers = _timed(lambda sql: bare.execute(sql).fetchall(), [sql] * 3)
            offsets[depth] = percentile(seconds, 50)
            cursors[depth] = encode_cursor(answers[0][0])
    medians = {}
    for depth, cursor in cursors.items():
        seconds, _ = _timed(lambda at: page_of_lots(LotSearch(), actor=actor, cursor=at, limit=50), [cursor] * 200)
        medians[depth] = percentile(seconds, 50)
    return [
        Figure(
            goal="G10",
            name=f"a page of 50 after {depth:,} lots, by price",
            value=medians[depth] * 1e3,
            unit="ms",
            limit=Measure("the first page", medians[0] * 1e3),
            peers=[Measure("OFFSET", offsets[depth] * 1e3)],
        )
        for depth in DEPTHS
    ]


def _facets() -> list[Figure]:
    actor = buyer()
    searches = searches_of_mix()[:FACET_SEARCHES]
    seconds, _ = _timed(lambda search: counts_of_lots(search, actor=actor), searches)
    everything, _ = _timed(lambda search: counts_of_lots(search, actor=actor), [LotSearch()] * 5)
    return [
        *(
            Figure(
                goal="G10",
                name=f"exact counts of six facets, {FACET_SEARCHES} mixed searches, p{percent}",
                value=percentile(seconds, percent) * 1e3,
                unit="ms",
            )
            for percent in (50, 99)
        ),
        Figure(
            goal="G10",
            name="exact counts of six facets of all that is on offer",
            value=percentile(everything, 50) * 1e3,
            unit="ms",
        ),
    ]
