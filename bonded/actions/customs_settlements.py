"""What became of customs messages and their lanes, written in sets, with a statement each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import orjson
from django.db import connection

from bonded.actions.customs_lanes import Lane
from bonded.rules.customs_lanes import Outcome, Position
from bonded.rules.customs_messages import Cause, MessageState
from bonded.rules.customs_offices import office_of

LONGEST_DETAIL = 300
# Between the numbers by which a message named a declaration that nobody knew.
BETWEEN_NUMBERS = ", "


@dataclass(frozen=True, slots=True)
class SettledLane:
    """A lane, its new position, what became of each message, and why the effects of some, by key, were refused."""

    lane: Lane
    position: Position
    outcomes: Sequence[Outcome]
    reasons: Mapping[int, str] = field(default_factory=dict)

    @property
    def waiting_since(self) -> datetime | None:
        """When the oldest of the messages came that go on waiting."""
        received_at = self.lane.received_at
        return min((received_at[one.key] for one in self.outcomes if one.became is MessageState.WAITING), default=None)

    @property
    def provisional_number(self) -> str | None:
        """What the office's number was first, if it numbers twice."""
        told = (one.message.provisional_number for one in self.outcomes)
        return self.lane.provisional_number or next(filter(None, told), None)

    @property
    def mrn(self) -> str | None:
        """The office's own number, as first told; one that is only provisional gives way."""
        if self.lane.mrn is not None and self.lane.mrn != self.provisional_number:
            return self.lane.mrn
        return next((one.message.mrn for one in self.outcomes if one.message.mrn), self.lane.mrn)

    @property
    def learnt_numbers(self) -> list[str]:
        """Give the office's numbers that were not known of this declaration before."""
        before = (self.lane.mrn, self.lane.provisional_number)
        return [one for one in (self.mrn, self.provisional_number) if one is not None and one not in before]


@dataclass(frozen=True, slots=True)
class Settlement:
    """What is to be written about one message; the last four are None while it has no lane."""

    key: int
    office: str
    received_at: datetime
    state: MessageState
    cause: Cause | None
    detail: str = ""
    declaration_id: int | None = None
    sequence: int | None = None
    read_at: datetime | None = None
    waits_until: datetime | None = None


def write_settlements(settlements: Sequence[Settlement], *, at: datetime) -> None:
    """Write what became of the messages; one that still waits is not settled.

    Between which moments they arrived is said as well: the planner looks at no other months then,
    while from the join alone it reads them all.
    """
    if not settlements:
        return
    arrivals = [one.received_at for one in settlements]
    _execute(
        "UPDATE bonded_incomingcustomsmessage m"
        "   SET state = u.state, cause = u.cause, detail = u.detail, declaration_id = u.declaration_id,"
        "       sequence = u.sequence, read_at = u.read_at, waits_until = u.waits_until,"
        "       settled_at = CASE WHEN u.state <> 'waiting' THEN %s::timestamptz END"
        "  FROM json_to_recordset(%s::json) AS u (id bigint, received_at timestamptz, state text, cause text,"
        "                                         detail text, declaration_id bigint, sequence int,"
        "                                         read_at timestamptz, waits_until timestamptz)"
        " WHERE m.id = u.id AND m.received_at = u.received_at AND m.received_at BETWEEN %s AND %s",
        at,
        [
            {
                "id": one.key,
                "received_at": one.received_at,
                "state": one.state,
                "cause": one.cause,
                "detail": _storable(one.detail),
                "declaration_id": one.declaration_id,
                "sequence": one.sequence,
                "read_at": one.read_at,
                "waits_until": one.waits_until,
            }
            for one in settlements
        ],
        min(arrivals),
        max(arrivals),
    )


def _storable(detail: str) -> str:
    """Leave out what no column takes; a reason may quote whatever an office sent."""
    return detail.encode("utf-8", "replace").decode().replace("\0", "")[:LONGEST_DETAIL]


def write_positions(settled: Sequence[SettledLane], *, at: datetime) -> None:
    """Write how far lanes have come, since when messages wait in them, and the office's numbers where first told."""
    changed = [
        one
        for one in settled
        if one.position != one.lane.position or one.waiting_since != one.lane.waiting_since or one.learnt_numbers
    ]
    if not changed:
        return
    _execute(
        "UPDATE bonded_declaration d"
        "   SET state = u.state, debt_state = u.debt_state, last_sequence = u.last_sequence,"
        "       last_issued_at = u.last_issued_at, waiting_since = u.waiting_since, mrn = u.mrn,"
        "       provisional_number = u.provisional_number,"
        "       status_changed_at = CASE WHEN d.state <> u.state THEN %s ELSE d.status_changed_at END"
        "  FROM json_to_recordset(%s::json)"
        "    AS u (id bigint, state text, debt_state text, last_sequence int, last_issued_at timestamptz,"
        "          waiting_since timestamptz, mrn text, provisional_number text)"
        " WHERE d.id = u.id",
        at,
        [
            {
                "id": one.lane.declaration_id,
                "state": one.position.goods,
                "debt_state": one.position.debt,
                "last_sequence": one.position.last_sequence,
                "last_issued_at": one.position.last_issued_at,
                "waiting_since": one.waiting_since,
                "mrn": one.mrn,
                "provisional_number": one.provisional_number,
            }
            for one in changed
        ],
    )


def store_again(settled: Sequence[SettledLane]) -> None:
    """Have those messages read again that were parked because nobody knew the number that is known now.

    Only where an office numbers twice: elsewhere every message names our own number.
    """
    learnt = {
        (one.lane.office, number)
        for one in settled
        if not office_of(one.lane.office).is_numbered
        for number in one.learnt_numbers
    }
    if not learnt:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE bonded_incomingcustomsmessage m SET state = 'stored', cause = NULL, detail = '', settled_at = NULL"
            "  FROM unnest(%s::text[], %s::text[]) AS learnt (office, number)"
            " WHERE m.state = 'parked' AND m.cause = 'declaration_unknown' AND m.office = learnt.office"
            "   AND learnt.number = ANY(string_to_array(m.detail, %s))",
            [[office for office, _ in learnt], [number for _, number in learnt], BETWEEN_NUMBERS],
        )


def write_status_changes(applied: Sequence[tuple[Lane, Outcome]], *, at: datetime) -> None:
    """Add the steps to the history, each lane's in its order."""
    _execute(
        "INSERT INTO bonded_customsstatuschange"
        "       (stream, declaration_id, before, after, debt, message_id, sequence, code_list, status, issued_at,"
        "        changed_at)"
        " SELECT 'declaration:' || u.declaration_id, u.declaration_id, u.before, u.after, u.debt, u.message_id,"
        "        u.sequence, u.code_list, u.status, u.issued_at, %s"
        "   FROM json_to_recordset(%s::json) AS u (place int, declaration_id bigint, before text, after text,"
        "                                          debt text, message_id text, sequence int, code_list text,"
        "                                          status text, issued_at timestamptz)"
        "  ORDER BY u.place",
        at,
        [
            {
                "place": place,
                "declaration_id": lane.declaration_id,
                "before": one.before.goods,
                "after": one.after.goods,
                "debt": one.after.debt if one.after.debt is not one.before.debt else None,
                "message_id": one.message.message_id,
                "sequence": one.sequence,
                "code_list": one.message.code_list,
                "status": one.message.status,
                "issued_at": one.message.issued_at,
            }
            for place, (lane, one) in enumerate(applied)
        ],
    )


def _execute(statement: str, at: datetime, rows: Sequence[dict[str, object]], *more: datetime) -> None:
    """Run one statement for all rows; as JSON they cost a third of what an array for each column does."""
    with connection.cursor() as cursor:
        cursor.execute(statement, [at, orjson.dumps(rows).decode(), *more])
