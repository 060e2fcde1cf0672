"""Offers: made on a lot's page, answered by supplier and buyer in turn."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _

from bonded.queries.lots import lot_ids_by_stock_numbers
from bonded.rules.errors import InputInvalid
from bonded.rules.money import CURRENCY_DECIMALS, Money
from bonded.rules.permissions import Role
from bonded.rules.withdrawals import Procedure
from bonded.web.base import PageRequest, Section, acts, console, done, listed, moment_from_text, page
from inspections.actions.offers import accept_offer, counter_offer, make_offer, refuse_offer, withdraw_offer
from inspections.queries.offers import offer_visible_to, offers_visible_to
from inspections.rules.offers import OfferState
from inspections.web.booking import tray_of

TRADERS = (Role.BUYER, Role.SUPPLIER)
READERS = (*TRADERS, Role.VAULT_KEEPER, Role.ADMINISTRATOR, Role.AUDITOR, Role.CUSTOMS_OFFICER)


@console(*READERS)
def offers(request: PageRequest) -> HttpResponse:
    """List the offers that the reader made or got, the newest first."""
    rows = listed(request, offers_visible_to(request.actor), "-made_at", "-id")
    return page(request, "inspections/everyone/offers.html", {"page": rows})


@console(*READERS)
def offer(request: PageRequest, offer_id: UUID) -> HttpResponse:
    """Show one offer, and the answers that are the reader's to give."""
    one = offer_visible_to(request.actor, offer_id)
    counter = None if one.counter_price_minor is None else Money(one.counter_price_minor, one.currency)
    role = request.actor.role
    is_answered_by = {OfferState.OFFERED: Role.SUPPLIER, OfferState.COUNTERED: Role.BUYER}.get(OfferState(one.state))
    context: dict[str, Any] = {
        "offer": one,
        "price": Money(one.price_minor, one.currency),
        "total": Money(one.total_minor, one.currency),
        "counter": counter,
        "counter_total": Money(one.counter_total_minor, one.currency) if one.counter_total_minor else None,
        "may_answer": role is is_answered_by,
        "may_counter": role is Role.SUPPLIER and one.state == OfferState.OFFERED,
        "may_take_back": role is Role.BUYER and one.state == OfferState.OFFERED,
        "is_told": role is not Role.SUPPLIER,
    }
    return page(request, "inspections/everyone/offer.html", context)


def _price(request: PageRequest) -> Money:
    return Money.from_text(request.POST.get("price_per_carat", ""), request.POST.get("currency", ""))


@acts(Role.SUPPLIER, shows=offer)
def counter(request: PageRequest, offer_id: UUID) -> HttpResponse:
    """Name another price, once."""
    ends_at = moment_from_text(request.POST.get("ends_at", ""))
    counter_offer(offer_id=offer_id, price=_price(request), ends_at=ends_at, actor=request.actor, at=request.at)
    return done(request, _("Your price is with the buyer."), "offer", offer_id=offer_id)


@acts(*TRADERS, shows=offer)
def answer(request: PageRequest, offer_id: UUID) -> HttpResponse:
    """Accept, refuse or take back."""
    said = request.POST.get("answer", "")
    if said == "accept":
        accept_offer(offer_id=offer_id, actor=request.actor, at=request.at)
        told = _("Agreed. The lot is kept for the buyer, and its withdrawal is asked for.")
    elif said == "refuse":
        reason = request.POST.get("reason", "")
        refuse_offer(offer_id=offer_id, reason=reason, actor=request.actor, at=request.at)
        told = _("Refused. The lot is free again.")
    elif said == "withdraw":
        withdraw_offer(offer_id=offer_id, actor=request.actor, at=request.at)
        told = _("Taken back. The lot is free again.")
    else:
        raise InputInvalid("Choose from what the form offers.")
    return done(request, told, "offer", offer_id=offer_id)


@console(Role.BUYER)
def new_offer(request: PageRequest, stock_number: str) -> HttpResponse:
    """Ask for a price on a lot."""
    lot_ids_by_stock_numbers([stock_number], actor=request.actor)
    context = {"stock_number": stock_number, "currencies": sorted(CURRENCY_DECIMALS), "procedures": list(Procedure)}
    return page(request, "inspections/buyer/new_offer.html", context)


@acts(Role.BUYER, shows=new_offer)
def make(request: PageRequest, stock_number: str) -> HttpResponse:
    """Offer a price for a carat; the lot is sealed for this offer until it ends."""
    typed = request.POST
    (lot_id,) = lot_ids_by_stock_numbers([stock_number], actor=request.actor)
    try:
        procedure = Procedure(typed.get("procedure", ""))
    except ValueError:
        raise InputInvalid("Choose from what the form offers.") from None
    made = make_offer(
        lot_id=lot_id,
        price=_price(request),
        procedure=procedure,
        ends_at=moment_from_text(typed.get("ends_at", "")),
        cachet_number=typed.get("cachet_number", ""),
        note=typed.get("note", ""),
        actor=request.actor,
        at=request.at,
    )
    return done(request, _("Your offer is with the supplier; the lot is kept for it."), "offer", offer_id=made.pk)


def what_a_buyer_may_do(request: PageRequest, lot: Any) -> dict[str, Any]:
    """Say whether the lot lies in the reader's tray already."""
    return {"lot": lot, "is_in_tray": lot.stock_number in tray_of(request)}


BUYERS_BUTTONS = Section(
    "stone", "inspections/buyer/_lot_buttons.html", frozenset({Role.BUYER}), what_a_buyer_may_do, order=10
)
