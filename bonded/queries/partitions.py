"""Reads how the partitioned tables are cut, and asks that it goes on."""

from __future__ import annotations

from bonded.queries.invariants import Question, rows_of

PARTITIONED = ("bonded_activity", "bonded_incomingcustomsmessage")


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
