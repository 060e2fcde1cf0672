"""Taking customs messages in: each is kept byte for byte before anybody reads it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from bonded.actions.activity import record_activity
from bonded.actions.customs_tasks import NewTask, open_tasks
from bonded.models.customs_messages import IncomingCustomsMessage
from bonded.rules.customs_messages import MessageIdReused
from bonded.rules.customs_tasks import TaskKind
from bonded.rules.permissions import Act, Actor, require
from bonded.signals import customs_message_stored


@dataclass(frozen=True, slots=True)
class Stored:
    """The row that holds a message, and whether this call made it."""

    id: int
    is_new: bool


def store_customs_message(
    *, office: str, message_id: str, raw: bytes, headers: Mapping[str, str], actor: Actor, at: datetime
) -> Stored:
    """Keep a message byte for byte, before anybody reads it.

    The same id with the same bytes gives the first row. The same id with other bytes is an
    incident: it is recorded, a task is opened, and MessageIdReused is raised after both are committed.
    """
    require(actor, Act.STORE_CUSTOMS_MESSAGE)
    digest = hashlib.sha256(raw).digest()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO bonded_incomingcustomsmessage"
                "       (office, message_id, raw, sha256, headers, received_at, state, detail)"
                " VALUES (%s, %s, %s, %s, %s::jsonb, %s, 'stored', '')"
                " ON CONFLICT (office, message_id) DO NOTHING RETURNING id",
                [office, message_id, raw, digest, json.dumps(dict(headers)), at],
            )
            row = cursor.fetchone()
        if row:
            customs_message_stored.send(IncomingCustomsMessage, at=at)
            return Stored(row[0], is_new=True)
        first = IncomingCustomsMessage.objects.filter(office=office, message_id=message_id).locked().get()
        if bytes(first.sha256) == digest:
            return Stored(first.pk, is_new=False)
        record_activity(
            Act.STORE_CUSTOMS_MESSAGE,
            first,
            actor=actor,
            at=at,
            refused="the id was used before with another body",
            sha256=digest.hex(),
        )
        task = NewTask(TaskKind.ID_REUSED, office, message_id, {"sha256": digest.hex()})
        open_tasks([task], at=at)
    raise MessageIdReused(
        "This id was used before with another body.",
        message_id=message_id,
        first_received_at=first.received_at.isoformat(),
    )
