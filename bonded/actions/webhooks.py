"""A company's webhook endpoints: registered, tried, turned off and on, and their secrets changed."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from bonded.actions.activity import record_activity
from bonded.actions.client_events import record_client_event
from bonded.actions.locks import lock_company, lock_webhook
from bonded.models.client_events import ClientEvent
from bonded.models.webhooks import WebhookDelivery, WebhookEndpoint
from bonded.rules.client_events import EventKind
from bonded.rules.lifecycle import require_step
from bonded.rules.permissions import Act, Actor, require
from bonded.rules.webhook_addresses import webhook_address
from bonded.rules.webhooks import (
    ENDPOINT_STEPS,
    MOST_ENDPOINTS,
    OLD_SECRET_TERM,
    REPLAY_TERM,
    SECRET_BYTES,
    EndpointDisabled,
    EndpointKnown,
    EndpointState,
    EndpointsTooMany,
    ReplayOutOfRange,
    secret_from,
)

# What is on its way stays as it is; what had ended begins anew.
REPLAY = """
    INSERT INTO bonded_webhookdelivery AS d (endpoint_id, event_id, state, attempts, past_attempts, queued_at,
                                              not_before, last_error)
    SELECT endpoint.id, event.id, 'waiting', 0, 0, %(at)s, %(at)s, ''
      FROM bonded_webhookendpoint endpoint JOIN bonded_clientevent event ON event.company_id = endpoint.company_id
     WHERE endpoint.id = %(endpoint)s AND event.occurred_at >= %(since)s AND event.position IS NOT NULL
       AND event.kind <> 'webhook.test' AND (endpoint.kinds = '{}' OR event.kind = ANY(endpoint.kinds))
        ON CONFLICT (endpoint_id, event_id) DO UPDATE
       SET state = 'waiting', past_attempts = d.attempts, queued_at = %(at)s, not_before = %(at)s, sent_at = NULL
     WHERE d.state IN ('sent', 'refused', 'dead')
"""


@transaction.atomic
def register_webhook(
    *, url: str, kinds: Collection[EventKind], may_be_private: bool, actor: Actor, at: datetime
) -> WebhookEndpoint:
    """Have a company's events told at an address from now on; without kinds, all of them.

    The row's `secret` is to be shown this once. Raises AddressRefused, EndpointKnown, EndpointsTooMany.
    """
    require(actor, Act.REGISTER_WEBHOOK)
    webhook_address(url, may_be_private=may_be_private)
    company = lock_company(actor.company_id, actor=actor)
    urls = set(WebhookEndpoint.objects.filter(company=company).values_list("url", flat=True))
    if url in urls:
        raise EndpointKnown("There is a webhook at this address already.", url=url)
    if len(urls) >= MOST_ENDPOINTS:
        raise EndpointsTooMany(f"A company has at most {MOST_ENDPOINTS} webhooks.", most=MOST_ENDPOINTS)
    endpoint = WebhookEndpoint.objects.create(
        company=company,
        url=url,
        kinds=sorted(set(kinds)),
        secret=_new_secret(),
        registered_at=at,
        enabled_at=at,
        not_before=at,
    )
    record_activity(Act.REGISTER_WEBHOOK, endpoint, actor=actor, at=at, url=url, kinds=list(endpoint.kinds))
    return endpoint


@transaction.atomic
def remove_webhook(*, endpoint_id: UUID, actor: Actor, at: datetime) -> None:
    """Forget an endpoint and what was on its way to it; its history stays. Raises NotFound."""
    require(actor, Act.REMOVE_WEBHOOK)
    endpoint = lock_webhook(endpoint_id, actor=actor)
    record_activity(Act.REMOVE_WEBHOOK, endpoint, actor=actor, at=at, url=endpoint.url)
    endpoint.delete()


@transaction.atomic
def enable_webhook(*, endpoint_id: UUID, actor: Actor, at: datetime) -> WebhookEndpoint:
    """Send to an endpoint again: what still waits, and what happens from now on.

    One that is failing is tried at once. What happened while it was disabled is told by a replay.
    Raises NotFound, StepNotAllowed.
    """
    require(actor, Act.ENABLE_WEBHOOK)
    endpoint = lock_webhook(endpoint_id, actor=actor)
    require_step(ENDPOINT_STEPS, EndpointState(endpoint.state), EndpointState.ACTIVE)
    endpoint.state, endpoint.failures, endpoint.not_before, endpoint.enabled_at = EndpointState.ACTIVE, 0, at, at
    endpoint.disabled_at, endpoint.disabling_reason = None, ""
    endpoint.save(update_fields=["state", "failures", "not_before", "enabled_at", "disabled_at", "disabling_reason"])
    record_activity(Act.ENABLE_WEBHOOK, endpoint, actor=actor, at=at)
    return endpoint


@transaction.atomic
def disable_webhook(*, endpoint_id: UUID, reason: str, actor: Actor, at: datetime) -> WebhookEndpoint:
    """Send nothing more to an endpoint until it is enabled again. Raises NotFound, StepNotAllowed."""
    require(actor, Act.DISABLE_WEBHOOK)
    endpoint = lock_webhook(endpoint_id, actor=actor)
    switch_off(endpoint, reason=reason, actor=actor, at=at)
    return endpoint


def switch_off(endpoint: WebhookEndpoint, *, reason: str, actor: Actor, at: datetime) -> None:
    """Disable a locked endpoint, by its company's wish or because nothing arrives there."""
    require_step(ENDPOINT_STEPS, EndpointState(endpoint.state), EndpointState.DISABLED)
    endpoint.state, endpoint.disabled_at, endpoint.disabling_reason = EndpointState.DISABLED, at, reason[:200]
    endpoint.save(update_fields=["state", "disabled_at", "disabling_reason"])
    record_activity(Act.DISABLE_WEBHOOK, endpoint, actor=actor, at=at, reason=endpoint.disabling_reason)


@transaction.atomic
def rotate_webhook_secret(*, endpoint_id: UUID, actor: Actor, at: datetime) -> WebhookEndpoint:
    """Sign with a new secret, and for 24 hours with the one before too. Raises NotFound.

    The row's `secret` is to be shown this once. A secret that was old already is valid no more.
    """
    require(actor, Act.ROTATE_WEBHOOK_SECRET)
    endpoint = lock_webhook(endpoint_id, actor=actor)
    endpoint.old_secret, endpoint.old_secret_until = endpoint.secret, at + OLD_SECRET_TERM
    endpoint.secret = _new_secret()
    endpoint.save(update_fields=["secret", "old_secret", "old_secret_until"])
    until = endpoint.old_secret_until.isoformat()
    record_activity(Act.ROTATE_WEBHOOK_SECRET, endpoint, actor=actor, at=at, old_secret_until=until)
    return endpoint


@transaction.atomic
def send_test_event(*, endpoint_id: UUID, actor: Actor, at: datetime) -> ClientEvent:
    """Send an event that means nothing to this endpoint only. Raises NotFound, EndpointDisabled."""
    require(actor, Act.TEST_WEBHOOK)
    endpoint = _lock_enabled(endpoint_id, actor=actor)
    event = record_client_event(
        company_id=endpoint.company_id,
        kind=EventKind.WEBHOOK_TEST,
        subject_kind="webhook",
        subject_id=str(endpoint.pk),
        facts={},
        at=at,
    )
    WebhookDelivery.objects.create(endpoint=endpoint, event=event, queued_at=at, not_before=at)
    record_activity(Act.TEST_WEBHOOK, endpoint, actor=actor, at=at, event=str(event.public_id))
    return event


@transaction.atomic
def replay_events(*, endpoint_id: UUID, since: datetime, actor: Actor, at: datetime) -> int:
    """Tell an endpoint all its events since a moment once more, and give their number.

    They keep their ids, so a receiver that knows them already does nothing. Raises NotFound,
    EndpointDisabled, and ReplayOutOfRange for the future and for more than thirty days ago.
    """
    require(actor, Act.REPLAY_CLIENT_EVENTS)
    endpoint = _lock_enabled(endpoint_id, actor=actor)
    if not at - REPLAY_TERM <= since <= at:
        raise ReplayOutOfRange(f"Events of the last {REPLAY_TERM.days} days are told again.", days=REPLAY_TERM.days)
    with connection.cursor() as cursor:
        cursor.execute(REPLAY, {"endpoint": endpoint.pk, "since": since, "at": at})
        count = int(cursor.rowcount)
    record_activity(Act.REPLAY_CLIENT_EVENTS, endpoint, actor=actor, at=at, since=since.isoformat(), events=count)
    return count


def _lock_enabled(endpoint_id: UUID, *, actor: Actor) -> WebhookEndpoint:
    endpoint = lock_webhook(endpoint_id, actor=actor)
    if endpoint.state == EndpointState.DISABLED:
        raise EndpointDisabled("Enable the webhook first.", reason=endpoint.disabling_reason)
    return endpoint


def _new_secret() -> str:
    return secret_from(secrets.token_bytes(SECRET_BYTES))
