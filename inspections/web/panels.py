"""The panels of viewings: who comes when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bonded.rules.permissions import Actor, Role
from bonded.web.base import Panel
from inspections.queries.bookings import bookings_visible_to
from inspections.rules.slots import ROOM_ZONE

ROWS = 10


def viewings_to_come(actor: Actor, at: datetime) -> Sequence[Mapping[str, Any]]:
    """Give the visits that are not over, the soonest first, by the building's clock."""
    live = bookings_visible_to(actor).live().order_by("during", "pk")
    return [
        {
            "When": booking.during.lower.astimezone(ROOM_ZONE).strftime("%d %b %H:%M"),
            "Desk": booking.desk.location.code,
            "Company": booking.company.name,
            "State": booking.state,
        }
        for booking in live[:ROWS]
    ]


PANELS = (
    Panel(
        "Viewings",
        frozenset({Role.BUYER, Role.VAULT_KEEPER, Role.CUSTOMS_OFFICER, Role.ADMINISTRATOR, Role.AUDITOR}),
        ("When", "Desk", "Company", "State"),
        viewings_to_come,
        "No viewing is booked.",
    ),
)
