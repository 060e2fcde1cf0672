"""The lanes of customs messages, claimed and locked in sets, with a statement each.

Nothing here waits. A message that another worker claimed, or a declaration that another act holds,
is left for the next time; so the lock order can't be broken, and one declaration delays no other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from bonded.rules.customs_lanes import LaneMessage, Position
from bonded.rules.customs_messages import CustomsMessage
from bonded.rules.declarations import DebtState, DeclarationState

# Written as a constant into two statements; a line that is paused keeps what came, and applies it later.
NOT_PAUSED = "office NOT IN (SELECT office FROM bonded_officeline WHERE is_applying_paused)"
# Nearly all messages are a few kilobytes; the largest that is taken is 2 MB, and may need a second to be read.
LARGE_BYTES = 64 * 1024
MOST_LARGE = 4


@dataclass(slots=True)
class StoredMessage:
    """One row of the inbox that this worker may settle."""

    key: int
    office: str
    message_id: str
    raw: bytes
    received_at: datetime
    declaration_id: int | None = None
    read_at: datetime | None = None
    waits_until: datetime | None = None
    reread_at: datetime | None = None


# How a message names its declaration: by our number, or by its office and the office's own number.
Reference = tuple[str, str]


def office_references_of(message: CustomsMessage) -> list[Reference]:
    """Give the office's own numbers that a message tells, the surest first."""
    return [(message.office, number) for number in (message.mrn, message.provisional_number) if number is not None]


def references_of(message: CustomsMessage) -> list[Reference]:
    """Give what a message may name its declaration by, the surest first; our own number alone where it has that."""
    if message.declaration_number is not None:
        return [("", message.declaration_number)]
    return office_references_of(message)


@dataclass(slots=True)
class Lane:
    """One locked declaration and its unsettled messages; `waiting` says until when those wait that were in it."""

    declaration_id: int
    number: str
    company_id: int
    office: str
    position: Position
    consignment_id: int | None
    withdrawal_id: UUID | None
    waiting_since: datetime | None
    mrn: str | None
    provisional_number: str | None
    messages: list[LaneMessage] = field(default_factory=list)
    waiting: dict[int, datetime] = field(default_factory=dict)
    read_at: dict[int, datetime] = field(default_factory=dict)
    received_at: dict[int, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lanes:
    """The locked lanes by declaration, and which declaration each reference means; a held one has no lane here.

    A number that two declarations carry means None.
    """

    by_id: dict[int, Lane]
    ids: dict[Reference, int | None]

    def declaration_of(self, references: Iterable[Reference]) -> int | None:
        """Give the declaration that the first known of the references means."""
        return next((self.ids[one] for one in references if one in self.ids), None)


def claim_unread(limit: int) -> list[StoredMessage]:
    """Claim the oldest messages that nobody has read and nobody is reading, of offices that are not paused.

    Of large ones a few at a time: a set of them alone would take longer to read than a worker may run.
    """
    with connection.cursor() as cursor:
        # Whoever holds a declaration longer than this is left alone until the next time.
        cursor.execute("SET LOCAL lock_timeout = '50ms'")
        cursor.execute(
            "SELECT id, office, message_id, CASE WHEN octet_length(raw) <= %s THEN raw END, received_at,"  # noqa: S608
            "       declaration_id, read_at, waits_until, reread_at FROM bonded_incomingcustomsmessage"
            f" WHERE state = 'stored' AND {NOT_PAUSED} ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED",
            [LARGE_BYTES, limit],
        )
        rows = cursor.fetchall()
        large = [(key, received_at) for key, _, _, raw, received_at, *_ in rows if raw is None][:MOST_LARGE]
        fetched = {}
        if large:
            cursor.execute(
                "SELECT id, raw FROM bonded_incomingcustomsmessage"
                " WHERE id = ANY(%s) AND received_at BETWEEN %s AND %s",
                [[key for key, _ in large], min(at for _, at in large), max(at for _, at in large)],
            )
            fetched = dict(cursor.fetchall())
    return [
        StoredMessage(key, office, name, bytes(told), *rest)
        for key, office, name, raw, *rest in rows
        if (told := fetched.get(key) if raw is None else raw) is not None
    ]


def lock_lanes(references: Collection[Reference], *, overdue: int, at: datetime) -> Lanes:
    """Lock the declarations that are meant, and up to `overdue` in which a message has waited long enough."""
    ours = [number for office, number in references if not office]
    theirs = [number for office, number in references if office]
    with connection.cursor() as cursor:
        # Found first and locked after, by id alone: with both conditions in one statement the planner reads the table.
        cursor.execute(
            "SELECT id, '', number, NULL::timestamptz FROM bonded_declaration WHERE number = ANY(%s)"  # noqa: S608
            " UNION ALL"
            " (SELECT CASE WHEN count(*) = 1 THEN min(id) END, office, number, NULL"
            "    FROM (SELECT id, office, mrn AS number FROM bonded_declaration WHERE mrn = ANY(%s)"
            "           UNION SELECT id, office, provisional_number FROM bonded_declaration"
            "                  WHERE provisional_number = ANY(%s)) AS theirs"
            "   GROUP BY office, number)"
            " UNION ALL"
            " (SELECT declaration_id, NULL, NULL, received_at FROM bonded_incomingcustomsmessage"
            f"   WHERE state = 'waiting' AND waits_until <= %s AND {NOT_PAUSED} ORDER BY waits_until LIMIT %s)",
            [ours, theirs, theirs, at, overdue],
        )
        found = cursor.fetchall()
        cursor.execute(
            "SELECT id, number, company_id, office, state, debt_state, last_sequence, last_issued_at,"
            "       consignment_id, withdrawal_id, waiting_since, mrn, provisional_number FROM bonded_declaration"
            " WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED",
            [list({key for key, *_ in found if key is not None})],
        )
        lanes = {key: _lane(key, *rest) for key, *rest in cursor.fetchall()}
    for key, _, _, received_at in found:
        # What is seen to wait counts, whatever the lane says: it may have been written by an older program.
        if received_at is not None and (lane := lanes.get(key)) is not None:
            lane.waiting_since = min(lane.waiting_since or received_at, received_at)
    return Lanes(lanes, {(office, name): key for key, office, name, _ in found if name is not None})


def _lane(
    key: int,
    number: str,
    company_id: int,
    office: str,
    state: str,
    debt_state: str,
    last_sequence: int,
    last_issued_at: datetime | None,
    *rest: Any,
) -> Lane:
    position = Position(DeclarationState(state), DebtState(debt_state), last_sequence, last_issued_at)
    return Lane(key, number, company_id, office, position, *rest)


def sequences_taken(places: Collection[tuple[int, int]]) -> dict[int, set[int]]:
    """Give which of these (declaration, sequence) took effect already, by declaration."""
    taken: dict[int, set[int]] = {}
    if not places:
        return taken
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT declaration_id, sequence FROM bonded_customsstatuschange"
            "  JOIN unnest(%s::bigint[], %s::int[]) AS place (declaration_id, sequence)"
            " USING (declaration_id, sequence)",
            [[declaration_id for declaration_id, _ in places], [sequence for _, sequence in places]],
        )
        for declaration_id, sequence in cursor.fetchall():
            taken.setdefault(declaration_id, set()).add(sequence)
    return taken


def waiting_messages(lanes: Iterable[Lane]) -> list[StoredMessage]:
    """Give the messages that wait in locked lanes; whoever holds a lane owns them.

    Since when they wait is said as well, so that the months before that are not looked at.
    """
    since = {lane.declaration_id: lane.waiting_since for lane in lanes if lane.waiting_since is not None}
    if not since:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, office, message_id, raw, received_at, declaration_id, read_at, waits_until, reread_at"
            " FROM bonded_incomingcustomsmessage"
            " WHERE state = 'waiting' AND declaration_id = ANY(%s) AND received_at >= %s",
            [list(since), min(since.values())],
        )
        return [
            StoredMessage(key, office, name, bytes(raw), *rest) for key, office, name, raw, *rest in cursor.fetchall()
        ]
