"""Making an offer on a lot, and answering it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from bonded.actions.activity import record_activity
from bonded.actions.locks import lock_lot
from bonded.actions.withdrawals import request_withdrawal
from bonded.rules.client_events import EventKind
from bonded.rules.errors import Problem
from bonded.rules.lots import GoodsState
from bonded.rules.money import CurrenciesDiffer, Money
from bonded.rules.permissions import SYSTEM, Actor, Role
from bonded.rules.seals import require_seal_number
from bonded.rules.withdrawals import LotsNotFree, Procedure
from inspections.actions.client_events import tell_of_offer
from inspections.actions.locks import lock_offer, lock_open_offers, retried_after_deadlock
from inspections.actions.overdue_offers import end_offer
from inspections.models.offers import Offer
from inspections.queries.offers import carats_to_offer_on
from inspections.rules.offers import (
    OfferRefused,
    OfferState,
    offer_end,
    offer_total,
    require_open,
    require_turn,
)
from inspections.rules.permissions import Act, require


@transaction.atomic
def make_offer(
    *,
    lot_id: int,
    price: Money,
    procedure: Procedure,
    ends_at: datetime | None = None,
    cachet_number: str = "",
    note: str = "",
    actor: Actor,
    at: datetime,
) -> Offer:
    """Offer a price for one carat on a lot that the company has looked at, and seal the lot for this offer.

    `procedure` is what the lot will leave bond for when the offer is accepted. Raises NotFound, SealNumberInvalid,
    OfferTermInvalid, AmountInvalid, LotNotLookedAt, and OfferRefused in the same words whether the lot lies open,
    is not free, or is under another's cachet.
    """
    require(actor, Act.MAKE_OFFER)
    assert actor.user_id is not None
    lot = lock_lot(lot_id, actor=actor)
    carats = carats_to_offer_on(lot_id, company_id=actor.company_id)
    for offer in lock_open_offers([lot_id]):
        # Never waiting for the sweep: what is over is over for a rival at once.
        if offer.ends_at <= at:
            end_offer(offer, OfferState.LAPSED, act=Act.LAPSE_OFFER, actor=SYSTEM, at=at)
    is_sealed = lot.goods_state == GoodsState.IN_VAULT and bool(lot.seal_number)
    if not (lot.is_on_offer and is_sealed) or Offer.objects.open().filter(lot=lot).exists():
        problem = Problem("lot_not_viewable", f"{lot.stock_number} can't be viewed now.")
        raise OfferRefused("The lot can't be offered on now.", [problem])
    offer = Offer.objects.create(
        lot=lot,
        company_id=actor.company_id,
        made_by_id=actor.user_id,
        made_at=at,
        ends_at=offer_end(ends_at, at=at),
        procedure=procedure,
        weight_carats=carats,
        currency=price.currency,
        price_minor=price.minor,
        total_minor=offer_total(price, carats).minor,
        cachet_number=require_seal_number(cachet_number) if cachet_number else "",
        note=note,
    )
    _record(Act.MAKE_OFFER, offer, price, actor=actor, at=at)
    tell_of_offer(offer, EventKind.OFFER_MADE, at=at)
    return offer


@transaction.atomic
def counter_offer(
    *, offer_id: UUID, price: Money, ends_at: datetime | None = None, actor: Actor, at: datetime
) -> Offer:
    """Name another price for one carat, once, in the offer's currency; the buyer is to answer until a new end.

    Raises NotFound, StepNotAllowed, OfferLapsed, CurrenciesDiffer, AmountInvalid, OfferTermInvalid.
    """
    require(actor, Act.COUNTER_OFFER)
    offer = lock_offer(offer_id, actor=actor)
    require_open(OfferState(offer.state), OfferState.COUNTERED, ends_at=offer.ends_at, at=at)
    if price.currency != offer.currency:
        raise CurrenciesDiffer(f"The offer is in {offer.currency}.", left=price.currency, right=offer.currency)
    offer.state, offer.ends_at = OfferState.COUNTERED, offer_end(ends_at, at=at)
    offer.counter_price_minor = price.minor
    offer.counter_total_minor = offer_total(price, offer.weight_carats).minor
    offer.save(update_fields=["state", "ends_at", "counter_price_minor", "counter_total_minor"])
    _record(Act.COUNTER_OFFER, offer, price, actor=actor, at=at)
    tell_of_offer(offer, EventKind.OFFER_ANSWERED, at=at)
    return offer


@retried_after_deadlock
@transaction.atomic
def accept_offer(*, offer_id: UUID, actor: Actor, at: datetime) -> Offer:
    """Agree to the price that the other side named last, and keep the lot for the buyer.

    Its withdrawal is asked for in the buyer's name, by the procedure of the offer, and the agreed total is what the
    goods are declared and assessed at: the counter's, when there was one. Raises NotFound, StepNotAllowed,
    OfferLapsed, NotYourTurn, LotsNotFree while the lot is on hold.
    """
    require(actor, Act.ACCEPT_OFFER)
    offer = _answer(offer_id, OfferState.ACCEPTED, actor=actor, at=at)
    if not offer.lot.is_on_offer:
        # Asked here, because a lot on hold is out of its buyer's sight, not of its supplier's.
        problem = Problem("lot_not_free", f"{offer.lot.stock_number} is not free to be withdrawn.")
        raise LotsNotFree("The lot can't be withdrawn.", [problem])
    end_offer(offer, OfferState.ACCEPTED, act=Act.ACCEPT_OFFER, actor=actor, at=at)
    # The offer was the buyer's word: who gave it asks for the goods, and may not decide on them.
    person_id = actor.user_id if actor.role is Role.BUYER else offer.made_by_id
    buyer = Actor(person_id, Role.BUYER, frozenset({offer.company_id}))
    offer.withdrawal = request_withdrawal(
        lot_ids=[offer.lot_id],
        procedure=Procedure(offer.procedure),
        transaction_values={offer.lot_id: _agreed_total(offer)},
        actor=buyer,
        at=at,
    )
    offer.save(update_fields=["withdrawal"])
    return offer


@transaction.atomic
def refuse_offer(*, offer_id: UUID, reason: str = "", actor: Actor, at: datetime) -> Offer:
    """Say no to the price that the other side named last: the cachet is opened and the lot is free.

    Raises NotFound, StepNotAllowed, OfferLapsed, NotYourTurn.
    """
    require(actor, Act.REFUSE_OFFER)
    offer = _answer(offer_id, OfferState.REFUSED, actor=actor, at=at)
    end_offer(offer, OfferState.REFUSED, act=Act.REFUSE_OFFER, actor=actor, at=at, reason=reason)
    return offer


@transaction.atomic
def withdraw_offer(*, offer_id: UUID, actor: Actor, at: datetime) -> Offer:
    """Take an offer back that is not answered; the lot is free. Raises NotFound, StepNotAllowed, OfferLapsed."""
    require(actor, Act.WITHDRAW_OFFER)
    offer = lock_offer(offer_id, actor=actor)
    require_open(OfferState(offer.state), OfferState.WITHDRAWN, ends_at=offer.ends_at, at=at)
    end_offer(offer, OfferState.WITHDRAWN, act=Act.WITHDRAW_OFFER, actor=actor, at=at)
    return offer


def _answer(offer_id: UUID, target: OfferState, *, actor: Actor, at: datetime) -> Offer:
    """Lock an offer that the actor's side may answer now."""
    offer = lock_offer(offer_id, actor=actor)
    require_open(OfferState(offer.state), target, ends_at=offer.ends_at, at=at)
    require_turn(OfferState(offer.state), actor.role)
    return offer


def _agreed_total(offer: Offer) -> Money:
    """Give what the side that spoke last named for the whole lot."""
    return Money(offer.counter_total_minor or offer.total_minor, offer.currency)


def _record(act: Act, offer: Offer, price: Money, *, actor: Actor, at: datetime) -> None:
    facts = {"price_per_carat": str(price), "currency": price.currency, "ends_at": offer.ends_at.isoformat()}
    record_activity(act, offer, actor=actor, at=at, weight_carats=str(offer.weight_carats), **facts)
