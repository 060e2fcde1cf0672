"""Reads the inbox and the outbox: how much lies there, how old the oldest is, and what should never be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, Q

from bonded.models.customs_messages import IncomingCustomsMessage
from bonded.models.outgoing_customs_messages import OutgoingCustomsMessage
from bonded.queries.declarations import declarations_that_differ_from_their_history
from bonded.queries.invariants import Question, rows_of
from bonded.rules.customs_messages import MessageState
from bonded.rules.retries import DeliveryState


@dataclass(frozen=True, slots=True)
class MessageFigures:
    """How many messages lie where; the moments are those of the oldest, None when there is none."""

    unread: int
    waiting: int
    parked: int
    to_send: int
    dead: int
    oldest_unread_at: datetime | None
    oldest_to_send_at: datetime | None


def message_figures() -> MessageFigures:
    """Count what is unread, waiting, parked, to be sent and dead; reads partial indexes only, in two statements."""
    open_states = [MessageState.STORED, MessageState.WAITING, MessageState.PARKED]
    inbox = IncomingCustomsMessage.objects.filter(state__in=open_states).aggregate(
        unread=Count("pk", filter=Q(state=MessageState.STORED)),
        waiting=Count("pk", filter=Q(state=MessageState.WAITING)),
        parked=Count("pk", filter=Q(state=MessageState.PARKED)),
        oldest=Min("received_at", filter=Q(state=MessageState.STORED)),
    )
    unsent = [DeliveryState.WAITING, DeliveryState.SENDING, DeliveryState.DEAD]
    outbox = OutgoingCustomsMessage.objects.filter(state__in=unsent).aggregate(
        to_send=Count("pk", filter=~Q(state=DeliveryState.DEAD)),
        dead=Count("pk", filter=Q(state=DeliveryState.DEAD)),
        oldest=Min("queued_at", filter=~Q(state=DeliveryState.DEAD)),
    )
    return MessageFigures(
        unread=inbox["unread"],
        waiting=inbox["waiting"],
        parked=inbox["parked"],
        to_send=outbox["to_send"],
        dead=outbox["dead"],
        oldest_unread_at=inbox["oldest"],
        oldest_to_send_at=outbox["oldest"],
    )


def _applied_messages_without_their_step() -> list[str]:
    return rows_of("""
        SELECT m.office, m.message_id FROM bonded_incomingcustomsmessage m
         WHERE (m.state = 'applied') <> EXISTS (
               SELECT 1 FROM bonded_customsstatuschange c
                WHERE c.declaration_id = m.declaration_id AND c.sequence = m.sequence AND c.message_id = m.message_id)
    """)


def _waiting_messages_whose_turn_has_come() -> list[str]:
    return rows_of("""
        SELECT m.office, m.message_id FROM bonded_incomingcustomsmessage m
          JOIN bonded_declaration d ON d.id = m.declaration_id
         WHERE m.state = 'waiting' AND m.sequence <= d.last_sequence + 1
    """)


def _declarations_that_nobody_sends() -> list[str]:
    return rows_of("""
        SELECT d.number FROM bonded_declaration d
         WHERE d.state = 'lodged'
           AND NOT EXISTS (SELECT 1 FROM bonded_outgoingcustomsmessage o WHERE o.declaration_id = d.id)
    """)


CUSTOMS_INVARIANTS: dict[str, Question] = {
    "A declaration's state is what its last step says.": declarations_that_differ_from_their_history,
    "Every applied message made exactly one step of its declaration, and no other did.": (
        _applied_messages_without_their_step
    ),
    "No message waits whose turn has come.": _waiting_messages_whose_turn_has_come,
    "Every lodged declaration is on its way to its office.": _declarations_that_nobody_sends,
}
