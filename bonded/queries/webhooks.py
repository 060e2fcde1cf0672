"""A company's webhook endpoints, and what was delivered to each."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from bonded.models.webhooks import WebhookDelivery, WebhookEndpoint
from bonded.rules.errors import NotFound
from bonded.rules.permissions import Act, Actor, require


def webhooks_of(actor: Actor) -> QuerySet[WebhookEndpoint]:
    """Give the company's endpoints, the oldest first."""
    require(actor, Act.READ_WEBHOOKS)
    return WebhookEndpoint.objects.visible_to(actor).order_by("registered_at", "pk")


def webhook_visible_to(actor: Actor, endpoint_id: UUID) -> WebhookEndpoint:
    """Give one endpoint; raises NotFound when it is not there or not the company's."""
    for endpoint in webhooks_of(actor).filter(pk=endpoint_id):
        return endpoint
    raise NotFound("There is no such webhook.", endpoint_id=str(endpoint_id))


def deliveries_to(endpoint_id: UUID, *, actor: Actor) -> QuerySet[WebhookDelivery]:
    """Give what was and is to be delivered to an endpoint, with its events; raises NotFound."""
    endpoint = webhook_visible_to(actor, endpoint_id)
    return WebhookDelivery.objects.filter(endpoint=endpoint).select_related("event")
