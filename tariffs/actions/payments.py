"""Booking matched money: into the ledger, off the debt, and back onto the guarantee."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_noop

from bonded.actions.activity import record_activity
from bonded.actions.clearances import grant_clearance
from bonded.actions.locks import lock_withdrawal
from bonded.rules.errors import NotFound
from bonded.rules.lifecycle import require_step
from bonded.rules.money import Money
from bonded.rules.permissions import SYSTEM, Actor
from bonded.rules.withdrawals import LIVE_STATES, Clearance, WithdrawalState
from tariffs.actions.guarantee_uses import settle_headroom
from tariffs.actions.ledger import fresh_reference, post_together
from tariffs.actions.locks import lock_debts, lock_match, lock_reservation
from tariffs.actions.surcharges import charge_surcharge, surcharge_draft, surcharge_owed
from tariffs.models.bank_statements import BankStatementLine, PaymentMatch
from tariffs.models.debts import DutyDebt
from tariffs.models.ledger import JournalEntry
from tariffs.rules.debts import STEPS, DebtNotOpen, DebtState
from tariffs.rules.guarantees import ReservationPurpose
from tariffs.rules.ledger import BusinessEvent
from tariffs.rules.permissions import Act, require
from tariffs.rules.postings import Draft, draft_of
from tariffs.rules.reconciliation import MatchRule, PaymentAlreadyBooked


@transaction.atomic
def book_payment(*, match_id: int, actor: Actor, at: datetime) -> DutyDebt:
    """Book what a matched line says: money received pays its debt, money sent on discharges it at customs.

    Money pays the taxes first; when the last of them comes late their surcharge is charged, and paid by what is left.
    A debt that is paid in full gives its guarantee back, or grants DUTY_PAID where the goods wait
    for the money; what is more than was owed is kept apart. Raises NotFound, PaymentAlreadyBooked, DebtNotOpen.
    """
    require(actor, Act.BOOK_PAYMENT)
    debt, match, is_waited_for = lock_debt_of_match(match_id)
    if match.entry_id is not None:
        raise PaymentAlreadyBooked("This payment is booked already.", match_id=match_id, entry_id=match.entry_id)
    book = _remit if match.rule == MatchRule.REMITTANCE else _receive
    match.entry = book(debt, match.line, actor=actor, at=at)
    match.save(update_fields=["entry"])
    line = Money(match.line.amount_minor, match.line.currency)
    record_activity(Act.BOOK_PAYMENT, debt, actor=actor, at=at, amount=str(line), state=debt.state)
    if debt.state == DebtState.PAID:
        give_back(debt, is_waited_for=is_waited_for, at=at)
    return debt


def lock_debt_of_match(match_id: int) -> tuple[DutyDebt, PaymentMatch, bool]:
    """Lock withdrawal, guarantee, debt and match, in this order; say also whether the goods wait for the money."""
    debt = DutyDebt.objects.filter(matches=match_id).select_related("assessment").first()
    if debt is None:
        raise NotFound("There is no such match.", match_id=match_id)
    withdrawal, _ = lock_withdrawal(debt.withdrawal_id, actor=SYSTEM)
    if debt.reservation_id:
        lock_reservation(purpose=ReservationPurpose.WITHDRAWAL, reference=debt.assessment_id)
    (debt,) = lock_debts([debt.pk])
    is_waited_for = is_waited_for_by(debt, WithdrawalState(withdrawal.state))
    return debt, lock_match(match_id), is_waited_for


def is_waited_for_by(debt: DutyDebt, state: WithdrawalState) -> bool:
    """Say whether the goods of a withdrawal in a state wait for the money of one of its debts."""
    return debt.reservation_id is None and debt.amendment_id is None and state in LIVE_STATES


def _receive(debt: DutyDebt, line: BankStatementLine, *, actor: Actor, at: datetime) -> JournalEntry:
    if debt.state != DebtState.OPEN:
        raise DebtNotOpen("The debt waits for no money.", state=debt.state, reference=debt.reference)
    received, surcharges = Money(line.amount_minor, line.currency), {}
    if debt.paid_minor < debt.total_minor <= debt.paid_minor + received.minor:
        surcharges = surcharge_owed(debt, paid_on=line.booked_on)
        debt.surcharge_minor = sum(one.amount.minor for one in surcharges.values())
    allocated = min(received, debt.outstanding)
    debt.paid_minor += allocated.minor
    if not debt.outstanding.minor:
        require_step(STEPS, DebtState(debt.state), DebtState.PAID)
        debt.state = DebtState.PAID
    debt.save(update_fields=["paid_minor", "surcharge_minor", "state"])
    amounts = {"received": received, "allocated": allocated, "unallocated": received - allocated}
    drafts = [_draft(BusinessEvent.PAYMENT_RECEIVED, debt, line, amounts)]
    if surcharges and debt.surcharge_minor:
        drafts.insert(0, surcharge_draft(debt, paid_on=line.booked_on))
    *charged, entry = post_together(drafts=drafts, actor=actor, at=at)
    if surcharges:
        charge_surcharge(
            debt=debt,
            surcharges=surcharges,
            entry=charged[0] if charged else None,
            paid_on=line.booked_on,
            actor=actor,
            at=at,
        )
    return entry


def _remit(debt: DutyDebt, line: BankStatementLine, *, actor: Actor, at: datetime) -> JournalEntry:
    require_step(STEPS, DebtState(debt.state), DebtState.REMITTED)
    debt.state = DebtState.REMITTED
    debt.save(update_fields=["state"])
    (entry,) = post_together(
        drafts=[_draft(BusinessEvent.CUSTOMS_PAID, debt, line, debt.amounts())], actor=actor, at=at
    )
    return entry


def give_back(debt: DutyDebt, *, is_waited_for: bool, at: datetime) -> None:
    """Give the guarantee of a paid debt back, or let the goods go that wait for its money."""
    if debt.reservation_id:
        settle_headroom(purpose=ReservationPurpose.WITHDRAWAL, reference=debt.assessment_id, actor=SYSTEM, at=at)
    elif is_waited_for:
        grant_clearance(
            withdrawal_id=debt.withdrawal_id,
            clearance=Clearance.DUTY_PAID,
            evidence=gettext_noop("%(amount)s %(currency)s received for %(reference)s"),
            facts={"amount": str(debt.owed), "currency": debt.currency, "reference": debt.reference},
            actor=SYSTEM,
            at=at,
        )


def _draft(event: BusinessEvent, debt: DutyDebt, line: BankStatementLine, amounts: dict[str, Money]) -> Draft:
    return draft_of(
        event,
        reference=fresh_reference(event=event, reference=f"bank_statement_line:{line.pk}"),
        amounts=amounts,
        company_id=debt.company_id,
        effective_on=line.booked_on,
    )
