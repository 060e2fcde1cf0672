"""Taking everything that a visit needs, all or nothing, and giving it back."""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection

from inspections.models.bookings import Booking
from inspections.rules.claims import Resource
from inspections.rules.slots import Slot

# ON CONFLICT asks the exclusion constraint without an error to recover from, and without the
# deadlock of two plain inserts that each wait for the other; the order keeps several rows from it.
_CLAIM = """
    INSERT INTO inspections_claim (booking_id, resource_kind, resource_id, during, is_active)
    SELECT %s::uuid, wanted.kind, wanted.id, tstzrange(%s::timestamptz, %s::timestamptz), true
      FROM unnest(%s::text[], %s::bigint[]) AS wanted (kind, id)
     ORDER BY wanted.kind, wanted.id
        ON CONFLICT DO NOTHING
"""


def claim_resources(booking: Booking, resources: Collection[Resource], slot: Slot) -> bool:
    """Claim resources for a visit and the changeover after it in one statement, and say whether all were free.

    Waits for a rival that is not yet committed. When it says no, the act must be undone.
    """
    wanted = sorted(resources)
    with connection.cursor() as cursor:
        cursor.execute(
            _CLAIM,
            [
                booking.pk,
                slot.starts_at,
                slot.busy_until,
                [resource.kind.value for resource in wanted],
                [resource.id for resource in wanted],
            ],
        )
        return bool(cursor.rowcount == len(wanted))


def end_claims(booking: Booking) -> None:
    """Give everything back that a locked booking has claimed."""
    booking.claims.filter(is_active=True).update(is_active=False)
