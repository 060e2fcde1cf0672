"""What a customs office tells us: how a message is read, and in which order messages take effect.

Each declaration is a lane of its own. Its messages carry a sequence, 1, 2, 3 and so on, and are
applied in that order, whatever the order in which they come. An early one waits; when it has
waited long enough, the gap before it is given up. A late one is kept, and changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, NoReturn

from bonded.rules.customs_codes import Office
from bonded.rules.declarations import STEPS, DeclarationState
from bonded.rules.errors import InputInvalid, RuleViolation

MESSAGE_MAX_BYTES = 2 * 1024 * 1024
LARGEST_SEQUENCE = 1_000_000


class MessageState(StrEnum):
    """What became of a message that was stored."""

    STORED = "stored"  # Kept and acknowledged; nobody has read it yet.
    WAITING = "waiting"  # One that comes before it is missing.
    APPLIED = "applied"  # It took effect.
    SUPERSEDED = "superseded"  # It came after its turn had passed, and changed nothing.
    PARKED = "parked"  # It can't be understood or obeyed; a person looks at it.


class Cause(StrEnum):
    """Why a message was not simply applied."""

    GAP = "gap"  # One before it is missing, so it waits.
    LATE = "late"  # Its turn had passed.
    UNREADABLE = "unreadable"  # The bytes are no message.
    ID_DIFFERS = "id_differs"  # It came under another id than it says.
    OFFICE_DIFFERS = "office_differs"  # It speaks for an office that did not send it, or of another's declaration.
    DECLARATION_UNKNOWN = "declaration_unknown"  # No declaration has this number.
    CODE_UNKNOWN = "code_unknown"  # The office's code means nothing here.
    STEP_IMPOSSIBLE = "step_impossible"  # The declaration can't become that from what it is.
    EFFECT_REFUSED = "effect_refused"  # Something that follows from it was refused on our side.


class OutgoingKind(StrEnum):
    """What we tell an office."""

    LODGE = "lodge"  # A new declaration.


class MessageUnreadable(InputInvalid):
    """The bytes are not a status message in a form that we know."""

    code = "message_unreadable"


class MessageIdReused(RuleViolation):
    """The office sent another body under an id that it had used before."""

    code = "message_id_reused"


MessageFact = str | int | bool | None


@dataclass(frozen=True, slots=True)
class CustomsMessage:
    """One status message; `status` is the office's own code, `sequence` counts from 1 within the declaration."""

    message_id: str
    office: str
    declaration_number: str
    mrn: str | None
    sequence: int
    issued_at: datetime
    status: str
    facts: Mapping[str, MessageFact]


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _refuse_number(text: str) -> NoReturn:
    raise ValueError(f"{text[:20]} is not a whole number")


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_float=_refuse_number, parse_constant=_refuse_number)


def read_customs_message(raw: bytes) -> CustomsMessage:
    """Read our JSON envelope.

    Raises MessageUnreadable with what is wrong: not UTF-8 JSON, a key twice or missing, a number
    that is not whole, a text too long, facts that are not flat, a time without its zone.
    """
    try:
        fields = _DECODER.decode(raw.decode())
        facts = fields.get("facts", {})
        if not all(value is None or isinstance(value, str | int) for value in facts.values()):
            raise ValueError("facts are not flat")
        return CustomsMessage(
            message_id=_text(fields["message_id"], 80),
            office=_text(fields["office"], 12),
            declaration_number=_text(fields["declaration_number"], 40),
            mrn=None if fields.get("mrn") is None else _text(fields["mrn"], 40),
            sequence=_sequence(fields["sequence"]),
            issued_at=_moment(fields["issued_at"]),
            status=_text(fields["status"], 12),
            facts=facts,
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        raise MessageUnreadable(
            "This is not a status message.", reason=f"{type(error).__name__}: {error}"[:200]
        ) from error


def _text(value: object, longest: int) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= longest or "\0" in value:
        raise ValueError(f"a text of 1 to {longest} characters is missing")
    value.encode()  # Half a character of UTF-16 is no text that a database takes.
    return value


def _sequence(value: object) -> int:
    if type(value) is not int or not 1 <= value <= LARGEST_SEQUENCE:
        raise ValueError(f"the sequence is a whole number from 1 to {LARGEST_SEQUENCE}")
    return value


def _moment(value: str) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError("a time has no zone")
    # In UTC, because an offset may be stranger than a database takes.
    return moment.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Position:
    """How far a declaration's lane has come."""

    state: DeclarationState
    last_sequence: int


@dataclass(frozen=True, slots=True)
class LaneMessage:
    """One unsettled message in a declaration's lane; `key` is its row's id."""

    key: int
    message: CustomsMessage
    waits_until: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of one message, and the declaration's state before and after it."""

    key: int
    message: CustomsMessage
    became: MessageState
    cause: Cause | None
    before: DeclarationState
    after: DeclarationState


def settle_lane(
    position: Position,
    lane: Iterable[LaneMessage],
    *,
    office: Office,
    refused: Collection[int] = (),
    at: datetime,
) -> tuple[Position, list[Outcome]]:
    """Say what becomes of every unsettled message of one declaration, in the order in which they take effect.

    Messages are taken by sequence, then by time of issue, then by id, so that the order of
    arrival does not matter. A message that is parked uses up its sequence, so that the ones
    behind it go on. `refused` are keys whose effect was tried and refused; they are parked.
    Returns the new position and one outcome for each message. The sequence never goes back.
    """
    ordered = sorted(lane, key=lambda one: (one.message.sequence, one.message.issued_at, one.message.message_id))
    given_up = max((one.message.sequence for one in ordered if one.waits_until <= at), default=0)
    state, last = position.state, position.last_sequence
    outcomes: list[Outcome] = []
    for one in ordered:
        message, before = one.message, state
        became, cause = MessageState.APPLIED, None
        if message.sequence <= last:
            became, cause = MessageState.SUPERSEDED, Cause.LATE
        elif message.sequence > max(last + 1, given_up):
            became, cause = MessageState.WAITING, Cause.GAP
        else:
            last = message.sequence
            target, cause = _target(state, message, office, refused=one.key in refused)
            became = MessageState.PARKED if cause else MessageState.APPLIED
            state = target
        outcomes.append(Outcome(one.key, message, became, cause, before, state))
    return Position(state, last), outcomes


def _target(
    state: DeclarationState, message: CustomsMessage, office: Office, *, refused: bool
) -> tuple[DeclarationState, Cause | None]:
    target = office.status_of(message.status, on=message.issued_at.date())
    if target is None:
        return state, Cause.CODE_UNKNOWN
    # Two codes may mean one state to us (taken in, then entered); the second confirms the first.
    if target is not state and target not in STEPS[state]:
        return state, Cause.STEP_IMPOSSIBLE
    if refused:
        return state, Cause.EFFECT_REFUSED
    return target, None
