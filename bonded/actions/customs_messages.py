"""Taking customs messages in, and applying them: stored first, then settled lane by lane, each exactly once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, OperationalError, connection, transaction

from bonded.actions.activity import record_activity
from bonded.actions.customs_effects import has_effect, obey
from bonded.actions.customs_lanes import (
    Lane,
    Settlement,
    StoredMessage,
    claim_unread,
    lock_lanes,
    waiting_messages,
    write_positions,
    write_settlements,
    write_status_changes,
)
from bonded.models.customs_messages import IncomingCustomsMessage
from bonded.models.declarations import Declaration
from bonded.rules.customs_codes import office_of
from bonded.rules.customs_messages import (
    Cause,
    CustomsMessage,
    LaneMessage,
    MessageIdReused,
    MessageState,
    MessageUnreadable,
    Outcome,
    Position,
    read_customs_message,
    settle_lane,
)
from bonded.rules.errors import RuleViolation
from bonded.rules.permissions import Act, Actor, require
from bonded.signals import customs_message_stored, declaration_status_changed

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


@dataclass(frozen=True, slots=True)
class Stored:
    """The row that holds a message, and whether this call made it."""

    id: int
    is_new: bool


def store_customs_message(
    *, office: str, message_id: str, raw: bytes, headers: Mapping[str, str], actor: Actor, at: datetime
) -> Stored:
    """Keep a message byte for byte, before anybody reads it.

    The same id with the same bytes gives the first row. The same id with other bytes is an
    incident: it is recorded, and MessageIdReused is raised after the record is committed.
    """
    require(actor, Act.STORE_CUSTOMS_MESSAGE)
    digest = hashlib.sha256(raw).digest()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO bonded_incomingcustomsmessage"
                "       (office, message_id, raw, sha256, headers, received_at, state, detail)"
                " VALUES (%s, %s, %s, %s, %s::jsonb, %s, 'stored', '')"
                " ON CONFLICT (office, message_id) DO NOTHING RETURNING id",
                [office, message_id, raw, digest, json.dumps(dict(headers)), at],
            )
            row = cursor.fetchone()
        if row:
            customs_message_stored.send(IncomingCustomsMessage, at=at)
            return Stored(row[0], is_new=True)
        first = IncomingCustomsMessage.objects.filter(office=office, message_id=message_id).locked().get()
        if bytes(first.sha256) == digest:
            return Stored(first.pk, is_new=False)
        record_activity(
            Act.STORE_CUSTOMS_MESSAGE,
            first,
            actor=actor,
            at=at,
            refused="the id was used before with another body",
            sha256=digest.hex(),
        )
    raise MessageIdReused(
        "This id was used before with another body.",
        message_id=message_id,
        first_received_at=first.received_at.isoformat(),
    )


@transaction.atomic
def apply_customs_messages(*, limit: int, actor: Actor, at: datetime) -> int:
    """Settle up to `limit` unread messages, and lanes in which one has waited too long.

    Works in sets; only a step that something follows from costs statements of its own. What
    can't be read or obeyed is parked and stalls nobody. Returns how many messages were settled
    or set to wait; 0 when there is nothing left that this worker could do.
    """
    require(actor, Act.APPLY_CUSTOMS_MESSAGES)
    unread, settlements = _read(claim_unread(limit))
    lanes, busy = lock_lanes({message.declaration_number for _, message in unread}, limit=limit, at=at)
    if not unread and not settlements and not lanes:
        return 0
    settlements += _enter_lanes(lanes, busy, unread, at=at)
    moved, applied = [], []
    for lane in lanes.values():
        settled = _settle(lane, actor=actor, at=at)
        if settled is None:
            continue
        position, outcomes, reasons = settled
        settlements += _written(lane, outcomes, reasons)
        applied += [(lane, one) for one in outcomes if one.became is MessageState.APPLIED]
        if position != lane.position:
            moved.append((lane, position, next((one.message.mrn for one in outcomes if one.message.mrn), None)))
    write_settlements(settlements, at=at)
    write_positions(moved, at=at)
    write_status_changes(applied, at=at)
    for lane, one in applied:
        if one.after is not one.before:
            declaration_status_changed.send(
                Declaration, declaration_id=lane.declaration_id, status=one.after.value, at=at
            )
    return len(settlements)


def _read(stored: Sequence[StoredMessage]) -> tuple[list[tuple[StoredMessage, CustomsMessage]], list[Settlement]]:
    """Read what can be read, and park the rest."""
    read, parked = [], []
    for one in stored:
        try:
            message = read_customs_message(one.raw)
        except MessageUnreadable as error:
            detail = str(error.facts["reason"])
            parked.append(Settlement(one.key, MessageState.PARKED, Cause.UNREADABLE, detail))
            continue
        if message.message_id != one.message_id:
            parked.append(Settlement(one.key, MessageState.PARKED, Cause.ID_DIFFERS, message.message_id))
        elif message.office != one.office:
            parked.append(Settlement(one.key, MessageState.PARKED, Cause.OFFICE_DIFFERS, message.office))
        else:
            read.append((one, message))
    return read, parked


def _enter_lanes(
    lanes: Mapping[str, Lane],
    busy: set[str],
    unread: Sequence[tuple[StoredMessage, CustomsMessage]],
    *,
    at: datetime,
) -> list[Settlement]:
    """Put each message into its lane, beside those that wait there; park what belongs to none."""
    parked = []
    for one, message in unread:
        lane = lanes.get(message.declaration_number)
        if lane is not None and lane.office == one.office:
            # From the first reading, not from the arrival: after an outage the one that it waits for may be stored
            # already, and only be read with the next set.
            waits_until = at + office_of(lane.office).patience
            lane.messages.append(LaneMessage(one.key, message, waits_until))
        elif lane is not None:
            parked.append(Settlement(one.key, MessageState.PARKED, Cause.OFFICE_DIFFERS, lane.office))
        elif message.declaration_number not in busy:
            detail = message.declaration_number
            parked.append(Settlement(one.key, MessageState.PARKED, Cause.DECLARATION_UNKNOWN, detail))
    by_id = {lane.declaration_id: lane for lane in lanes.values()}
    for one in waiting_messages(by_id):
        assert one.declaration_id is not None
        assert one.waits_until is not None
        lane = by_id[one.declaration_id]
        lane.messages.append(LaneMessage(one.key, read_customs_message(one.raw), one.waits_until))
        lane.waiting.add(one.key)
    return parked


def _settle(lane: Lane, *, actor: Actor, at: datetime) -> tuple[Position, list[Outcome], dict[int, str]] | None:
    """Settle one lane with all that follows from it, or give None when somebody holds what it needs.

    A step whose effect is refused is parked with the reason, and the lane is settled anew without it.
    """
    reasons: dict[int, str] = {}
    while True:
        position, outcomes = settle_lane(
            lane.position, lane.messages, office=office_of(lane.office), refused=reasons, at=at
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
            one.became,
            one.cause,
            reasons.get(one.key, "")[:300],
            lane.declaration_id,
            one.message.sequence,
            waits_until[one.key],
        )
        for one in outcomes
        if not (one.became is MessageState.WAITING and one.key in lane.waiting)
    ]
