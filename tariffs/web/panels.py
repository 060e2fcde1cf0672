"""The panels of money: what is owed by when, what stands for it, and how the books are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from bonded.rules.permissions import Actor, Role
from bonded.web.base import Panel, address_of, amount_alone, day, money
from tariffs.models.debts import DutyDebt
from tariffs.models.guarantees import GuaranteeAccount
from tariffs.queries.ledger import ledger_balances
from tariffs.web.books import account_name

ROWS = 10
Rows = Sequence[Mapping[str, Any]]


def debts_by_due_day(actor: Actor, at: datetime) -> Rows:
    """Give what is still owed, the soonest due first."""
    open_debts = DutyDebt.objects.visible_to(actor).open()
    return [
        {
            "Due": day(debt.due_on),
            "Reference": debt.reference,
            "Outstanding": money(debt.outstanding),
            "href": address_of("withdrawal", withdrawal_id=debt.withdrawal_id),
        }
        for debt in open_debts.order_by("due_on", "pk")[:ROWS]
    ]


def guarantees(actor: Actor, at: datetime) -> Rows:
    """Give the guarantee accounts that the actor sees, with their headroom."""
    accounts = GuaranteeAccount.objects.visible_to(actor).select_related("company").order_by("pk")
    return [
        {
            "Company": account.company.name,
            "Limit": amount_alone(account.headroom.limit),
            "Reserved": amount_alone(account.headroom.reserved),
            "Used": amount_alone(account.headroom.used),
            "Available": amount_alone(account.headroom.available),
            "href": address_of("company")
            if actor.role is Role.BUYER
            else address_of("guarantee", company_id=account.company_id),
        }
        for account in accounts[:ROWS]
    ]


def balances(actor: Actor, at: datetime) -> Rows:
    """Give every account of the books; debits are positive."""
    return [
        {
            "Account": account_name(one.code),
            "Balance": money(one.amount),
        }
        for one in ledger_balances(actor=actor)
    ]


PANELS = (
    Panel(
        _("Duty owed"),
        frozenset({Role.BUYER, Role.ADMINISTRATOR, Role.AUDITOR}),
        (gettext_noop("Due"), gettext_noop("Reference"), gettext_noop("Outstanding")),
        debts_by_due_day,
        _("Nothing is owed."),
        figures=("Outstanding",),
    ),
    Panel(
        _("Guarantees, in yuan"),
        frozenset({Role.BUYER, Role.ADMINISTRATOR, Role.AUDITOR}),
        (
            gettext_noop("Company"),
            gettext_noop("Limit"),
            gettext_noop("Reserved"),
            gettext_noop("Used"),
            gettext_noop("Available"),
        ),
        guarantees,
        _("No guarantee stands for this company: ask the administrator."),
        figures=("Limit", "Reserved", "Used", "Available"),
    ),
    Panel(
        _("Ledger"),
        frozenset({Role.ADMINISTRATOR, Role.AUDITOR}),
        (gettext_noop("Account"), gettext_noop("Balance")),
        balances,
        _("Nothing is booked yet."),
        figures=("Balance",),
        more="ledger",
    ),
)
