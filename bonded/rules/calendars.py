"""What a calendar is told of something that has a time, in the words of RFC 5545 and RFC 5546."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class EntryStatus(StrEnum):
    """How sure an entry is."""

    TENTATIVE = "TENTATIVE"  # Somebody has to decide on it.
    CONFIRMED = "CONFIRMED"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """One thing with a time; a later version of it has the same `uid` and a higher `sequence`."""

    uid: str
    sequence: int
    status: EntryStatus
    starts_at: datetime
    ends_at: datetime
    summary: str
    place: str


def entry_document(entry: CalendarEntry) -> dict[str, str | int]:
    """Give an entry as JSON can keep it."""
    return {
        "uid": entry.uid,
        "sequence": entry.sequence,
        "status": entry.status.value,
        "starts_at": entry.starts_at.isoformat(),
        "ends_at": entry.ends_at.isoformat(),
        "summary": entry.summary,
        "place": entry.place,
    }


def entry_from_document(document: Mapping[str, str | int]) -> CalendarEntry:
    """Read an entry back."""
    return CalendarEntry(
        uid=str(document["uid"]),
        sequence=int(document["sequence"]),
        status=EntryStatus(str(document["status"])),
        starts_at=datetime.fromisoformat(str(document["starts_at"])),
        ends_at=datetime.fromisoformat(str(document["ends_at"])),
        summary=str(document["summary"]),
        place=str(document["place"]),
    )
