"""Companies' webhook endpoints, and what is to be delivered to each."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from bonded.models.base import Table, TableQuerySet, enum_choices, values_check
from bonded.rules.permissions import Actor
from bonded.rules.retries import DeliveryState
from bonded.rules.webhook_addresses import LONGEST_URL
from bonded.rules.webhooks import EndpointState

_PENDING = Q(state__in=[DeliveryState.WAITING, DeliveryState.SENDING])


class WebhookEndpointQuerySet(TableQuerySet["WebhookEndpoint"]):
    """Endpoints."""

    def visible_to(self, actor: Actor) -> WebhookEndpointQuerySet:
        """Keep the company's own."""
        return self.filter(company_id__in=actor.company_ids)


class WebhookEndpoint(Table):
    """One row is one address at which a company hears of events; without kinds, of all.

    The secrets stand here as they are, because every message is signed with them; no page and no answer
    shows them again. `failures` counts the attempts that failed since the last that arrived, and no
    attempt is made before `not_before`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    company = models.ForeignKey("bonded.Company", on_delete=models.PROTECT, db_index=False, related_name="webhooks")
    url = models.CharField(max_length=LONGEST_URL)
    kinds = ArrayField(models.CharField(max_length=32), default=list)
    state = models.CharField(max_length=8, choices=enum_choices(EndpointState), default=EndpointState.ACTIVE)
    secret = models.CharField(max_length=80)
    old_secret = models.CharField(max_length=80, null=True)
    old_secret_until = models.DateTimeField(null=True)
    registered_at = models.DateTimeField()
    enabled_at = models.DateTimeField()
    succeeded_at = models.DateTimeField(null=True)
    disabled_at = models.DateTimeField(null=True)
    disabling_reason = models.CharField(max_length=200, blank=True, default="")
    failures = models.IntegerField(default=0)
    not_before = models.DateTimeField()

    objects = WebhookEndpointQuerySet.as_manager()

    class Meta:
        constraints = [
            values_check("state", EndpointState, "an_endpoint_is_in_a_known_state"),
            models.UniqueConstraint(fields=["company", "url"], name="a_company_has_an_endpoint_once"),
            models.CheckConstraint(
                condition=Q(old_secret__isnull=True, old_secret_until__isnull=True)
                | Q(old_secret__isnull=False, old_secret_until__isnull=False),
                name="an_old_secret_ends",
            ),
            models.CheckConstraint(
                condition=Q(state=EndpointState.DISABLED, disabled_at__isnull=False)
                | (~Q(state=EndpointState.DISABLED) & Q(disabled_at__isnull=True)),
                name="a_disabled_endpoint_says_since_when",
            ),
            models.CheckConstraint(
                condition=Q(state=EndpointState.FAILING, failures__gte=1)
                | Q(state=EndpointState.ACTIVE, failures=0)
                | Q(state=EndpointState.DISABLED),
                name="an_endpoint_is_failing_while_attempts_fail",
            ),
        ]

    def __str__(self) -> str:
        return self.url


class WebhookDelivery(Table):
    """One row is one event on its way to one endpoint.

    `attempts` names the relay's hold on the row, so it never goes back; those made before the message was
    last armed are `past_attempts`. `not_before` is the next attempt's time, or the end of the hold.
    """

    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.CASCADE, db_index=False, related_name="deliveries")
    event = models.ForeignKey("bonded.ClientEvent", on_delete=models.PROTECT, related_name="deliveries")
    state = models.CharField(max_length=8, choices=enum_choices(DeliveryState), default=DeliveryState.WAITING)
    attempts = models.IntegerField(default=0)
    past_attempts = models.IntegerField(default=0)
    queued_at = models.DateTimeField()
    not_before = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=200, blank=True, default="")

    objects = TableQuerySet["WebhookDelivery"].as_manager()

    class Meta:
        constraints = [
            values_check("state", DeliveryState, "a_delivery_is_in_a_known_state"),
            models.UniqueConstraint(fields=["endpoint", "event"], name="an_event_goes_to_an_endpoint_once"),
            models.CheckConstraint(condition=Q(past_attempts__lte=F("attempts")), name="past_attempts_were_made"),
            models.CheckConstraint(
                condition=Q(state=DeliveryState.SENT, sent_at__isnull=False)
                | (~Q(state=DeliveryState.SENT) & Q(sent_at__isnull=True)),
                name="a_delivery_that_arrived_says_when",
            ),
        ]
        indexes = [
            models.Index(F("endpoint"), F("not_before"), name="deliveries_to_come", condition=_PENDING),
            models.Index(F("endpoint"), F("id"), name="deliveries_of_an_endpoint"),
        ]

    def __str__(self) -> str:
        return f"{self.event_id} to {self.endpoint_id}"
