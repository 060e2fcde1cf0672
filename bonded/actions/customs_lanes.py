"""The lanes of customs messages, worked in sets: claimed, locked and written with a statement each.

Nothing here waits. A message that another worker claimed, or a declaration that another act holds,
is left for the next time; so the lock order can't be broken, and one declaration delays no other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import orjson
from django.db import connection

from bonded.rules.customs_lanes import LaneMessage, Outcome, Position
from bonded.rules.customs_messages import Cause, CustomsMessage, MessageState
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


def references_of(message: CustomsMessage) -> list[Reference]:
    """Give what a message may name its declaration by, the surest first; our own number alone where it has that."""
    if message.declaration_number is not None:
        return [("", message.declaration_number)]
    return [(message.office, number) for number in (message.mrn, message.provisional_number) if number is not None]


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
    messages: list[LaneMessage] = field(default_factory=list)
    waiting: dict[int, datetime] = field(default_factory=dict)
    read_at: dict[int, datetime] = field(default_factory=dict)
    received_at: dict[int, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lanes:
    """The locked lanes by declaration, and which declaration each reference means; a held one has no lane here."""

    by_id: dict[int, Lane]
    ids: dict[Reference, int]


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
    """Lock the declarations that are meant, and up to `overdue` in which a message has waited long enough.

    An office's number that two declarations carry means neither.
    """
    ours = [number for office, number in references if not office]
    theirs = [number for office, number in references if office]
    with connection.cursor() as cursor:
        # Found first and locked after, by id alone: with both conditions in one statement the planner reads the table.
        cursor.execute(
            "SELECT id, '', number FROM bonded_declaration WHERE number = ANY(%s)"  # noqa: S608
            " UNION ALL"
            " (SELECT min(id), office, number"
            "    FROM (SELECT id, office, mrn AS number FROM bonded_declaration WHERE mrn = ANY(%s)"
            "           UNION SELECT id, office, provisional_number FROM bonded_declaration"
            "                  WHERE provisional_number = ANY(%s)) AS theirs"
            "   GROUP BY office, number HAVING count(*) = 1)"
            " UNION ALL"
            " (SELECT declaration_id, NULL, NULL FROM bonded_incomingcustomsmessage"
            f"   WHERE state = 'waiting' AND waits_until <= %s AND {NOT_PAUSED} ORDER BY waits_until LIMIT %s)",
            [ours, theirs, theirs, at, overdue],
        )
        found = cursor.fetchall()
        cursor.execute(
            "SELECT id, number, company_id, office, state, debt_state, last_sequence, last_issued_at,"
            "       consignment_id, withdrawal_id, waiting_since FROM bonded_declaration"
            " WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED",
            [list({key for key, *_ in found})],
        )
        lanes = {key: _lane(key, *rest) for key, *rest in cursor.fetchall()}
    return Lanes(lanes, {(office, name): key for key, office, name in found if name is not None})


def _lane(
    key: int,
    number: str,
    company_id: int,
    office: str,
    state: str,
    debt_state: str,
    last_sequence: int,
    last_issued_at: datetime | None,
    consignment_id: int | None,
    withdrawal_id: UUID | None,
    waiting_since: datetime | None,
) -> Lane:
    position = Position(DeclarationState(state), DebtState(debt_state), last_sequence, last_issued_at)
    return Lane(key, number, company_id, office, position, consignment_id, withdrawal_id, waiting_since)


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
                "detail": one.detail,
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


def write_positions(settled: Sequence[SettledLane], *, at: datetime) -> None:
    """Write how far lanes have come, since when messages wait in them, and the office's numbers where first told."""
    changed = [
        one for one in settled if one.position != one.lane.position or one.waiting_since != one.lane.waiting_since
    ]
    if not changed:
        return
    _execute(
        "UPDATE bonded_declaration d"
        "   SET state = u.state, debt_state = u.debt_state, last_sequence = u.last_sequence,"
        "       last_issued_at = u.last_issued_at, mrn = coalesce(d.mrn, u.mrn), waiting_since = u.waiting_since,"
        "       provisional_number = coalesce(d.provisional_number, u.provisional_number),"
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
                "mrn": next((each.message.mrn for each in one.outcomes if each.message.mrn), None),
                "provisional_number": next(
                    (each.message.provisional_number for each in one.outcomes if each.message.provisional_number), None
                ),
            }
            for one in changed
        ],
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
