"""Leaving bond: only when everything is settled, by the right people, once."""

from datetime import timedelta

import pytest

from bonded.actions.activity import record_activity
from bonded.actions.clearances import grant_clearance, revoke_clearance
from bonded.actions.holds import place_hold
from bonded.actions.release_tokens import hand_over_withdrawal, issue_release_token
from bonded.actions.withdrawals import cancel_withdrawal, refuse_withdrawal, release_withdrawal, request_withdrawal
from bonded.models import Activity, BondEntry, GrantedClearance, Lot, Withdrawal
from bonded.rules.custody import TwoKeepersNeeded
from bonded.rules.errors import NotFound, NotPermitted
from bonded.rules.holds import HoldKind
from bonded.rules.lifecycle import StepNotAllowed
from bonded.rules.permissions import SYSTEM, Act
from bonded.rules.withdrawals import (
    Clearance,
    ClearanceMissing,
    CustodyNotReconciled,
    LotsNotFree,
    Procedure,
    ReleasedByItsPreparer,
    TokenNotValid,
    WithdrawalNotLive,
)
from tests.situations.bonded import (
    a_released_withdrawal,
    a_requested_withdrawal,
    a_sealed_lot,
    a_withdrawal_ready_to_leave,
    lots_in_the_vault,
)


def states_of(lot: Lot) -> tuple[str, str, str]:
    lot.refresh_from_db()
    return lot.goods_state, lot.customs_state, lot.trade_state


def test_request_withdrawal__keeps_the_lots_for_the_company(cast, at):
    first, second = lots_in_the_vault(cast, at, lots=[{}, {"value_minor": 12_345, "currency": "EUR"}])

    withdrawal = request_withdrawal(
        lot_ids=[second.pk, first.pk], procedure=Procedure.HOME_USE, actor=cast.alice, at=at
    )

    assert (withdrawal.state, withdrawal.company_id) == ("requested", cast.alder.pk)
    assert [(line.lot_id, line.value_minor, line.currency) for line in withdrawal.lines.order_by("lot_id")] == [
        (first.pk, 500_000, "USD"),
        (second.pk, 12_345, "EUR"),
    ]
    assert states_of(first) == ("in_vault", "bonded", "held")
    assert first.buyer_id == cast.alder.pk
    assert Activity.objects.get(target_id=str(withdrawal.pk)).act == "bonded.withdrawal.request"


def test_request_withdrawal__hides_a_lot_that_is_kept_for_a_rival(cast, at):
    lot = a_sealed_lot(cast, at)
    request_withdrawal(lot_ids=[lot.pk], procedure=Procedure.HOME_USE, actor=cast.alice, at=at)

    with pytest.raises(NotFound) as refused:
        request_withdrawal(lot_ids=[lot.pk], procedure=Procedure.HOME_USE, actor=cast.charlie, at=at)

    assert refused.value.facts == {"lot_ids": [str(lot.pk)]}
    assert Withdrawal.objects.count() == 1


def test_request_withdrawal__refuses_a_lot_twice_for_one_company(cast, at):
    lot = a_sealed_lot(cast, at)
    request_withdrawal(lot_ids=[lot.pk], procedure=Procedure.HOME_USE, actor=cast.alice, at=at)

    with pytest.raises(LotsNotFree) as refused:
        request_withdrawal(lot_ids=[lot.pk], procedure=Procedure.RE_EXPORT, actor=cast.bob, at=at)

    assert [problem.message for problem in refused.value.problems] == [
        f"{lot.stock_number} is not free to be withdrawn."
    ]
    assert Withdrawal.objects.count() == 1


@pytest.mark.parametrize("who", ["olga", "victor", "ada", "sven", "audrey"])
def test_request_withdrawal__is_for_buyers_only(cast, at, who):
    lot = a_sealed_lot(cast, at)

    with pytest.raises(NotPermitted):
        request_withdrawal(lot_ids=[lot.pk], procedure=Procedure.HOME_USE, actor=getattr(cast, who), at=at)

    assert states_of(lot) == ("in_vault", "bonded", "free")


def test_cancel_withdrawal__frees_the_lots(cast, at):
    withdrawal = a_requested_withdrawal(cast, at)
    lot = withdrawal.lines.get().lot

    cancel_withdrawal(withdrawal_id=withdrawal.pk, actor=cast.bob, at=at)

    assert states_of(lot) == ("in_vault", "bonded", "free")
    assert lot.buyer_id is None
    with pytest.raises(StepNotAllowed):
        cancel_withdrawal(withdrawal_id=withdrawal.pk, actor=cast.bob, at=at)


def test_cancel_withdrawal__is_not_found_for_a_rival(cast, at):
    withdrawal = a_requested_withdrawal(cast, at)

    with pytest.raises(NotFound):
        cancel_withdrawal(withdrawal_id=withdrawal.pk, actor=cast.charlie, at=at)

    withdrawal.refresh_from_db()
    assert withdrawal.state == "requested"


@pytest.mark.parametrize(
    ("revoked", "missing"),
    [
        (Clearance.DUTY_ASSESSED, ["duty_assessed"]),
        (Clearance.DUTY_PAID, ["duty_paid or duty_secured"]),
        (Clearance.CUSTOMS_ACCEPTED, ["customs_accepted"]),
        (Clearance.CUSTOMS_RELEASED, ["customs_released"]),
    ],
)
def test_release_withdrawal__refuses_while_something_is_not_settled(cast, at, revoked, missing):
    withdrawal = a_withdrawal_ready_to_leave(cast, at)
    revoke_clearance(withdrawal_id=withdrawal.pk, clearance=revoked, reason="test", actor=SYSTEM, at=at)

    with pytest.raises(ClearanceMissing) as refused:
        release_withdrawal(withdrawal_id=withdrawal.pk, actor=cast.olga, at=at)

    assert refused.value.facts == {"missing": missing}
    withdrawal.refresh_from_db()
    assert (withdrawal.state, withdrawal.decided_by_id) == ("declared", None)
    assert states_of(withdrawal.lines.get().lot) == ("in_vault", "bonded", "held")
    assert not GrantedClearance.objects.filter(clearance="custody_reconciled").exists()


def test_release_withdrawal__refuses_a_lot_on_hold(cast, at):
    withdrawal = a_withdrawal_ready_to_leave(cast, at)
    lot = withdrawal.lines.get().lot
    place_hold(lot_id=lot.pk, kind=HoldKind.CUSTOMS, reason="papers", actor=cast.oscar, at=at)

    with pytest.raises(CustodyNotReconciled) as refused:
        release_withdrawal(withdrawal_id=withdrawal.pk, actor=cast.olga, at=at)

    assert [problem.code for problem in refused.value.problems] == ["lot_on_hold"]
    withdrawal.refresh_from_db()
    assert withdrawal.state == "declared"


@pytest.mark.parametrize("who", ["alice", "victor", "ada", "sven", "audrey"])
def test_release_withdrawal__is_for_officers_only(cast, at, who):
    withdrawal = a_withdrawal_ready_to_leave(cast, at)

    with pytest.raises(NotPermitted):
        release_withdrawal(withdrawal_id=withdrawal.pk, actor=getattr(cast, who), at=at)

    withdrawal.refresh_from_db()
    assert withdrawal.state == "declared"


def test_refuse_withdrawal__keeps_the_goods_and_says_why(cast, at):
    withdrawal = a_withdrawal_ready_to_leave(cast, at)

    refuse_withdrawal(withdrawal_id=withdrawal.pk, reason="The origin is in doubt.", actor=cast.olga, at=at)

    withdrawal.refresh_from_db()
    assert (withdrawal.state, withdrawal.refusal_reason) == ("refused", "The origin is in doubt.")
    assert states_of(withdrawal.lines.get().lot) == ("in_vault", "bonded", "free")
    with pytest.raises(WithdrawalNotLive):
        grant_clearance(
            withdrawal_id=withdrawal.pk, clearance=Clearance.DUTY_SECURED, evidence="late", actor=SYSTEM, at=at
        )


def test_hand_over_withdrawal__lets_the_goods_out_once_and_writes_them_off(cast, at):
    withdrawal = a_released_withdrawal(cast, at)
    token = issue_release_token(withdrawal_id=withdrawal.pk, actor=cast.alice, at=at)

    hand_over_withdrawal(token=token, witness_id=cast.vera.user_id, actor=cast.victor, at=at)

    lot = withdrawal.lines.get().lot
    assert states_of(lot) == ("out", "written_off", "sold")
    entry = BondEntry.objects.get(lot=lot)
    assert (entry.written_off_pieces, str(entry.written_off_carats), entry.written_off_value_minor) == (
        1,
        "1.000",
        500_000,
    )
    assert [movement.kind for movement in lot.movements.order_by("position")] == [
        "received",
        "sealed",
        "stored",
        "handed_over",
    ]
    with pytest.raises(TokenNotValid) as refused:
        hand_over_withdrawal(token=token, witness_id=cast.vera.user_id, actor=cast.victor, at=at)
    assert refused.value.facts["is_used"] is True


def test_hand_over_withdrawal__refuses_a_revoked_lapsed_replaced_or_unknown_pass(cast, at):
    withdrawal = a_released_withdrawal(cast, at)
    lot = withdrawal.lines.get().lot
    replaced = issue_release_token(withdrawal_id=withdrawal.pk, actor=cast.alice, at=at)
    token = issue_release_token(withdrawal_id=withdrawal.pk, actor=cast.alice, at=at)
    keepers = {"witness_id": cast.vera.user_id, "actor": cast.victor}

    for bad, moment in ((replaced, at), ("no such pass", at), (token, at + timedelta(hours=24))):
        with pytest.raises(TokenNotValid):
            hand_over_withdrawal(token=bad, at=moment, **keepers)
    with pytest.raises(TwoKeepersNeeded):
        hand_over_withdrawal(token=token, witness_id=cast.victor.user_id, actor=cast.victor, at=at)
    revoke_clearance(
        withdrawal_id=withdrawal.pk, clearance=Clearance.CUSTOMS_RELEASED, reason="recalled", actor=cast.oscar, at=at
    )
    with pytest.raises(TokenNotValid):
        hand_over_withdrawal(token=token, at=at, **keepers)

    assert states_of(lot) == ("in_vault", "released", "sold")
    # The invariant that nothing is released without customs' release is restored for the check that follows.
    grant_clearance(
        withdrawal_id=withdrawal.pk, clearance=Clearance.CUSTOMS_RELEASED, evidence="again", actor=SYSTEM, at=at
    )


def test_grant_clearance__is_not_the_buyers_to_do(cast, at):
    withdrawal = a_requested_withdrawal(cast, at)

    with pytest.raises(NotPermitted):
        grant_clearance(
            withdrawal_id=withdrawal.pk,
            clearance=Clearance.CUSTOMS_RELEASED,
            evidence="mine",
            actor=cast.alice,
            at=at,
        )

    assert not GrantedClearance.objects.filter(clearance="customs_released").exists()


def test_refuse_withdrawal__keeps_declared_goods_from_being_declared_again(cast, at):
    withdrawal = a_withdrawal_ready_to_leave(cast, at)
    lot = withdrawal.lines.get().lot

    refuse_withdrawal(withdrawal_id=withdrawal.pk, reason="in doubt", actor=cast.olga, at=at)

    lot.refresh_from_db()
    assert (lot.is_on_hold, lot.is_on_offer, lot.trade_state) == (True, False, "free")


def test_release_withdrawal__refuses_who_lodged_its_declaration(cast, at):
    withdrawal = a_withdrawal_ready_to_leave(cast, at)
    record_activity(Act.LODGE_DECLARATION, withdrawal, actor=cast.oscar, at=at)

    with pytest.raises(ReleasedByItsPreparer):
        release_withdrawal(withdrawal_id=withdrawal.pk, actor=cast.oscar, at=at)

    withdrawal.refresh_from_db()
    assert withdrawal.state == "declared"
