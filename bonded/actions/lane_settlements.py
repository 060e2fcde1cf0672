"""Applying customs messages: settled lane by lane, in sets, each exactly once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, OperationalError, transaction

from bonded.actions.customs_effects import has_effect, obey, tasks_after
from bonded.actions.customs_lanes import (
    Lane,
    Lanes,
    Settlement,
    StoredMessage,
    claim_unread,
    lock_lanes,
    reference_of,
    sequences_taken,
    waiting_messages,
    write_positions,
    write_settlements,
    write_status_changes,
)
from bonded.actions.customs_tallies import count_settled
from bonded.actions.customs_tasks import close_answered, open_tasks
from bonded.models.declarations import Declaration
from bonded.queries.added_customs_codes import added_codes
from bonded.rules.customs_codes import AddedCode
from bonded.rules.customs_lanes import LaneMessage, Outcome, Position, settle_lane
from bonded.rules.customs_messages import Cause, CustomsMessage, MessageState, MessageUnreadable
from bonded.rules.customs_offices import OfficeUnknown, office_of
from bonded.rules.customs_tasks import TaskKind
from bonded.rules.declarations import DebtState
from bonded.rules.errors import RuleViolation
from bonded.rules.permissions import Act, Actor, require
from bonded.signals import declaration_statuses_changed

LOCK_NOT_AVAILABLE = "55P03"
# Whatever is wrong with one message stays with that message. Not every Exception, because the worker's own, a time
# limit or a lost connection, speak of the worker.
FAULTS = (
    RuleViolation,
    DatabaseError,
    ObjectDoesNotExist,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)


class Reader(Protocol):
    """Makes a message of what was stored; raises MessageUnreadable."""

    def __call__(self, *, office: str, message_id: str, raw: bytes, received_at: datetime) -> CustomsMessage: ...


Read = tuple[StoredMessage, CustomsMessage]


@transaction.atomic
def apply_customs_messages(*, limit: int, read: Reader, actor: Actor, at: datetime) -> int:
    """Settle up to `limit` unread messages, and lanes in which one has waited long enough.

    Works in sets; only a step that something follows from costs statements of its own. What
    can't be read or obeyed is parked and stalls nobody. Returns how many messages were settled
    or set to wait; 0 when there is nothing left that this worker could do.
    """
    require(actor, Act.APPLY_CUSTOMS_MESSAGES)
    unread, settlements = _read(claim_unread(limit), read)
    lanes = lock_lanes({reference_of(message) for _, message in unread}, limit=limit, at=at)
    if not unread and not settlements and not lanes.by_id:
        return 0
    settlements += _enter_lanes(lanes, unread, read, at=at)
    added, taken = added_codes(), sequences_taken(_places_passed(lanes))
    settled = []
    for lane in lanes.by_id.values():
        outcome = _settle(lane, taken.get(lane.declaration_id, ()), added, actor=actor, at=at)
        if outcome is not None:
            settled.append((lane, *outcome))
    for lane, _, outcomes, reasons in settled:
        settlements += _written(lane, outcomes, reasons)
    write_settlements(settlements, at=at)
    _write([(lane, position, outcomes) for lane, position, outcomes, _ in settled], at=at)
    count_settled(
        [(one.office, one.state, None) for one in settlements if one.declaration_id is None]
        + [
            (lane.office, one.became, one.message.issued_at if one.became is MessageState.APPLIED else None)
            for lane, _, outcomes, _ in settled
            for one in outcomes
        ],
        at=at,
    )
    return len(settlements)


def _write(settled: Sequence[tuple[Lane, Position, list[Outcome]]], *, at: datetime) -> None:
    """Write the lanes' new positions, their histories and tasks, and tell who listens."""
    moved = [
        (lane, position, next((one.message.mrn for one in outcomes if one.message.mrn), None))
        for lane, position, outcomes in settled
        if position != lane.position
    ]
    applied = [(lane, one) for lane, _, outcomes in settled for one in outcomes if one.became is MessageState.APPLIED]
    write_positions(moved, at=at)
    write_status_changes(applied, at=at)
    open_tasks([task for lane, _, outcomes in settled for task in tasks_after(lane, outcomes)], at=at)
    spoke = [lane.declaration_id for lane, _, _ in moved]
    close_answered(TaskKind.SILENCE, spoke, answer="The office has spoken.", at=at)
    covered = [
        lane.declaration_id
        for lane, position, _ in moved
        if lane.position.debt is DebtState.BALANCE_TOO_LOW is not position.debt
    ]
    close_answered(TaskKind.BALANCE_TOO_LOW, covered, answer="The office has moved on.", at=at)
    changes = [
        (lane.declaration_id, one.after.goods.value) for lane, one in applied if one.after.goods is not one.before.goods
    ]
    if changes:
        declaration_statuses_changed.send(Declaration, changes=changes, at=at)


def read_by(read: Reader, one: StoredMessage) -> CustomsMessage:
    """Read one stored row; raises MessageUnreadable."""
    return read(office=one.office, message_id=one.message_id, raw=one.raw, received_at=one.received_at)


def _parked(one: StoredMessage, cause: Cause, detail: str = "") -> Settlement:
    return Settlement(one.key, one.office, one.received_at, MessageState.PARKED, cause, detail)


def _read(stored: Sequence[StoredMessage], read: Reader) -> tuple[list[Read], list[Settlement]]:
    """Read what can be read, and park the rest."""
    unread, parked = [], []
    for one in stored:
        try:
            message = read_by(read, one)
        except (MessageUnreadable, OfficeUnknown) as error:
            detail = str(error.facts.get("reason", error))
            parked.append(_parked(one, Cause.UNREADABLE, detail))
            continue
        if message.message_id != one.message_id:
            parked.append(_parked(one, Cause.ID_DIFFERS, message.message_id))
        elif message.office != one.office:
            parked.append(_parked(one, Cause.OFFICE_DIFFERS, message.office))
        else:
            unread.append((one, message))
    return unread, parked


def _enter_lanes(lanes: Lanes, unread: Sequence[Read], read: Reader, *, at: datetime) -> list[Settlement]:
    """Put each message into its lane, beside those that wait there; park what belongs to none."""
    parked = []
    for one, message in unread:
        reference = reference_of(message)
        declaration_id = lanes.ids.get(reference)
        lane = lanes.by_id.get(declaration_id) if declaration_id is not None else None
        if declaration_id is None:
            parked.append(_parked(one, Cause.DECLARATION_UNKNOWN, reference[1]))
        elif lane is not None and lane.office != one.office:
            parked.append(_parked(one, Cause.OFFICE_DIFFERS, lane.office))
        elif lane is not None and message.sequence is None and office_of(lane.office).is_numbered:
            parked.append(_parked(one, Cause.SEQUENCE_MISSING))
        elif lane is not None:
            # From the first reading, not from the arrival: after an outage the one that it waits for may be stored
            # already, and only be read with the next set.
            waits_until = one.waits_until or at + office_of(lane.office).patience
            lane.messages.append(LaneMessage(one.key, message, waits_until, is_by_hand=one.reread_at is not None))
            lane.read_at[one.key] = one.read_at or at
            lane.received_at[one.key] = one.received_at
    for one in waiting_messages(lanes.by_id):
        assert one.declaration_id is not None
        assert one.read_at is not None
        assert one.waits_until is not None
        lane = lanes.by_id[one.declaration_id]
        message = read_by(read, one)
        lane.messages.append(LaneMessage(one.key, message, one.waits_until))
        lane.read_at[one.key] = one.read_at
        lane.received_at[one.key] = one.received_at
        lane.waiting.add(one.key)
    return parked


def _places_passed(lanes: Lanes) -> list[tuple[int, int]]:
    """Give the places of messages whose turn seems to have passed: late, or another's number used again."""
    return [
        (lane.declaration_id, one.message.sequence)
        for lane in lanes.by_id.values()
        for one in lane.messages
        if one.message.sequence is not None and one.message.sequence <= lane.position.last_sequence
    ]


def _settle(
    lane: Lane, taken: Collection[int], added: Collection[AddedCode], *, actor: Actor, at: datetime
) -> tuple[Position, list[Outcome], dict[int, str]] | None:
    """Settle one lane with all that follows from it, or give None when somebody holds what it needs.

    A step whose effect is refused is parked with the reason, and the lane is settled anew without it.
    """
    reasons: dict[int, str] = {}
    office = office_of(lane.office)
    while True:
        position, outcomes = settle_lane(
            lane.position, lane.messages, office=office, taken=taken, refused=reasons, added=added, at=at
        )
        obeyed = [one for one in outcomes if has_effect(one)]
        if not obeyed:
            return position, outcomes, reasons
        trying = obeyed[0]
        try:
            with transaction.atomic():
                for trying in obeyed:
                    obey(lane, trying, actor=actor, at=at)
            return position, outcomes, reasons
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", None) == LOCK_NOT_AVAILABLE:
                return None
            raise
        except FAULTS as error:
            reasons[trying.key] = f"{type(error).__name__}: {error}"


def _written(lane: Lane, outcomes: Sequence[Outcome], reasons: Mapping[int, str]) -> list[Settlement]:
    """Give what is to be written; a message that goes on waiting is left as it is."""
    waits_until = {one.key: one.waits_until for one in lane.messages}
    return [
        Settlement(
            one.key,
            lane.office,
            lane.received_at[one.key],
            one.became,
            one.cause,
            reasons.get(one.key, "")[:300],
            lane.declaration_id,
            one.sequence,
            lane.read_at[one.key],
            waits_until[one.key],
        )
        for one in outcomes
        if not (one.became is MessageState.WAITING and one.key in lane.waiting)
    ]
