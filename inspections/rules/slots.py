"""The grid of slots: what a desk offers on a day, by its terms and its room's hours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bonded.rules.errors import InputInvalid

# Opening hours are those of the wall clock in the building, wherever the visitor sits.
ROOM_ZONE = ZoneInfo("Asia/Shanghai")
LONGEST_SEARCH_DAYS = 62


class DaysInvalid(InputInvalid):
    """The days to search are none or too many."""

    code = "days_invalid"


@dataclass(frozen=True, slots=True)
class SlotTerms:
    """How long a desk's slots are, and how long the desk is made ready afterwards."""

    slot: timedelta
    changeover: timedelta


@dataclass(frozen=True, slots=True)
class OpenHours:
    """When a room is open on one weekday, by the building's clock; ISO weekday, Monday is 1."""

    weekday: int
    opens_at: time
    closes_at: time


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """One visit: from `starts_at` up to `ends_at`; everything it needs is taken until `busy_until`. All in UTC."""

    starts_at: datetime
    ends_at: datetime
    busy_until: datetime

    @property
    def terms(self) -> SlotTerms:
        """Give how long it is, and how long everything is made ready after it."""
        return SlotTerms(self.ends_at - self.starts_at, self.busy_until - self.ends_at)


def slot_from(starts_at: datetime, terms: SlotTerms) -> Slot:
    """Give the slot that begins at an aware moment, whether it is offered or not."""
    starts_at = starts_at.astimezone(UTC)
    ends_at = starts_at + terms.slot
    return Slot(starts_at, ends_at, ends_at + terms.changeover)


def slots_of_day(day: date, *, hours: Iterable[OpenHours], terms: SlotTerms) -> list[Slot]:
    """Give the slots of a day in order: one after the other from opening; a visit ends before the room closes.

    The last changeover may run over the closing time: by then only keepers are in the room.
    """
    slots = []
    for open_hours in hours:
        if open_hours.weekday != day.isoweekday():
            continue
        slot = slot_from(datetime.combine(day, open_hours.opens_at, ROOM_ZONE), terms)
        closes_at = datetime.combine(day, open_hours.closes_at, ROOM_ZONE)
        while slot.ends_at <= closes_at:
            slots.append(slot)
            slot = slot_from(slot.busy_until, terms)
    return sorted(slots)


def last_day_of(first_on: date, days: int) -> date:
    """Give the last of so many days from the first; raises DaysInvalid for none or more than two months."""
    if not 1 <= days <= LONGEST_SEARCH_DAYS:
        raise DaysInvalid(f"Ask for 1 to {LONGEST_SEARCH_DAYS} days.", days=days)
    return first_on + timedelta(days=days - 1)


def slots_of_days(first_on: date, days: int, *, hours: Sequence[OpenHours], terms: SlotTerms) -> list[Slot]:
    """Give the slots of so many days from the first; raises DaysInvalid for none or more than two months."""
    last_day_of(first_on, days)
    return [
        slot
        for offset in range(days)
        for slot in slots_of_day(first_on + timedelta(days=offset), hours=hours, terms=terms)
    ]
