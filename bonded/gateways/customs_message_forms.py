"""Reads what customs offices sent, each in its own form."""

from __future__ import annotations

from datetime import datetime

from bonded.rules.customs_messages import CustomsMessage, read_envelope


def read_stored_message(*, office: str, message_id: str, raw: bytes, received_at: datetime) -> CustomsMessage:
    """Read one stored message; raises MessageUnreadable."""
    return read_envelope(raw)
