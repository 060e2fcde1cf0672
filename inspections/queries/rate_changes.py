"""Which visits to come were priced before the rates changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from inspections.models.bookings import Booking
from inspections.models.rate_changes import RateChanges
from inspections.rules.bookings import BookingState


def rate_changes() -> int:
    """Give how often the rates were changed. Asked before the rates are read, so that no change is missed."""
    return RateChanges.objects.values_list("number", flat=True).first() or 0


def visits_to_price(*, at: datetime, limit: int) -> Sequence[UUID]:
    """Give up to so many visits to come that have not seen the latest rates, the soonest first.

    Those whose guarantee was too small for them are looked at each time: it may have grown since.
    """
    waiting = Q(rates_seen__lt=rate_changes()) | Q(shortfall_minor__gt=0)
    to_come = Booking.objects.filter(waiting, state=BookingState.BOOKED, during__startswith__gt=at)
    return list(to_come.order_by("during", "pk").values_list("pk", flat=True)[:limit])
