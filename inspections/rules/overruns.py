"""A visit that lasts longer than its time, and what it does to those after it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from inspections.rules.claims import Resource

# So long before everything is another's, a visit that goes on is given more time, and so much.
LEAD = timedelta(minutes=5)
STEP = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a booking has to itself, `[starts_at, busy_until)`."""

    booking_id: UUID
    resources: Collection[Resource]
    starts_at: datetime
    busy_until: datetime


def delays(running: Standing, until: datetime, following: Sequence[Standing]) -> dict[UUID, timedelta]:
    """Say by how much each later booking has to begin later, so that a running visit may go on until a moment.

    Each only as much as needed: until all that it shares with an earlier one is free; who shares nothing waits for
    nothing. None begins before another that it began after and shares something with. In the order of their times.
    """
    freed = dict.fromkeys(running.resources, until)
    found: dict[UUID, timedelta] = {}
    for one in sorted(following, key=lambda other: (other.starts_at, other.booking_id)):
        free_at = max((freed[resource] for resource in one.resources if resource in freed), default=one.starts_at)
        delay = max(free_at - one.starts_at, timedelta())
        if delay:
            found[one.booking_id] = delay
        for resource in one.resources:
            freed[resource] = max(one.busy_until + delay, freed.get(resource, one.busy_until))
    return found
