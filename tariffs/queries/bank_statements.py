"""What of a bank's statements is still to be matched, and to what it could belong."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from bonded.rules.money import Money
from bonded.rules.permissions import Actor
from tariffs.models.bank_statements import BankStatement, BankStatementLine, PaymentMatch
from tariffs.models.debts import DutyDebt
from tariffs.rules.debts import DebtState
from tariffs.rules.permissions import Act, require
from tariffs.rules.reconciliation import OpenDebt, UnmatchedLine
from tariffs.rules.statements import Statement, is_same_account


def unmatched_lines(statement_ids: Iterable[int]) -> list[UnmatchedLine]:
    """Give the lines of some statements that pay nothing yet, in id order."""
    lines = BankStatementLine.objects.filter(statement__in=statement_ids, match__isnull=True)
    return [
        UnmatchedLine(
            line.pk,
            Money(line.amount_minor, line.currency),
            f"{line.remittance} {line.end_to_end_id}",
            line.counterparty_account,
            line.is_reversal,
        )
        for line in lines.order_by("pk")
    ]


def statement_told_before(statement: Statement) -> BankStatement | None:
    """Find a kept statement that is this one: of one form by its number, of another by balances and turnover.

    Each form of file names a statement in its own way, so one that comes in two forms is known by what it says. One
    that states no balances, or has no lines, is known by its number alone.
    """
    same_form = Q(form=statement.form, identification=statement.identification)
    for one in BankStatement.objects.filter(same_form | _said_in_another_form(statement)).order_by("pk"):
        if is_same_account(one.account, statement.account):
            return one
    return None


def _said_in_another_form(statement: Statement) -> Q:
    if statement.opening is None or statement.closing is None or not statement.lines:
        return Q(pk__in=[])
    alike = BankStatement.objects.exclude(form=statement.form).filter(
        currency=statement.currency, opening_minor=statement.opening.minor, closing_minor=statement.closing.minor
    )
    # Both lead from the one balance to the other, so what went out is alike as soon as what came in is.
    paid_in = Coalesce(Sum("lines__amount_minor", filter=Q(lines__amount_minor__gt=0)), 0)
    return Q(pk__in=alike.annotate(paid_in=paid_in).filter(paid_in=statement.paid_in_minor).values("pk"))


def debts_waiting_for_money() -> list[OpenDebt]:
    """Give the open debts that no match claims yet, with the accounts from which their companies paid before.

    Runs two SQL statements.
    """
    waiting = DutyDebt.objects.open().exclude(pk__in=_claimed())
    accounts = _payer_accounts()
    return [
        OpenDebt(debt.pk, debt.reference, debt.outstanding, frozenset(accounts[debt.company_id]))
        for debt in waiting.order_by("pk")
    ]


def debts_waiting_for_remittance() -> list[OpenDebt]:
    """Give the debts that are paid and not yet sent on to customs, nor matched to a line that does."""
    waiting = DutyDebt.objects.filter(state=DebtState.PAID).exclude(pk__in=_claimed())
    return [OpenDebt(debt.pk, debt.reference, debt.owed) for debt in waiting.order_by("pk")]


def _claimed() -> QuerySet[PaymentMatch, UUID]:
    return PaymentMatch.objects.filter(entry__isnull=True).values_list("debt", flat=True)


def _payer_accounts() -> defaultdict[int, set[str]]:
    """Give, by company, the bank accounts from which its booked payments came."""
    booked = PaymentMatch.objects.filter(entry__isnull=False, line__amount_minor__gt=0).exclude(
        line__counterparty_account=""
    )
    accounts: defaultdict[int, set[str]] = defaultdict(set)
    for company_id, account in booked.values_list("debt__company_id", "line__counterparty_account").distinct():
        accounts[company_id].add(account)
    return accounts


def is_payer_account(account: str, *, company_id: int) -> bool:
    """Say whether a booked payment of the company came from that account."""
    return account in _payer_accounts()[company_id]


def lines_of_file(file_id: int, *, actor: Actor) -> QuerySet[BankStatementLine, BankStatementLine]:
    """Give the lines of a file, each with its statement and its match."""
    require(actor, Act.MATCH_STATEMENT)
    return BankStatementLine.objects.filter(statement__file=file_id).select_related("statement", "match")
