"""Visits that go on beyond their time, and who comes after them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from inspections.models.bookings import Booking
from inspections.models.claims import Claim
from inspections.rules.bookings import BookingState
from inspections.rules.claims import Resource, ResourceKind
from inspections.rules.overruns import LEAD, Standing

# Whoever comes later than this after a visit is not reached by its overrun.
REACH = timedelta(hours=24)


def overrunning_visits(*, at: datetime, limit: int) -> Sequence[UUID]:
    """Give up to so many visits under way whose time is nearly over with the changeover after it."""
    claims = Claim.objects.active().filter(resource_kind=ResourceKind.DESK, during__endswith__lte=at + LEAD)
    running = claims.filter(booking__state=BookingState.IN_SESSION).order_by("during", "pk")
    return list(running.values_list("booking_id", flat=True)[:limit])


def standings_after(booking_id: UUID, *, at: datetime) -> tuple[Standing | None, list[Standing]]:
    """Give what a visit under way has, None when it is over, and what bookings that begin later have, in no order."""
    soon = Booking.objects.live().filter(during__startswith__lt=at + REACH, during__endswith__gt=at - REACH)
    claims = Claim.objects.active().filter(booking__in=soon).order_by("pk")
    rows = defaultdict[UUID, list[Claim]](list)
    for claim in claims:
        rows[claim.booking_id].append(claim)
    standings = {key: _standing(key, some) for key, some in rows.items()}
    running = standings.pop(booking_id, None)
    if running is None:
        return None, []
    return running, [one for one in standings.values() if one.starts_at >= running.busy_until]


def _standing(booking_id: UUID, claims: Sequence[Claim]) -> Standing:
    resources = frozenset(Resource(ResourceKind(one.resource_kind), one.resource_id) for one in claims)
    return Standing(
        booking_id, resources, min(one.during.lower for one in claims), max(one.during.upper for one in claims)
    )
