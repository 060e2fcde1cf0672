"""What a customs office tells us: the message, what may become of it, and our own JSON envelope."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, NoReturn

from bonded.rules.customs_codes import CodeListName
from bonded.rules.errors import InputInvalid, RuleViolation

MESSAGE_MAX_BYTES = 2 * 1024 * 1024
LARGEST_SEQUENCE = 1_000_000
MOST_FACTS = 100
LONGEST_FACT = 2_000


class MessageState(StrEnum):
    """What became of a message that was stored."""

    STORED = "stored"  # Kept and acknowledged; nobody has read it yet.
    WAITING = "waiting"  # One that comes before it is missing.
    APPLIED = "applied"  # It took effect.
    SUPERSEDED = "superseded"  # It came after its turn had passed, and changed nothing.
    PARKED = "parked"  # It can't be understood or obeyed; a person looks at it.
    DEALT_WITH = "dealt_with"  # A person settled it otherwise, and said why.


class Cause(StrEnum):
    """Why a message was not simply applied."""

    GAP = "gap"  # One that goes before it is missing, or may still come; so it waits.
    LATE = "late"  # Its turn had passed.
    UNREADABLE = "unreadable"  # The bytes are no message.
    ID_DIFFERS = "id_differs"  # It came under another id than it says.
    OFFICE_DIFFERS = "office_differs"  # It speaks for an office that did not send it, or of another's declaration.
    DECLARATION_UNKNOWN = "declaration_unknown"  # No declaration has this number.
    CODE_UNKNOWN = "code_unknown"  # The office's code means nothing here.
    SEQUENCE_MISSING = "sequence_missing"  # The office numbers its messages, and this one has no number.
    SEQUENCE_REUSED = "sequence_reused"  # Another message took effect under this number.
    STEP_IMPOSSIBLE = "step_impossible"  # The declaration can't become that from what it is.
    EFFECT_REFUSED = "effect_refused"  # Something that follows from it was refused on our side.


class OutgoingKind(StrEnum):
    """What we tell an office."""

    LODGE = "lodge"  # A new declaration.
    AMEND = "amend"  # The goods stated anew.
    CANCEL = "cancel"  # Please delete it.
    ANSWER = "answer"  # What it asked.
    KIMBERLEY_CONFIRMATION = "kimberley_confirmation"  # Rough diamonds came as their certificate says.


class MessageUnreadable(InputInvalid):
    """The bytes are not a status message in a form that we know."""

    code = "message_unreadable"


class MessageIdReused(RuleViolation):
    """The office sent another body under an id that it had used before."""

    code = "message_id_reused"


class MessageNotParked(RuleViolation):
    """The message was applied, superseded or dealt with, or still has its turn to come."""

    code = "message_not_parked"


@dataclass(frozen=True, slots=True)
class FetchedMessage:
    """One message as its office offers it; `cursor` is the office's word for how far one has come."""

    cursor: str
    message_id: str
    content_type: str
    body: bytes


MessageFact = str | int | bool | None


@dataclass(frozen=True, slots=True)
class CustomsMessage:
    """One status message.

    It names its declaration by our number, by the office's own (`mrn`), by the one that the office
    gave it until then (`provisional_number`), or by several; `status` is the office's code from
    `code_list`. `sequence` counts from 1 within the declaration; None when the office does not
    number its messages. `issued_at` is the arrival where the office tells none.
    """

    message_id: str
    office: str
    declaration_number: str | None
    mrn: str | None
    sequence: int | None
    issued_at: datetime
    code_list: str
    status: str
    facts: Mapping[str, MessageFact]
    provisional_number: str | None = None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _refuse_number(text: str) -> NoReturn:
    raise ValueError(f"{text[:20]} is not a whole number")


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_float=_refuse_number, parse_constant=_refuse_number)


def read_envelope(raw: bytes) -> CustomsMessage:
    """Read our JSON envelope.

    Raises MessageUnreadable with what is wrong: not UTF-8 JSON, a key twice or missing, a number
    that is not whole, a text too long, facts that are not flat or too many, a list or an object
    elsewhere, a time without its zone.
    """
    try:
        fields = _fields(raw)
        return CustomsMessage(
            message_id=_text(fields["message_id"], 80),
            office=_text(fields["office"], 12),
            declaration_number=_text(fields["declaration_number"], 40),
            mrn=None if fields.get("mrn") is None else _text(fields["mrn"], 40),
            sequence=None if fields.get("sequence") is None else _sequence(fields["sequence"]),
            issued_at=_moment(fields["issued_at"]),
            code_list=CodeListName(fields.get("code_list", CodeListName.CHANNEL)),
            status=_text(fields["status"], 12),
            facts=_facts(fields.get("facts", {})),
        )
    except (ValueError, KeyError, RecursionError) as error:
        raise MessageUnreadable("This is not a status message.", reason=_reason(error)[:200]) from error


def _reason(error: Exception) -> str:
    """Say in words what is wrong; the parsers' own errors are for who wrote them."""
    match error:
        case json.JSONDecodeError():
            return f"it is no JSON: {error.msg} at character {error.pos}"
        case UnicodeError():
            return "it is not text in UTF-8"
        case KeyError():
            return f"{error.args[0]} is missing"
        case RecursionError():
            return "it is nested too deeply"
    return str(error)


def _fields(raw: bytes) -> dict[str, Any]:
    fields = _DECODER.decode(raw.decode())
    if not isinstance(fields, dict):
        raise ValueError("it is no JSON object")
    # What is not known here may be there, but nothing of any depth.
    if nested := [name for name, value in fields.items() if isinstance(value, dict | list) and name != "facts"]:
        raise ValueError(f"{nested[0][:40]!r} holds more than one value")
    return fields


def _text(value: object, longest: int) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= longest or "\0" in value:
        raise ValueError(f"a text of 1 to {longest} characters is missing")
    value.encode()  # Half a character of UTF-16 is no text that a database takes.
    return value


def _facts(facts: object) -> dict[str, MessageFact]:
    """Check the facts here, because a task tells them: one that can't be stored would hold up a whole set."""
    if not isinstance(facts, dict):
        raise ValueError("the facts are no JSON object")
    if len(facts) > MOST_FACTS:
        raise ValueError(f"there are more than {MOST_FACTS} facts")
    return {_text(name, 80): _fact(value) for name, value in facts.items()}


def _fact(value: object) -> MessageFact:
    if isinstance(value, str):
        return _text(value, LONGEST_FACT) if value else value
    if value is None or (isinstance(value, int) and abs(value) < 2**63):
        return value
    raise ValueError("a fact is a text, a whole number of 64 bits, true, false or null")


def _sequence(value: object) -> int:
    if type(value) is not int or not 1 <= value <= LARGEST_SEQUENCE:
        raise ValueError(f"the sequence is a whole number from 1 to {LARGEST_SEQUENCE}")
    return value


def _moment(value: object) -> datetime:
    moment = datetime.fromisoformat(_text(value, 40))
    if moment.tzinfo is None:
        raise ValueError("a time has no zone")
    try:
        # In UTC, because an offset may be stranger than a database takes.
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("a time lies before all times") from None
