"""The inbox: what customs offices sent, byte for byte, and what became of it."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import F, Q

from bonded.models.base import Table, TableQuerySet, enum_choices, values_check
from bonded.rules.customs_messages import Cause, MessageState


class IncomingCustomsMessageQuerySet(TableQuerySet["IncomingCustomsMessage"]):
    """Incoming messages."""

    def unread(self) -> IncomingCustomsMessageQuerySet:
        """Keep those that nobody has read yet."""
        return self.filter(state=MessageState.STORED)

    def overdue(self, at: datetime) -> IncomingCustomsMessageQuerySet:
        """Keep those that have waited long enough for the one before them."""
        return self.filter(state=MessageState.WAITING, waits_until__lte=at)


class IncomingCustomsMessage(Table):
    """One row is one message as it came; it is the queue's entry and the evidence at once.

    In the database the table is cut into months by `received_at`; whoever knows it beside the id
    names both, so that one month is looked at. That an id is used once is kept by CustomsMessageId.

    Who may change a row: whoever claimed it while it is stored; after that, whoever holds the
    lock of its declaration. So a waiting message is never fought over.
    """

    office = models.CharField(max_length=12)
    message_id = models.CharField(max_length=80, help_text="The office's own; never used twice.")
    raw = models.BinaryField()
    sha256 = models.BinaryField()
    headers = models.JSONField(default=dict)
    received_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=enum_choices(MessageState), default=MessageState.STORED)
    cause = models.CharField(max_length=20, null=True, choices=enum_choices(Cause))
    detail = models.CharField(max_length=300, blank=True, default="")
    declaration = models.ForeignKey(
        "bonded.Declaration", on_delete=models.PROTECT, null=True, db_index=False, related_name="messages"
    )
    sequence = models.IntegerField(null=True)
    read_at = models.DateTimeField(null=True, help_text="When it was put into its lane.")
    reread_at = models.DateTimeField(null=True, help_text="When a person had it applied again.")
    waits_until = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    first_settled_at = models.DateTimeField(
        null=True, help_text="When it had its turn, where a person had it settled otherwise after that."
    )

    objects = IncomingCustomsMessageQuerySet.as_manager()

    class Meta:
        constraints = [
            values_check("state", MessageState, "a_message_is_in_a_known_state"),
            models.CheckConstraint(
                condition=Q(state__in=[MessageState.STORED, MessageState.WAITING], settled_at__isnull=True)
                | (~Q(state__in=[MessageState.STORED, MessageState.WAITING]) & Q(settled_at__isnull=False)),
                name="a_settled_message_says_when",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[MessageState.WAITING, MessageState.APPLIED, MessageState.SUPERSEDED])
                | Q(declaration__isnull=False, read_at__isnull=False, waits_until__isnull=False),
                name="a_message_in_a_lane_has_its_place",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[MessageState.STORED, MessageState.APPLIED], cause__isnull=True)
                | (~Q(state__in=[MessageState.STORED, MessageState.APPLIED]) & Q(cause__isnull=False)),
                name="what_is_not_applied_says_why",
            ),
            models.CheckConstraint(
                condition=~Q(state=MessageState.APPLIED) | Q(sequence__isnull=False),
                name="an_applied_message_has_its_sequence",
            ),
        ]
        indexes = [
            models.Index(F("id"), name="messages_unread", condition=Q(state=MessageState.STORED)),
            models.Index(
                F("declaration"), F("sequence"), name="messages_waiting_in_a_lane",
                condition=Q(state=MessageState.WAITING),
            ),
            models.Index(F("waits_until"), name="messages_overdue", condition=Q(state=MessageState.WAITING)),
            models.Index(F("declaration"), name="messages_of_a_declaration", condition=Q(declaration__isnull=False)),
            models.Index(F("id"), name="messages_parked", condition=Q(state=MessageState.PARKED)),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.office} {self.message_id}"
