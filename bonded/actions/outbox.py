"""Writing to customs offices: the message is a row in the transaction of the act that causes it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bonded.models.declarations import Declaration
from bonded.models.outgoing_customs_messages import OutgoingCustomsMessage
from bonded.rules.customs_messages import OutgoingKind
from bonded.signals import customs_message_queued


def queue_for_office(
    declaration: Declaration, kind: OutgoingKind, document: Mapping[str, Any], *, at: datetime
) -> OutgoingCustomsMessage:
    """Queue one message about a declaration to its office; every message names the declaration and its version.

    Messages about one declaration are sent in the order in which they were queued.
    """
    body = {"number": declaration.number, "office": declaration.office, "mrn": declaration.mrn}
    message = OutgoingCustomsMessage.objects.create(
        declaration=declaration,
        office=declaration.office,
        kind=kind,
        body=json.dumps(
            body | {"version": declaration.version} | dict(document), ensure_ascii=False, separators=(",", ":")
        ),
        queued_at=at,
        not_before=at,
    )
    customs_message_queued.send(OutgoingCustomsMessage, at=at)
    return message
