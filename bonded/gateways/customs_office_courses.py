"""What a simulated customs office will say to one declaration, and when each message is sent."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace

from bonded.gateways.customs_office_scenarios import Scenario, Step
from bonded.gateways.customs_office_words import Word, code_of
from bonded.rules.customs_messages import MessageFact
from bonded.rules.customs_offices import office_of

HOME_USE = "home_use"
# Where messages have no numbers only the time of issue tells their order, and its forms tell whole seconds.
SHORTEST_STEP_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Line:
    """One message as it is planned; times are in seconds since 1970.

    `sequence` counts from 1 within the declaration. `waits` is how many answers have to come
    before it, unless `due_at` comes first.
    """

    message_id: str
    sequence: int
    word: Word
    facts: Mapping[str, MessageFact]
    issued_at: float
    due_at: float
    is_corrupt: bool = False
    waits: int = 0


def course(
    scenario: Scenario, *, office: str, number: str, mrn: str, procedure: str | None, seed: int, now: float
) -> list[Line]:
    """Plan the messages that answer a declaration, the same for the same seed and declaration.

    A word that the office has no code for is left out, and so is the tax where none is due.
    """
    chance = random.Random(f"{seed}:{number}")  # noqa: S311 (a simulator's whim, not a secret)
    pace = pace_of(scenario, office=office)
    lines: list[Line] = []
    sequence, waits, moment = 0, 0, now
    for step in scenario.steps:
        if step.wait_for is not None:
            waits, moment = waits + 1, moment + step.at_most_seconds
        elif step.say and code_of(office, step.say) and (step.say is not Word.TAX or procedure == HOME_USE):
            sequence += 1
            if scenario.silence_after is not None and sequence > scenario.silence_after:
                break
            moment += pace if step.after_seconds is None else max(step.after_seconds, pace)
            line = Line(f"{mrn}-{sequence}", sequence, step.say, step.facts, moment, moment, waits=waits)
            lines += _sent(line, step, scenario, pace=pace, chance=chance, since=now)
    return lines


def pace_of(scenario: Scenario, *, office: str) -> float:
    """Give the seconds between two messages of an office."""
    return max(scenario.step_seconds, 0.0 if office_of(office).is_numbered else SHORTEST_STEP_SECONDS)


def _sent(
    line: Line, step: Step, scenario: Scenario, *, pace: float, chance: random.Random, since: float
) -> list[Line]:
    """Give the sendings of one message: slips before it, the message itself, perhaps once more."""
    jump, is_twice, again = chance.uniform(-1, 1), chance.random() < scenario.twice, chance.uniform(0, 4)
    if step.gap:
        return []
    due_at = max(since, line.issued_at + jump * scenario.jumps * pace) + step.late_seconds
    line = replace(line, due_at=due_at)
    slips = []
    if step.corrupt:
        slips.append(replace(line, message_id=f"{line.message_id}-cut", is_corrupt=True))
    if step.id_reused:
        before = line.message_id.rpartition("-")[0]
        slips.append(replace(line, message_id=f"{before}-{max(1, line.sequence - 1)}"))
    repeats = [replace(line, due_at=due_at + again * pace)] if is_twice else []
    return [*slips, line, *repeats]
