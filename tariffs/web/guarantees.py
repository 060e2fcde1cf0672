"""Guarantees for the administrator: every account with its headroom, and one with what stands for it and claims it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from bonded.queries.parties import companies_visible_to, company_by_id
from bonded.rules.money import Money
from bonded.rules.permissions import Role
from bonded.rules.validity import Validity
from bonded.web.base import (
    PageRequest,
    acts,
    choice_of,
    console,
    day_from_text,
    day_of,
    done,
    listed,
    page,
    require_unchanged,
    text_of,
    whole_of,
)
from tariffs.actions.guarantee_authorities import grant_authority, revoke_authority
from tariffs.actions.guarantee_instruments import add_instrument, withdraw_instrument
from tariffs.actions.guarantees import set_guarantee
from tariffs.models.guarantee_authorities import GuaranteeAuthority
from tariffs.models.guarantees import GuaranteeAccount
from tariffs.rules.guarantee_authorities import AuthorityState
from tariffs.rules.guarantee_instruments import InstrumentKind, InstrumentState
from tariffs.web.company_accounts import guarantee_shown

READERS = (Role.ADMINISTRATOR, Role.AUDITOR)
CURRENCY = "CNY"
KINDS = [kind for kind in InstrumentKind if kind is not InstrumentKind.OPENING_LIMIT]


@console(*READERS)
def guarantees(request: PageRequest) -> HttpResponse:
    """List the guarantee accounts with their headroom."""
    accounts = GuaranteeAccount.objects.visible_to(request.actor).select_related("company")
    context = {
        "page": listed(request, accounts, "id"),
        "companies": companies_visible_to(request.actor),
        "may_act": request.actor.role is Role.ADMINISTRATOR,
    }
    return page(request, "tariffs/administrator/guarantees.html", context)


@console(*READERS)
def guarantee(request: PageRequest, company_id: int) -> HttpResponse:
    """Show one company's guarantee, now and in the coming weeks, and who may use it."""
    context: dict[str, Any] = {
        "company": company_by_id(company_id, actor=request.actor),
        **guarantee_shown(request, company_id),
        "kinds": KINDS,
        "companies": companies_visible_to(request.actor),
        "may_act": request.actor.role is Role.ADMINISTRATOR,
    }
    authorities = GuaranteeAuthority.objects.visible_to(request.actor).filter(account__company_id=company_id)
    context["authorities"] = [
        {
            "one": one,
            "sub_limit": Money(one.sub_limit_minor, CURRENCY),
            "claimed": Money(one.claimed_minor, CURRENCY),
            "is_granted": one.state == AuthorityState.GRANTED,
        }
        for one in authorities.select_related("agent").order_by("-granted_at", "-pk")
    ]
    context["may_be_withdrawn"] = [
        one["one"]
        for one in context.get("instruments", ())
        if one["one"].state == InstrumentState.IN_FORCE and one["one"].kind != InstrumentKind.OPENING_LIMIT
    ]
    return page(request, "tariffs/administrator/guarantee.html", context)


def _validity(request: PageRequest) -> Validity:
    return Validity(day_of(request, "valid_from"), day_from_text(request.POST.get("valid_until", "").strip()))


def _money(request: PageRequest, name: str) -> Money:
    return Money.from_text(text_of(request, name, most=24), CURRENCY)


@acts(Role.ADMINISTRATOR, shows=guarantee)
def set_limit(request: PageRequest, company_id: int) -> HttpResponse:
    """Open a company's account, or change its opening limit."""
    if account := GuaranteeAccount.objects.visible_to(request.actor).filter(company_id=company_id).first():
        require_unchanged("guaranteeaccount", str(account.pk), request.POST)
    set_guarantee(company_id=company_id, limit=_money(request, "limit"), actor=request.actor, at=request.at)
    return done(request, _("The limit is set."), "guarantee", company_id=company_id)


@acts(Role.ADMINISTRATOR, shows=guarantee)
def bring_instrument(request: PageRequest, company_id: int) -> HttpResponse:
    """Let an instrument count for a company on its days."""
    add_instrument(
        company_id=company_id,
        kind=choice_of(request, "kind", InstrumentKind),
        number=text_of(request, "number", most=60),
        guarantor=text_of(request, "guarantor", most=120, is_needed=False),
        amount=_money(request, "amount"),
        validity=_validity(request),
        order_of_use=min(whole_of(request, "order_of_use"), 1000),
        actor=request.actor,
        at=request.at,
    )
    return done(request, _("It counts on its days."), "guarantee", company_id=company_id)


@acts(Role.ADMINISTRATOR, shows=guarantee)
def end_instrument(request: PageRequest, company_id: int) -> HttpResponse:
    """Let an instrument count no more."""
    withdraw_instrument(
        company_id=company_id, instrument_id=whole_of(request, "instrument"), actor=request.actor, at=request.at
    )
    return done(request, _("It counts no more."), "guarantee", company_id=company_id)


@acts(Role.ADMINISTRATOR, shows=guarantee)
def give_authority(request: PageRequest, company_id: int) -> HttpResponse:
    """Let an agent use the company's guarantee on some days, up to a sub-limit."""
    grant_authority(
        company_id=company_id,
        agent_id=whole_of(request, "agent"),
        sub_limit=_money(request, "sub_limit"),
        validity=_validity(request),
        sees_balance="sees_balance" in request.POST,
        actor=request.actor,
        at=request.at,
    )
    return done(request, _("The agent may use it on these days."), "guarantee", company_id=company_id)


@acts(Role.ADMINISTRATOR, shows=guarantee)
def end_authority(request: PageRequest, company_id: int) -> HttpResponse:
    """Let an agent claim nothing new."""
    revoke_authority(
        company_id=company_id, authority_id=whole_of(request, "authority"), actor=request.actor, at=request.at
    )
    return done(request, _("Revoked; what was claimed stays."), "guarantee", company_id=company_id)
