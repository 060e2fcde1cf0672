"""Reads the board of messages that need a person, or may soon: stuck, waiting, parked, dead, refused."""

from __future__ import annotations

from django.db.models import QuerySet

from bonded.models.customs_messages import IncomingCustomsMessage
from bonded.models.outgoing_customs_messages import OutgoingCustomsMessage
from bonded.rules.customs_messages import MessageState
from bonded.rules.errors import NotFound
from bonded.rules.permissions import Act, Actor, require
from bonded.rules.retries import DeliveryState

# What is settled for good is found by its declaration, not on the board.
UNSETTLED = (MessageState.STORED, MessageState.WAITING, MessageState.PARKED)
UNSENT = (DeliveryState.WAITING, DeliveryState.SENDING, DeliveryState.DEAD, DeliveryState.REFUSED)


def incoming_board(*, state: MessageState | None, office: str | None, actor: Actor) -> QuerySet[IncomingCustomsMessage]:
    """Give incoming messages that are not settled, or those in one state; raw bytes are left in the database."""
    require(actor, Act.READ_MESSAGE_BOARD)
    rows = IncomingCustomsMessage.objects.select_related("declaration").defer("raw", "headers", "sha256")
    rows = rows.filter(state=state) if state else rows.filter(state__in=UNSETTLED)
    return rows.filter(office=office) if office else rows


def outgoing_board(
    *, state: DeliveryState | None, office: str | None, actor: Actor
) -> QuerySet[OutgoingCustomsMessage]:
    """Give outgoing messages that did not arrive, or those in one state."""
    require(actor, Act.READ_MESSAGE_BOARD)
    rows = OutgoingCustomsMessage.objects.select_related("declaration").defer("body")
    rows = rows.filter(state=state) if state else rows.filter(state__in=UNSENT)
    return rows.filter(office=office) if office else rows


def incoming_message(message_id: int, *, actor: Actor) -> IncomingCustomsMessage:
    """Give one incoming message with its raw bytes; raises NotFound."""
    require(actor, Act.READ_MESSAGE_BOARD)
    for message in IncomingCustomsMessage.objects.select_related("declaration").filter(pk=message_id):
        return message
    raise NotFound("There is no such message.", message_id=message_id)


def outgoing_message(message_id: int, *, actor: Actor) -> OutgoingCustomsMessage:
    """Give one outgoing message with its body; raises NotFound."""
    require(actor, Act.READ_MESSAGE_BOARD)
    for message in OutgoingCustomsMessage.objects.select_related("declaration").filter(pk=message_id):
        return message
    raise NotFound("There is no such message.", message_id=message_id)
