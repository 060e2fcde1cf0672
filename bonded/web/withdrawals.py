"""Withdrawals: goods on their way out of bond, with what is settled, what is missing, and the pass for the door."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _

from bonded.actions.declarations import lodge_declaration
from bonded.actions.release_tokens import issue_release_token
from bonded.actions.withdrawals import cancel_withdrawal, request_withdrawal
from bonded.gateways.release_passes import pass_picture
from bonded.models.withdrawals import Withdrawal
from bonded.queries.custody import activities_of
from bonded.queries.declarations import declarations_of_withdrawal, history_of_declaration
from bonded.queries.lots import goods_of_lots, lot_ids_by_stock_numbers
from bonded.queries.withdrawals import granted_clearances, lines_of_withdrawal, withdrawal_visible_to
from bonded.rules.declarations import LIVE_STATES as LIVE_DECLARATIONS
from bonded.rules.errors import InputInvalid
from bonded.rules.money import Money
from bonded.rules.permissions import Actor, Role
from bonded.rules.withdrawals import DEMANDS, LIVE_STATES, Clearance, Procedure, WithdrawalState
from bonded.web.doors import PageRequest, acts, console, done, page
from bonded.web.find import Found, address_of, uuid_from_text
from bonded.web.lists import listed

READERS = (Role.BUYER, Role.VAULT_KEEPER, Role.CUSTOMS_OFFICER, Role.ADMINISTRATOR, Role.AUDITOR)
MOST_LOTS = 200
LODGING_STATES = (WithdrawalState.REQUESTED, WithdrawalState.DECLARED)


@console(*READERS)
def withdrawals(request: PageRequest) -> HttpResponse:
    """List withdrawals, the newest first."""
    rows = Withdrawal.objects.visible_to(request.actor).select_related("company")
    found = listed(request, rows, "-requested_at", "-id")
    return page(request, "bonded/everyone/withdrawals.html", {"page": found})


def demands_of(withdrawal: Withdrawal, granted: Mapping[Clearance, Any]) -> list[dict[str, Any]]:
    """Give each demand that company and customs have to meet, and what of `granted` meets it.

    That the vault has the goods as it should is looked at by the officer's release itself.
    """
    return [
        {"asked": sorted(demand), "met": [granted[one] for one in sorted(demand) if one in granted]}
        for demand in DEMANDS[Procedure(withdrawal.procedure)]
        if Clearance.CUSTODY_RECONCILED not in demand
    ]


def lines_shown(withdrawal: Withdrawal) -> list[dict[str, Any]]:
    """Give the lots of a withdrawal with their weight and value as they were then."""
    return [{"line": line, "value": Money(line.value_minor, line.currency)} for line in lines_of_withdrawal(withdrawal)]


def timeline_of(withdrawal: Withdrawal) -> list[Mapping[str, Any]]:
    """Give what the company, the vault and customs did, in the order of time."""
    steps: list[dict[str, Any]] = [
        {"at": one["acted_at"], "what": one["act"], "who": one["actor_role"], "note": ""}
        for one in activities_of("withdrawal", str(withdrawal.pk))
    ]
    for declaration in declarations_of_withdrawal(withdrawal.pk):
        steps += [
            {"at": one.changed_at, "what": one.after, "who": "customs", "note": one.status or ""}
            for one in history_of_declaration(declaration)
        ]
    return sorted(steps, key=lambda step: step["at"])


@console(*READERS)
def withdrawal(request: PageRequest, withdrawal_id: UUID) -> HttpResponse:
    """Show one withdrawal."""
    one = withdrawal_visible_to(request.actor, withdrawal_id)
    is_buyer = request.actor.role is Role.BUYER
    declarations = declarations_of_withdrawal(one.pk)
    is_declared = any(declaration.state in LIVE_DECLARATIONS for declaration in declarations)
    pass_token = request.session.pop(f"pass {one.pk}", None)
    context = {
        "withdrawal": one,
        "lines": lines_shown(one),
        "demands": demands_of(one, {name: name for name in granted_clearances(one.pk)}),
        "is_live": one.state in LIVE_STATES,
        "declarations": declarations,
        "timeline": timeline_of(one),
        "may_cancel": is_buyer and one.state in LODGING_STATES,
        "may_lodge": is_buyer and not is_declared and one.state in LODGING_STATES,
        "may_have_pass": is_buyer and one.state == WithdrawalState.RELEASED,
        "pass_token": pass_token,
        "pass_picture": pass_picture(pass_token) if pass_token else None,
    }
    return page(request, "bonded/everyone/withdrawal.html", context)


@console(Role.BUYER)
def new_withdrawal(request: PageRequest) -> HttpResponse:
    """Ask what the lots of the address are to leave bond for."""
    asked = request.GET.getlist("stock_number") or request.POST.getlist("stock_number")
    stock_numbers: Sequence[str] = list(dict.fromkeys(asked))[:MOST_LOTS]
    lot_ids = lot_ids_by_stock_numbers(stock_numbers, actor=request.actor)
    context = {"goods": goods_of_lots(lot_ids, actor=request.actor), "procedures": list(Procedure)}
    return page(request, "bonded/buyer/new_withdrawal.html", context)


@acts(Role.BUYER, shows=new_withdrawal)
def ask(request: PageRequest) -> HttpResponse:
    """Ask for lots to leave bond."""
    stock_numbers = list(dict.fromkeys(request.POST.getlist("stock_number")))
    try:
        procedure = Procedure(request.POST.get("procedure", ""))
    except ValueError:
        raise InputInvalid("Choose from what the form offers.") from None
    if not stock_numbers or len(stock_numbers) > MOST_LOTS:
        raise InputInvalid(f"A withdrawal is of 1 to {MOST_LOTS} lots.")
    asked = request_withdrawal(
        lot_ids=lot_ids_by_stock_numbers(stock_numbers, actor=request.actor),
        procedure=procedure,
        actor=request.actor,
        at=request.at,
    )
    return done(
        request, _("The lots are kept for you. What is missing is below."), "withdrawal", withdrawal_id=asked.pk
    )


@acts(Role.BUYER, shows=withdrawal)
def lodge(request: PageRequest, withdrawal_id: UUID) -> HttpResponse:
    """Declare the goods to the customs office."""
    lodge_declaration(withdrawal_id=withdrawal_id, actor=request.actor, at=request.at)
    return done(request, _("The declaration is on its way to customs."), "withdrawal", withdrawal_id=withdrawal_id)


@acts(Role.BUYER, shows=withdrawal)
def cancel(request: PageRequest, withdrawal_id: UUID) -> HttpResponse:
    """Give a withdrawal up."""
    cancel_withdrawal(withdrawal_id=withdrawal_id, actor=request.actor, at=request.at)
    return done(request, _("Given up; the lots are free again."), "withdrawal", withdrawal_id=withdrawal_id)


@acts(Role.BUYER, shows=withdrawal)
def make_pass(request: PageRequest, withdrawal_id: UUID) -> HttpResponse:
    """Give the pass for the vault's door, shown once; an older one is void from now on."""
    token = issue_release_token(withdrawal_id=withdrawal_id, actor=request.actor, at=request.at)
    request.session[f"pass {withdrawal_id}"] = token
    return done(request, _("Print the pass or keep it: it is shown once."), "withdrawal", withdrawal_id=withdrawal_id)


def withdrawals_by_id(actor: Actor, text: str) -> list[Found]:
    """Look for a withdrawal by its id."""
    withdrawal_id = uuid_from_text(text)
    if withdrawal_id is None or not Withdrawal.objects.visible_to(actor).filter(pk=withdrawal_id).exists():
        return []
    return [Found("withdrawal", str(withdrawal_id)[:8], address_of("withdrawal", withdrawal_id=withdrawal_id))]
