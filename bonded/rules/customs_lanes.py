"""In which order a declaration's messages take effect, and what each makes of it.

Each declaration is a lane of its own. Where an office numbers its messages, 1, 2, 3 and so on,
they are applied in that order; elsewhere in the order of their issue. The order in which they come
does not matter: an early one waits, and when it has waited long enough, what is missing before it
is given up. A late one is kept, and changes nothing: no status ever goes back.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from bonded.rules.customs_codes import AddedCode, Meaning
from bonded.rules.customs_messages import Cause, CustomsMessage, MessageState
from bonded.rules.customs_offices import Office
from bonded.rules.declarations import DEBT_STEPS, STEPS, DebtState, DeclarationState

State = TypeVar("State", bound=StrEnum)
_STOPS = frozenset({DeclarationState.INSPECTION_ORDERED, DeclarationState.REJECTED, DeclarationState.CANCELLED})


@dataclass(frozen=True, slots=True)
class Position:
    """How far a declaration's lane has come; `last_sequence` is 0 and `last_issued_at` None at its beginning."""

    goods: DeclarationState
    debt: DebtState = DebtState.NOT_TOLD
    last_sequence: int = 0
    last_issued_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LaneMessage:
    """One unsettled message in a declaration's lane; `key` is its row's id, `read_at` when it came into the lane.

    `is_by_hand` says that a person wants it applied although its turn may have passed.
    """

    key: int
    message: CustomsMessage
    read_at: datetime
    is_by_hand: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of one message, and the lane's position before and after it.

    `sequence` is its place in the lane, our own where the office gives none; None when it has none.
    `waits_until` is when it has to be looked at again, if it waits.
    """

    key: int
    message: CustomsMessage
    sequence: int | None
    became: MessageState
    cause: Cause | None
    before: Position
    after: Position
    meaning: Meaning | None = None
    waits_until: datetime | None = None


def settle_lane(
    position: Position,
    lane: Iterable[LaneMessage],
    *,
    office: Office,
    taken: Collection[int] = (),
    refused: Collection[int] = (),
    added: Collection[AddedCode] = (),
    at: datetime,
) -> tuple[Position, list[Outcome]]:
    """Say what becomes of every unsettled message of one declaration, in the order in which they take effect.

    Messages are taken by sequence, then by time of issue, then by id, so that the order of
    arrival does not matter. A message that is parked uses up its sequence, so that the ones
    behind it go on. Without numbers, a closing waits for its release, and what was issued after it
    waits with it, unless it stops the goods. `taken` are sequences up to the last that took
    effect; `refused` are keys whose effect was tried and refused; they are parked. Returns the new
    position and one outcome for each message. Neither the sequence nor the time of issue of what
    took effect ever goes back.
    """
    ordered = sorted(lane, key=_turn)
    given_up = max((index for index, one in enumerate(ordered) if one.read_at + office.patience <= at), default=-1)

    def meaning_of(message: CustomsMessage) -> Meaning | None:
        return office.meaning_of(message.code_list, message.status, on=message.issued_at.date(), at=at, added=added)

    def stops(message: CustomsMessage) -> bool:
        meaning = meaning_of(message)
        return meaning is not None and meaning.goods in _STOPS

    used = set(taken)
    held_until: datetime | None = None
    outcomes: list[Outcome] = []
    for index, one in enumerate(ordered):
        message, before = one.message, position
        became, cause, meaning, sequence, waits_until = MessageState.APPLIED, None, None, message.sequence, None
        if sequence is not None and sequence in used:
            became, cause = MessageState.PARKED, Cause.SEQUENCE_REUSED
        elif _is_late(position, message) and not one.is_by_hand:
            became, cause = MessageState.SUPERSEDED, Cause.LATE
        elif held_until is not None and not one.is_by_hand and not stops(message):
            became, cause, waits_until = MessageState.WAITING, Cause.GAP, held_until
        elif index > given_up and not one.is_by_hand and _has_to_wait(position, message):
            became, cause, waits_until = MessageState.WAITING, Cause.GAP, one.read_at + office.patience
        else:
            meaning = meaning_of(message)
            place = sequence or position.last_sequence + 1
            after, cause = _moved(position, place, message, meaning, is_refused=one.key in refused)
            until = one.read_at + office.step_patience
            if not one.is_by_hand and at < until and _waits_for_its_release(position, meaning):
                became, cause, waits_until, held_until = MessageState.WAITING, Cause.GAP, until, until
            else:
                position, sequence = after, place
                became = MessageState.PARKED if cause else MessageState.APPLIED
                if cause is None:
                    used.add(place)
        outcomes.append(Outcome(one.key, message, sequence, became, cause, before, position, meaning, waits_until))
    return position, outcomes


def _turn(one: LaneMessage) -> tuple[int, datetime, str]:
    return one.message.sequence or 0, one.message.issued_at, one.message.message_id


def _is_late(position: Position, message: CustomsMessage) -> bool:
    if message.sequence is not None:
        return message.sequence <= position.last_sequence
    return position.last_issued_at is not None and message.issued_at < position.last_issued_at


def _has_to_wait(position: Position, message: CustomsMessage) -> bool:
    # Without numbers nobody can say that nothing is missing, so each waits its time.
    return message.sequence is None or message.sequence > position.last_sequence + 1


def _moved(
    position: Position, sequence: int, message: CustomsMessage, meaning: Meaning | None, *, is_refused: bool
) -> tuple[Position, Cause | None]:
    """Let the message have its turn, and take its step or say why that can't be taken."""
    goods, debt, cause = position.goods, position.debt, None
    if meaning is None:
        cause = Cause.CODE_UNKNOWN
    elif not (_may_follow(STEPS, goods, meaning.goods) and _may_follow(DEBT_STEPS, debt, meaning.debt)):
        cause = Cause.STEP_IMPOSSIBLE
    elif is_refused:
        cause = Cause.EFFECT_REFUSED
    else:
        goods, debt = meaning.goods or goods, meaning.debt or debt
    # What did not take effect holds nothing back that was issued before it.
    latest = position.last_issued_at
    if cause is None:
        latest = message.issued_at if latest is None else max(message.issued_at, latest)
    return Position(goods, debt, max(sequence, position.last_sequence), latest), cause


def _may_follow(steps: Mapping[State, frozenset[State]], before: State, after: State | None) -> bool:
    # Two codes may mean one state to us (taken in, then entered); the second confirms the first.
    return after is None or after is before or after in steps[before]


def _waits_for_its_release(position: Position, meaning: Meaning | None) -> bool:
    """Say whether this is a closing that the goods' release would make possible."""
    return (
        meaning is not None
        and meaning.goods is DeclarationState.CLEARED
        and DeclarationState.RELEASED in STEPS[position.goods]
        and _may_follow(DEBT_STEPS, position.debt, meaning.debt)
    )
