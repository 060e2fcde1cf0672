"""Released goods assessed once more: what is charged, what is set apart, and what stays."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from bonded.actions.withdrawals import release_withdrawal
from bonded.models import Activity
from bonded.rules.errors import NotFound, NotPermitted, RuleViolation
from bonded.rules.money import Money
from bonded.rules.permissions import SYSTEM, Actor
from bonded.rules.withdrawals import Procedure
from tariffs.actions.account_statements import order_account_statement
from tariffs.actions.duty_amendments import amend_duty
from tariffs.actions.payment_matches import unmatch_payment
from tariffs.actions.versions import publish_versions
from tariffs.models import (
    Assessment,
    DutyAmendment,
    DutyDebt,
    GuaranteeAccount,
    JournalEntry,
    LedgerAccount,
    PaymentMatch,
)
from tariffs.queries.account_statements import statement_of
from tariffs.rules.debts import DebtState, NothingOwed, PaymentNotToBeUndone
from tariffs.rules.duty_amendments import AmendedTooLate, Correction, NothingAmended, WithdrawalNotReleased
from tariffs.rules.schedule import MeasureMissing
from tests.cast import Cast
from tests.situations.tariffs import (
    a_charged_debt,
    a_guarantee,
    a_measure,
    a_schedule,
    a_secured_withdrawal,
    an_assessed_withdrawal,
    camt053,
    cleared_by_customs,
    settle,
)

LATER = timedelta(days=10)


@pytest.fixture
def debt(cast: Cast, at: datetime) -> DutyDebt:
    a_schedule(at)
    a_guarantee(cast, at)
    return a_charged_debt(cast, at)


# There is no month of the records yet for years to come.
@pytest.mark.breaks_invariants
@pytest.mark.parametrize(("is_paid", "last_on"), [(False, "2029-11-23"), (True, "2029-12-07")])
def test_amend_duty__until_three_years_after_release_and_payment(
    cast: Cast, at: datetime, debt: DutyDebt, is_paid: bool, last_on: str
) -> None:
    if is_paid:
        settle(camt053(("305777.78", "CRDT", debt.reference)), cast, at)
    last = datetime.fromisoformat(f"{last_on}T23:59+08:00")
    before = everything()
    with pytest.raises(AmendedTooLate):
        amend(debt, cast, last + timedelta(minutes=1), yuan=900_000)
    assert everything() == before
    assert amend(debt, cast, last, yuan=900_000).after.total_minor == 275_200_00


def amend(debt: DutyDebt, cast: Cast, at: datetime, *, yuan: int | None = None, **facts: Any) -> DutyAmendment:
    value = None if yuan is None else Money(yuan * 100, "CNY")
    return amend_duty(
        withdrawal_id=debt.withdrawal_id,
        corrections={stock_number(debt): Correction(customs_value=value, **facts)},
        reason="The invoice was another.",
        actor=cast.olga,
        at=at,
    )


def stock_number(debt: DutyDebt) -> str:
    number: str = debt.assessment.lines.values_list("lot__stock_number", flat=True).get()
    return number


def balances() -> dict[str, int]:
    found: dict[str, int] = {}
    for code, minor in LedgerAccount.objects.order_by("code").values_list("code", "balance_minor"):
        found[code] = found.get(code, 0) + minor
    return {code: minor for code, minor in found.items() if minor}


def everything() -> list[object]:
    counted = (Assessment, DutyAmendment, JournalEntry, Activity)
    return [[model.objects.count() for model in counted], list(DutyDebt.objects.values()), balances()]


def test_amend_duty__charges_what_is_more_as_a_further_debt(cast: Cast, at: datetime, debt: DutyDebt) -> None:
    before = list(DutyDebt.objects.values())
    amendment = amend(debt, cast, at + LATER, yuan=1_100_000)
    further = DutyDebt.objects.get(amendment=amendment)
    assert list(DutyDebt.objects.filter(pk=debt.pk).values()) == before
    assert [amendment.before_id, further.assessment_id] == [debt.assessment_id, amendment.after_id]
    assert (further.duty_minor, further.consumption_tax_minor, further.vat_minor) == (4_000_00, 11_555_55, 15_022_22)
    assert (further.total_minor, further.term, further.reservation_id) == (30_577_77, debt.term, None)
    assert (further.charged_on.isoformat(), further.due_on.isoformat()) == ("2026-12-03", "2027-01-08")
    assert balances() == {"1100": 336_355_55, "2100": -44_000_00, "2110": -127_111_11, "2120": -165_244_44}


def test_amend_duty__assesses_by_the_rates_of_the_first_day(cast: Cast, at: datetime, debt: DutyDebt) -> None:
    amendment = amend(debt, cast, at + LATER, yuan=1_100_000)
    assert amendment.after.assessed_on == amendment.before.assessed_on
    assert (amendment.after.assessed_at, amendment.after.position) == (at + LATER, 2)
    assert amendment.after.lines.get().value_minor == 1_100_000_00


def test_amend_duty__lowers_an_open_debt(cast: Cast, at: datetime, debt: DutyDebt) -> None:
    amend(debt, cast, at + LATER, yuan=900_000)
    after = DutyDebt.objects.get()
    assert (after.state, after.total_minor, after.outstanding.minor, after.set_apart_minor) == (
        DebtState.OPEN, 275_200_00, 275_200_00, 0,
    )  # fmt: skip
    assert balances() == {"1100": 275_200_00, "2100": -36_000_00, "2110": -104_000_00, "2120": -135_200_00}
    reduced = JournalEntry.objects.get(event="duty_reduced")
    assert reduced.reference.startswith(f"duty_debt:{debt.pk}:amendment:")


def test_amend_duty__finds_a_debt_paid_and_gives_the_guarantee_back(cast: Cast, at: datetime, debt: DutyDebt) -> None:
    settle(camt053(("300000.00", "CRDT", debt.reference)), cast, at)
    amend(debt, cast, at + LATER, yuan=900_000)
    after = DutyDebt.objects.get()
    assert (after.state, after.paid_minor, after.set_apart_minor) == (DebtState.PAID, 275_200_00, 24_800_00)
    assert GuaranteeAccount.objects.get().used_minor == 0
    assert balances() == {
        "1000": 300_000_00, "2000": -24_800_00, "2100": -36_000_00, "2110": -104_000_00, "2120": -135_200_00,
    }  # fmt: skip


def test_amend_duty__after_customs_was_paid_is_owed_by_customs(cast: Cast, at: datetime, debt: DutyDebt) -> None:
    settle(camt053(("305777.78", "CRDT", debt.reference)), cast, at)
    settle(camt053(("305777.78", "DBIT", debt.reference), identification="S2"), cast, at)
    amend(debt, cast, at + LATER, yuan=900_000)
    after = DutyDebt.objects.get()
    assert (after.state, after.set_apart_minor) == (DebtState.REMITTED, 30_577_78)
    assert balances() == {"2000": -30_577_78, "2100": 4_000_00, "2110": 11_555_56, "2120": 15_022_22}


def test_amend_duty__works_the_late_money_out_once_more(cast: Cast, at: datetime, debt: DutyDebt) -> None:
    paid = at + timedelta(days=30)
    settle(camt053(("305777.78", "CRDT", debt.reference), booked_on="2026-12-17"), cast, paid)
    assert DutyDebt.objects.get().surcharge_minor == 1_528_89
    amend(debt, cast, paid, yuan=900_000)
    after = DutyDebt.objects.get()
    # 36,000, 104,000 and 135,200 for ten days at 0.05 %.
    assert (after.state, after.surcharge_minor, after.paid_minor) == (DebtState.PAID, 1_376_00, 276_576_00)
    assert (after.set_apart_minor, balances()["2000"], balances()["2140"]) == (29_201_78, -29_201_78, -1_376_00)


def test_amend_duty__takes_parts_for_themselves(cast: Cast, at: datetime, debt: DutyDebt) -> None:
    publish_versions(
        [a_measure("duty_mfn", "7116", "30%"), a_measure("vat", "7116", "9%")], actor=SYSTEM, at=at
    )  # fmt: skip
    amendment = amend(debt, cast, at, hs_code="71162000")
    further = DutyDebt.objects.get(amendment=amendment)
    first = DutyDebt.objects.get(pk=debt.pk)
    assert (further.duty_minor, further.total_minor) == (260_000_00, 260_000_00)
    assert (first.duty_minor, first.consumption_tax_minor, first.vat_minor) == (40_000_00, 0, 117_000_00)


def test_amend_duty__down_to_nothing_leaves_a_paid_debt_of_nothing(cast: Cast, at: datetime, debt: DutyDebt) -> None:
    publish_versions([a_measure("duty_mfn", "7116", "0%"), a_measure("vat", "7116", "0%")], actor=SYSTEM, at=at)
    amend(debt, cast, at, hs_code="71162000")
    after = DutyDebt.objects.get()
    assert (after.state, after.total_minor, balances()) == (DebtState.PAID, 0, {})
    amend(debt, cast, at, hs_code="71039100")
    assert balances()["1100"] == 305_777_78


def test_amend_duty__of_what_owed_nothing_charges_all(cast: Cast, at: datetime) -> None:
    a_schedule(at)
    publish_versions([a_measure("duty_mfn", "7116", "0%"), a_measure("vat", "7116", "0%")], actor=SYSTEM, at=at)
    withdrawal = an_assessed_withdrawal(cast, at, hs_code="71162000")
    cleared_by_customs(withdrawal, at)
    release_withdrawal(withdrawal_id=withdrawal.pk, actor=cast.olga, at=at)
    assessment = Assessment.objects.get()
    number = assessment.lines.get().lot.stock_number
    amend_duty(
        withdrawal_id=withdrawal.pk, corrections={number: Correction(hs_code="71039100")}, reason="An emerald.",
        actor=cast.olga, at=at,
    )  # fmt: skip
    debt = DutyDebt.objects.get()
    assert (debt.total_minor, debt.term) == (305_777_78, "days_after_completion")


def test_amend_duty__again_and_again_comes_to_the_last_assessment(cast: Cast, at: datetime, debt: DutyDebt) -> None:
    for yuan in (1_100_000, 800_000, 1_000_000):
        amend(debt, cast, at, yuan=yuan)
    assert balances()["1100"] == 305_777_78
    # 800,000 took the first further debt off and then lowered the first debt; the last is of the rest.
    charged = DutyDebt.objects.order_by("amendment__position")
    assert [row.total_minor for row in charged] == [0, 61_155_56, 244_622_22]
    assert list(DutyAmendment.objects.order_by("position").values_list("position", flat=True)) == [1, 2, 3]
    assert Assessment.objects.count() == 4


def refused(error: type[RuleViolation], debt: DutyDebt, actor: Actor, at: datetime, **facts: Any) -> None:
    before = everything()
    with pytest.raises(error):
        amend_duty(
            withdrawal_id=debt.withdrawal_id, corrections={stock_number(debt): Correction(**facts)}, reason="Because.",
            actor=actor, at=at,
        )  # fmt: skip
    assert everything() == before


@pytest.mark.parametrize("name", ["alice", "victor", "ada", "audrey", "sven"])
def test_amend_duty__is_the_officers(cast: Cast, at: datetime, debt: DutyDebt, name: str) -> None:
    refused(NotPermitted, debt, getattr(cast, name), at, origin="ZM")


def test_amend_duty__refuses_what_changes_nothing(cast: Cast, at: datetime, debt: DutyDebt) -> None:
    refused(NothingAmended, debt, cast.olga, at, origin="CO")


def test_amend_duty__refuses_what_the_schedule_does_not_know(cast: Cast, at: datetime, debt: DutyDebt) -> None:
    refused(MeasureMissing, debt, cast.olga, at, hs_code="99999999")


def test_amend_duty__refuses_what_is_not_released(cast: Cast, at: datetime) -> None:
    a_schedule(at)
    a_guarantee(cast, at)
    withdrawal = a_secured_withdrawal(cast, at)
    with pytest.raises(WithdrawalNotReleased):
        amend_duty(withdrawal_id=withdrawal.pk, corrections={}, reason="Because.", actor=cast.olga, at=at)
    assert Assessment.objects.count() == 1


def test_amend_duty__refuses_what_was_never_assessed(cast: Cast, at: datetime) -> None:
    a_schedule(at)
    withdrawal = an_assessed_withdrawal(cast, at, procedure=Procedure.RE_EXPORT)
    cleared_by_customs(withdrawal, at)
    release_withdrawal(withdrawal_id=withdrawal.pk, actor=cast.olga, at=at)
    with pytest.raises(NothingOwed):
        amend_duty(withdrawal_id=withdrawal.pk, corrections={}, reason="Because.", actor=cast.olga, at=at)
    assert Assessment.objects.count() == 0


def test_unmatch_payment__refuses_what_is_to_be_given_back(cast: Cast, at: datetime, debt: DutyDebt) -> None:
    settle(camt053(("300000.00", "CRDT", debt.reference)), cast, at)
    amend(debt, cast, at, yuan=900_000)
    before = everything()
    with pytest.raises(PaymentNotToBeUndone):
        unmatch_payment(match_id=PaymentMatch.objects.get().pk, reason="slip", actor=cast.ada, at=at)
    assert everything() == before


def test_statement_of__collects_what_is_left_as_it_was_known(cast: Cast, at: datetime, debt: DutyDebt) -> None:
    def collected(moment: datetime) -> int:
        order = order_account_statement(
            company_id=debt.company_id, currency="CNY", month=at.date(), actor=cast.alice, at=moment
        )
        return statement_of(order, actor=SYSTEM).collected.minor

    before = collected(at)
    amend(debt, cast, at + LATER, yuan=900_000)
    assert (before, collected(at + LATER)) == (305_777_78, 275_200_00)
    order = order_account_statement(company_id=debt.company_id, currency="CNY", month=at.date(), actor=cast.bob, at=at)
    assert statement_of(order, actor=SYSTEM).collected.minor == 305_777_78


def test_amend_duty__of_nothing_is_not_there(cast: Cast, at: datetime, debt: DutyDebt) -> None:
    with pytest.raises(NotFound):
        amend_duty(
            withdrawal_id=debt.pk, corrections={"E": Correction(origin="ZM")}, reason="Because.", actor=cast.olga, at=at
        )
