"""The lanes of customs messages, worked in sets: claimed, locked and written with a statement each.

Nothing here waits. A message that another worker claimed, or a declaration that another act holds,
is left for the next time; so the lock order can't be broken, and one declaration delays no other.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import orjson
from django.db import connection

from bonded.rules.customs_messages import Cause, LaneMessage, MessageState, Outcome, Position
from bonded.rules.declarations import DeclarationState


@dataclass(slots=True)
class StoredMessage:
    """One row of the inbox that this worker may settle."""

    key: int
    office: str
    message_id: str
    raw: bytes
    received_at: datetime
    declaration_id: int | None = None
    waits_until: datetime | None = None


@dataclass(slots=True)
class Lane:
    """One locked declaration and its unsettled messages; `waiting` are those that were in it before."""

    declaration_id: int
    office: str
    position: Position
    consignment_id: int | None
    withdrawal_id: UUID | None
    messages: list[LaneMessage] = field(default_factory=list)
    waiting: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Settlement:
    """What is to be written about one message; the last three are None while it has no lane."""

    key: int
    state: MessageState
    cause: Cause | None
    detail: str = ""
    declaration_id: int | None = None
    sequence: int | None = None
    waits_until: datetime | None = None


def claim_unread(limit: int) -> list[StoredMessage]:
    """Claim the oldest messages that nobody has read and nobody is reading."""
    with connection.cursor() as cursor:
        # Whoever holds a declaration longer than this is left alone until the next time.
        cursor.execute("SET LOCAL lock_timeout = '50ms'")
        cursor.execute(
            "SELECT id, office, message_id, raw, received_at FROM bonded_incomingcustomsmessage"
            " WHERE state = 'stored' ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED",
            [limit],
        )
        return [StoredMessage(key, office, name, bytes(raw), at) for key, office, name, raw, at in cursor.fetchall()]


def lock_lanes(numbers: Collection[str], *, limit: int, at: datetime) -> tuple[dict[str, Lane], set[str]]:
    """Lock the declarations with these numbers, and those in which a message has waited too long.

    Returns the lanes by number, and the numbers that exist but are held by somebody else.
    """
    with connection.cursor() as cursor:
        # Found first and locked after, by id alone: with both conditions in one statement the planner reads the table.
        cursor.execute(
            "SELECT id, number FROM bonded_declaration WHERE number = ANY(%s)"
            " UNION ALL"
            " (SELECT declaration_id, NULL FROM bonded_incomingcustomsmessage"
            "   WHERE state = 'waiting' AND waits_until <= %s ORDER BY waits_until LIMIT %s)",
            [list(numbers), at, limit],
        )
        ids = set[int]()
        known = set[str]()
        for key, number in cursor.fetchall():
            ids.add(key)
            known |= {number} if number else set()
        cursor.execute(
            "SELECT id, number, office, state, last_sequence, consignment_id, withdrawal_id FROM bonded_declaration"
            " WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED",
            [list(ids)],
        )
        lanes = {
            number: Lane(key, office, Position(DeclarationState(state), last), consignment_id, withdrawal_id)
            for key, number, office, state, last, consignment_id, withdrawal_id in cursor.fetchall()
        }
    return lanes, known - lanes.keys()


def waiting_messages(declaration_ids: Collection[int]) -> list[StoredMessage]:
    """Give the messages that wait in locked lanes; whoever holds a lane owns them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, office, message_id, raw, received_at, declaration_id, waits_until"
            " FROM bonded_incomingcustomsmessage WHERE state = 'waiting' AND declaration_id = ANY(%s)",
            [list(declaration_ids)],
        )
        return [
            StoredMessage(key, office, name, bytes(raw), *rest) for key, office, name, raw, *rest in cursor.fetchall()
        ]


def write_settlements(settlements: Sequence[Settlement], *, at: datetime) -> None:
    """Write what became of the messages; one that still waits is not settled."""
    _execute(
        "UPDATE bonded_incomingcustomsmessage m"
        "   SET state = u.state, cause = u.cause, detail = u.detail, declaration_id = u.declaration_id,"
        "       sequence = u.sequence, waits_until = u.waits_until,"
        "       settled_at = CASE WHEN u.state <> 'waiting' THEN %s::timestamptz END"
        "  FROM json_to_recordset(%s::json) AS u (id bigint, state text, cause text, detail text,"
        "                                         declaration_id bigint, sequence int, waits_until timestamptz)"
        " WHERE m.id = u.id",
        at,
        [
            {
                "id": one.key,
                "state": one.state,
                "cause": one.cause,
                "detail": one.detail,
                "declaration_id": one.declaration_id,
                "sequence": one.sequence,
                "waits_until": one.waits_until,
            }
            for one in settlements
        ],
    )


def write_positions(moved: Sequence[tuple[Lane, Position, str | None]], *, at: datetime) -> None:
    """Write how far the declarations have come, and the office's number where one was told for the first time."""
    _execute(
        "UPDATE bonded_declaration d"
        "   SET state = u.state, last_sequence = u.last_sequence, mrn = coalesce(d.mrn, u.mrn),"
        "       status_changed_at = CASE WHEN d.state <> u.state THEN %s ELSE d.status_changed_at END"
        "  FROM json_to_recordset(%s::json) AS u (id bigint, state text, last_sequence int, mrn text)"
        " WHERE d.id = u.id",
        at,
        [
            {"id": lane.declaration_id, "state": position.state, "last_sequence": position.last_sequence, "mrn": mrn}
            for lane, position, mrn in moved
        ],
    )


def write_status_changes(applied: Sequence[tuple[Lane, Outcome]], *, at: datetime) -> None:
    """Add the steps to the history, each lane's in its order."""
    _execute(
        "INSERT INTO bonded_customsstatuschange"
        "       (stream, declaration_id, before, after, message_id, sequence, status, issued_at, changed_at)"
        " SELECT 'declaration:' || u.declaration_id, u.declaration_id, u.before, u.after, u.message_id, u.sequence,"
        "        u.status, u.issued_at, %s"
        "   FROM json_to_recordset(%s::json) AS u (place int, declaration_id bigint, before text, after text,"
        "                                          message_id text, sequence int, status text, issued_at timestamptz)"
        "  ORDER BY u.place",
        at,
        [
            {
                "place": place,
                "declaration_id": lane.declaration_id,
                "before": one.before,
                "after": one.after,
                "message_id": one.message.message_id,
                "sequence": one.message.sequence,
                "status": one.message.status,
                "issued_at": one.message.issued_at,
            }
            for place, (lane, one) in enumerate(applied)
        ],
    )


def _execute(statement: str, at: datetime, rows: Sequence[dict[str, object]]) -> None:
    """Run one statement for all rows; as JSON they cost a third of what an array for each column does."""
    with connection.cursor() as cursor:
        cursor.execute(statement, [at, orjson.dumps(rows).decode()])
