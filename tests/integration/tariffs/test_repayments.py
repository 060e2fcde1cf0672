"""Money set apart that goes back: just so much, to who paid it, once, and taken back like any other match."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

import pytest

from bonded.actions.withdrawals import cancel_withdrawal
from bonded.models import Activity
from bonded.rules.errors import NotFound, NotPermitted, RuleViolation
from bonded.rules.money import Money
from bonded.rules.permissions import Actor
from tariffs.actions.duty import pay_duty
from tariffs.actions.duty_amendments import amend_duty
from tariffs.actions.payment_matches import unmatch_payment
from tariffs.actions.repayments import repay_overpayment
from tariffs.models import BankStatementLine, DutyDebt, JournalEntry, PaymentMatch
from tariffs.rules.debts import NothingToRepay, PaymentNotToBeUndone
from tariffs.rules.duty_amendments import Correction
from tariffs.rules.reconciliation import LineAlreadyMatched
from tests.cast import Cast
from tests.integration.tariffs.test_duty_amendments import balances, everything
from tests.situations.tariffs import (
    a_charged_debt,
    a_guarantee,
    a_schedule,
    an_assessed_withdrawal,
    camt053,
    imported,
    settle,
)

SET_APART = "30577.78"


@pytest.fixture
def debt(cast: Cast, at: datetime) -> DutyDebt:
    """An emerald's duty, paid in full, of which an amendment set 30,577.78 yuan apart."""
    a_schedule(at)
    a_guarantee(cast, at)
    debt = a_charged_debt(cast, at)
    settle(camt053(("305777.78", "CRDT", debt.reference)), cast, at)
    stock_number = debt.assessment.lines.get().lot.stock_number
    amend_duty(
        withdrawal_id=debt.withdrawal_id,
        corrections={stock_number: Correction(customs_value=Money(900_000_00, "CNY"))},
        reason="The invoice was another.",
        actor=cast.olga,
        at=at,
    )
    debt.refresh_from_db()
    assert debt.set_apart_minor == 30_577_78
    return debt


def a_line(cast: Cast, at: datetime, amount: str = SET_APART, side: str = "DBIT", payee: str = "ALDER1") -> int:
    number = f"S{BankStatementLine.objects.count() + 1}"
    imported(camt053((amount, side, "sorry"), identification=number, booked_on="2026-12-20", payee=payee), cast, at)
    return BankStatementLine.objects.latest("pk").pk


def test_repay_overpayment__books_what_went_back_on_the_day_of_the_line(
    cast: Cast, at: datetime, debt: DutyDebt
) -> None:
    before = balances()
    after = repay_overpayment(line_id=a_line(cast, at), debt_id=debt.pk, actor=cast.ada, at=at)
    assert (after.set_apart_minor, after.repaid_minor, after.state) == (0, 30_577_78, debt.state)
    entry = JournalEntry.objects.latest("pk")
    assert (entry.event, entry.effective_on.isoformat(), entry.posted_by_id) == (
        "overpaid_repaid", "2026-12-20", cast.ada.user_id,
    )  # fmt: skip
    assert before.pop("2000") == -30_577_78
    assert balances() == before | {"1000": before["1000"] - 30_577_78}
    assert PaymentMatch.objects.get(entry=entry).rule == "repayment"
    assert Activity.objects.latest("pk").act == "tariffs.payment.repay"


def test_unmatch_payment__sets_apart_again_what_was_repaid(cast: Cast, at: datetime, debt: DutyDebt) -> None:
    before, line_id = balances(), a_line(cast, at)
    repay_overpayment(line_id=line_id, debt_id=debt.pk, actor=cast.ada, at=at)
    match = PaymentMatch.objects.get(rule="repayment")
    after = unmatch_payment(match_id=match.pk, reason="slip", actor=cast.ada, at=at)
    assert (after.set_apart_minor, after.repaid_minor, balances()) == (30_577_78, 0, before)
    again = repay_overpayment(line_id=line_id, debt_id=debt.pk, actor=cast.ada, at=at)
    assert (again.set_apart_minor, again.repaid_minor) == (0, 30_577_78)
    with pytest.raises(PaymentNotToBeUndone):
        unmatch_payment(match_id=PaymentMatch.objects.earliest("pk").pk, reason="slip", actor=cast.ada, at=at)


def test_repay_overpayment__of_a_withdrawal_that_came_to_nothing(cast: Cast, at: datetime) -> None:
    a_schedule(at)
    withdrawal = an_assessed_withdrawal(cast, at)
    debt = pay_duty(withdrawal_id=withdrawal.pk, actor=cast.alice, at=at)
    settle(camt053(("300000.00", "CRDT", debt.reference)), cast, at)
    debt.refresh_from_db()
    assert debt.to_give_back == Money(0, "CNY")
    cancel_withdrawal(withdrawal_id=withdrawal.pk, actor=cast.alice, at=at)
    refused(NothingToRepay, a_line(cast, at, "299999.99"), debt.pk, cast.ada, at)
    before, line_id = balances(), a_line(cast, at, "300000.00")
    after = repay_overpayment(line_id=line_id, debt_id=debt.pk, actor=cast.ada, at=at)
    assert (after.to_give_back.minor, after.repaid_minor, after.paid_minor) == (0, 300_000_00, 300_000_00)
    assert balances() == {}
    match = PaymentMatch.objects.get(rule="repayment")
    again = unmatch_payment(match_id=match.pk, reason="slip", actor=cast.ada, at=at)
    assert (again.to_give_back.minor, again.repaid_minor, balances()) == (300_000_00, 0, before)


def refused(error: type[RuleViolation], line_id: int, debt_id: object, actor: Actor, at: datetime) -> None:
    before = everything(), PaymentMatch.objects.count()
    with pytest.raises(error):
        repay_overpayment(line_id=line_id, debt_id=debt_id, actor=actor, at=at)  # type: ignore[arg-type]
    assert (everything(), PaymentMatch.objects.count()) == before


@pytest.mark.parametrize(
    ("amount", "side", "payee", "error"),
    [
        ("30577.77", "DBIT", "ALDER1", NothingToRepay),
        ("30577.79", "DBIT", "ALDER1", NothingToRepay),
        (SET_APART, "DBIT", "CEDAR1", NothingToRepay),
        (SET_APART, "DBIT", "", NothingToRepay),
        (SET_APART, "CRDT", "ALDER1", NotFound),
    ],
)
def test_repay_overpayment__refuses_another_line(
    cast: Cast, at: datetime, debt: DutyDebt, amount: str, side: str, payee: str, error: type[RuleViolation]
) -> None:
    refused(error, a_line(cast, at, amount, side, payee), debt.pk, cast.ada, at)


def test_repay_overpayment__refuses_to_repay_twice(cast: Cast, at: datetime, debt: DutyDebt) -> None:
    line_id = a_line(cast, at)
    repay_overpayment(line_id=line_id, debt_id=debt.pk, actor=cast.ada, at=at)
    refused(LineAlreadyMatched, line_id, debt.pk, cast.ada, at)
    refused(NothingToRepay, a_line(cast, at), debt.pk, cast.ada, at)


def test_repay_overpayment__refuses_what_is_not_there(cast: Cast, at: datetime, debt: DutyDebt) -> None:
    refused(NotFound, a_line(cast, at), uuid4(), cast.ada, at)
    refused(NotFound, 0, debt.pk, cast.ada, at)


@pytest.mark.parametrize("name", ["alice", "olga", "victor", "audrey", "sven"])
def test_repay_overpayment__is_the_administrators(cast: Cast, at: datetime, debt: DutyDebt, name: str) -> None:
    refused(NotPermitted, a_line(cast, at), debt.pk, getattr(cast, name), at)
