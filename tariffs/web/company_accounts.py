"""A company's account: headroom now and in the coming weeks, what is due when, statements."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from bonded.rules.errors import InputInvalid, RuleViolation
from bonded.rules.money import Money
from bonded.rules.permissions import Role
from bonded.web.base import PageRequest, Series, acts, console, csv_of, done, listed, money, page, step_lines
from tariffs.actions.account_statements import order_account_statement
from tariffs.models.account_statements import AccountStatement
from tariffs.models.debts import DutyDebt
from tariffs.queries.debts import surcharges_of_debts
from tariffs.queries.guarantee_positions import forecast_of, position_of
from tariffs.queries.guarantees import live_claims, own_guarantee_of
from tariffs.rules.guarantee_forecasts import USUAL_DAYS
from tariffs.rules.working_days import business_day

MOST_STATEMENTS = 24


def headroom_chart(days: list[Any], currency: str) -> dict[str, Any]:
    """Draw limit, claims and headroom day by day, in yuan."""
    columns = {_("Limit"): "limit_minor", _("Claimed"): "claimed_minor", _("Left"): "available_minor"}
    series = [
        Series(
            label,
            [Decimal(getattr(one, name)) for one in days],
            [money(Money(getattr(one, name), currency)) for one in days],
        )
        for label, name in columns.items()
    ]
    return step_lines([f"{one.on:%m-%d}" for one in days], series)


def guarantee_shown(request: PageRequest, company_id: int) -> dict[str, Any]:
    """Give how a company's guarantee stands and will stand; the reason where it has none."""
    today = business_day(request.at)
    try:
        account = own_guarantee_of(company_id, actor=request.actor)
    except RuleViolation as refusal:
        return {"no_guarantee": refusal}
    position = position_of(account, on=today)
    claims = live_claims(account, actor=request.actor)
    return {
        "account": account,
        "headroom": account.headroom,
        "warnings": position.causes,
        "instruments": [
            {"one": one, "amount": Money(one.amount_minor, account.currency)} for one in position.instruments
        ],
        "claims": [{"one": one, "amount": Money(one.amount_minor, account.currency)} for one in claims],
        "chart": headroom_chart(forecast_of(account, on=today, days=USUAL_DAYS), account.currency),
    }


def debts_shown(debts: list[DutyDebt], today: date) -> list[dict[str, Any]]:
    """Give debts with what being late costs, if they are."""
    surcharges = surcharges_of_debts(debts, on=today)
    return [
        {
            "debt": debt,
            "is_late": debt.due_on < today and debt.outstanding.minor > 0,
            "surcharge": sum((one.amount for one in surcharges[debt.pk]), Money(0, debt.currency)),
        }
        for debt in debts
    ]


@console(Role.BUYER)
def company(request: PageRequest) -> HttpResponse:
    """Show the company's account."""
    today, company_id = business_day(request.at), request.actor.company_id
    debts = DutyDebt.objects.visible_to(request.actor).prefetch_related("surcharges")
    if request.GET.get("format") == "csv":
        return debts_file(debts.order_by("due_on", "pk"))
    open_debts = listed(request, debts.open(), "due_on", "id")
    statements = AccountStatement.objects.visible_to(request.actor).filter(company_id=company_id).defer("pdf", "csv")
    context = {
        **guarantee_shown(request, company_id),
        "page": open_debts,
        "debts": debts_shown(list(open_debts.rows), today),
        "statements": statements.order_by("-month", "-pk")[:MOST_STATEMENTS],
        "last_month": f"{date(today.year - (today.month == 1), (today.month - 2) % 12 + 1, 1):%Y-%m}",
    }
    return page(request, "tariffs/buyer/company.html", context)


def debts_file(debts: Any) -> HttpResponse:
    """Give debts as a file."""
    return csv_of(
        "duty-debts",
        debts,
        {
            "reference": lambda one: one.reference,
            "state": lambda one: one.state,
            "charged_on": lambda one: one.charged_on,
            "due_on": lambda one: one.due_on,
            "currency": lambda one: one.currency,
            "owed": lambda one: str(one.owed),
            "outstanding": lambda one: str(one.outstanding),
        },
    )


@acts(Role.BUYER, shows=company)
def order_statement(request: PageRequest) -> HttpResponse:
    """Ask for the statement of a month; it is made in the background."""
    try:
        month = date.fromisoformat(f"{request.POST.get('month', '')}-01")
    except ValueError:
        raise InputInvalid("Write the month as a year and a month, such as 2026-11.") from None
    order_account_statement(
        company_id=request.actor.company_id,
        currency=request.POST.get("currency", "CNY"),
        month=month,
        actor=request.actor,
        at=request.at,
    )
    return done(request, _("The statement is being made; come back in a minute."), "company")
