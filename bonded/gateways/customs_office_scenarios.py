"""What the simulated customs office says to a declaration, and in how orderly a manner.

To add a scenario, add a line to SCENARIOS.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bonded.rules.customs_offices import SIMULATOR


@dataclass(frozen=True, slots=True)
class Scenario:
    """The office's manner: codes said after the two that take a declaration in, and how they are sent.

    `codes` None means the ordinary course: accepted, tax told when tax is due, released, closed.
    `twice` is the chance that a message is sent a second time, `jumps` how many places it may
    come too early or too late, `step_seconds` the time between two messages.
    """

    codes: str | None = None
    twice: float = 0.0
    jumps: float = 0.0
    step_seconds: float = 0.2


DEFAULT = "unruly"
SCENARIOS: dict[str, Scenario] = {
    "clean": Scenario(),
    "duplicates": Scenario(twice=1.0),
    "reorder": Scenario(jumps=3.0),
    "unruly": Scenario(twice=0.4, jumps=2.0),
    "refuse": Scenario(codes="E"),
    "inspect": Scenario(codes="JCJTPR"),
    "slow": Scenario(step_seconds=5.0),
}


@dataclass(frozen=True, slots=True)
class Delivery:
    """One sending of one message; `due_at` is in seconds since 1970."""

    message_id: str
    body: bytes
    due_at: float


def deliveries(scenario: Scenario, *, document: dict[str, Any], mrn: str, seed: int, now: float) -> list[Delivery]:
    """Write the messages that answer a declaration, the same for the same seed and declaration."""
    chance = random.Random(f"{seed}:{document['number']}")  # noqa: S311 (a simulator's whim, not a secret)
    tax = "T" if document.get("procedure") == "home_use" else ""
    codes = "7L" + (scenario.codes or f"J{tax}PR")
    planned = []
    for sequence, code in enumerate(codes, start=1):
        message_id = f"{mrn}-{sequence}"
        issued_at = datetime.fromtimestamp(now + sequence * scenario.step_seconds, UTC)
        envelope = {
            "message_id": message_id,
            "office": SIMULATOR,
            "declaration_number": document["number"],
            "mrn": mrn,
            "sequence": sequence,
            "issued_at": issued_at.isoformat(),
            "status": code,
            "facts": {},
        }
        places = sequence + chance.uniform(-scenario.jumps, scenario.jumps)
        times = [now + max(0.0, places) * scenario.step_seconds]
        if chance.random() < scenario.twice:
            times.append(times[0] + chance.uniform(0, 4) * scenario.step_seconds)
        planned += [Delivery(message_id, json.dumps(envelope).encode(), due_at) for due_at in times]
    return planned
