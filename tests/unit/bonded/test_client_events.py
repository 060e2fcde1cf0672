"""What an event says."""

import json
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

from bonded.rules.client_events import EventFacts, EventKind, event_body

EVENT = EventFacts(
    id=UUID("0b0e7f0e-3a52-4f3a-9f5c-0e9a4b1c2d3e"),
    kind=EventKind.DECLARATION_STATUS_CHANGED,
    subject_kind="declaration",
    subject_id="202611230000000001",
    occurred_at=datetime(2026, 11, 23, 10, 0, tzinfo=timezone(timedelta(hours=8))),
    facts={"status": "released"},
)


def test_event_body__says_what_happened_to_what_and_nothing_more() -> None:
    assert json.loads(event_body(EVENT)) == {
        "id": "0b0e7f0e-3a52-4f3a-9f5c-0e9a4b1c2d3e",
        "type": "declaration.status_changed",
        "occurred_at": "2026-11-23T02:00:00Z",
        "subject": {"kind": "declaration", "id": "202611230000000001"},
        "facts": {"status": "released"},
    }


def test_event_body__is_the_same_bytes_whatever_the_zone() -> None:
    again = EventFacts(
        EVENT.id, EVENT.kind, EVENT.subject_kind, EVENT.subject_id, EVENT.occurred_at.astimezone(UTC), EVENT.facts
    )
    assert event_body(again) == event_body(EVENT)
