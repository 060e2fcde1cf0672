"""Calendar files as RFC 5545 has them: one entry to be sent by mail (RFC 5546), or many to subscribe to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from icalendar import Calendar, Event, vCalAddress

from bonded.rules.calendars import CalendarEntry, EntryStatus

PRODUCT = "-//Bonded Trade Platform//EN"


@dataclass(frozen=True, slots=True)
class Invitation:
    """An entry on its way to one person's calendar; `method` says whether it is to be put there or taken out."""

    method: str
    content: bytes


def invitation(entry: CalendarEntry, *, organizer: str, attendee: str, at: datetime) -> Invitation:
    """Write an entry for one person's calendar, as a request or, when it is cancelled, as the end of one."""
    method = "CANCEL" if entry.status is EntryStatus.CANCELLED else "REQUEST"
    event = _event(entry, at=at)
    event.add("organizer", vCalAddress(f"mailto:{organizer}"))
    event.add("attendee", vCalAddress(f"mailto:{attendee}"), parameters={"RSVP": "FALSE"})
    return Invitation(method, _calendar(method, [event]))


def feed(entries: Iterable[CalendarEntry], *, at: datetime) -> bytes:
    """Write a calendar that others subscribe to; what is not in it any more vanishes from theirs."""
    return _calendar("PUBLISH", [_event(entry, at=at) for entry in entries])


def _calendar(method: str, events: Iterable[Event]) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", method)
    for event in events:
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _event(entry: CalendarEntry, *, at: datetime) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("status", entry.status.value)
    event.add("dtstamp", at.astimezone(UTC))
    event.add("dtstart", entry.starts_at.astimezone(UTC))
    event.add("dtend", entry.ends_at.astimezone(UTC))
    event.add("summary", entry.summary)
    event.add("location", entry.place)
    return event
