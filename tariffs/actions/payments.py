"""Booking matched money: into the ledger, off the debt, and back onto the guarantee."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from bonded.actions.activity import record_activity
from bonded.actions.clearances import grant_clearance
from bonded.actions.locks import lock_withdrawal
from bonded.rules.errors import NotFound
from bonded.rules.lifecycle import require_step
from bonded.rules.money import Money
from bonded.rules.permissions import SYSTEM, Actor
from bonded.rules.withdrawals import LIVE_STATES, Clearance, WithdrawalState
from tariffs.actions.guarantees import settle_headroom
from tariffs.actions.ledger import post_entry
from tariffs.actions.locks import lock_debts, lock_match, lock_reservation
from tariffs.models.bank_statements import BankStatementLine, PaymentMatch
from tariffs.models.debts import DutyDebt
from tariffs.queries.debts import late_surcharges, receipts_of
from tariffs.rules.debts import STEPS, DebtNotOpen, DebtState
from tariffs.rules.guarantees import ReservationPurpose
from tariffs.rules.ledger import BusinessEvent
from tariffs.rules.permissions import Act, require
from tariffs.rules.reconciliation import MatchRule, PaymentAlreadyBooked
from tariffs.rules.surcharges import SURCHARGE_CN


@transaction.atomic
def book_payment(*, match_id: int, actor: Actor, at: datetime) -> DutyDebt:
    """Book what a matched line says: money received pays its debt, money sent on discharges it at customs.

    A debt that is paid in full gives its guarantee back, or grants DUTY_PAID where the goods wait
    for the money; what is more than was owed is kept apart. With the last of taxes that came late their
    surcharge is charged, and the debt stays open until that is paid too. Raises NotFound,
    PaymentAlreadyBooked, DebtNotOpen.
    """
    require(actor, Act.BOOK_PAYMENT)
    debt, match, is_waited_for = _locked(match_id)
    if match.entry_id is not None:
        raise PaymentAlreadyBooked("This payment is booked already.", match_id=match_id, entry_id=match.entry_id)
    book = _remit if match.rule == MatchRule.REMITTANCE else _receive
    match.entry_id = book(debt, match.line, actor=actor, at=at)
    match.save(update_fields=["entry"])
    line = Money(match.line.amount_minor, match.line.currency)
    record_activity(Act.BOOK_PAYMENT, debt, actor=actor, at=at, amount=str(line), state=debt.state)
    if debt.state == DebtState.PAID:
        _give_back(debt, is_waited_for=is_waited_for, at=at)
    return debt


def _locked(match_id: int) -> tuple[DutyDebt, PaymentMatch, bool]:
    """Lock withdrawal, guarantee, debt and match, in this order; say also whether the goods wait for the money."""
    debt = DutyDebt.objects.filter(matches=match_id).select_related("assessment").first()
    if debt is None:
        raise NotFound("There is no such match.", match_id=match_id)
    withdrawal, _ = lock_withdrawal(debt.withdrawal_id, actor=SYSTEM)
    if debt.reservation_id:
        lock_reservation(purpose=ReservationPurpose.WITHDRAWAL, reference=debt.assessment_id)
    (debt,) = lock_debts([debt.pk])
    is_waited_for = debt.reservation_id is None and WithdrawalState(withdrawal.state) in LIVE_STATES
    return debt, lock_match(match_id), is_waited_for


def _receive(debt: DutyDebt, line: BankStatementLine, *, actor: Actor, at: datetime) -> int:
    if debt.state != DebtState.OPEN:
        raise DebtNotOpen("The debt waits for no money.", state=debt.state, reference=debt.reference)
    received = Money(line.amount_minor, line.currency)
    if debt.surcharge_minor == 0 and received >= debt.outstanding:
        _charge_surcharge(debt, line, received, actor=actor, at=at)
    allocated = min(received, debt.outstanding)
    debt.paid_minor += allocated.minor
    if not debt.outstanding.minor:
        require_step(STEPS, DebtState(debt.state), DebtState.PAID)
        debt.state = DebtState.PAID
    debt.save(update_fields=["paid_minor", "surcharge_minor", "surcharges", "state"])
    amounts = {"received": received, "allocated": allocated, "unallocated": received - allocated}
    return _post(BusinessEvent.PAYMENT_RECEIVED, debt, line, amounts, actor=actor, at=at)


def _charge_surcharge(debt: DutyDebt, line: BankStatementLine, received: Money, *, actor: Actor, at: datetime) -> None:
    """Charge what it costs that taxes came late, now that with this money the last of them has come."""
    receipts = [*receipts_of(debt), (received, line.booked_on)]
    found = late_surcharges(debt, until=line.booked_on, receipts=receipts)
    debt.surcharges = [
        {
            "tax": tax,
            "days": one.days,
            "amount": str(one.amount),
            "is_waived": one.is_waived,
            "rule": SURCHARGE_CN.version,
        }
        for tax, one in found.items()
        if one.days
    ]
    whole = sum((one.amount for one in found.values()), Money(0, debt.currency))
    debt.surcharge_minor = whole.minor
    if whole.minor:
        _post(BusinessEvent.SURCHARGE_CHARGED, debt, line, {"surcharge": whole}, actor=actor, at=at)
        record_activity(
            Act.CHARGE_SURCHARGE, debt, actor=SYSTEM, at=at, surcharge=str(whole), currency=debt.currency,
            due_on=debt.due_on.isoformat(), paid_on=line.booked_on.isoformat(),
        )  # fmt: skip


def _remit(debt: DutyDebt, line: BankStatementLine, *, actor: Actor, at: datetime) -> int:
    require_step(STEPS, DebtState(debt.state), DebtState.REMITTED)
    debt.state = DebtState.REMITTED
    debt.save(update_fields=["state"])
    return _post(BusinessEvent.CUSTOMS_PAID, debt, line, debt.amounts(), actor=actor, at=at)


def _give_back(debt: DutyDebt, *, is_waited_for: bool, at: datetime) -> None:
    if debt.reservation_id:
        settle_headroom(purpose=ReservationPurpose.WITHDRAWAL, reference=debt.assessment_id, actor=SYSTEM, at=at)
    elif is_waited_for:
        evidence = f"{debt.owed} {debt.currency} received for {debt.reference}"
        grant_clearance(
            withdrawal_id=debt.withdrawal_id, clearance=Clearance.DUTY_PAID, evidence=evidence, actor=SYSTEM, at=at
        )


def _post(
    event: BusinessEvent,
    debt: DutyDebt,
    line: BankStatementLine,
    amounts: dict[str, Money],
    *,
    actor: Actor,
    at: datetime,
) -> int:
    return post_entry(
        event=event,
        reference=f"bank_statement_line:{line.pk}",
        amounts=amounts,
        company_id=debt.company_id,
        effective_on=line.booked_on,
        actor=actor,
        at=at,
    )
