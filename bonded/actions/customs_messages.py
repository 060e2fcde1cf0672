"""Taking customs messages in: each is kept byte for byte before anybody reads it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from bonded.actions.activity import record_activity_on
from bonded.actions.customs_tasks import NewTask, open_tasks
from bonded.models.customs_message_ids import CustomsMessageId
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
            # The id is claimed beside the months of the inbox, none of which sees the others.
            cursor.execute(
                "WITH claimed AS ("
                " INSERT INTO bonded_customsmessageid (office, message_id, sha256, received_at, incoming_message_id)"
                " VALUES (%s, %s, %s, %s, nextval('bonded_incomingcustomsmessage_id_seq'))"
                " ON CONFLICT (office, message_id) DO NOTHING"
                " RETURNING incoming_message_id, office, message_id, sha256, received_at)"
                " INSERT INTO bonded_incomingcustomsmessage"
                "       (id, office, message_id, sha256, received_at, raw, headers, state, detail)"
                " SELECT claimed.*, %s, %s::jsonb, 'stored', '' FROM claimed RETURNING id",
                [office, message_id, digest, at, raw, json.dumps(dict(headers))],
            )
            row = cursor.fetchone()
        if row:
            customs_message_stored.send(IncomingCustomsMessage, at=at)
            return Stored(row[0], is_new=True)
        first = CustomsMessageId.objects.get(office=office, message_id=message_id)
        if bytes(first.sha256) == digest:
            return Stored(first.incoming_message_id, is_new=False)
        # The message itself may be put away by now; its history is not.
        record_activity_on(
            Act.STORE_CUSTOMS_MESSAGE,
            "incomingcustomsmessage",
            str(first.incoming_message_id),
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
