"""What a person does about a message that was not applied: have it read again, or settle it otherwise."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from bonded.actions.activity import record_activity
from bonded.models.customs_messages import IncomingCustomsMessage
from bonded.rules.customs_messages import Cause, MessageNotParked, MessageState
from bonded.rules.errors import NotFound
from bonded.rules.permissions import Act, Actor, require
from bonded.signals import customs_message_stored


@transaction.atomic
def reread_customs_message(*, message_id: int, reason: str, actor: Actor, at: datetime) -> IncomingCustomsMessage:
    """Have a parked message read again, after its cause is mended: a code mapped, a hindrance removed.

    Or a superseded one, which came so late that what followed from it is missing. It takes effect
    although later ones did, if its step is possible from where the declaration is now; otherwise it
    is parked. So a person may let an inspection that was overtaken by a release stop the goods
    after all, and nobody may take an acceptance back. Raises NotFound, MessageNotParked.
    """
    require(actor, Act.REREAD_CUSTOMS_MESSAGE)
    message = _settled(message_id, frozenset({MessageState.PARKED, MessageState.SUPERSEDED}))
    was = Cause(message.cause or "")
    message.first_settled_at = message.first_settled_at or message.settled_at
    message.state, message.cause, message.detail, message.settled_at = MessageState.STORED, None, "", None
    if message.declaration_id is not None:
        message.reread_at = at
    message.save(update_fields=["state", "cause", "detail", "settled_at", "first_settled_at", "reread_at"])
    record_activity(Act.REREAD_CUSTOMS_MESSAGE, message, actor=actor, at=at, reason=reason, cause=was.value)
    customs_message_stored.send(IncomingCustomsMessage, at=at)
    return message


@transaction.atomic
def deal_with_customs_message(*, message_id: int, reason: str, actor: Actor, at: datetime) -> IncomingCustomsMessage:
    """Mark a parked message as dealt with otherwise, and say how; it never takes effect.

    Raises NotFound, MessageNotParked.
    """
    require(actor, Act.DEAL_WITH_CUSTOMS_MESSAGE)
    message = _settled(message_id, frozenset({MessageState.PARKED}))
    message.first_settled_at = message.first_settled_at or message.settled_at
    message.state, message.settled_at = MessageState.DEALT_WITH, at
    message.save(update_fields=["state", "settled_at", "first_settled_at"])
    record_activity(
        Act.DEAL_WITH_CUSTOMS_MESSAGE, message, actor=actor, at=at, reason=reason, cause=message.cause or ""
    )
    return message


def _settled(message_id: int, states: Collection[MessageState]) -> IncomingCustomsMessage:
    for message in IncomingCustomsMessage.objects.filter(pk=message_id).locked():
        if message.state not in states:
            raise MessageNotParked("Nobody has to decide about this message.", state=message.state)
        return message
    raise NotFound("There is no such message.", message_id=message_id)
