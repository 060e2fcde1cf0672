"""Securing and paying: by whom, and every refusal leaves everything as it was."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bonded.actions.withdrawals import cancel_withdrawal
from bonded.models import Activity
from bonded.queries.withdrawals import granted_clearances
from bonded.rules.errors import NotFound, NotPermitted, RuleViolation
from bonded.rules.permissions import SYSTEM
from bonded.rules.withdrawals import Clearance, Procedure, WithdrawalNotLive
from tariffs.actions.duty import charge_duty, pay_duty, secure_duty
from tariffs.models import DutyDebt, GuaranteeAccount, GuaranteeReservation, JournalEntry
from tariffs.rules.debts import DutyAlreadySettled, NothingOwed
from tariffs.rules.guarantees import GuaranteeMissing, HeadroomMissing
from tests.cast import Cast
from tests.situations.tariffs import a_guarantee, a_schedule, a_secured_withdrawal, an_assessed_withdrawal

Settle = Callable[..., Any]
BOTH = pytest.mark.parametrize("settle", [secure_duty, pay_duty])


def everything() -> list[object]:
    """What a refusal must leave as it is."""
    return [
        list(GuaranteeAccount.objects.values_list("reserved_minor", "used_minor")),
        GuaranteeReservation.objects.count(),
        DutyDebt.objects.count(),
        JournalEntry.objects.count(),
        Activity.objects.count(),
    ]


def refused(settle: Settle, error: type[RuleViolation], **arguments: Any) -> RuleViolation:
    before = everything()
    with pytest.raises(error) as refusal:
        settle(**arguments)
    assert everything() == before
    return refusal.value


def test_secure_duty__reserves_exactly_what_is_owed(cast: Cast, at) -> None:
    a_schedule(at)
    guarantee = a_guarantee(cast, at, limit="305777.78")
    withdrawal = a_secured_withdrawal(cast, at)
    guarantee.refresh_from_db()
    assert (guarantee.reserved_minor, guarantee.headroom.available.minor) == (305_777_78, 0)
    assert Clearance.DUTY_SECURED in granted_clearances(withdrawal.pk)
    assert DutyDebt.objects.count() == 0


def test_secure_duty__refuses_with_the_shortfall_to_the_fen(cast: Cast, at) -> None:
    a_schedule(at)
    a_guarantee(cast, at, limit="305777.77")
    withdrawal = an_assessed_withdrawal(cast, at)
    refusal = refused(secure_duty, HeadroomMissing, withdrawal_id=withdrawal.pk, actor=cast.alice, at=at)
    assert refusal.facts["shortfall"] == "0.01"
    assert Clearance.DUTY_SECURED not in granted_clearances(withdrawal.pk)


def test_secure_duty__needs_a_guarantee(cast: Cast, at) -> None:
    a_schedule(at)
    withdrawal = an_assessed_withdrawal(cast, at)
    refused(secure_duty, GuaranteeMissing, withdrawal_id=withdrawal.pk, actor=cast.alice, at=at)


@BOTH
@pytest.mark.parametrize("name", ["olga", "victor", "ada", "audrey", "sven"])
def test_settling__is_the_buyers(cast: Cast, at, settle: Settle, name: str) -> None:
    a_schedule(at)
    a_guarantee(cast, at)
    withdrawal = an_assessed_withdrawal(cast, at)
    refused(settle, NotPermitted, withdrawal_id=withdrawal.pk, actor=getattr(cast, name), at=at)


@BOTH
def test_settling__is_not_a_rivals(cast: Cast, at, settle: Settle) -> None:
    a_schedule(at)
    a_guarantee(cast, at)
    withdrawal = an_assessed_withdrawal(cast, at)
    refused(settle, NotFound, withdrawal_id=withdrawal.pk, actor=cast.charlie, at=at)


@BOTH
def test_settling__may_be_a_colleagues(cast: Cast, at, settle: Settle) -> None:
    a_schedule(at)
    a_guarantee(cast, at)
    withdrawal = an_assessed_withdrawal(cast, at)
    settle(withdrawal_id=withdrawal.pk, actor=cast.bob, at=at)
    assert GuaranteeReservation.objects.count() + DutyDebt.objects.count() == 1


@BOTH
@pytest.mark.parametrize("first", [secure_duty, pay_duty])
def test_settling__is_done_once_in_either_way(cast: Cast, at, first: Settle, settle: Settle) -> None:
    a_schedule(at)
    a_guarantee(cast, at, limit="900000.00")
    withdrawal = an_assessed_withdrawal(cast, at)
    first(withdrawal_id=withdrawal.pk, actor=cast.alice, at=at)
    refused(settle, DutyAlreadySettled, withdrawal_id=withdrawal.pk, actor=cast.alice, at=at)


@BOTH
def test_settling__refuses_what_owes_nothing(cast: Cast, at, settle: Settle) -> None:
    a_schedule(at)
    withdrawal = an_assessed_withdrawal(cast, at, procedure=Procedure.RE_EXPORT)
    refused(settle, NothingOwed, withdrawal_id=withdrawal.pk, actor=cast.alice, at=at)


@BOTH
def test_settling__refuses_what_has_ended(cast: Cast, at, settle: Settle) -> None:
    a_schedule(at)
    withdrawal = an_assessed_withdrawal(cast, at)
    cancel_withdrawal(withdrawal_id=withdrawal.pk, actor=cast.alice, at=at)
    refused(settle, WithdrawalNotLive, withdrawal_id=withdrawal.pk, actor=cast.alice, at=at)


@pytest.mark.parametrize("name", ["alice", "olga", "victor", "ada", "sven"])
def test_charge_duty__is_the_platforms_own(cast: Cast, at, name: str) -> None:
    a_schedule(at)
    a_guarantee(cast, at)
    withdrawal = a_secured_withdrawal(cast, at)
    refused(charge_duty, NotPermitted, withdrawal_id=withdrawal.pk, actor=getattr(cast, name), at=at)


def test_charge_duty__without_security_charges_nothing(cast: Cast, at) -> None:
    a_schedule(at)
    withdrawal = an_assessed_withdrawal(cast, at)
    assert charge_duty(withdrawal_id=withdrawal.pk, actor=SYSTEM, at=at) is None
    assert DutyDebt.objects.count() == 0
