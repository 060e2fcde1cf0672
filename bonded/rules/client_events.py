"""What companies' machines are told: that something happened to something of theirs, never what it is worth."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID


class EventKind(StrEnum):
    """What happened; the names are a contract with clients and never change."""

    DECLARATION_STATUS_CHANGED = "declaration.status_changed"  # Customs, or we, moved a declaration on.
    WITHDRAWAL_RELEASED = "withdrawal.released"  # The officer let the goods go.
    WITHDRAWAL_REFUSED = "withdrawal.refused"  # The officer said no.
    DUTY_ASSESSED = "duty.assessed"  # What a withdrawal owes was computed.
    CHARGE_DUE = "charge.due"  # Duty became a debt with a day on which it is due.
    BOOKING_CHANGED = "booking.changed"  # A viewing was booked, begun, ended or cancelled.
    BOOKING_DUTY_CHANGED = "booking.duty_changed"  # New rates changed what stands for a viewing, or could not.
    OFFER_MADE = "offer.made"  # A buyer offers a price for a lot; both sides hear of it.
    OFFER_ANSWERED = "offer.answered"  # It was accepted, countered, refused or withdrawn.
    OFFER_LAPSED = "offer.lapsed"  # Nobody answered in time, or the lot is gone.
    GUARANTEE_WARNED = "guarantee.warned"  # Little is left of a guarantee, or one of its instruments ends too early.
    WEBHOOK_TEST = "webhook.test"  # The company asked for it, to try its receiver.


@dataclass(frozen=True, slots=True)
class EventFacts:
    """One thing that happened. `facts` hold further ids and states as text, and nothing that is worth stealing."""

    id: UUID
    kind: EventKind
    subject_kind: str
    subject_id: str
    occurred_at: datetime
    facts: Mapping[str, str] = field(default_factory=dict)


def event_document(event: EventFacts) -> dict[str, object]:
    """Give an event as webhooks and the feed both tell it: a hint to ask for the subject, not the news itself."""
    return {
        "id": str(event.id),
        "type": event.kind.value,
        "occurred_at": event.occurred_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "subject": {"kind": event.subject_kind, "id": event.subject_id},
        "facts": dict(event.facts),
    }


def event_body(event: EventFacts) -> bytes:
    """Write an event as the bytes that are signed and sent; the same event gives the same bytes each time."""
    return json.dumps(event_document(event), ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
