"""Replaying a lane from its stored messages: what it must have come to, by the rules alone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bonded.rules.customs_codes import AddedCode
from bonded.rules.customs_lanes import LaneMessage, Position, settle_lane
from bonded.rules.customs_messages import Cause, CustomsMessage, MessageState
from bonded.rules.customs_offices import Office
from bonded.rules.declarations import DeclarationState

LODGED = Position(DeclarationState.LODGED)


@dataclass(frozen=True, slots=True)
class KeptMessage:
    """One message that had its place in a lane, with what became of it and when.

    `read_at` is when it entered its lane, `reread_at` when a person had it read again, and
    `first_settled_at` when it had its turn before a person settled it otherwise.
    """

    key: int
    message: CustomsMessage
    state: MessageState
    cause: Cause | None
    read_at: datetime
    settled_at: datetime | None
    reread_at: datetime | None
    first_settled_at: datetime | None = None

    @property
    def moments(self) -> set[datetime]:
        """Give when something about it was read or settled."""
        return {at for at in (self.read_at, self.first_settled_at, self.settled_at) if at is not None}

    def enters(self, at: datetime) -> bool:
        """Say whether it enters its lane at a moment: when it was read, and again when a person had it applied."""
        return at == self.read_at or (self.reread_at is not None and at == self.settled_at)

    def as_it_entered(self, at: datetime) -> LaneMessage:
        """Give it as it stood in its lane from a moment on."""
        return LaneMessage(self.key, self.message, self.read_at, is_by_hand=at != self.read_at)

    def was_refused(self, at: datetime) -> bool:
        """Say whether it could not take effect at a moment: refused, dealt with otherwise, or parked until reread."""
        is_before_rereading = self.reread_at is not None and (self.settled_at is None or at < self.settled_at)
        return is_before_rereading or self.cause is Cause.EFFECT_REFUSED or self.state is MessageState.DEALT_WITH


@dataclass(frozen=True, slots=True)
class OwnStep:
    """A step that we took ourselves, not by a message of the office."""

    goods: DeclarationState
    at: datetime


@dataclass(frozen=True, slots=True)
class Replay:
    """What a lane comes to, and what becomes of each message, by key."""

    position: Position
    states: dict[int, MessageState]


def replay_lane(
    messages: Sequence[KeptMessage],
    own_steps: Iterable[OwnStep] = (),
    *,
    office: Office,
    added: Collection[AddedCode] = (),
) -> Replay:
    """Settle every message of a declaration anew, from nothing, as the clock ran then.

    The moments at which the lane was looked at are those at which a message was read or settled;
    so what waited, and what was given up, comes out as it did. What a person decided is kept: a
    message that was read again takes effect when it did, and an effect that was refused is
    refused again. Codes mean what was known at each moment.
    """
    position, states, taken = LODGED, dict[int, MessageState](), set[int]()
    waiting: dict[int, LaneMessage] = {}
    mine = sorted(own_steps, key=lambda step: step.at)
    for at in sorted(set().union(*(one.moments for one in messages))):
        while mine and mine[0].at <= at:
            position = replace(position, goods=mine.pop(0).goods)
        waiting |= {one.key: one.as_it_entered(at) for one in messages if one.enters(at)}
        refused = {one.key for one in messages if one.was_refused(at)}
        position, outcomes = settle_lane(
            position, waiting.values(), office=office, taken=taken, refused=refused, added=added, at=at
        )
        states |= {one.key: one.became for one in outcomes}
        taken |= {one.sequence for one in outcomes if one.became is MessageState.APPLIED and one.sequence}
        waiting = {key: one for key, one in waiting.items() if states[key] is MessageState.WAITING}
    for step in mine:
        position = replace(position, goods=step.goods)
    return Replay(position, states)


def differences(messages: Sequence[KeptMessage], live: Position, replayed: Replay) -> list[str]:
    """Say in sentences where the replay differs from what is stored; empty when it does not."""
    found = [
        f"{name} is {ours!s}, replayed {theirs!s}"
        for name, ours, theirs in (
            ("goods", live.goods, replayed.position.goods),
            ("debt", live.debt, replayed.position.debt),
            ("sequence", live.last_sequence, replayed.position.last_sequence),
        )
        if ours != theirs
    ]
    for one in messages:
        # Dealt with by a person means parked until then; and what is stored is about to be read again.
        state = MessageState.PARKED if one.state is MessageState.DEALT_WITH else one.state
        if state is not MessageState.STORED and state is not replayed.states.get(one.key):
            found.append(f"{one.message.message_id} is {one.state}, replayed {replayed.states.get(one.key)}")
    return found
