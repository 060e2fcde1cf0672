"""Money that was to be given back, and went back to who paid it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from bonded.actions.activity import record_activity
from bonded.rules.errors import NotFound
from bonded.rules.money import Money
from bonded.rules.permissions import Actor
from tariffs.actions.ledger import fresh_reference, post_entry
from tariffs.actions.locks import lock_debts, lock_matching
from tariffs.models.bank_statements import BankStatementLine, PaymentMatch
from tariffs.models.debts import DutyDebt
from tariffs.queries.bank_statements import is_payer_account
from tariffs.rules.debts import DebtState, NothingToRepay
from tariffs.rules.ledger import BusinessEvent
from tariffs.rules.permissions import Act, require
from tariffs.rules.reconciliation import LineAlreadyMatched, MatchRule


@transaction.atomic
def repay_overpayment(*, line_id: int, debt_id: UUID, actor: Actor, at: datetime) -> DutyDebt:
    """Say which line of the bank's sent all that is to be given back of a debt to its payer, and book it.

    It counts on the day of the line. Raises NotFound, LineAlreadyMatched, NothingToRepay.
    """
    require(actor, Act.REPAY_OVERPAYMENT)
    lock_matching()
    line = BankStatementLine.objects.filter(pk=line_id, amount_minor__lt=0).first()
    debts = lock_debts([debt_id])
    if line is None or not debts:
        raise NotFound("There is no such line or debt.", line_id=line_id, debt_id=str(debt_id))
    if PaymentMatch.objects.filter(line=line).exists():
        raise LineAlreadyMatched("The line is matched already.", line_id=line_id)
    (debt,), sent = debts, Money(-line.amount_minor, line.currency)
    _require_repays(line, sent, debt)
    move_to_repaid(debt, sent.minor)
    debt.save(update_fields=["set_apart_minor", "repaid_minor"])
    event = BusinessEvent.OVERPAID_REPAID
    entry = post_entry(
        event=event,
        reference=fresh_reference(event=event, reference=f"bank_statement_line:{line.pk}"),
        amounts={"repaid": sent},
        company_id=debt.company_id,
        effective_on=line.booked_on,
        actor=actor,
        at=at,
    )
    PaymentMatch.objects.create(line=line, debt=debt, rule=MatchRule.REPAYMENT, matched_at=at, entry=entry)
    record_activity(Act.REPAY_OVERPAYMENT, debt, actor=actor, at=at, amount=str(sent), line_id=line_id)
    return debt


def move_to_repaid(debt: DutyDebt, minor: int) -> None:
    """Move so much of a locked debt from what is to be given back to what was; less than nothing moves it back."""
    debt.repaid_minor += minor
    # A withdrawn debt goes on telling what was paid for it: there was nothing to set it apart from.
    if debt.state != DebtState.WITHDRAWN:
        debt.set_apart_minor -= minor


def _require_repays(line: BankStatementLine, sent: Money, debt: DutyDebt) -> None:
    back = debt.to_give_back
    if sent != back or not is_payer_account(line.counterparty_account, company_id=debt.company_id):
        raise NothingToRepay(
            "The line does not send just what is to be given back to an account that paid.",
            to_give_back=str(back),
            currency=back.currency,
            sent=str(sent),
            account=line.counterparty_account,
        )
