"""Balances of the books."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, Sum

from bonded.rules.money import Money
from bonded.rules.permissions import Actor
from tariffs.models.ledger import LedgerAccount, Posting
from tariffs.rules.ledger import AccountCode
from tariffs.rules.permissions import Act, require


@dataclass(frozen=True, slots=True)
class Balance:
    """What stands on one account; debits are positive."""

    code: AccountCode
    company_id: int | None
    amount: Money


def ledger_balances(*, actor: Actor) -> list[Balance]:
    """Give every account's balance as it stands, by code, company and currency."""
    require(actor, Act.READ_LEDGER)
    return [_balance(account, account.balance_minor) for account in _accounts()]


def ledger_balances_as_of(
    *, effective_on: date | None = None, posted_at: datetime | None = None, actor: Actor
) -> list[Balance]:
    """Give every account's balance from the entries that count by a day, or were posted by a moment, or both."""
    require(actor, Act.READ_LEDGER)
    until = Q()
    if effective_on:
        until &= Q(entry__effective_on__lte=effective_on)
    if posted_at:
        until &= Q(entry__posted_at__lte=posted_at)
    sums = dict(Posting.objects.filter(until).values_list("account").annotate(Sum("amount_minor")))
    return [_balance(account, sums.get(account.pk, 0)) for account in _accounts()]


def _accounts() -> Sequence[LedgerAccount]:
    return list(LedgerAccount.objects.order_by("code", "company_id", "currency"))


def _balance(account: LedgerAccount, minor: int) -> Balance:
    return Balance(AccountCode(account.code), account.company_id, Money(minor, account.currency))
