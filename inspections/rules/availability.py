"""At which times a visit can be had: slots of desks, less what is taken, while something of each choice is free."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from inspections.rules.slots import Slot

# When something is taken, or somebody is there: `[from, until)`, by beginning, never two at once.
Spans = Sequence[tuple[datetime, datetime]]


@dataclass(frozen=True, slots=True)
class Choice:
    """Things or people of one sort, of which a visit needs any one.

    `taken` gives when each is taken, by its key; `there` when each is there at all, for those of whom that is said.
    """

    keys: Sequence[int]
    taken: Mapping[int, Spans]
    there: Mapping[int, Spans]

    def slots_with_one(self, slots: Sequence[Slot]) -> set[Slot]:
        """Give the slots at which at least one of them is there and free."""
        found: set[Slot] = set()
        for key in self.keys:
            left = [slot for slot in slots if slot not in found]
            if key in self.there:
                left = within(left, self.there[key])
            found.update(untaken(left, self.taken.get(key, ())))
        return found


def untaken(slots: Sequence[Slot], taken: Spans) -> list[Slot]:
    """Keep the slots, in order, during which and during whose changeover nothing of what is taken falls."""
    free, position = [], 0
    for slot in slots:
        while position < len(taken) and taken[position][1] <= slot.starts_at:
            position += 1
        if position == len(taken) or slot.busy_until <= taken[position][0]:
            free.append(slot)
    return free


def within(slots: Sequence[Slot], spans: Spans) -> list[Slot]:
    """Keep the slots, in order, that lie with their changeover inside one of the spans."""
    kept, position = [], 0
    for slot in slots:
        while position < len(spans) and spans[position][1] < slot.busy_until:
            position += 1
        if position < len(spans) and spans[position][0] <= slot.starts_at:
            kept.append(slot)
    return kept


def free_visits(slots: Sequence[Slot], *, all_of: Iterable[Spans], one_of: Iterable[Choice]) -> list[Slot]:
    """Keep the slots, in order, at which everything that is needed is untaken, and one of each choice is free."""
    left = list(slots)
    for taken in all_of:
        left = untaken(left, taken)
    for choice in one_of:
        with_one = choice.slots_with_one(left)
        left = [slot for slot in left if slot in with_one]
    return left
