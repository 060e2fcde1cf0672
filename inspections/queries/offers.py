"""Offers for those who may see them, and what their cachets keep closed."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from bonded.rules.errors import NotFound, Problem
from bonded.rules.permissions import Actor
from inspections.models.findings import Finding
from inspections.models.offers import Offer, OfferQuerySet
from inspections.rules.findings import Intent
from inspections.rules.offers import LotNotLookedAt
from inspections.rules.permissions import Act, require
from inspections.rules.sessions import SessionState


def offers_visible_to(actor: Actor) -> OfferQuerySet:
    """Give the offers that the actor may see, with lot and company, to be ordered and paged."""
    require(actor, Act.READ_OFFER)
    return Offer.objects.visible_to(actor).select_related("lot", "company")


def offer_visible_to(actor: Actor, offer_id: UUID) -> Offer:
    """Give one offer; raises NotFound when it is not there or not this actor's: both look the same."""
    found = offers_visible_to(actor).filter(pk=offer_id).first()
    if found is None:
        raise NotFound("There is no such offer.", offer_id=str(offer_id))
    return found


def lots_sealed_for_others(lot_ids: Collection[int], *, company_id: int, at: datetime) -> list[str]:
    """Give the stock numbers, in order, of those lots that are under another company's cachet."""
    sealed = Offer.objects.open().filter(lot__in=lot_ids, ends_at__gt=at).exclude(company_id=company_id)
    return list(sealed.order_by("lot__stock_number").values_list("lot__stock_number", flat=True))


def problems_of_sealed(stock_numbers: Iterable[str]) -> list[Problem]:
    """Name the lots that another company's cachet keeps closed, in the words for any lot that can't be viewed."""
    return [Problem("lot_not_viewable", f"{stock_number} can't be viewed now.") for stock_number in stock_numbers]


def carats_to_offer_on(lot_id: int, *, company_id: int) -> Decimal:
    """Give the carats that a company may offer on: as agreed in its last visit to the lot, else as weighed in.

    Raises LotNotLookedAt unless that visit is over and the lot was not declined in it.
    """
    viewed = Finding.objects.filter(
        session_lot__lot=lot_id,
        session_lot__session__booking__company=company_id,
        session_lot__session__state=SessionState.CLOSED,
    )
    last = viewed.select_related("session_lot").order_by("-session_lot__session__closed_at", "-pk").first()
    if last is None or last.intent == Intent.DECLINE:
        raise LotNotLookedAt("Look at the lot first, and don't decline it.", lot_id=str(lot_id))
    weighed = last.session_lot.in_carats
    assert weighed is not None
    return last.agreed_carats or weighed


def overdue_offers(*, at: datetime, limit: int) -> list[UUID]:
    """Give up to so many open offers whose time is over, the longest overdue first."""
    due = Offer.objects.open().filter(ends_at__lte=at).order_by("ends_at")
    return list(due.values_list("pk", flat=True)[:limit])
