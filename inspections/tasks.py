"""What workers do: price bookings to come again when rates were published."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from bonded.rules.permissions import SYSTEM
from inspections.actions.repricings import reprice_bookings, reprice_short_bookings

BATCH = 50


@shared_task
def reprice() -> None:
    """Look at bookings to come until every publication is dealt with; a lost or doubled call does no harm."""
    while reprice_bookings(limit=BATCH, actor=SYSTEM, at=timezone.now()):
        pass
    reprice_short_bookings(limit=BATCH, actor=SYSTEM, at=timezone.now())
