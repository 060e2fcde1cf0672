"""Amendments of one withdrawal at once: one waits for the other, and none is lost."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.db.models import Sum

from bonded.rules.money import Money
from tariffs.actions.duty_amendments import amend_duty
from tariffs.actions.repayments import repay_overpayment
from tariffs.models import Assessment, BankStatementLine, DutyAmendment, DutyDebt
from tariffs.rules.duty_amendments import Correction
from tests.cast import Cast
from tests.concurrency.tariffs.test_ledger import AT_ONCE, all_at_once
from tests.situations.tariffs import a_charged_debt, a_guarantee, a_schedule, camt053, imported, settle


def amend(debt: DutyDebt, number: str, value: Money, cast: Cast, at: datetime) -> str:
    amend_duty(
        withdrawal_id=debt.withdrawal_id, corrections={number: Correction(customs_value=value)}, reason="Found.",
        actor=cast.olga, at=at,
    )  # fmt: skip
    return "amended"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("step", [0, 7_000_00])
def test_amend_duty__twenty_at_once_follow_each_other(cast: Cast, at: datetime, step: int) -> None:
    a_schedule(at)
    a_guarantee(cast, at)
    debt = a_charged_debt(cast, at)
    number = debt.assessment.lines.get().lot.stock_number
    answers = all_at_once(lambda n: amend(debt, number, Money(900_000_00 + n * step, "CNY"), cast, at))
    done = AT_ONCE if step else 1
    assert sorted(answers) == ["amended"] * done + ["nothing_amended"] * (AT_ONCE - done)
    positions = DutyAmendment.objects.order_by("position").values_list("position", "after__position")
    assert list(positions) == [(n, n + 1) for n in range(1, done + 1)]
    last = Assessment.objects.order_by("-position").first()
    assert last is not None
    assert DutyDebt.objects.aggregate(charged=Sum("total_minor"))["charged"] == last.total_minor


@pytest.mark.django_db(transaction=True)
def test_repay_overpayment__twenty_at_once_repay_once(cast: Cast, at: datetime) -> None:
    a_schedule(at)
    a_guarantee(cast, at)
    debt = a_charged_debt(cast, at)
    settle(camt053(("305777.78", "CRDT", debt.reference)), cast, at)
    amend(debt, debt.assessment.lines.get().lot.stock_number, Money(900_000_00, "CNY"), cast, at)
    back = [imported(camt053(("30577.78", "DBIT", ""), identification=f"B{n}", payee="ALDER1"), cast, at)
            for n in range(2)]  # fmt: skip
    lines = list(BankStatementLine.objects.filter(statement__file__in=back).values_list("pk", flat=True))
    answers = all_at_once(
        lambda n: repay_overpayment(line_id=lines[n % 2], debt_id=debt.pk, actor=cast.ada, at=at).repaid_minor
    )
    assert sorted(map(str, answers)) == sorted(
        ["3057778"] + ["line_already_matched"] * (AT_ONCE // 2 - 1) + ["nothing_to_repay"] * (AT_ONCE // 2)
    )
    debt.refresh_from_db()
    assert (debt.set_apart_minor, debt.repaid_minor) == (0, 30_577_78)
