"""What has to hold in the end of every declaration, by what its office planned, was told and has told.

An office that numbers its messages has every one of them applied, whatever order and delay the faults give them: the
platform waits for a missing number for a quarter of an hour. An office without numbers is waited for three seconds
only. When the web is away for longer, messages that the office could not deliver arrive after later ones, and by the
rules a late one is kept and changes nothing. A closing is no such later one: it is not possible without the release,
and waits for it. So every declaration ends where its office's last word leaves it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg

from bonded.rules.customs_offices import HMRC, SIMULATOR, SINGLE_WINDOW

# The course of goods for home use, as bonded/gateways/scenarios has it; CDS does not say that it has entered them.
COURSES = {
    SIMULATOR: ("received", "entered", "accepted", "tax", "released", "cleared"),
    SINGLE_WINDOW: ("received", "entered", "accepted", "tax", "released", "cleared"),
    HMRC: ("received", "accepted", "tax", "released", "cleared"),
}
# Written out once more, because the platform's own table is what is tried.
STATES = {"entered": "received", "tax": "tax_assessed"}


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of one message on the platform."""

    state: str
    cause: str | None
    read_at: datetime
    settled_at: datetime


@dataclass(slots=True)
class Outcome:
    """One declaration: what its office planned to say, in order, and what became of each message."""

    number: str
    office: str
    state: str
    planned: dict[str, str] = field(default_factory=dict)  # Word by message id.
    kept: dict[str, Kept] = field(default_factory=dict)
    in_history: list[str] = field(default_factory=list)

    def faults(self) -> Iterator[str]:
        """Give what is wrong with it, in words; nothing when all is well."""
        if tuple(self.planned.values()) != COURSES[self.office]:
            yield f"the office planned {list(self.planned.values())}"
        if self.planned.keys() != self.kept.keys():
            yield f"not kept: {self.planned.keys() - self.kept.keys()}; of nobody: {self.kept.keys() - self.planned}"
            return
        applied = [name for name in self.planned if self.kept[name].state == "applied"]
        if self.in_history != applied:
            yield f"applied are {applied}, in the history are {self.in_history}"
        if self.office == SIMULATOR and len(applied) < len(self.planned):
            yield "an office that numbers its messages lost one"
        if self.state != "cleared":
            yield f"it is {self.state} in the end"
        if self.state != (expected := self._state_after(applied)):
            yield f"it is {self.state}, by its messages {expected}"
        yield from (fault for name in self.planned if (fault := self._fault_of(name)))

    def _state_after(self, applied: list[str]) -> str:
        said = [self.planned[name] for name in applied]
        if self.office == HMRC:  # Its tax speaks of the debt alone.
            said = [word for word in said if word != "tax"]
        return STATES.get(said[-1], said[-1]) if said else "lodged"

    def _fault_of(self, name: str) -> str | None:
        kept, word, names = self.kept[name], self.planned[name], list(self.planned)
        after = [self.kept[later] for later in names[names.index(name) + 1 :]]
        match kept.state, kept.cause:
            case "applied", None:
                return None
            case "superseded", "late" if any(later.settled_at < kept.read_at for later in after):
                return None
        return f"{word} is {kept.state} ({kept.cause})"


class Database:
    """Asks the platform's database."""

    def __init__(self, url: str) -> None:
        self.url = url

    def rows(self, question: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Give the rows that answer a question."""
        with psycopg.connect(self.url) as connection:
            return connection.execute(question, parameters).fetchall()

    def one(self, question: str, *parameters: Any) -> Any:
        """Give the one value that answers a question."""
        return self.rows(question, *parameters)[0][0]


class OfficeFile:
    """Reads the file of the simulated offices."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def rows(self, question: str) -> list[tuple[Any, ...]]:
        """Give the rows that answer a question."""
        with sqlite3.connect(self.path) as files:
            return files.execute(question).fetchall()

    def taken(self) -> list[str]:
        """Give the numbers of the declarations that the offices took in, each as often as it was."""
        return [number for (number,) in self.rows("SELECT number FROM call WHERE path = '/declarations'")]

    def told(self) -> set[str]:
        """Give the ids of the messages of which the offices were told that they are stored."""
        return {name for (name,) in self.rows("SELECT message_id FROM delivery WHERE is_done = 1")}

    def untold(self) -> int:
        """Give how many sendings are still to be made."""
        return int(self.rows("SELECT count(*) FROM delivery WHERE is_done = 0")[0][0])


def outcomes(database: Database, offices: OfficeFile) -> dict[str, Outcome]:
    """Give every declaration by its number, with all that was planned, kept and done."""
    found = {
        number: Outcome(number, office, state)
        for number, office, state in database.rows("SELECT number, office, state FROM bonded_declaration")
    }
    for number, name, word in offices.rows("SELECT DISTINCT number, message_id, word FROM delivery ORDER BY sequence"):
        if number in found:
            found[number].planned[name] = word
    of_declarations = " JOIN bonded_declaration d ON d.id = m.declaration_id"
    for number, name, *kept in database.rows(
        "SELECT d.number, m.message_id, m.state, m.cause, m.read_at, m.settled_at"
        f"  FROM bonded_incomingcustomsmessage m {of_declarations}"
    ):
        found[number].kept[name] = Kept(*kept)
    for number, name in database.rows(
        f"SELECT d.number, m.message_id FROM bonded_customsstatuschange m {of_declarations}"
        " WHERE m.message_id IS NOT NULL ORDER BY m.id"
    ):
        found[number].in_history.append(name)
    return found
