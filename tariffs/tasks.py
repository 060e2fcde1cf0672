"""What workers do: let claims on guarantees lapse when their time is over, and price the catalogue."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from bonded.rules.permissions import SYSTEM
from tariffs.actions.guarantees import expire_headroom
from tariffs.actions.landed_prices import price_catalogue, price_changed_lots

BATCH = 500
PRICED_AT_ONCE = 5000
LONGEST_PRICING_SECONDS = 320


@shared_task
def expire_claims() -> int:
    """Look for claims that have run out; a lost or doubled call does no harm, the next sweep finds the same rows."""
    lapsed = 0
    while some := expire_headroom(limit=BATCH, actor=SYSTEM, at=timezone.now()):
        lapsed += some
    return lapsed


@shared_task(time_limit=LONGEST_PRICING_SECONDS, soft_time_limit=LONGEST_PRICING_SECONDS - 10)
def price_lots() -> None:
    """Price the catalogue when other rates are in force or were published, then the lots that have changed since."""
    price_catalogue(actor=SYSTEM, at=timezone.now())
    while price_changed_lots(limit=PRICED_AT_ONCE, actor=SYSTEM, at=timezone.now()):
        pass
