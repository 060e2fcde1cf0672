"""Taking a match back: the booking is reversed, what it brought about is undone, and the line can be matched again."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from bonded.actions.activity import record_activity
from bonded.actions.clearances import revoke_clearance
from bonded.rules.lifecycle import require_step
from bonded.rules.permissions import SYSTEM, Actor
from bonded.rules.withdrawals import Clearance
from tariffs.actions.ledger import reverse_entries
from tariffs.actions.payments import lock_debt_of_match
from tariffs.actions.repayments import move_to_repaid
from tariffs.actions.surcharges import surcharge_entry_id
from tariffs.models.bank_statements import PaymentMatch, UndoneMatch
from tariffs.models.debts import DutyDebt
from tariffs.models.ledger import Posting
from tariffs.rules.debts import STEPS, DebtState, PaymentNotToBeUndone
from tariffs.rules.ledger import AccountCode
from tariffs.rules.permissions import Act, require
from tariffs.rules.reconciliation import MatchRule
from tariffs.rules.working_days import business_day


@transaction.atomic
def unmatch_payment(*, match_id: int, reason: str, actor: Actor, at: datetime) -> DutyDebt:
    """Take a match back, and its booking if it is booked; gives the debt as it is then.

    The reversal counts today. Raises NotFound, StepNotAllowed when the debt has gone on since, and
    PaymentNotToBeUndone when its goods have left or its guarantee was given back.
    """
    require(actor, Act.UNMATCH_PAYMENT)
    debt, match, is_waited_for = lock_debt_of_match(match_id)
    if match.entry_id is not None:
        entry_ids = [match.entry_id]
        if match.rule == MatchRule.REMITTANCE:
            _step(debt, DebtState.PAID)
        elif match.rule == MatchRule.REPAYMENT:
            move_to_repaid(debt, match.line.amount_minor)
        else:
            entry_ids = _reopen(debt, match, is_waited_for=is_waited_for, reason=reason, at=at) + entry_ids
        reverse_entries(entry_ids=entry_ids, effective_on=_today(match, at), reason=reason, actor=actor, at=at)
        debt.save(update_fields=["paid_minor", "surcharge_minor", "state", "set_apart_minor", "repaid_minor"])
    _keep_undone(match, reason=reason, actor=actor, at=at)
    record_activity(Act.UNMATCH_PAYMENT, debt, actor=actor, at=at, line_id=match.line_id, reason=reason)
    match.delete()
    return debt


def _today(match: PaymentMatch, at: datetime) -> date:
    """Give the day on which the reversal counts: today, or the booking's own day if the bank dated it ahead."""
    return max(business_day(at), match.line.booked_on)


def _reopen(debt: DutyDebt, match: PaymentMatch, *, is_waited_for: bool, reason: str, at: datetime) -> list[int]:
    """Owe again what the match paid, and take back what only a paid debt has.

    Gives the entry of the surcharge, when taxes are unpaid again that it was charged on.
    """
    if debt.set_apart_minor or debt.repaid_minor:
        raise PaymentNotToBeUndone(
            "Since an amendment a part of it is to be given back, or was.", reference=debt.reference
        )
    if debt.state == DebtState.PAID:
        if not is_waited_for:
            raise PaymentNotToBeUndone(
                "The goods have left, or the guarantee was given back.", reference=debt.reference
            )
        revoke_clearance(
            withdrawal_id=debt.withdrawal_id, clearance=Clearance.DUTY_PAID, reason=reason, actor=SYSTEM, at=at
        )
        _step(debt, DebtState.OPEN)
    elif debt.state != DebtState.OPEN:
        _step(debt, DebtState.OPEN)
    paid = Posting.objects.filter(entry=match.entry_id, account__code=AccountCode.RECEIVABLE).first()
    debt.paid_minor += paid.amount_minor if paid else 0
    if debt.paid_minor >= debt.total_minor or not debt.surcharge_minor:
        return []
    debt.surcharge_minor = 0
    return [surcharge_entry_id(debt)]


def _step(debt: DutyDebt, target: DebtState) -> None:
    require_step(STEPS, DebtState(debt.state), target)
    debt.state = target


def _keep_undone(match: PaymentMatch, *, reason: str, actor: Actor, at: datetime) -> None:
    UndoneMatch.objects.create(
        stream=f"bank_statement_line:{match.line_id}",
        line_id=match.line_id,
        debt_id=match.debt_id,
        rule=match.rule,
        matched_at=match.matched_at,
        entry_id=match.entry_id,
        reason=reason,
        undone_at=at,
        undone_by_id=actor.user_id,
    )
