"""Calendar files: what two libraries that know nothing of each other read in them, and their form."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import icalendar

from bonded.gateways.calendars import feed, invitation
from bonded.rules.calendars import CalendarEntry, EntryStatus, entry_document, entry_from_document
from tests.situations.calendars import read_by_ical_js

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
SHANGHAI = timezone(timedelta(hours=8))
PLACE = "Room; of the “rough”, 看货室 \\ " + "字" * 40 + ", DESK-1\nupstairs"
ENTRY = CalendarEntry(
    uid="7d1f@bonded-trade-platform",
    sequence=4,
    status=EntryStatus.CONFIRMED,
    starts_at=datetime(2026, 11, 25, 10, 15, tzinfo=SHANGHAI),
    ends_at=datetime(2026, 11, 25, 11, 15, tzinfo=SHANGHAI),
    summary="Viewing 看货",
    place=PLACE,
)
PEOPLE: dict[str, Any] = {"organizer": "platform@example.com", "attendee": "alice@example.com", "at": AT}


def read_by_icalendar(content: bytes) -> dict[str, Any]:
    calendar: Any = icalendar.Calendar.from_ical(content)
    return {
        "method": str(calendar["method"]),
        "events": [
            {
                "uid": str(event["uid"]),
                "sequence": int(event["sequence"]),
                "summary": str(event["summary"]),
                "place": str(event["location"]),
                "status": str(event["status"]),
                "starts_at": event["dtstart"].dt.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
                "zone": str(event["dtstart"].dt.tzinfo),
                "ends_at": event["dtend"].dt.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
                "organizer": str(event["organizer"]) if "organizer" in event else None,
                "attendees": [str(event["attendee"])] if "attendee" in event else [],
            }
            for event in calendar.walk("VEVENT")
        ],
    }


def test_invitation__is_read_alike_by_both() -> None:
    found = invitation(ENTRY, **PEOPLE)
    expected = {
        "method": "REQUEST",
        "events": [
            {
                "uid": "7d1f@bonded-trade-platform",
                "sequence": 4,
                "summary": "Viewing 看货",
                "place": PLACE,
                "status": "CONFIRMED",
                "starts_at": "2026-11-25T02:15:00.000Z",
                "zone": "UTC",
                "ends_at": "2026-11-25T03:15:00.000Z",
                "organizer": "mailto:platform@example.com",
                "attendees": ["mailto:alice@example.com"],
            }
        ],
    }
    assert found.method == "REQUEST"
    assert read_by_icalendar(found.content) == expected
    assert read_by_ical_js(found.content) == expected


def test_invitation__of_what_is_cancelled_takes_it_out() -> None:
    found = invitation(replace(ENTRY, status=EntryStatus.CANCELLED, sequence=5), **PEOPLE)
    read = read_by_ical_js(found.content)
    assert (found.method, read["method"]) == ("CANCEL", "CANCEL")
    assert [(one["uid"], one["sequence"], one["status"]) for one in read["events"]] == [(ENTRY.uid, 5, "CANCELLED")]
    assert read == read_by_icalendar(found.content)


def test_feed__holds_many_and_invites_nobody() -> None:
    content = feed([ENTRY, replace(ENTRY, uid="2", status=EntryStatus.TENTATIVE)], at=AT)
    read = read_by_ical_js(content)
    assert read["method"] == "PUBLISH"
    assert [(one["uid"], one["status"], one["organizer"], one["attendees"]) for one in read["events"]] == [
        (ENTRY.uid, "CONFIRMED", None, []),
        ("2", "TENTATIVE", None, []),
    ]
    assert read == read_by_icalendar(content)
    assert read_by_ical_js(feed([], at=AT))["events"] == []


def test_files__are_in_the_form_of_rfc_5545() -> None:
    content = invitation(ENTRY, **PEOPLE).content
    lines = content.split(b"\r\n")
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert lines[-1] == b""
    assert max(map(len, lines)) <= 75
    assert any(line.startswith(b" ") for line in lines)
    # No character is cut in two.
    assert [line.decode() for line in lines]
    assert b"DTSTART:20261125T021500Z" in lines
    assert b"DTSTAMP:20261123T020000Z" in lines
    unfolded = content.replace(b"\r\n ", b"").decode()
    assert "LOCATION:Room\\; of the “rough”\\, 看货室 \\\\ 字" in unfolded
    assert "\\, DESK-1\\nupstairs\r\n" in unfolded


def test_entry_document__is_read_back_as_it_was() -> None:
    assert entry_from_document(entry_document(ENTRY)) == ENTRY
