"""The books for whoever keeps or audits them: balances, the entries of an account, and the statements of companies."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from bonded.queries.parties import companies_visible_to
from bonded.rules.errors import InputInvalid
from bonded.rules.money import CURRENCY_DECIMALS, Money
from bonded.rules.permissions import Role
from bonded.web.base import PageRequest, acts, console, csv_of, done, listed, page, text_of, whole_of, word_of
from tariffs.actions.account_statements import order_account_statement
from tariffs.actions.entry_reversals import reverse_by_hand
from tariffs.models.account_statements import AccountStatement
from tariffs.queries.ledger import ledger_balances, postings_of_account
from tariffs.rules.account_statements import StatementState
from tariffs.rules.ledger import HOW_UNDONE, AccountCode, BusinessEvent, Undoing
from tariffs.rules.working_days import business_day

READERS = (Role.ADMINISTRATOR, Role.AUDITOR)


def account_name(code: AccountCode) -> str:
    """Give what an account of the chart is called, by number and in the reader's language."""
    return f"{code.value} {word_of(code.name.lower())}"


def asked_account(request: PageRequest) -> tuple[AccountCode, int | None] | None:
    """Give the account that the address names by code and company; None when it names none."""
    code, company = request.GET.get("code", ""), request.GET.get("company", "")
    if not code:
        return None
    if code not in set(AccountCode) or not (company == "" or (company.isascii() and company.isdigit())):
        raise InputInvalid("Name an account by its code, and a company by its number.")
    return AccountCode(code), int(company[:18]) if company else None


@console(*READERS)
def ledger(request: PageRequest) -> HttpResponse:
    """Show what stands on every account, and the entries of the one that the address names."""
    balances = ledger_balances(actor=request.actor)
    if request.GET.get("format") == "csv":
        return balances_file(balances)
    names = {one.pk: one.name for one in companies_visible_to(request.actor)}
    rows = [
        {"name": account_name(one.code), "company": names.get(one.company_id or 0, ""), "balance": one}
        for one in balances
    ]
    context: dict[str, Any] = {"balances": rows, "may_act": request.actor.role is Role.ADMINISTRATOR}
    if asked := asked_account(request):
        code, company_id = asked
        found = listed(request, postings_of_account(code=code, company_id=company_id, actor=request.actor), "-id")
        context |= {"account": account_name(code), "company": names.get(company_id or 0, ""), "page": found}
        context["entries"] = [
            {
                "posting": one,
                "amount": Money(one.amount_minor, one.currency),
                "may_reverse": HOW_UNDONE[BusinessEvent(one.entry.event)] is Undoing.UNMATCH,
            }
            for one in found.rows
        ]
    return page(request, "tariffs/administrator/ledger.html", context)


def balances_file(balances: Any) -> HttpResponse:
    """Give the balances as a file; debits are positive."""
    columns: dict[str, Any] = {
        "code": lambda one: one.code.value,
        "company_id": lambda one: one.company_id or "",
        "currency": lambda one: one.amount.currency,
        "balance": lambda one: str(one.amount),
    }
    return csv_of("ledger-balances", balances, columns)


@acts(Role.ADMINISTRATOR, shows=ledger)
def reverse_entry(request: PageRequest) -> HttpResponse:
    """Take an entry back with what stands behind it."""
    reason = text_of(request, "reason")
    reverse_by_hand(entry_id=whole_of(request, "entry"), reason=reason, actor=request.actor, at=request.at)
    return done(request, _("Reversed."), "ledger")


@console(*READERS)
def company_statements(request: PageRequest) -> HttpResponse:
    """List the statements of companies, the newest first, with how far those are that are being made."""
    rows = AccountStatement.objects.visible_to(request.actor).defer("pdf", "csv").select_related("company")
    found = listed(request, rows, "-month", "-id")
    today = business_day(request.at)
    context = {
        "page": found,
        "is_being_made": any(one.state == StatementState.QUEUED for one in found.rows),
        "companies": companies_visible_to(request.actor),
        "currencies": sorted(CURRENCY_DECIMALS),
        "this_month": f"{today:%Y-%m}",
        "may_act": request.actor.role is Role.ADMINISTRATOR,
    }
    return page(request, "tariffs/administrator/statements.html", context)


@acts(Role.ADMINISTRATOR, shows=company_statements)
def order_for_company(request: PageRequest) -> HttpResponse:
    """Ask for a company's statement of a month; it is made in the background."""
    text = text_of(request, "month", most=7, pattern=r"[0-9]{4}-(0[1-9]|1[0-2])")
    order_account_statement(
        company_id=whole_of(request, "company"),
        currency=text_of(request, "currency", most=3),
        month=date(int(text[:4]) or 1, int(text[5:]), 1),
        actor=request.actor,
        at=request.at,
    )
    return done(request, _("The statement is being made; this page tells how far it is."), "company_statements")
