"""Writes status messages as customs offices send them."""

from __future__ import annotations

import json

from bonded.rules.customs_messages import CustomsMessage


def write_message(*, office: str, message: CustomsMessage) -> tuple[bytes, str]:
    """Write a message of an office; returns its bytes and their content type."""
    envelope = {
        "message_id": message.message_id,
        "office": office,
        "declaration_number": message.declaration_number,
        "mrn": message.mrn,
        "sequence": message.sequence,
        "issued_at": message.issued_at.isoformat(),
        "code_list": message.code_list,
        "status": message.status,
        "facts": dict(message.facts),
    }
    return json.dumps(envelope).encode(), "application/json"
