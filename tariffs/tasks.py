"""What workers do: let claims on guarantees lapse when their time is over, and look after what backs them."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from bonded.rules.permissions import SYSTEM
from tariffs.actions.guarantee_instruments import review_guarantee
from tariffs.actions.guarantees import expire_headroom
from tariffs.queries.guarantees import account_ids


@shared_task
def expire_claims() -> int:
    """Look for claims that have run out; a lost or doubled call does no harm, the next sweep finds the same rows."""
    return expire_headroom(actor=SYSTEM, at=timezone.now())


@shared_task
def review_guarantees() -> int:
    """Look at every guarantee, one transaction each: what is in force today, and what its company must hear of.

    Gives the number of new warnings. A lost call does no harm: reserving looks at the day's instruments itself.
    """
    at = timezone.now()
    return sum(review_guarantee(account_id=account_id, actor=SYSTEM, at=at) for account_id in account_ids())
