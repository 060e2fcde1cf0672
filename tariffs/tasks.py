"""What workers do: let claims on guarantees lapse when their time is over."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from bonded.rules.permissions import SYSTEM
from tariffs.actions.guarantees import expire_headroom


@shared_task
def expire_claims() -> int:
    """Look for claims that have run out; a lost or doubled call does no harm, the next sweep finds the same rows."""
    return expire_headroom(actor=SYSTEM, at=timezone.now())
