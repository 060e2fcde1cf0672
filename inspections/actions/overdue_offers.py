"""Ending offers that nobody answered: their time is over, or their lot is kept without them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from bonded.actions.activity import record_activity
from bonded.rules.client_events import EventKind
from bonded.rules.errors import Problem
from bonded.rules.lifecycle import require_step
from bonded.rules.permissions import Actor
from bonded.rules.withdrawals import LotsNotFree
from inspections.actions.client_events import tell_of_offer
from inspections.actions.locks import lock_offer, lock_open_offers
from inspections.models.offers import Offer
from inspections.rules.offers import OPEN_STATES, STEPS, OfferState
from inspections.rules.permissions import Act, require


def end_offer(offer: Offer, target: OfferState, *, act: Act, actor: Actor, at: datetime, reason: str = "") -> None:
    """Take a locked offer to a state in which it seals its lot no more."""
    require_step(STEPS, OfferState(offer.state), target)
    offer.state, offer.ended_at, offer.refusal_reason = target, at, reason
    offer.save(update_fields=["state", "ended_at", "refusal_reason"])
    record_activity(act, offer, actor=actor, at=at, became=target, reason=reason)
    kind = EventKind.OFFER_LAPSED if target is OfferState.LAPSED else EventKind.OFFER_ANSWERED
    tell_of_offer(offer, kind, at=at)


@transaction.atomic
def lapse_offer(*, offer_id: UUID, actor: Actor, at: datetime) -> bool:
    """End an offer whose time is over, and say whether it had to be ended."""
    require(actor, Act.LAPSE_OFFER)
    offer = lock_offer(offer_id, actor=actor)
    is_due = offer.state in OPEN_STATES and offer.ends_at <= at
    if is_due:
        end_offer(offer, OfferState.LAPSED, act=Act.LAPSE_OFFER, actor=actor, at=at)
    return is_due


@transaction.atomic
def end_offers_of_kept_lots(*, lot_ids: Collection[int], company_id: int, actor: Actor, at: datetime) -> None:
    """End the offers on lots that are kept for a company from now on: its own, and those whose time is over.

    The caller holds the lots' locks. Raises LotsNotFree, in the words for any lot that is not free, while a lot is
    under another company's cachet.
    """
    require(actor, Act.LAPSE_OFFER)
    offers = lock_open_offers(lot_ids)
    problems = [
        Problem("lot_not_free", f"{offer.lot.stock_number} is not free to be withdrawn.")
        for offer in offers
        if offer.company_id != company_id and offer.ends_at > at
    ]
    if problems:
        raise LotsNotFree("Some lots can't be withdrawn.", problems)
    for offer in offers:
        end_offer(offer, OfferState.LAPSED, act=Act.LAPSE_OFFER, actor=actor, at=at)
