"""Reads how the partitioned tables are cut, and asks that it goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection
from psycopg import sql

from bonded.queries.invariants import Question, rows_of
from bonded.rules.customs_messages import MessageState

OPEN_STATES = [MessageState.STORED, MessageState.WAITING, MessageState.PARKED]
PARTITIONED = ("bonded_activity", "bonded_incomingcustomsmessage")


@dataclass(frozen=True, slots=True)
class InboxMonth:
    """One month of the inbox; `month` is its first day by UTC, `open` counts what is unsettled or parked."""

    table: str
    month: date
    messages: int
    open: int


def inbox_months(*, before: date) -> list[InboxMonth]:
    """Give the months of the inbox that begin before a day, the oldest first; runs a statement for each month.

    `before` is the first day of a month.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relid::text, to_date(right(relid::text, 7), 'YYYY\"m\"MM')"
            "  FROM pg_partition_tree('bonded_incomingcustomsmessage')"
            r" WHERE relid::text ~ '_y\d{4}m\d{2}$' ORDER BY 2"
        )
        months = [(table, month) for table, month in cursor.fetchall() if month < before]
        return [InboxMonth(table, month, *_counts(table)) for table, month in months]


def _counts(table: str) -> Sequence[int]:
    counting = sql.SQL("SELECT count(*), count(*) FILTER (WHERE state = ANY(%s)) FROM {}")
    with connection.cursor() as cursor:
        cursor.execute(counting.format(sql.Identifier(table)), [[state.value for state in OPEN_STATES]])
        messages, still_open = cursor.fetchone()
        return messages, still_open


def is_month_open(table: str) -> bool:
    """Say whether a month of the inbox holds anything unsettled or parked; reads partial indexes only."""
    asked = sql.SQL(" OR ").join(
        sql.SQL("EXISTS (SELECT FROM {} WHERE state = {})").format(sql.Identifier(table), sql.Literal(state.value))
        for state in OPEN_STATES
    )
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("SELECT {}").format(asked))
        return bool(cursor.fetchone()[0])


def _rows_in_no_month() -> list[str]:
    return [
        f"{table} {row}"
        for table in PARTITIONED
        for row in rows_of(f"SELECT id FROM {table}_default LIMIT 20")  # noqa: S608
    ]


def _tables_without_their_next_month() -> list[str]:
    return [
        name
        for table in PARTITIONED
        for name in rows_of(
            "SELECT name FROM to_char((now() AT TIME ZONE 'UTC') + interval '1 month', %s) AS name"
            " WHERE to_regclass(name) IS NULL",
            f'"{table}_y"YYYY"m"MM',
        )
    ]


def _messages_without_their_id() -> list[str]:
    return rows_of("""
        SELECT m.office, m.message_id FROM bonded_incomingcustomsmessage m
          LEFT JOIN bonded_customsmessageid i ON (i.office, i.message_id) = (m.office, m.message_id)
         WHERE (i.incoming_message_id, i.received_at, i.sha256) IS DISTINCT FROM (m.id, m.received_at, m.sha256)
    """)


PARTITION_INVARIANTS: dict[str, Question] = {
    "Every row of a table that is cut into months lies in its month.": _rows_in_no_month,
    "The next month of every such table is there before it begins.": _tables_without_their_next_month,
    "Every customs message stands under an id of its own.": _messages_without_their_id,
}
