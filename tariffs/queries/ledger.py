"""Balances of the books."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.db.models import Q, QuerySet, Sum, Value

from bonded.rules.money import Money
from bonded.rules.permissions import Actor
from tariffs.models.ledger import LedgerAccount, Posting
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
    until = Q()
    if effective_on:
        until &= Q(entry__effective_on__lte=effective_on)
    if posted_at:
        until &= Q(entry__posted_at__lte=posted_at)
    sums = (
        Posting.objects.filter(until)
        .values_list("account__code", "account__company_id", "currency")
        .annotate(Sum("amount_minor"))
    )
    moved = {tuple(account): minor for *account, minor in sums}
    return [_balance(account, moved.get(account, 0)) for account, _ in _accounts()]


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

    It is what stands now without what came later, so that a recent day costs little. Asked as one statement,
    because an entry posted between two would be taken off a balance that it is not in.
    """
    require(actor, Act.READ_LEDGER)
    later = Q(pk__in=[])
    if effective_on:
        later |= Q(entry__effective_on__gt=effective_on)
    if posted_at:
        later |= Q(entry__posted_at__gt=posted_at)
    if last_entry_id is not None:
        later |= Q(entry_id__gt=last_entry_id)
    accounts = LedgerAccount.objects.filter(code=code, company=company_id, currency=currency)
    postings = _of_account(code, company_id).filter(later, currency=currency)
    stands, moved = (
        rows.annotate(whole=Value(1)).values("whole").annotate(minor=minor).order_by().values_list("minor")
        for rows, minor in ((accounts, Sum("balance_minor")), (postings, -Sum("amount_minor")))
    )
    return Money(int(sum(minor or 0 for (minor,) in stands.union(moved, all=True))), currency)


def postings_of_account(*, code: AccountCode, company_id: int | None, actor: Actor) -> QuerySet[Posting, Posting]:
    """Give what moved one account in all its currencies, each posting with its entry."""
    require(actor, Act.READ_LEDGER)
    return _of_account(code, company_id).select_related("entry")


def _of_account(code: AccountCode, company_id: int | None) -> QuerySet[Posting, Posting]:
    postings = Posting.objects.filter(account__code=code)
    return postings.filter(account__company=company_id) if company_id else postings.filter(account__company=None)
