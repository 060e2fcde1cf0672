"""A delivery's life: a relay holds it for a while, posts it, and writes down how it went.

Posting happens between these acts, outside any transaction. A relay that dies leaves a hold that ends
by itself; the message then goes out again under the same id, so a receiver may hear of it twice.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from bonded.actions.webhooks import switch_off
from bonded.models.webhooks import WebhookDelivery, WebhookEndpoint
from bonded.rules.client_events import EventFacts, EventKind
from bonded.rules.lifecycle import require_step
from bonded.rules.permissions import Act, Actor, require
from bonded.rules.retries import DeliveryState, retry_delay
from bonded.rules.webhooks import ENDPOINT_STEPS, Attempt, EndpointState, has_fallen_silent, webhook_retry_delay

# Longer than a name's look-up and a post take together at their worst.
LEASE = timedelta(seconds=60)
# An endpoint gets no more than these of one set, so that a busy company holds up nobody.
MOST_OF_ONE_ENDPOINT = 4
# From here on the pause of a failing endpoint grows no more.
LONGEST_STREAK = 10

# Endpoints in any order, because whoever came first each time would be served alone.
CLAIM = """
    WITH due AS (
        SELECT d.id
          FROM (SELECT id, state FROM bonded_webhookendpoint
                 WHERE state <> 'disabled' AND not_before <= %(at)s ORDER BY random()) AS endpoint
         CROSS JOIN LATERAL (
               SELECT id FROM bonded_webhookdelivery
                WHERE endpoint_id = endpoint.id AND state IN ('waiting', 'sending') AND not_before <= %(at)s
                ORDER BY not_before, id LIMIT CASE endpoint.state WHEN 'failing' THEN 1 ELSE %(most)s END
                  FOR UPDATE SKIP LOCKED) AS d
         LIMIT %(limit)s)
    UPDATE bonded_webhookdelivery d
       SET state = 'sending', attempts = d.attempts + 1, not_before = %(until)s
      FROM due, bonded_webhookendpoint endpoint, bonded_clientevent event
     WHERE d.id = due.id AND endpoint.id = d.endpoint_id AND event.id = d.event_id
    RETURNING d.id, d.attempts, endpoint.url, endpoint.secret,
              CASE WHEN endpoint.old_secret_until > %(at)s THEN endpoint.old_secret END,
              event.public_id, event.kind, event.subject_kind, event.subject_id, event.occurred_at, event.facts::text
"""


@dataclass(frozen=True, slots=True)
class ClaimedDelivery:
    """One event in a relay's hands; `attempt` names this hold. It is signed with each of the secrets."""

    id: int
    attempt: int
    url: str
    secrets: tuple[str, ...]
    event: EventFacts


@transaction.atomic
def claim_deliveries(*, limit: int, actor: Actor, at: datetime) -> list[ClaimedDelivery]:
    """Hold up to `limit` deliveries for a minute: those whose time has come, and those whose holder seems dead.

    At most four of one endpoint, in no order; one, and that after a pause, of an endpoint that is failing.
    """
    require(actor, Act.SEND_WEBHOOKS)
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, {"at": at, "limit": limit, "most": MOST_OF_ONE_ENDPOINT, "until": at + LEASE})
        return [_claimed(*row) for row in cursor]


@transaction.atomic
def record_attempt(
    *, delivery_id: int, attempt: int, outcome: Attempt, jitter: float, actor: Actor, at: datetime
) -> bool:
    """Note how an attempt went, and when the next one is; the endpoint's health follows.

    An endpoint that wants no more is disabled, and so is one to which a message was given up while
    nothing arrived for three days. `jitter` is a random number in [0, 1). False when the hold had ended.
    """
    require(actor, Act.SEND_WEBHOOKS)
    endpoint = WebhookEndpoint.objects.filter(deliveries=delivery_id).locked().first()
    held = WebhookDelivery.objects.filter(pk=delivery_id, state=DeliveryState.SENDING, attempts=attempt).locked()
    delivery = held.first()
    if endpoint is None or delivery is None:
        return False
    _write_attempt(delivery, outcome, jitter=jitter, at=at)
    if outcome.has_arrived:
        _note_success(endpoint, at=at)
    else:
        _note_failure(endpoint, delivery, outcome, jitter=jitter, actor=actor, at=at)
    return True


def _write_attempt(delivery: WebhookDelivery, outcome: Attempt, *, jitter: float, at: datetime) -> None:
    delay = webhook_retry_delay(delivery.attempts - delivery.past_attempts, jitter=jitter)
    if outcome.has_arrived:
        delivery.state, delivery.sent_at = DeliveryState.SENT, at
    elif outcome.is_gone:
        delivery.state = DeliveryState.REFUSED
    elif delay is None:
        delivery.state = DeliveryState.DEAD
    else:
        delivery.state, delivery.not_before = DeliveryState.WAITING, at + delay
    delivery.last_error = outcome.reason[:200]
    delivery.save(update_fields=["state", "sent_at", "not_before", "last_error"])


def _note_success(endpoint: WebhookEndpoint, *, at: datetime) -> None:
    endpoint.succeeded_at = at
    if endpoint.state == EndpointState.FAILING:
        require_step(ENDPOINT_STEPS, EndpointState.FAILING, EndpointState.ACTIVE)
        endpoint.state, endpoint.failures, endpoint.not_before = EndpointState.ACTIVE, 0, at
    endpoint.save(update_fields=["succeeded_at", "state", "failures", "not_before"])


def _note_failure(
    endpoint: WebhookEndpoint,
    delivery: WebhookDelivery,
    outcome: Attempt,
    *,
    jitter: float,
    actor: Actor,
    at: datetime,
) -> None:
    # What was on its way when the endpoint was disabled says nothing new.
    if endpoint.state == EndpointState.DISABLED:
        return
    if endpoint.state == EndpointState.ACTIVE:
        require_step(ENDPOINT_STEPS, EndpointState.ACTIVE, EndpointState.FAILING)
        endpoint.state = EndpointState.FAILING
    endpoint.failures += 1
    endpoint.not_before = at + retry_delay(min(endpoint.failures, LONGEST_STREAK), jitter=jitter)
    endpoint.save(update_fields=["state", "failures", "not_before"])
    good_at = max(endpoint.enabled_at, endpoint.succeeded_at or endpoint.enabled_at)
    if outcome.is_gone:
        switch_off(endpoint, reason="The receiver answered that it is gone.", actor=actor, at=at)
    elif delivery.state == DeliveryState.DEAD and has_fallen_silent(good_at=good_at, at=at):
        switch_off(endpoint, reason="Nothing has arrived for three days.", actor=actor, at=at)


def _claimed(
    id_: int, attempt: int, url: str, secret: str, old_secret: str | None, public_id: UUID, *event: Any
) -> ClaimedDelivery:
    kind, subject_kind, subject_id, occurred_at, facts = event
    return ClaimedDelivery(
        id_,
        attempt,
        url,
        (secret, old_secret) if old_secret else (secret,),
        EventFacts(public_id, EventKind(kind), subject_kind, subject_id, occurred_at, json.loads(facts)),
    )
