"""Late money from end to end: charged with the last of the taxes, owed, paid, sent on, taken back."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from bonded.actions.withdrawals import refuse_withdrawal
from bonded.queries.withdrawals import granted_clearances
from bonded.rules.withdrawals import Clearance
from tariffs.actions.bank_statements import match_bank_file
from tariffs.actions.duty import pay_duty
from tariffs.actions.payment_matches import unmatch_payment
from tariffs.models import DebtSurcharge, DutyDebt, JournalEntry, LedgerAccount, PaymentMatch, UndoneMatch
from tariffs.queries.bank_statements import unmatched_lines
from tariffs.queries.debts import is_running_late, surcharges_of_debts
from tariffs.rules.debts import DebtState, PaymentNotToBeUndone
from tests.cast import Cast
from tests.situations.tariffs import (
    a_charged_debt,
    a_guarantee,
    a_schedule,
    an_assessed_withdrawal,
    camt053,
    settle,
)


def balances() -> dict[str, int]:
    return dict(LedgerAccount.objects.order_by("code").values_list("code", "balance_minor"))


def pay(debt: DutyDebt, amount: str, on: str, cast: Cast, at: datetime) -> DutyDebt:
    """Alder's money for the debt is booked."""
    settle(camt053((amount, "CRDT", debt.reference), identification=f"{on}-{amount}", booked_on=on), cast, at)
    return DutyDebt.objects.get(pk=debt.pk)


@pytest.fixture
def debt(cast: Cast, at: datetime) -> DutyDebt:
    a_schedule(at)
    a_guarantee(cast, at)
    return a_charged_debt(cast, at)


def test_book_payment__charges_late_money_and_waits_for_it(cast: Cast, at: datetime, debt: DutyDebt) -> None:
    late = pay(debt, "305777.78", "2026-12-17", cast, at)
    assert (late.state, late.surcharge_minor, str(late.outstanding)) == (DebtState.OPEN, 1_528_89, "1528.89")
    rows = DebtSurcharge.objects.order_by("pk").values_list("tax", "days", "amount_minor", "rule_version", "charge")
    assert list(rows) == [
        ("duty", 10, 200_00, "CN-late-2024-12", 1),
        ("consumption_tax", 10, 577_78, "CN-late-2024-12", 1),
        ("vat", 10, 751_11, "CN-late-2024-12", 1),
    ]
    assert balances()["2140"] == -1_528_89
    assert late.reservation is not None
    assert late.reservation.state == "used"

    paid = pay(debt, "1528.89", "2026-12-18", cast, at)
    assert paid.state == DebtState.PAID
    assert settle(camt053(("307306.67", "DBIT", debt.reference), identification="S3"), cast, at) == ["remittance"]
    assert set(balances().values()) == {0}


def test_book_payment__pays_late_money_with_what_is_left(cast: Cast, at: datetime, debt: DutyDebt) -> None:
    paid = pay(debt, "308000.00", "2026-12-17", cast, at)
    assert (paid.state, paid.paid_minor) == (DebtState.PAID, 307_306_67)
    assert balances()["2000"] == -693_33


def test_book_payment__counts_each_part_for_its_days(cast: Cast, at: datetime, debt: DutyDebt) -> None:
    assert pay(debt, "152888.89", "2026-12-12", cast, at).surcharge_minor == 0
    assert pay(debt, "152888.89", "2026-12-17", cast, at).surcharge_minor == 1_146_66


def test_book_payment__writes_down_what_it_waives(cast: Cast, at: datetime, debt: DutyDebt) -> None:
    late = pay(debt, "305777.78", "2026-12-08", cast, at)
    assert late.surcharge_minor == 132_89
    assert list(DebtSurcharge.objects.filter(is_waived=True).values_list("tax", "amount_minor")) == [("duty", 0)]


def test_book_payment__on_the_due_day_is_in_time(cast: Cast, at: datetime, debt: DutyDebt) -> None:
    assert pay(debt, "305777.78", "2026-12-07", cast, at).state == DebtState.PAID
    assert DebtSurcharge.objects.count() == 0


def test_surcharges_of_debts__tells_what_a_late_debt_would_cost_today(cast: Cast, at: datetime, debt: DutyDebt) -> None:
    assert not is_running_late(debt, on=date(2026, 12, 7))
    assert is_running_late(debt, on=date(2026, 12, 8))
    part = pay(debt, "152888.89", "2026-12-12", cast, at)
    found = surcharges_of_debts([part], on=date(2026, 12, 17))[part.pk]
    assert [(one.tax, str(one.amount)) for one in found] == [
        ("duty", "150.00"), ("consumption_tax", "433.33"), ("vat", "563.33"),
    ]  # fmt: skip
    assert DebtSurcharge.objects.count() == 0


def test_surcharges_of_debts__asks_twice_however_many_are_late(
    cast: Cast, at: datetime, debt: DutyDebt, django_assert_num_queries: Any
) -> None:
    a_guarantee(cast, at, limit="1000000.00")
    other = a_charged_debt(cast, at)
    part = pay(other, "152888.89", "2026-12-12", cast, at)
    with django_assert_num_queries(2):
        found = surcharges_of_debts([debt, part], on=date(2026, 12, 17))
    assert [str(one.amount) for one in found[debt.pk]] == ["200.00", "577.78", "751.11"]
    assert [str(one.amount) for one in found[part.pk]] == ["150.00", "433.33", "563.33"]


def test_refuse_withdrawal__takes_late_money_back_too(cast: Cast, at: datetime) -> None:
    a_schedule(at)
    withdrawal = an_assessed_withdrawal(cast, at)
    debt = pay_duty(withdrawal_id=withdrawal.pk, actor=cast.alice, at=at)
    assert pay(debt, "305777.78", "2026-12-18", cast, at).surcharge_minor == 1_528_89
    refuse_withdrawal(withdrawal_id=withdrawal.pk, reason="origin in doubt", actor=cast.olga, at=at)
    assert {code: minor for code, minor in balances().items() if minor} == {"1000": 305_777_78, "2000": -305_777_78}


def test_unmatch_payment__takes_booking_and_late_money_back(cast: Cast, at: datetime, debt: DutyDebt) -> None:
    pay(debt, "305777.78", "2026-12-17", cast, at)
    later = at + timedelta(days=30)
    match = PaymentMatch.objects.get()
    again = unmatch_payment(match_id=match.pk, reason="another's money", actor=cast.ada, at=later)
    assert (again.state, again.paid_minor, again.surcharge_minor) == (DebtState.OPEN, 0, 0)
    assert balances() == {
        "1000": 0, "1100": 305_777_78, "2100": -40_000_00, "2110": -115_555_56, "2120": -150_222_22, "2140": 0,
    }  # fmt: skip
    undone = UndoneMatch.objects.get()
    assert (undone.line_id, undone.reason, undone.entry_id) == (match.line_id, "another's money", match.entry_id)
    assert PaymentMatch.objects.count() == 0
    assert [line.line_id for line in unmatched_lines([match.line.statement_id])] == [match.line_id]


def test_unmatch_payment__lets_the_line_be_matched_and_booked_again(cast: Cast, at: datetime, debt: DutyDebt) -> None:
    from tariffs.actions.payments import book_payment

    pay(debt, "305777.78", "2026-12-17", cast, at)
    match = PaymentMatch.objects.get()
    unmatch_payment(match_id=match.pk, reason="slip", actor=cast.ada, at=at)
    (once_more,) = match_bank_file(file_id=match.line.statement.file_id, actor=cast.ada, at=at)
    late = book_payment(match_id=once_more.pk, actor=cast.ada, at=at)
    assert (late.surcharge_minor, late.surcharges.filter(charge=2).count()) == (1_528_89, 3)
    assert JournalEntry.objects.filter(reference__endswith=":2").count() == 2


def test_unmatch_payment__takes_duty_paid_back(cast: Cast, at: datetime) -> None:
    a_schedule(at)
    withdrawal = an_assessed_withdrawal(cast, at)
    debt = pay_duty(withdrawal_id=withdrawal.pk, actor=cast.alice, at=at)
    assert pay(debt, "305777.78", "2026-12-01", cast, at).state == DebtState.PAID
    unmatch_payment(match_id=PaymentMatch.objects.get().pk, reason="slip", actor=cast.ada, at=at)
    assert Clearance.DUTY_PAID not in granted_clearances(withdrawal.pk)
    assert DutyDebt.objects.get().state == DebtState.OPEN


def test_unmatch_payment__refuses_when_the_guarantee_was_given_back(cast: Cast, at: datetime, debt: DutyDebt) -> None:
    pay(debt, "305777.78", "2026-12-01", cast, at)
    with pytest.raises(PaymentNotToBeUndone) as refusal:
        unmatch_payment(match_id=PaymentMatch.objects.get().pk, reason="slip", actor=cast.ada, at=at)
    assert (refusal.value.code, refusal.value.facts) == ("payment_not_to_be_undone", {"reference": debt.reference})
    assert (DutyDebt.objects.get().state, UndoneMatch.objects.count()) == (DebtState.PAID, 0)


def test_unmatch_payment__takes_a_remittance_back(cast: Cast, at: datetime, debt: DutyDebt) -> None:
    pay(debt, "305777.78", "2026-12-01", cast, at)
    settle(camt053(("305777.78", "DBIT", debt.reference), identification="S3"), cast, at)
    match = PaymentMatch.objects.get(rule="remittance")
    assert unmatch_payment(match_id=match.pk, reason="slip", actor=cast.ada, at=at).state == DebtState.PAID
    assert balances()["1000"] == 305_777_78
