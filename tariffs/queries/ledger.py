"""Balances of the books."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.db.models import F, Q, QuerySet, Sum

from bonded.rules.money import Money
from bonded.rules.permissions import Actor
from tariffs.models.ledger import LedgerAccount
from tariffs.rules.ledger import AccountCode
from tariffs.rules.permissions import Act, require


@dataclass(frozen=True, slots=True)
class Balance:
    """What stands on one account; debits are positive."""

    code: AccountCode
    company_id: int | None
    amount: Money


def account_balance(code: AccountCode, *, company_id: int | None, currency: str, actor: Actor) -> Money:
    """Give what stands on one account, all its shards together; zero when it was never posted to."""
    require(actor, Act.READ_LEDGER)
    owner = "company_id IS NULL" if company_id is None else "company_id = %(company_id)s"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(balance_minor), 0)::bigint FROM tariffs_ledgeraccount"  # noqa: S608 (constants)
            f" WHERE code = %(code)s AND {owner} AND currency = %(currency)s",
            {"code": code.value, "company_id": company_id, "currency": currency},
        )
        (minor,) = cursor.fetchone()
    return Money(minor, currency)


def ledger_balances(*, actor: Actor) -> list[Balance]:
    """Give every account's balance as it stands, by code, company and currency."""
    require(actor, Act.READ_LEDGER)
    return _balances(LedgerAccount.objects.annotate(minor=F("balance_minor")))


def ledger_balances_as_of(
    *, effective_on: date | None = None, posted_at: datetime | None = None, actor: Actor
) -> list[Balance]:
    """Give every account's balance from the entries that count by a day, or were posted by a moment, or both."""
    require(actor, Act.READ_LEDGER)
    until = Q()
    if effective_on:
        until &= Q(postings__entry__effective_on__lte=effective_on)
    if posted_at:
        until &= Q(postings__entry__posted_at__lte=posted_at)
    return _balances(LedgerAccount.objects.annotate(minor=Sum("postings__amount_minor", filter=until, default=0)))


def _balances(accounts: QuerySet[LedgerAccount]) -> list[Balance]:
    """Add the shards of each account together."""
    by_account: dict[tuple[str, int | None, str], int] = {}
    for account in accounts.order_by("code", "company_id", "currency"):
        key = (account.code, account.company_id, account.currency)
        by_account[key] = by_account.get(key, 0) + account.minor  # type: ignore[attr-defined]
    return [
        Balance(AccountCode(code), company_id, Money(minor, currency))
        for (code, company_id, currency), minor in by_account.items()
    ]
