"""The lanes of customs messages, worked in sets: claimed, locked and written with a statement each.

Nothing here waits. A message that another worker claimed, or a declaration that another act holds,
is left for the next time; so the lock order can't be broken, and one declaration delays no other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

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
        return [StoredMessage(key, office, name, bytes(raw), at) for key, office, name, raw, at in cursor]


def lock_lanes(numbers: Collection[str], *, limit: int, at: datetime) -> tuple[dict[str, Lane], set[str]]:
    """Lock the declarations with these numbers, and those in which a message has waited too long.

    Returns the lanes by number, and the numbers that exist but are held by somebody else.
    """
    wanted = list(numbers)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, number, office, state, last_sequence, consignment_id, withdrawal_id"
            " FROM bonded_declaration"
            " WHERE number = ANY(%s) OR id IN (SELECT declaration_id FROM bonded_incomingcustomsmessage"
            "                                   WHERE state = 'waiting' AND waits_until <= %s"
            "                                   ORDER BY waits_until LIMIT %s)"
            " ORDER BY id FOR NO KEY UPDATE SKIP LOCKED",
            [wanted, at, limit],
        )
        lanes = {
            number: Lane(key, office, Position(DeclarationState(state), last), consignment_id, withdrawal_id)
            for key, number, office, state, last, consignment_id, withdrawal_id in cursor
        }
        missing = [number for number in wanted if number not in lanes]
        if not missing:
            return lanes, set()
        cursor.execute("SELECT number FROM bonded_declaration WHERE number = ANY(%s)", [missing])
        return lanes, {number for (number,) in cursor}


def waiting_messages(declaration_ids: Collection[int]) -> list[StoredMessage]:
    """Give the messages that wait in locked lanes; whoever holds a lane owns them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, office, message_id, raw, received_at, declaration_id, waits_until"
            " FROM bonded_incomingcustomsmessage WHERE state = 'waiting' AND declaration_id = ANY(%s)",
            [list(declaration_ids)],
        )
        return [StoredMessage(key, office, name, bytes(raw), *rest) for key, office, name, raw, *rest in cursor]


def write_settlements(settlements: Sequence[Settlement], *, at: datetime) -> None:
    """Write what became of the messages; one that still waits is not settled."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE bonded_incomingcustomsmessage m"
            "   SET state = u.state, cause = u.cause, detail = u.detail, declaration_id = u.declaration_id,"
            "       sequence = u.sequence, waits_until = u.waits_until,"
            "       settled_at = CASE WHEN u.state <> 'waiting' THEN %s::timestamptz END"
            "  FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[],"
            "              %s::bigint[], %s::int[], %s::timestamptz[])"
            "    AS u (id, state, cause, detail, declaration_id, sequence, waits_until)"
            " WHERE m.id = u.id",
            [
                at,
                [one.key for one in settlements],
                [one.state.value for one in settlements],
                [one.cause and one.cause.value for one in settlements],
                [one.detail for one in settlements],
                [one.declaration_id for one in settlements],
                [one.sequence for one in settlements],
                [one.waits_until for one in settlements],
            ],
        )


def write_positions(moved: Sequence[tuple[Lane, Position, str | None]], *, at: datetime) -> None:
    """Write how far the declarations have come, and the office's number where one was told for the first time."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE bonded_declaration d"
            "   SET state = u.state, last_sequence = u.last_sequence, mrn = coalesce(d.mrn, u.mrn),"
            "       status_changed_at = CASE WHEN d.state <> u.state THEN %s ELSE d.status_changed_at END"
            "  FROM unnest(%s::bigint[], %s::text[], %s::int[], %s::text[]) AS u (id, state, last_sequence, mrn)"
            " WHERE d.id = u.id",
            [
                at,
                [lane.declaration_id for lane, _, _ in moved],
                [position.state.value for _, position, _ in moved],
                [position.last_sequence for _, position, _ in moved],
                [mrn for _, _, mrn in moved],
            ],
        )


def write_status_changes(applied: Iterable[tuple[Lane, Outcome]], *, at: datetime) -> None:
    """Add the steps to the history, each lane's in its order."""
    steps = list(applied)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO bonded_customsstatuschange"
            "       (stream, declaration_id, before, after, message_id, sequence, status, issued_at, changed_at)"
            " SELECT 'declaration:' || u.declaration_id, u.declaration_id, u.before, u.after, u.message_id, u.sequence,"
            "        u.status, u.issued_at, %s"
            "   FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::int[], %s::text[], %s::timestamptz[])"
            "        WITH ORDINALITY"
            "     AS u (declaration_id, before, after, message_id, sequence, status, issued_at, place)"
            "  ORDER BY u.place",
            [
                at,
                [lane.declaration_id for lane, _ in steps],
                [one.before.value for _, one in steps],
                [one.after.value for _, one in steps],
                [one.message.message_id for _, one in steps],
                [one.message.sequence for _, one in steps],
                [one.message.status for _, one in steps],
                [one.message.issued_at for _, one in steps],
            ],
        )
