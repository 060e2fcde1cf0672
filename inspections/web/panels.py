"""The panels of viewings: who comes when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from bonded.rules.permissions import Actor, Role
from bonded.web.base import Panel, address_of, moment, word_of
from inspections.queries.bookings import bookings_visible_to

ROWS = 10


def viewings_to_come(actor: Actor, at: datetime) -> Sequence[Mapping[str, Any]]:
    """Give the visits that are not over, the soonest first."""
    live = bookings_visible_to(actor).live().order_by("during", "pk")
    return [
        {
            "When": moment(booking.during.lower),
            "Desk": booking.desk.location.code,
            "Company": booking.company.name,
            "State": word_of(booking.state),
            "href": address_of("visit", booking_id=booking.pk),
        }
        for booking in live[:ROWS]
    ]


PANELS = (
    Panel(
        _("Viewings"),
        frozenset({Role.BUYER, Role.VAULT_KEEPER, Role.CUSTOMS_OFFICER, Role.ADMINISTRATOR, Role.AUDITOR}),
        (gettext_noop("When"), gettext_noop("Desk"), gettext_noop("Company"), gettext_noop("State")),
        viewings_to_come,
        _("No viewing is booked."),
        more="visits",
    ),
)
