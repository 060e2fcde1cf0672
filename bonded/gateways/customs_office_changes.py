"""What becomes of a declaration's planned messages when we amend it, have it deleted or answer a question.

What may have been seen stays as it was; only what nobody has seen is moved, numbered anew or taken
back. All of it runs in the transaction of the offices' files that takes our message in.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bonded.gateways.customs_office_courses import Line
from bonded.gateways.customs_office_words import Word, code_of

_ENDS = frozenset({Word.RELEASED, Word.RELEASED_ON_GUARANTEE, Word.CLEARED, Word.REJECTED, Word.CANCELLED})
# An office without a word for it says again where the declaration stands.
_SAID_AGAIN = frozenset({Word.RECEIVED, Word.ENTERED, Word.ACCEPTED, Word.INSPECTION, Word.TAX})


@dataclass(frozen=True, slots=True)
class DeclarationFile:
    """One declaration in the files; `pace` is the seconds between two messages, `now` in seconds since 1970."""

    database: sqlite3.Connection
    office: str
    number: str
    mrn: str
    pace: float
    now: float

    def plan(self, lines: Sequence[Line]) -> None:
        """Plan messages."""
        self.database.executemany(
            "INSERT INTO delivery (office, number, mrn, message_id, sequence, word, facts, is_corrupt, waits,"
            " issued_at, due_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    *(self.office, self.number, self.mrn, one.message_id, one.sequence, one.word),
                    *(json.dumps(dict(one.facts)), one.is_corrupt, one.waits, one.issued_at, one.due_at),
                )
                for one in lines
            ],
        )

    def amend(self) -> None:
        """Say next that an amendment is taken; nothing when the declaration is unknown or at its end."""
        if self._is_open():
            seen, moment = self._last_seen()
            word = Word.CORRECTED
            if code_of(self.office, word) is None:
                word = self._last_word() if self._last_word() in _SAID_AGAIN else Word.ACCEPTED
            self._move(after=seen, places=1, first_at=moment + self.pace)
            self._say(word, sequence=seen + 1, at=moment)

    def cancel(self) -> None:
        """Take back what nobody has seen and say that the declaration is deleted, unless it is at its end."""
        if self._is_open():
            seen, moment = self._last_seen()
            self._do("DELETE FROM delivery WHERE office = ? AND number = ? AND sequence > ?", seen)
            self._say(Word.CANCELLED, sequence=seen + 1, at=moment)

    def go_on(self) -> None:
        """Let what waits for this answer be said now: the first answer ends the first wait, and so on."""
        ((answers,),) = self._do("SELECT count(*) FROM call WHERE office = ? AND number = ? AND path = '/answers'")
        ((first,),) = self._do(
            "SELECT min(sequence) FROM delivery WHERE office = ? AND number = ? AND waits = ? AND attempts = 0", answers
        )
        if first is not None:
            _, moment = self._last_seen()
            self._move(after=first - 1, places=0, first_at=moment, is_earlier=True)

    def _is_open(self) -> bool:
        rows = self._do("SELECT word, attempts FROM delivery WHERE office = ? AND number = ?")
        return bool(rows) and not any(
            word == Word.CANCELLED or (attempts and Word(word) in _ENDS) for word, attempts in rows
        )

    def _last_seen(self) -> tuple[int, float]:
        """Give the highest sequence that may have been seen, and when the office may speak again."""
        ((seen, issued_at),) = self._do(
            "SELECT coalesce(max(sequence), 0), coalesce(max(issued_at), 0) FROM delivery"
            " WHERE office = ? AND number = ? AND attempts > 0"
        )
        return seen, max(self.now, issued_at) + self.pace

    def _last_word(self) -> Word:
        rows = self._do(
            "SELECT word FROM delivery WHERE office = ? AND number = ? AND attempts > 0 ORDER BY sequence DESC LIMIT 1"
        )
        return Word(rows[0][0]) if rows else Word.RECEIVED

    def _move(self, *, after: int, places: int, first_at: float, is_earlier: bool = False) -> None:
        """Move the messages behind a sequence on by places, and in time so that the first is said at `first_at`."""
        ((planned_at,),) = self._do(
            "SELECT min(issued_at) FROM delivery WHERE office = ? AND number = ? AND sequence > ?", after
        )
        if planned_at is None:
            return
        seconds = min(0.0, first_at - planned_at) if is_earlier else max(0.0, first_at - planned_at)
        self.database.execute(
            "UPDATE delivery SET sequence = sequence + ?, issued_at = issued_at + ?, due_at = due_at + ?"
            " WHERE office = ? AND number = ? AND sequence > ?",
            (places, seconds, seconds, self.office, self.number, after),
        )

    def _say(self, word: Word, *, sequence: int, at: float) -> None:
        ((calls,),) = self._do("SELECT count(*) FROM call WHERE office = ? AND number = ?")
        self.plan([Line(f"{self.mrn}-{word}-{calls}", sequence, word, {}, at, at)])

    def _do(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        return self.database.execute(sql, (self.office, self.number, *values)).fetchall()
