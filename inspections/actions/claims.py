"""Taking everything that a visit needs, all or nothing, and giving it back."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.db import connection

from inspections.models.bookings import Booking
from inspections.rules.claims import Resource
from inspections.rules.slots import Slot

# ON CONFLICT asks the exclusion constraint without an error to recover from, and without the
# deadlock of two plain inserts that each wait for the other; the order keeps several rows from it.
_CLAIM = """
      WITH named AS (
           INSERT INTO inspections_bookedlot (booking_id, lot_id, turn, tray)
           SELECT %(booking_id)s::uuid, id, turn, tray
             FROM unnest(%(lot_ids)s::bigint[], %(trays)s::smallint[]) WITH ORDINALITY AS lot (id, tray, turn))
    INSERT INTO inspections_claim (booking_id, resource_kind, resource_id, during, is_active)
    SELECT %(booking_id)s::uuid, wanted.kind, wanted.id,
           tstzrange(%(begins)s::timestamptz, %(ends)s::timestamptz), true
      FROM unnest(%(kinds)s::text[], %(ids)s::bigint[]) AS wanted (kind, id)
     ORDER BY wanted.kind, wanted.id
        ON CONFLICT DO NOTHING
"""


def claim_resources(
    booking: Booking, resources: Collection[Resource], slot: Slot, *, trays: Mapping[int, int] | None = None
) -> bool:
    """Claim resources for a visit and the changeover after it in one statement, and say whether all were free.

    The same statement names the lots of a new booking, in their turn, each with its tray's place. Waits for a rival
    that is not yet committed. When it says no, the act must be undone.
    """
    wanted = sorted(resources)
    asked: dict[str, Any] = {
        "booking_id": booking.pk,
        "lot_ids": list(trays or ()),
        "trays": list((trays or {}).values()),
        "begins": slot.starts_at,
        "ends": slot.busy_until,
        "kinds": [resource.kind.value for resource in wanted],
        "ids": [resource.id for resource in wanted],
    }
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, asked)
        return bool(cursor.rowcount == len(wanted))


def end_claims(booking: Booking) -> None:
    """Give everything back that a locked booking has claimed."""
    booking.claims.filter(is_active=True).update(is_active=False)
