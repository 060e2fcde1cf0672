"""Reads a stored message in the form in which its office writes."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from bonded.gateways.cds_notifications import read_cds_notification
from bonded.gateways.single_window_receipts import read_single_window_receipt
from bonded.rules.customs_messages import CustomsMessage, read_envelope
from bonded.rules.customs_offices import MessageForm, office_of


def read_stored_message(*, office: str, message_id: str, raw: bytes, received_at: datetime) -> CustomsMessage:
    """Read the bytes that an office sent.

    Our own envelope says its id, its office and its moment itself, and the caller compares them.
    The XML forms have no id: `message_id`, under which it came, is theirs; where they tell no time
    of issue, `received_at` stands for it. Raises MessageUnreadable with a reason; OfficeUnknown.
    """
    match office_of(office).form:
        case MessageForm.ENVELOPE:
            return read_envelope(raw)
        case MessageForm.SINGLE_WINDOW:
            return read_single_window_receipt(office=office, message_id=message_id, raw=raw, received_at=received_at)
        case MessageForm.CDS:
            return read_cds_notification(office=office, message_id=message_id, raw=raw, received_at=received_at)
        case form:
            assert_never(form)
