"""The files of the simulated customs offices: what they took in and what they still have to tell, in SQLite.

All is on disk before an office answers, so that it can be killed at any moment and lose nothing.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bonded.gateways.customs_office_courses import Line
from bonded.gateways.customs_office_words import Word

# A file of another version is emptied: its offices are made up, and begin anew.
VERSION = 2
TABLES = """
DROP TABLE IF EXISTS declaration; DROP TABLE IF EXISTS delivery;
CREATE TABLE call (
    id INTEGER PRIMARY KEY, office TEXT NOT NULL, path TEXT NOT NULL, idempotency_key TEXT NOT NULL,
    number TEXT NOT NULL, mrn TEXT NOT NULL, body BLOB NOT NULL, UNIQUE (office, path, idempotency_key)
);
CREATE TABLE delivery (
    id INTEGER PRIMARY KEY, office TEXT NOT NULL, number TEXT NOT NULL, mrn TEXT NOT NULL,
    message_id TEXT NOT NULL, sequence INTEGER NOT NULL, word TEXT NOT NULL, facts TEXT NOT NULL,
    is_corrupt INTEGER NOT NULL, waits INTEGER NOT NULL, issued_at REAL NOT NULL, due_at REAL NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, is_done INTEGER NOT NULL DEFAULT 0, cursor INTEGER
);
CREATE INDEX due ON delivery (due_at) WHERE is_done = 0;
CREATE INDEX unpublished ON delivery (office, due_at) WHERE cursor IS NULL;
CREATE UNIQUE INDEX published ON delivery (office, cursor) WHERE cursor IS NOT NULL;
CREATE INDEX of_declaration ON delivery (office, number, sequence);
CREATE TABLE fault (scope TEXT PRIMARY KEY, calls INTEGER NOT NULL);
"""
LINE = "message_id, sequence, word, facts, is_corrupt, waits, issued_at, due_at"
DELIVERY = f"id, office, number, mrn, attempts, cursor, {LINE}"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One sending of one message, by the row that keeps it; `cursor` is its place in what an office offers."""

    id: int
    office: str
    number: str
    mrn: str
    attempts: int
    cursor: int | None
    line: Line


class OfficeFiles:
    """What came in and what goes out; threads may share it."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._guard = threading.Lock()
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._database.execute("PRAGMA journal_mode = WAL")
        if self._database.execute("PRAGMA user_version").fetchone() != (VERSION,):
            self._database.executescript(f"BEGIN IMMEDIATE; {TABLES} PRAGMA user_version = {VERSION}; COMMIT;")

    def take(
        self,
        *,
        office: str,
        path: str,
        key: str,
        number: str,
        mrn: str,
        body: bytes,
        then: Callable[[sqlite3.Connection, str], None],
    ) -> tuple[str, bool]:
        """Take a message in once; give the office's reference number and whether the message is new.

        A message about a declaration that is known has its number; another has `mrn`. `then` does
        what follows, with the number; both are stored together or not at all.
        """
        with self._changing() as database:
            if known := self._mrn(office, path, key):
                return known, False
            row = database.execute(
                "SELECT mrn FROM delivery WHERE office = ? AND number = ? ORDER BY id DESC LIMIT 1", (office, number)
            ).fetchone()
            mrn = mrn if row is None else row[0]
            database.execute(
                "INSERT INTO call (office, path, idempotency_key, number, mrn, body) VALUES (?, ?, ?, ?, ?, ?)",
                (office, path, key, number, mrn, body),
            )
            then(database, mrn)
            return mrn, True

    def find(self, *, office: str, path: str, key: str) -> str | None:
        """Give the reference number of what came under a key; None when nothing came."""
        with self._guard:
            return self._mrn(office, path, key)

    def count_fault(self, scope: str, *, most: int) -> bool:
        """Count one more failed call of a scope; False, and not counted, when it has had as many as it may."""
        with self._changing() as database:
            return bool(
                database.execute(
                    "INSERT INTO fault VALUES (?, 1) ON CONFLICT DO UPDATE SET calls = calls + 1 WHERE calls < ?",
                    (scope, most),
                ).rowcount
            )

    def claim_due(self, offices: Sequence[str], *, now: float, limit: int) -> list[Delivery]:
        """Give deliveries of these offices whose time has come, the longest due first, and count the attempt.

        Counted first, because a message that may have been seen can't be taken back any more.
        """
        marks = ", ".join("?" * len(offices))
        with self._changing() as database:
            rows = database.execute(
                f"UPDATE delivery SET attempts = attempts + 1 WHERE id IN (SELECT id FROM delivery WHERE is_done = 0"  # noqa: S608
                f" AND due_at <= ? AND office IN ({marks}) ORDER BY due_at, id LIMIT ?) RETURNING {DELIVERY}",
                (now, *offices, limit),
            )
            return sorted(map(_delivery, rows), key=lambda one: (one.line.due_at, one.id))

    def settle(self, *, done: Sequence[int], again: Sequence[tuple[float, int]]) -> None:
        """Mark deliveries as made, and give others a new time as (due at, id)."""
        with self._changing() as database:
            database.executemany("UPDATE delivery SET is_done = 1 WHERE id = ?", [(one,) for one in done])
            database.executemany("UPDATE delivery SET due_at = ? WHERE id = ?", again)

    def offer(self, office: str, *, after: int, now: float, limit: int) -> list[Delivery]:
        """Give what an office offers behind a cursor, oldest first.

        What has become due since the last time gets the next cursors; what lies before the cursor has arrived.
        """
        with self._changing() as database:
            database.execute("UPDATE delivery SET is_done = 1 WHERE office = ? AND cursor <= ?", (office, after))
            ((last,),) = database.execute("SELECT coalesce(max(cursor), 0) FROM delivery WHERE office = ?", (office,))
            due = database.execute(
                "SELECT id FROM delivery WHERE office = ? AND cursor IS NULL AND is_done = 0 AND due_at <= ?"
                " ORDER BY due_at, id",
                (office, now),
            ).fetchall()
            database.executemany(
                "UPDATE delivery SET cursor = ?, attempts = attempts + 1 WHERE id = ?",
                [(cursor, key) for cursor, (key,) in enumerate(due, start=last + 1)],
            )
            rows = database.execute(
                f"SELECT {DELIVERY} FROM delivery WHERE office = ? AND cursor > ? ORDER BY cursor LIMIT ?",  # noqa: S608
                (office, after, limit),
            )
            return [_delivery(row) for row in rows]

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    @contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        with self._guard, self._database:
            self._database.execute("BEGIN IMMEDIATE")
            yield self._database

    def _mrn(self, office: str, path: str, key: str) -> str | None:
        row = self._database.execute(
            "SELECT mrn FROM call WHERE office = ? AND path = ? AND idempotency_key = ?", (office, path, key)
        ).fetchone()
        return row[0] if row else None


def _delivery(row: tuple[Any, ...]) -> Delivery:
    key, office, number, mrn, attempts, cursor, *line = row
    message_id, sequence, word, facts, is_corrupt, waits, issued_at, due_at = line
    return Delivery(
        id=key,
        office=office,
        number=number,
        mrn=mrn,
        attempts=attempts,
        cursor=cursor,
        line=Line(
            message_id=message_id,
            sequence=sequence,
            word=Word(word),
            facts=json.loads(facts),
            is_corrupt=bool(is_corrupt),
            waits=waits,
            issued_at=issued_at,
            due_at=due_at,
        ),
    )
