"""What waits for a customs officer, in one list: withdrawals, tasks, holds and parked messages, the oldest first."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db import connection

from bonded.models.withdrawals import GrantedClearance
from bonded.queries.pages import Page
from bonded.rules.cursors import CursorInvalid, decode_cursor, encode_cursor
from bonded.rules.customs_tasks import DUE_WITHIN
from bonded.rules.declarations import DeclarationState, SelectivityLane
from bonded.rules.permissions import Act, Actor, require
from bonded.rules.withdrawals import Clearance, Procedure, missing_clearances


class QueueKind(StrEnum):
    """What sort of thing waits for an officer."""

    WITHDRAWAL = "withdrawal"  # Asked for or declared, and not decided on.
    TASK = "task"  # What customs leaves for a person.
    HOLD = "hold"  # A lot that is stopped until somebody lifts it.
    MESSAGE = "message"  # A message of an office that was parked.


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One thing that waits: since when, until when an answer is due, of whom it is, and what is known of it.

    `missing` are the clearances that a withdrawal still lacks; None for everything else. `held` counts its lots
    on hold. `lane` is known once customs has done something with its declaration, and empty until then.
    """

    kind: str
    key: str
    since: datetime
    due_at: datetime | None
    label: str
    state: str
    held: int
    lane: str
    missing: Sequence[str] | None

    @property
    def is_ready(self) -> bool:
        """Say whether nothing but the officer's decision is missing."""
        return self.missing == [] and self.state == "declared" and not self.held


# The clearance that the release itself grants is not waited for.
_BY_THE_RELEASE = Clearance.CUSTODY_RECONCILED.value
# What customs says of a declaration that it does not, or no longer, look at more closely.
_LET_GO = [one.value for one in (DeclarationState.ACCEPTED, DeclarationState.RELEASED, DeclarationState.CLEARED)]
_TERMS = json.dumps({kind.value: f"{term.total_seconds():.0f} seconds" for kind, term in DUE_WITHIN.items()})
_ROWS = """
    SELECT * FROM (
        SELECT 'withdrawal' AS kind, w.id::text AS key, w.requested_at AS since, NULL::timestamptz AS due_at,
               c.name AS label, w.state AS state, w.procedure AS detail,
               (SELECT count(*) FROM bonded_withdrawallot x JOIN bonded_lot l ON l.id = x.lot_id
                 WHERE x.withdrawal_id = w.id AND l.is_on_hold) AS held,
               coalesce((SELECT CASE WHEN bool_or(step.after = 'inspection_ordered') THEN 'red_lane'
                                     WHEN bool_or(step.after = 'documents_requested') THEN 'yellow_lane'
                                     WHEN bool_or(step.after = ANY(%(let_go)s::text[])) THEN 'green_lane' END
                           FROM bonded_declaration d
                           JOIN bonded_customsstatuschange step ON step.stream = 'declaration:' || d.id
                          WHERE d.withdrawal_id = w.id), '') AS lane
          FROM bonded_withdrawal w JOIN bonded_company c ON c.id = w.company_id
         WHERE w.state IN ('requested', 'declared')
        UNION ALL
        SELECT 'task', t.id::text, t.opened_at,
               t.opened_at + (%(terms)s::json ->> t.kind)::interval, t.subject, t.kind, t.office, 0, ''
          FROM bonded_customstask t WHERE t.closed_at IS NULL
        UNION ALL
        SELECT 'hold', h.id::text, h.placed_at, h.answer_due_at, l.stock_number, h.kind, h.reason, 1, ''
          FROM bonded_hold h JOIN bonded_lot l ON l.id = h.lot_id WHERE h.lifted_at IS NULL
        UNION ALL
        SELECT 'message', m.id::text, m.received_at, NULL, m.office || ' ' || m.message_id, m.cause, m.office, 0, ''
          FROM bonded_incomingcustomsmessage m WHERE m.state = 'parked'
    ) AS waits
     WHERE (%(kind)s = '' OR kind = %(kind)s) AND (%(before)s::timestamptz IS NULL OR since <= %(before)s)
       AND (%(lane)s = '' OR lane = %(lane)s)
       AND (NOT %(is_held)s OR held > 0) AND (NOT %(is_overdue)s OR due_at <= %(at)s)
       AND (%(after)s::timestamptz IS NULL OR (since, kind, key) > (%(after)s, %(after_kind)s, %(after_key)s))
     ORDER BY since, kind, key LIMIT %(most)s
"""


def officer_queue(
    *,
    actor: Actor,
    at: datetime,
    kind: QueueKind | None = None,
    before: datetime | None = None,
    lane: SelectivityLane | None = None,
    is_held: bool = False,
    is_overdue: bool = False,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[QueueRow]:
    """Give what waits for an officer, the oldest first; runs two SQL statements. Raises CursorInvalid.

    `before` keeps what has waited since then at least, `lane` withdrawals in that lane of customs, `is_held` what has
    a lot on hold, `is_overdue` what should have been answered by `at`.
    """
    require(actor, Act.READ_MESSAGE_BOARD)
    after, after_kind, after_key = _read(cursor) if cursor else (None, "", "")
    names = {
        "kind": kind.value if kind else "",
        "terms": _TERMS,
        "before": before,
        "lane": lane.value if lane else "",
        "let_go": _LET_GO,
        "is_held": is_held,
        "is_overdue": is_overdue,
        "at": at,
        "after": after,
        "after_kind": after_kind,
        "after_key": after_key,
        "most": limit + 1,
    }
    with connection.cursor() as statement:
        statement.execute(_ROWS, names)
        found = statement.fetchall()
    rows, more = found[:limit], len(found) > limit
    granted = _granted([row[1] for row in rows if row[0] == QueueKind.WITHDRAWAL])
    queue = [_row(row, granted) for row in rows]
    last = queue[-1] if more else None
    return Page(queue, encode_cursor([last.since.isoformat(), last.kind, last.key]) if last else None)


def _read(cursor: str) -> tuple[datetime, str, str]:
    since, kind, key = decode_cursor(cursor, (str, str, str))
    try:
        moment = datetime.fromisoformat(str(since))
        if moment.tzinfo is None:
            raise ValueError(since)
    except ValueError:
        raise CursorInvalid("This is no cursor of this list; take `next_cursor` from the page before.") from None
    return moment, str(kind), str(key)


def _granted(withdrawal_ids: Sequence[str]) -> dict[str, set[Clearance]]:
    found: dict[str, set[Clearance]] = {one: set() for one in withdrawal_ids}
    rows = GrantedClearance.objects.filter(withdrawal__in=map(UUID, withdrawal_ids), revoked_at__isnull=True)
    for withdrawal_id, clearance in rows.values_list("withdrawal_id", "clearance"):
        found[str(withdrawal_id)].add(Clearance(clearance))
    return found


def _row(row: Sequence[str | int | datetime], granted: dict[str, set[Clearance]]) -> QueueRow:
    kind, key, since, due_at, label, state, detail, held, lane = row
    assert isinstance(since, datetime)
    missing = None
    if kind == QueueKind.WITHDRAWAL:
        lacking = missing_clearances(Procedure(str(detail)), granted[str(key)])
        missing = [one for one in lacking if one != _BY_THE_RELEASE]
    due = due_at if isinstance(due_at, datetime) else None
    return QueueRow(str(kind), str(key), since, due, str(label), str(state), int(str(held)), str(lane), missing)
