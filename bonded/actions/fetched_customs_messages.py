"""Taking in what a customs office offers instead of sending: stored with the cursor, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from django.db import transaction

from bonded.actions.customs_messages import store_customs_message
from bonded.actions.office_lines import lock_line
from bonded.rules.customs_messages import FetchedMessage, MessageIdReused
from bonded.rules.permissions import Act, Actor, require


@transaction.atomic
def store_fetched_messages(*, office: str, messages: Sequence[FetchedMessage], actor: Actor, at: datetime) -> int:
    """Keep the messages byte for byte and move the cursor behind the last; returns how many were new.

    The cursor moves with the rows or not at all; so what is fetched twice is stored once, and
    nothing is passed over. An id that came before with another body opens its task and stops nothing.
    """
    require(actor, Act.FETCH_CUSTOMS_MESSAGES)
    line = lock_line(office)
    new = 0
    for message in messages:
        headers = {"content-type": message.content_type, "cursor": message.cursor}
        with suppress(MessageIdReused):
            stored = store_customs_message(
                office=office, message_id=message.message_id, raw=message.body, headers=headers, actor=actor, at=at
            )
            new += stored.is_new
    line.cursor = messages[-1].cursor if messages else line.cursor
    line.save(update_fields=["cursor"])
    return new
