"""The statements that a piece of the product sends: kept, timed, and run again bare."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection

Statement = tuple[str, Any]
_APPS = ("bonded_", "tariffs_", "inspections_")


def bare_connection() -> psycopg.Connection[Any]:
    """Connect to the same database without Django."""
    parameters = connection.get_connection_params()
    names = ("host", "port", "user", "password", "dbname")
    bare = psycopg.connect(**{name: parameters[name] for name in names if name in parameters}, autocommit=True)
    bare.prepare_threshold = 3
    return bare


def name_of(sql: str) -> str:
    """Name a statement by its verb and its first table."""
    words = sql.replace('"', "").split()
    table = next((word for word in words if word.startswith(_APPS)), words[1] if len(words) > 1 else "")
    return f"{words[0]} {table.split('.')[0].partition('_')[2] or table}"


@contextmanager
def recorded(first: str) -> Iterator[list[list[Statement]]]:
    """Keep the statements of each transaction, in their order; its first statement has these words in it."""
    batches: list[list[Statement]] = []

    def keep(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        if first in sql:
            batches.append([])
        batches[-1].append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(keep):
        yield batches


@contextmanager
def timed_statements() -> Iterator[Counter[str]]:
    """Add up the seconds that each kind of statement takes."""
    spent: Counter[str] = Counter()

    def keep_time(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        begun = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            spent[name_of(sql)] += time.perf_counter() - begun

    with connection.execute_wrapper(keep_time):
        yield spent


def replay(batches: list[list[Statement]]) -> tuple[list[float], Counter[str]]:
    """Run the statements again, a transaction a batch, fetching what they return.

    Gives the seconds of each transaction, and of each kind of statement in all.
    """
    spent: Counter[str] = Counter()
    of_each = []
    with bare_connection() as bare:
        for batch in batches:
            begun = time.perf_counter()
            with bare.transaction(), bare.cursor() as cursor:
                for sql, params in batch:
                    one = time.perf_counter()
                    cursor.execute(sql, params)
                    if cursor.description:
                        cursor.fetchall()
                    spent[name_of(sql)] += time.perf_counter() - one
            of_each.append(time.perf_counter() - begun)
    return of_each, spent
