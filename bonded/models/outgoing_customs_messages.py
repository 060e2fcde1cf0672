"""The outbox: what is to be sent to customs offices, and how often it was tried."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from bonded.models.base import Table, TableQuerySet, enum_choices, values_check
from bonded.rules.customs_messages import OutgoingKind
from bonded.rules.retries import DeliveryState


class OutgoingCustomsMessage(Table):
    """One row is one message to an office, written in the transaction of the act that caused it.

    The office gets the idempotency key with every attempt. `attempts` also names the relay's hold
    on the row: only the holder of the latest attempt may write down how it went.
    """

    declaration = models.ForeignKey("bonded.Declaration", on_delete=models.PROTECT, related_name="outgoing_messages")
    office = models.CharField(max_length=12)
    kind = models.CharField(max_length=24, choices=enum_choices(OutgoingKind))
    body = models.TextField(help_text="JSON, as it is sent byte for byte.")
    idempotency_key = models.UUIDField(default=uuid.uuid4, unique=True)
    state = models.CharField(max_length=8, choices=enum_choices(DeliveryState), default=DeliveryState.WAITING)
    attempts = models.IntegerField(default=0)
    queued_at = models.DateTimeField()
    not_before = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True, default="")

    objects = TableQuerySet["OutgoingCustomsMessage"].as_manager()

    class Meta:
        constraints = [
            values_check("state", DeliveryState, "an_outgoing_message_is_in_a_known_state"),
            values_check("kind", OutgoingKind, "an_outgoing_message_is_of_a_known_kind"),
            models.CheckConstraint(
                condition=Q(state=DeliveryState.SENDING, leased_until__isnull=False)
                | (~Q(state=DeliveryState.SENDING) & Q(leased_until__isnull=True)),
                name="a_message_is_leased_while_it_is_sent",
            ),
            models.CheckConstraint(
                condition=Q(state=DeliveryState.SENT, sent_at__isnull=False)
                | (~Q(state=DeliveryState.SENT) & Q(sent_at__isnull=True)),
                name="a_sent_message_says_when",
            ),
        ]
        indexes = [
            models.Index(F("not_before"), name="outgoing_due", condition=Q(state=DeliveryState.WAITING)),
            models.Index(F("leased_until"), name="outgoing_in_flight", condition=Q(state=DeliveryState.SENDING)),
            models.Index(F("id"), name="outgoing_dead", condition=Q(state=DeliveryState.DEAD)),
            models.Index(
                F("declaration"), F("id"), name="outgoing_in_their_order",
                condition=Q(state__in=[DeliveryState.WAITING, DeliveryState.SENDING, DeliveryState.DEAD]),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.kind} to {self.office}"
