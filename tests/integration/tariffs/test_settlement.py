"""From a withdrawal to balances of zero: assessed, secured, released, charged, paid, remitted."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from bonded.actions.withdrawals import cancel_withdrawal, refuse_withdrawal, release_withdrawal
from bonded.queries.withdrawals import granted_clearances
from bonded.rules.money import Money
from bonded.rules.permissions import SYSTEM
from bonded.rules.withdrawals import Clearance
from tariffs.actions.duty import pay_duty
from tariffs.models import DutyDebt, GuaranteeReservation, LedgerAccount
from tariffs.rules.debts import DebtState
from tests.cast import Cast
from tests.situations.tariffs import (
    a_charged_debt,
    a_guarantee,
    a_schedule,
    a_secured_withdrawal,
    an_assessed_withdrawal,
    camt053,
    cleared_by_customs,
    settle,
)


def balances() -> dict[str, int]:
    return dict(LedgerAccount.objects.order_by("code").values_list("code", "balance_minor"))


def test_settlement__of_secured_duty_ends_with_balances_of_zero(cast: Cast, at: datetime) -> None:
    a_schedule(at)
    guarantee = a_guarantee(cast, at)
    debt = a_charged_debt(cast, at)
    assert (str(debt.outstanding), debt.due_on) == ("305777.78", date(2026, 12, 7))
    assert balances() == {"1100": 305_777_78, "2100": -40_000_00, "2110": -115_555_56, "2120": -150_222_22}
    guarantee.refresh_from_db()
    assert (guarantee.reserved_minor, guarantee.used_minor) == (0, 305_777_78)

    later = at + timedelta(days=14)
    assert settle(camt053(("305777.78", "CRDT", f"duty {debt.reference}")), cast, later) == ["reference_and_amount"]
    debt.refresh_from_db()
    guarantee.refresh_from_db()
    assert debt.state == DebtState.PAID
    assert str(guarantee.headroom.available) == "500000.00"

    sent = camt053(("305777.78", "DBIT", debt.reference), identification="S2")
    assert settle(sent, cast, later) == ["remittance"]
    debt.refresh_from_db()
    assert debt.state == DebtState.REMITTED
    assert balances() == {"1000": 0, "1100": 0, "2100": 0, "2110": 0, "2120": 0}


def test_settlement__of_duty_paid_at_once_clears_the_goods_when_the_money_is_here(cast: Cast, at: datetime) -> None:
    a_schedule(at)
    withdrawal = an_assessed_withdrawal(cast, at)
    debt = pay_duty(withdrawal_id=withdrawal.pk, actor=cast.alice, at=at)
    assert debt.due_on == date(2026, 12, 8)
    assert Clearance.DUTY_PAID not in granted_clearances(withdrawal.pk)

    half = camt053(("152888.89", "CRDT", debt.reference))
    assert settle(half, cast, at) == ["reference_only"]
    assert Clearance.DUTY_PAID not in granted_clearances(withdrawal.pk)

    rest = camt053(("152888.89", "CRDT", debt.reference), identification="S2")
    assert settle(rest, cast, at) == ["reference_and_amount"]
    assert Clearance.DUTY_PAID in granted_clearances(withdrawal.pk)

    cleared_by_customs(withdrawal, at)
    release_withdrawal(withdrawal_id=withdrawal.pk, actor=cast.olga, at=at)
    assert DutyDebt.objects.count() == 1


def test_book_payment__keeps_what_is_too_much_apart(cast: Cast, at: datetime) -> None:
    a_schedule(at)
    a_guarantee(cast, at)
    debt = a_charged_debt(cast, at)
    assert settle(camt053(("305800.00", "CRDT", debt.reference)), cast, at) == ["reference_only"]
    debt.refresh_from_db()
    assert debt.state == DebtState.PAID
    assert balances() == {
        "1000": 305_800_00, "1100": 0, "2000": -22_22, "2100": -40_000_00, "2110": -115_555_56, "2120": -150_222_22,
    }  # fmt: skip


def test_match_bank_file__learns_the_accounts_that_a_company_pays_from(cast: Cast, at: datetime) -> None:
    a_schedule(at)
    a_guarantee(cast, at, limit="700000.00")
    first, second = a_charged_debt(cast, at), a_charged_debt(cast, at)
    settle(camt053(("305777.78", "CRDT", first.reference)), cast, at)
    assert settle(camt053(("305777.78", "CRDT", "no reference"), identification="S2"), cast, at) == ["payer_and_amount"]
    second.refresh_from_db()
    assert second.state == DebtState.PAID


def test_cancel_withdrawal__frees_the_guarantee(cast: Cast, at: datetime) -> None:
    a_schedule(at)
    guarantee = a_guarantee(cast, at)
    withdrawal = a_secured_withdrawal(cast, at)
    cancel_withdrawal(withdrawal_id=withdrawal.pk, actor=cast.alice, at=at)
    guarantee.refresh_from_db()
    assert guarantee.headroom.available == Money(500_000_00, "CNY")
    assert [reservation.state for reservation in GuaranteeReservation.objects.all()] == ["freed"]


def test_cancel_withdrawal__takes_the_charge_back(cast: Cast, at: datetime) -> None:
    a_schedule(at)
    withdrawal = an_assessed_withdrawal(cast, at)
    debt = pay_duty(withdrawal_id=withdrawal.pk, actor=cast.alice, at=at)
    cancel_withdrawal(withdrawal_id=withdrawal.pk, actor=cast.alice, at=at)
    debt.refresh_from_db()
    assert debt.state == DebtState.WITHDRAWN
    assert set(balances().values()) == {0}


def test_refuse_withdrawal__keeps_money_that_came_to_be_given_back(cast: Cast, at: datetime) -> None:
    a_schedule(at)
    withdrawal = an_assessed_withdrawal(cast, at)
    debt = pay_duty(withdrawal_id=withdrawal.pk, actor=cast.alice, at=at)
    settle(camt053(("100000.00", "CRDT", debt.reference)), cast, at)
    refuse_withdrawal(withdrawal_id=withdrawal.pk, reason="origin in doubt", actor=cast.olga, at=at)
    assert balances() == {"1000": 100_000_00, "1100": 0, "2000": -100_000_00, "2100": 0, "2110": 0, "2120": 0}


def test_charge_duty__charges_nothing_twice(cast: Cast, at: datetime) -> None:
    from tariffs.actions.duty import charge_duty

    a_schedule(at)
    a_guarantee(cast, at)
    debt = a_charged_debt(cast, at)
    assert charge_duty(withdrawal_id=debt.withdrawal_id, actor=SYSTEM, at=at) is None
    assert DutyDebt.objects.count() == 1
