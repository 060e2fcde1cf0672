"""Balances of the books."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Any

from django.db import connection
from django.db.models import QuerySet, Sum

from bonded.rules.money import Money
from bonded.rules.permissions import Actor
from tariffs.models.ledger import DayTotal, LedgerAccount, Posting
from tariffs.rules.ledger import AccountCode
from tariffs.rules.permissions import Act, require

# What makes an account, however many shards it has.
ACCOUNT = ("code", "company_id", "currency")
# By hand, because building it costs the ORM more than answering it costs the database.
STANDS = """SELECT coalesce(sum(balance_minor), 0)::bigint FROM tariffs_ledgeraccount
             WHERE code = %s AND currency = %s AND company_id"""


@dataclass(frozen=True, slots=True)
class Balance:
    """What stands on one account; debits are positive."""

    code: AccountCode
    company_id: int | None
    amount: Money


def ledger_balances(*, actor: Actor) -> list[Balance]:
    """Give every account's balance as it stands, by code, company and currency."""
    require(actor, Act.READ_LEDGER)
    return [_balance(account, minor) for account, minor in _accounts()]


def ledger_balances_as_of(
    *, effective_on: date | None = None, posted_at: datetime | None = None, actor: Actor
) -> list[Balance]:
    """Give every account's balance from the entries that count by a day, or were posted by a moment, or both."""
    require(actor, Act.READ_LEDGER)
    whose = [f"account__{column}" for column in ACCOUNT]
    moved: Counter[tuple[object, ...]] = Counter()
    for *account, minor in _moved_by(effective_on=effective_on, posted_at=posted_at, grouped_by=whose):
        moved[tuple(account)] += minor
    return [_balance(account, moved[account]) for account, _ in _accounts()]


def _accounts() -> list[tuple[tuple[str, int | None, str], int]]:
    """Give every account, by code, company and currency, with what its shards come to, in minor units."""
    rows = LedgerAccount.objects.values_list("code", "company_id", "currency").annotate(Sum("balance_minor"))
    return [((code, company, currency), minor) for code, company, currency, minor in rows.order_by(*ACCOUNT)]


def _balance(account: tuple[str, int | None, str], minor: int) -> Balance:
    code, company_id, currency = account
    return Balance(AccountCode(code), company_id, Money(minor, currency))


def account_balance(*, code: AccountCode, company_id: int | None, currency: str, actor: Actor) -> Money:
    """Give the balance of one account as it stands; it costs the same however many entries the account has."""
    require(actor, Act.READ_LEDGER)
    whose, values = ("= %s", [company_id]) if company_id else ("IS NULL", [])
    with connection.cursor() as cursor:
        cursor.execute(f"{STANDS} {whose}", [code, currency, *values])
        return Money(cursor.fetchone()[0], currency)


def account_balance_as_of(
    *,
    code: AccountCode,
    company_id: int | None,
    currency: str,
    effective_on: date | None = None,
    posted_at: datetime | None = None,
    last_entry_id: int | None = None,
    actor: Actor,
) -> Money:
    """Give one account's balance from the entries that count by a day, were posted by a moment and up to one entry.

    It costs the same however many entries the account has, unless many came after the last.
    """
    require(actor, Act.READ_LEDGER)
    sums = _moved_by(
        effective_on=effective_on,
        posted_at=posted_at,
        last_entry_id=last_entry_id,
        whose={"account__code": code, "account__company": company_id, "account__currency": currency},
    )
    return Money(sum(minor for _, minor in sums), currency)


def _moved_by(
    *,
    effective_on: date | None,
    posted_at: datetime | None,
    last_entry_id: int | None = None,
    whose: Mapping[str, object] = MappingProxyType({}),
    grouped_by: Sequence[str] = ("account__currency",),
) -> list[tuple[Any, ...]]:
    """Give by what accounts were moved, by group, in up to three rows for each, which add up.

    Whole days come from their totals, the day of `posted_at` from its postings, and what came after the last entry is
    taken off. Asked as one statement: an entry posted between two would be in one of them only.
    """
    totals, postings = DayTotal.objects.filter(**whose), Posting.objects.filter(**whose)
    if effective_on:
        totals = totals.filter(effective_on__lte=effective_on)
        postings = postings.filter(entry__effective_on__lte=effective_on)
    parts: list[QuerySet[Any, Any]] = []
    if posted_at:
        day = posted_at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        totals = totals.filter(posted_on__lt=day.date())
        postings = postings.filter(entry__posted_at__lte=posted_at)
        parts.append(_summed(postings.filter(entry__posted_at__gte=day), Sum("amount_minor"), grouped_by))
    if last_entry_id is not None:
        parts.append(_summed(postings.filter(entry_id__gt=last_entry_id), -Sum("amount_minor"), grouped_by))
    return list(_summed(totals, Sum("moved_minor"), grouped_by).union(*parts, all=True))


def _summed(rows: QuerySet[Any, Any], minor: Any, grouped_by: Sequence[str]) -> QuerySet[Any, Any]:
    sums: QuerySet[Any, Any] = rows.order_by().values(*grouped_by).annotate(minor=minor)
    return sums.values_list(*grouped_by, "minor")


def postings_of_account(*, code: AccountCode, company_id: int | None, actor: Actor) -> QuerySet[Posting, Posting]:
    """Give what moved one account in all its currencies, each posting with its entry."""
    require(actor, Act.READ_LEDGER)
    return _of_account(code, company_id).select_related("entry")


def _of_account(code: AccountCode, company_id: int | None) -> QuerySet[Posting, Posting]:
    postings = Posting.objects.filter(account__code=code)
    return postings.filter(account__company=company_id) if company_id else postings.filter(account__company=None)
