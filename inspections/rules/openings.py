"""When a room is open: its hours on weekdays, less public holidays and closures."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from inspections.rules.slots import ROOM_ZONE, OpenHours, Slot, SlotTerms, slot_from, slots_of_day, slots_of_days


@dataclass(frozen=True, slots=True)
class Opening:
    """When a room is open, as far as it was asked for: holidays are days in Shanghai, closures `[from, until)`."""

    hours: Sequence[OpenHours]
    holidays: Collection[date] = ()
    closures: Sequence[tuple[datetime, datetime]] = ()

    def admits(self, slot: Slot) -> bool:
        """Say whether visitors may be in the room for a whole slot, as far as holidays and closures go."""
        if slot.starts_at.astimezone(ROOM_ZONE).date() in self.holidays:
            return False
        return all(slot.ends_at <= begins or ends <= slot.starts_at for begins, ends in self.closures)


def offered_slots(first_on: date, days: int, *, opening: Opening, grid: SlotTerms, terms: SlotTerms) -> list[Slot]:
    """Give the slots that a desk offers on so many days: they begin where its own grid does, and last as terms say.

    Raises DaysInvalid for none or more than two months.
    """
    slots = slots_of_days(first_on, days, hours=opening.hours, terms=grid)
    return [slot for slot in _lasting(slots, opening, terms) if opening.admits(slot)]


def is_offered(slot: Slot, *, opening: Opening, grid: SlotTerms, terms: SlotTerms) -> bool:
    """Say whether a desk offers exactly this slot."""
    day = slot.starts_at.astimezone(ROOM_ZONE).date()
    slots = [one for one in slots_of_day(day, hours=opening.hours, terms=grid) if one.starts_at == slot.starts_at]
    return slot in _lasting(slots, opening, terms) and opening.admits(slot)


def _lasting(slots: Sequence[Slot], opening: Opening, terms: SlotTerms) -> list[Slot]:
    """Let slots last as terms say, and leave out those that would last beyond the closing time of their day."""
    closes_at = {hours.weekday: hours.closes_at for hours in opening.hours}
    lasting = [slot_from(slot.starts_at, terms) for slot in slots]
    return [slot for slot in lasting if _closing(slot, closes_at) >= slot.ends_at]


def _closing(slot: Slot, closes_at: dict[int, time]) -> datetime:
    begins = slot.starts_at.astimezone(ROOM_ZONE)
    return datetime.combine(begins.date(), closes_at[begins.isoweekday()], ROOM_ZONE)
