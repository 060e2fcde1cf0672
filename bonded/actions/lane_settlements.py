"""Applying customs messages: settled lane by lane, in sets, each exactly once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from django.db import OperationalError, transaction

from bonded.actions.customs_effects import tasks_after
from bonded.actions.customs_lanes import (
    Lanes,
    StoredMessage,
    claim_unread,
    lock_lanes,
    office_references_of,
    references_of,
    waiting_messages,
)
from bonded.actions.customs_settlements import (
    BETWEEN_NUMBERS,
    SettledLane,
    Settlement,
    store_again,
    write_positions,
    write_settlements,
    write_status_changes,
)
from bonded.actions.customs_tallies import count_settled
from bonded.actions.customs_tasks import close_answered, open_tasks
from bonded.actions.settled_lanes import FAULTS, settle_lanes
from bonded.models.declarations import Declaration
from bonded.rules.customs_lanes import LaneMessage
from bonded.rules.customs_messages import Cause, CustomsMessage, MessageState, MessageUnreadable
from bonded.rules.customs_offices import OfficeUnknown, office_of
from bonded.rules.customs_tasks import TaskKind
from bonded.rules.declarations import DebtState
from bonded.rules.permissions import Act, Actor, require
from bonded.signals import declaration_statuses_changed


class Reader(Protocol):
    """Makes a message of what was stored; raises MessageUnreadable."""

    def __call__(self, *, office: str, message_id: str, raw: bytes, received_at: datetime) -> CustomsMessage: ...


Read = tuple[StoredMessage, CustomsMessage]


def apply_customs_messages(*, limit: int, read: Reader, actor: Actor, at: datetime) -> int:
    """Settle up to `limit` unread messages, and lanes in which one has waited long enough.

    Works in sets; only a step from which more follows than a clearance costs statements of its
    own. What can't be read or obeyed is parked and stalls nobody. Returns how many messages were
    settled or set to wait; 0 when there is nothing left that this worker could do.
    """
    require(actor, Act.APPLY_CUSTOMS_MESSAGES)
    try:
        with transaction.atomic():
            return _settle(claim_unread(limit), overdue=limit, read=read, actor=actor, at=at)
    except OperationalError:
        raise
    except FAULTS:
        # One message spoils the whole set, and nobody says which: so it is looked for in ever smaller ones.
        if limit > 1:
            return apply_customs_messages(limit=limit // 2, read=read, actor=actor, at=at)
        return sum(_settle_or_park(unread=n, overdue=1 - n, read=read, actor=actor, at=at) for n in (1, 0))


def _settle(claimed: Sequence[StoredMessage], *, overdue: int, read: Reader, actor: Actor, at: datetime) -> int:
    messages, settlements = _read(claimed, read)
    references = {reference for _, message in messages for reference in references_of(message)}
    lanes = lock_lanes(references, overdue=overdue, at=at)
    if not messages and not settlements and not lanes.by_id:
        return 0
    _learn_numbers(lanes, messages)
    settlements += _enter_lanes(lanes, messages, read, at=at)
    tallies = [(one.office, one.state, None) for one in settlements]
    settled = settle_lanes(lanes.by_id.values(), actor=actor, at=at)
    settlements += [settlement for one in settled for settlement in _written(one)]
    write_settlements(settlements, at=at)
    _write(settled, at=at)
    count_settled([*tallies, *_tallies(settled)], at=at)
    return len(settlements)


@transaction.atomic
def _settle_or_park(*, unread: int, overdue: int, read: Reader, actor: Actor, at: datetime) -> int:
    """Settle one message, or one lane that has waited long enough; park it when that fails."""
    # Claimed before the savepoint: what fails there gives its own locks back, and another worker may take them.
    claimed = claim_unread(unread)
    lanes = lock_lanes(set(), overdue=overdue, at=at)
    try:
        with transaction.atomic():
            return _settle(claimed, overdue=overdue, read=read, actor=actor, at=at)
    except OperationalError:
        raise
    except FAULTS as error:
        overdue_ones = [
            one
            for one in waiting_messages(lanes.by_id.values())
            if one.waits_until is not None and one.waits_until <= at
        ]
        reason = f"{type(error).__name__}: {error}"
        parked = [_parked(one, Cause.EFFECT_REFUSED, reason) for one in (*claimed, *overdue_ones)]
        write_settlements(parked, at=at)
        count_settled([(one.office, one.state, None) for one in parked], at=at)
        return len(parked)


def _write(settled: Sequence[SettledLane], *, at: datetime) -> None:
    """Write the lanes' new positions, their histories and tasks, and tell who listens."""
    moved = [one for one in settled if one.position != one.lane.position]
    applied = [
        (one.lane, outcome) for one in settled for outcome in one.outcomes if outcome.became is MessageState.APPLIED
    ]
    write_positions(settled, at=at)
    store_again(settled)
    write_status_changes(applied, at=at)
    open_tasks([task for one in settled for task in tasks_after(one.lane, one.outcomes)], at=at)
    spoke = [one.lane.declaration_id for one in moved]
    close_answered(TaskKind.SILENCE, spoke, answer="The office has spoken.", at=at)
    covered = [
        one.lane.declaration_id
        for one in moved
        if one.lane.position.debt is DebtState.BALANCE_TOO_LOW is not one.position.debt
    ]
    close_answered(TaskKind.BALANCE_TOO_LOW, covered, answer="The office has moved on.", at=at)
    changes = [
        (lane.declaration_id, outcome.after.goods.value)
        for lane, outcome in applied
        if outcome.after.goods is not outcome.before.goods
    ]
    if changes:
        declaration_statuses_changed.send(Declaration, changes=changes, at=at)


def read_by(read: Reader, one: StoredMessage) -> CustomsMessage:
    """Read one stored row; raises MessageUnreadable."""
    return read(office=one.office, message_id=one.message_id, raw=one.raw, received_at=one.received_at)


def _parked(one: StoredMessage, cause: Cause, detail: str = "") -> Settlement:
    return Settlement(
        one.key,
        one.office,
        one.received_at,
        MessageState.PARKED,
        cause,
        detail,
        one.declaration_id,
        read_at=one.read_at,
        waits_until=one.waits_until,
    )


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


def _learn_numbers(lanes: Lanes, unread: Sequence[Read]) -> None:
    """Let the messages of a set say which numbers are whose: one may go by what only another of them tells."""
    if all(lanes.declaration_of(references_of(message)) is not None for _, message in unread):
        return
    known = -1
    while known < len(lanes.ids):
        known = len(lanes.ids)
        for one, message in unread:
            lane = lanes.by_id.get(lanes.declaration_of(references_of(message)) or 0)
            if lane is not None and lane.office == one.office:
                for reference in office_references_of(message):
                    lanes.ids.setdefault(reference, lane.declaration_id)


def _enter_lanes(lanes: Lanes, unread: Sequence[Read], read: Reader, *, at: datetime) -> list[Settlement]:
    """Put each message into its lane, beside those that wait there; park what belongs to none."""
    parked = []
    for one, message in unread:
        references = references_of(message)
        declaration_id = lanes.declaration_of(references)
        lane = lanes.by_id.get(declaration_id) if declaration_id is not None else None
        if declaration_id is None:
            numbers = BETWEEN_NUMBERS.join(number for _, number in references)
            parked.append(_parked(one, Cause.DECLARATION_UNKNOWN, numbers))
        elif lane is not None and lane.office != one.office:
            parked.append(_parked(one, Cause.OFFICE_DIFFERS, lane.office))
        elif lane is not None and message.sequence is None and office_of(lane.office).is_numbered:
            parked.append(_parked(one, Cause.SEQUENCE_MISSING))
        elif lane is not None:
            # It waits from its first reading, not from its arrival: after an outage the one that it waits for may be
            # stored already, and only be read with the next set.
            lane.read_at[one.key] = read_at = one.read_at or at
            lane.messages.append(LaneMessage(one.key, message, read_at, is_by_hand=one.reread_at is not None))
            lane.received_at[one.key] = one.received_at
    for one in waiting_messages(lanes.by_id.values()):
        assert one.declaration_id is not None
        assert one.read_at is not None
        assert one.waits_until is not None
        lane = lanes.by_id[one.declaration_id]
        try:
            message = read_by(read, one)
        except (MessageUnreadable, OfficeUnknown) as error:
            # It was readable once; a reader that has become stricter must not hold up the lane.
            parked.append(_parked(one, Cause.UNREADABLE, str(error.facts.get("reason", error))))
            continue
        lane.messages.append(LaneMessage(one.key, message, one.read_at))
        lane.read_at[one.key] = one.read_at
        lane.received_at[one.key] = one.received_at
        lane.waiting[one.key] = one.waits_until
    return parked


def _written(settled: SettledLane) -> list[Settlement]:
    """Give what is to be written; a message that goes on waiting is left as it is."""
    lane = settled.lane
    patience = office_of(lane.office).patience
    return [
        Settlement(
            one.key,
            lane.office,
            lane.received_at[one.key],
            one.became,
            one.cause,
            settled.reasons.get(one.key, ""),
            lane.declaration_id,
            one.sequence,
            lane.read_at[one.key],
            one.waits_until or lane.read_at[one.key] + patience,
        )
        for one in settled.outcomes
        if one.became is not MessageState.WAITING or lane.waiting.get(one.key) != one.waits_until
    ]


def _tallies(settled: Sequence[SettledLane]) -> list[tuple[str, MessageState, datetime | None]]:
    return [
        (one.lane.office, each.became, each.message.issued_at if each.became is MessageState.APPLIED else None)
        for one in settled
        for each in one.outcomes
    ]
