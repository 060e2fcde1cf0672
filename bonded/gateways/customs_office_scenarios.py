"""What a scenario of a simulated customs office is made of; the scenarios themselves are files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bonded.gateways.customs_office_words import Word
from bonded.rules.customs_messages import MessageFact


class DeliveryMode(StrEnum):
    """How an office's messages come to the platform."""

    PUSH = "push"  # The office sends them.
    PULL = "pull"  # The office keeps them until they are fetched.


class Fault(StrEnum):
    """How an office fails to answer a call."""

    ERROR500 = "error500"  # 500 at once.
    HANG = "hang"  # Nothing, until the caller has long hung up.
    OVERLOADED = "overloaded"  # 503; the message is never taken.


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that the office says, or (`wait_for`) its silence until we answer what it asked.

    `after_seconds` stands in for the scenario's `step_seconds`. `late_seconds` is how much later
    than it is issued the message is sent. A corrupt or misnamed message is followed by the right one.
    """

    say: Word | None = None
    facts: Mapping[str, MessageFact] = field(default_factory=dict)
    after_seconds: float | None = None
    late_seconds: float = 0.0
    corrupt: bool = False
    id_reused: bool = False
    gap: bool = False
    wait_for: str | None = None
    at_most_seconds: float = 60.0


ORDINARY = tuple(map(Step, (Word.RECEIVED, Word.ENTERED, Word.ACCEPTED, Word.TAX, Word.RELEASED, Word.CLEARED)))


@dataclass(frozen=True, slots=True)
class Calls:
    """How the office answers our calls: the first `calls` of each message, or of all when it is overloaded, fail.

    `taken` says whether the message is taken in all the same; a call that hangs does so for `seconds`.
    """

    fault: Fault | None = None
    calls: int = 1
    taken: bool = False
    seconds: float = 8.0


@dataclass(frozen=True, slots=True)
class Scenario:
    """What an office says, at which pace and in which manner.

    `twice` is the chance (0 to 1) that a message is sent a second time, `jumps` how many places it
    may come too early or too late, `step_seconds` the time between two messages. After the first
    `silence_after` messages the office says nothing more.
    """

    steps: tuple[Step, ...] = ORDINARY
    delivery: DeliveryMode = DeliveryMode.PUSH
    step_seconds: float = 0.2
    twice: float = 0.0
    jumps: float = 0.0
    silence_after: int | None = None
    http: Calls = Calls()
