"""Writing down what companies' machines shall hear of, and publishing it.

An event is a row in the transaction of the act that caused it, and nothing more happens there. The
publisher comes after the commit: it gives events their place in the feed and queues their deliveries.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from bonded.models.client_events import ClientEvent
from bonded.rules.client_events import EventKind
from bonded.rules.permissions import Act, Actor, require

COLUMNS = "(public_id, company_id, kind, subject_kind, subject_id, facts, occurred_at)"
# One statement for all of them, because an office's messages come by the thousand.
OF_DECLARATIONS = f"""
    INSERT INTO bonded_clientevent {COLUMNS}
    SELECT gen_random_uuid(), d.company_id, %s, 'declaration', d.number, jsonb_build_object('status', u.status), %s
      FROM unnest(%s::bigint[], %s::text[]) WITH ORDINALITY AS u (id, status, turn)
      JOIN bonded_declaration d ON d.id = u.id ORDER BY u.turn
"""  # noqa: S608 (put together from constants)
OF_WITHDRAWAL = f"""
    INSERT INTO bonded_clientevent {COLUMNS}
    SELECT gen_random_uuid(), company_id, %s, 'withdrawal', id::text, jsonb_build_object('status', state), %s
      FROM bonded_withdrawal WHERE id = %s
"""  # noqa: S608 (put together from constants)

# Any number that is no other advisory lock's: one publisher at a time.
PUBLISHER = 20_261_124
PUBLISH = """
    WITH unpublished AS (
        SELECT id, row_number() OVER (PARTITION BY company_id ORDER BY id) AS turn
          FROM (SELECT id, company_id FROM bonded_clientevent
                 WHERE position IS NULL ORDER BY id LIMIT %(limit)s) AS few),
    published AS (
        UPDATE bonded_clientevent e
           SET position = turn + coalesce((SELECT max(position) FROM bonded_clientevent before
                                            WHERE before.company_id = e.company_id), 0)
          FROM unpublished WHERE e.id = unpublished.id
     RETURNING e.id, e.company_id, e.kind),
    queued AS (
        INSERT INTO bonded_webhookdelivery (endpoint_id, event_id, state, attempts, past_attempts, queued_at,
                                            not_before, last_error)
        SELECT endpoint.id, published.id, 'waiting', 0, 0, %(at)s, %(at)s, ''
          FROM published JOIN bonded_webhookendpoint endpoint ON endpoint.company_id = published.company_id
         WHERE endpoint.state <> 'disabled' AND published.kind <> 'webhook.test'
           AND (endpoint.kinds = '{}' OR published.kind = ANY(endpoint.kinds))
            ON CONFLICT DO NOTHING)
    SELECT count(*) FROM published
"""


def record_client_event(
    *, company_id: int, kind: EventKind, subject_kind: str, subject_id: str, facts: Mapping[str, str], at: datetime
) -> ClientEvent:
    """Note that something happened to a company's thing; runs in the transaction of the act that did it.

    `subject_kind` and `subject_id` say what it happened to, as the API names it; `facts` hold further
    ids and states. No amounts, no weights, no names: a webhook is a hint.
    """
    return ClientEvent.objects.create(
        company_id=company_id,
        kind=kind,
        subject_kind=subject_kind,
        subject_id=subject_id,
        facts=dict(facts),
        occurred_at=at,
    )


def record_status_changes(changes: Sequence[tuple[int, str]], *, at: datetime) -> None:
    """Note that declarations, by id, came into a status, in this order.

    Runs one SQL statement however many they are, in the caller's transaction.
    """
    kind = EventKind.DECLARATION_STATUS_CHANGED.value
    with connection.cursor() as cursor:
        cursor.execute(OF_DECLARATIONS, [kind, at, [one for one, _ in changes], [status for _, status in changes]])


def record_decision(*, withdrawal_id: UUID, kind: EventKind, at: datetime) -> None:
    """Note what was decided on a withdrawal. Runs one SQL statement, in the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(OF_WITHDRAWAL, [kind.value, at, withdrawal_id])


@transaction.atomic
def publish_client_events(*, limit: int, actor: Actor, at: datetime) -> int:
    """Give up to `limit` committed events their place in their company's feed, and queue them for its endpoints.

    One publisher at a time: returns 0 when another is at it, or when there is nothing to publish. What
    happened to one thing is published in its order, because the acts on it waited for each other.
    """
    require(actor, Act.PUBLISH_CLIENT_EVENTS)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [PUBLISHER])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(PUBLISH, {"limit": limit, "at": at})
        return int(cursor.fetchone()[0])
