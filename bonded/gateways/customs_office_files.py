"""The files of the simulated customs office: what it took in and what it still has to tell, in SQLite.

All is on disk before the office answers, so that it can be killed at any moment and lose nothing.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from bonded.gateways.customs_office_scenarios import Delivery

TABLES = """
CREATE TABLE IF NOT EXISTS declaration (
    id INTEGER PRIMARY KEY, idempotency_key TEXT NOT NULL UNIQUE, body BLOB NOT NULL, mrn TEXT
);
CREATE TABLE IF NOT EXISTS delivery (
    id INTEGER PRIMARY KEY, message_id TEXT NOT NULL, body BLOB NOT NULL, due_at REAL NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, is_done INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS due ON delivery (due_at) WHERE is_done = 0;
"""


class OfficeFiles:
    """The declarations and deliveries; threads may share it."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._guard = threading.Lock()
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.executescript(TABLES)

    def take(self, *, key: str, body: bytes, answers: Callable[[str], Sequence[Delivery]]) -> tuple[str, bool]:
        """Take a declaration in once; give its reference number and whether it is new.

        `answers` writes the deliveries for the number; both are stored together or not at all.
        """
        with self._guard, self._database:
            self._database.execute("BEGIN IMMEDIATE")
            if known := self._mrn(key):
                return known, False
            row = self._database.execute("INSERT INTO declaration (idempotency_key, body) VALUES (?, ?)", (key, body))
            mrn = f"5301{row.lastrowid:014d}"
            self._database.execute("UPDATE declaration SET mrn = ? WHERE id = ?", (mrn, row.lastrowid))
            self._database.executemany(
                "INSERT INTO delivery (message_id, body, due_at) VALUES (?, ?, ?)",
                [(one.message_id, one.body, one.due_at) for one in answers(mrn)],
            )
            return mrn, True

    def find(self, key: str) -> str | None:
        """Give the reference number of the declaration that came under a key."""
        with self._guard:
            return self._mrn(key)

    def due(self, *, now: float, limit: int) -> list[tuple[int, str, bytes, int]]:
        """Give deliveries whose time has come as (id, message id, body, attempts), the longest due first."""
        with self._guard:
            return self._database.execute(
                "SELECT id, message_id, body, attempts FROM delivery WHERE is_done = 0 AND due_at <= ?"
                " ORDER BY due_at LIMIT ?",
                (now, limit),
            ).fetchall()

    def settle(self, *, done: Sequence[int], again: Sequence[tuple[float, int]]) -> None:
        """Mark deliveries as made, and give others a new time as (due at, id)."""
        with self._guard, self._database:
            self._database.execute("BEGIN IMMEDIATE")
            self._database.executemany("UPDATE delivery SET is_done = 1 WHERE id = ?", [(one,) for one in done])
            self._database.executemany("UPDATE delivery SET due_at = ?, attempts = attempts + 1 WHERE id = ?", again)

    def counts(self) -> tuple[int, int, int]:
        """Give how many declarations came, how many deliveries are made, and how many are still to make."""
        with self._guard, closing(self._database.cursor()) as cursor:
            (declarations,) = cursor.execute("SELECT count(*) FROM declaration").fetchone()
            done, open_ = cursor.execute(
                "SELECT count(*) FILTER (WHERE is_done = 1), count(*) FILTER (WHERE is_done = 0) FROM delivery"
            ).fetchone()
            return declarations, done, open_

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _mrn(self, key: str) -> str | None:
        row = self._database.execute("SELECT mrn FROM declaration WHERE idempotency_key = ?", (key,)).fetchone()
        return row[0] if row else None
