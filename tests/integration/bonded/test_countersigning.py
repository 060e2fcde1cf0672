"""Goods worth much are let go by two officers, each of whom sees the same packet."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.db import IntegrityError, transaction

from bonded.actions.clearances import grant_clearance, revoke_clearance
from bonded.actions.withdrawals import approve_withdrawal, release_withdrawal, request_withdrawal
from bonded.models import Activity, Withdrawal
from bonded.rules.errors import InputInvalid, NotPermitted
from bonded.rules.lifecycle import StepNotAllowed
from bonded.rules.permissions import SYSTEM
from bonded.rules.withdrawals import (
    ApprovalOutdated,
    Clearance,
    ClearanceMissing,
    CountersignatureMissing,
    CountersignedByItsApprover,
    Procedure,
    WithdrawalState,
)
from tests.cast import Cast
from tests.situations.bonded import a_sealed_lot, a_withdrawal_ready_to_leave

MUCH = {"value_minor": 700_000_00}
SETTLED = (Clearance.DUTY_ASSESSED, Clearance.DUTY_PAID, Clearance.CUSTOMS_ACCEPTED, Clearance.CUSTOMS_RELEASED)


def worth_much(cast: Cast, at: datetime) -> Withdrawal:
    lot = a_sealed_lot(cast, at, **MUCH)
    withdrawal = request_withdrawal(lot_ids=[lot.pk], procedure=Procedure.HOME_USE, actor=cast.alice, at=at)
    Withdrawal.objects.filter(pk=withdrawal.pk).update(state=WithdrawalState.DECLARED)
    for clearance in SETTLED:
        grant_clearance(withdrawal_id=withdrawal.pk, clearance=clearance, evidence="test", actor=SYSTEM, at=at)
    withdrawal.refresh_from_db()
    return withdrawal


def state_of(withdrawal: Withdrawal) -> str:
    withdrawal.refresh_from_db()
    return withdrawal.state


def test_request_withdrawal__knows_what_two_officers_let_go(cast: Cast, at: datetime) -> None:
    assert worth_much(cast, at).needs_countersignature
    assert not a_withdrawal_ready_to_leave(cast, at).needs_countersignature


def test_release_withdrawal__of_goods_worth_much_is_refused_to_the_first_officer(cast: Cast, at: datetime) -> None:
    withdrawal = worth_much(cast, at)

    with pytest.raises(CountersignatureMissing):
        release_withdrawal(withdrawal_id=withdrawal.pk, actor=cast.olga, at=at)

    assert state_of(withdrawal) == "declared"
    assert not Activity.objects.filter(act="bonded.withdrawal.release").exists()


def test_release_withdrawal__is_done_by_another_officer_than_approved_it(cast: Cast, at: datetime) -> None:
    withdrawal = worth_much(cast, at)
    approve_withdrawal(withdrawal_id=withdrawal.pk, actor=cast.olga, at=at)

    with pytest.raises(CountersignedByItsApprover):
        release_withdrawal(withdrawal_id=withdrawal.pk, actor=cast.olga, at=at)
    assert state_of(withdrawal) == "declared"

    release_withdrawal(withdrawal_id=withdrawal.pk, actor=cast.oscar, at=at)

    assert state_of(withdrawal) == "released"
    assert (withdrawal.approved_by_id, withdrawal.decided_by_id) == (cast.olga.user_id, cast.oscar.user_id)


def test_release_withdrawal__is_refused_when_what_was_approved_has_changed(cast: Cast, at: datetime) -> None:
    withdrawal = worth_much(cast, at)
    approve_withdrawal(withdrawal_id=withdrawal.pk, actor=cast.olga, at=at)
    paid = Clearance.DUTY_PAID
    revoke_clearance(withdrawal_id=withdrawal.pk, clearance=paid, reason="bounced", actor=SYSTEM, at=at)
    grant_clearance(withdrawal_id=withdrawal.pk, clearance=paid, evidence="again", actor=SYSTEM, at=at)

    with pytest.raises(ApprovalOutdated):
        release_withdrawal(withdrawal_id=withdrawal.pk, actor=cast.oscar, at=at)
    assert state_of(withdrawal) == "declared"

    approve_withdrawal(withdrawal_id=withdrawal.pk, actor=cast.oscar, at=at)
    release_withdrawal(withdrawal_id=withdrawal.pk, actor=cast.olga, at=at)
    assert state_of(withdrawal) == "released"


def test_approve_withdrawal__needs_everything_that_a_release_needs(cast: Cast, at: datetime) -> None:
    withdrawal, small = worth_much(cast, at), a_withdrawal_ready_to_leave(cast, at)
    revoke_clearance(withdrawal_id=withdrawal.pk, clearance=Clearance.DUTY_PAID, reason="bounced", actor=SYSTEM, at=at)

    with pytest.raises(ClearanceMissing):
        approve_withdrawal(withdrawal_id=withdrawal.pk, actor=cast.olga, at=at)
    with pytest.raises(InputInvalid):
        approve_withdrawal(withdrawal_id=small.pk, actor=cast.olga, at=at)
    with pytest.raises(NotPermitted):
        approve_withdrawal(withdrawal_id=withdrawal.pk, actor=cast.alice, at=at)
    assert state_of(withdrawal) == "declared"
    assert withdrawal.approved_by_id is None

    release_withdrawal(withdrawal_id=small.pk, actor=cast.olga, at=at)
    with pytest.raises(StepNotAllowed):
        approve_withdrawal(withdrawal_id=small.pk, actor=cast.oscar, at=at)


def test_database__refuses_a_release_of_goods_worth_much_by_one(cast: Cast, at: datetime) -> None:
    withdrawal = worth_much(cast, at)
    released = {"state": WithdrawalState.RELEASED, "decided_by": cast.olga.user_id, "decided_at": at}
    approved = {"approved_by": cast.olga.user_id, "approved_at": at, "approved_digest": b"x"}

    for columns in (released, released | approved):
        with pytest.raises(IntegrityError, match="two_officers_release_what_is_worth_much"), transaction.atomic():
            Withdrawal.objects.filter(pk=withdrawal.pk).update(**columns)
