"""Taking lots out of bond, up to the officer's decision."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop

from bonded.actions.activity import record_activity
from bonded.actions.clearances import grant_clearance
from bonded.actions.holds import place_hold
from bonded.actions.locks import lock_lots, lock_withdrawal
from bonded.actions.outbox import queue_for_office
from bonded.models.activity import Activity
from bonded.models.declarations import Declaration
from bonded.models.lots import Lot
from bonded.models.withdrawals import Withdrawal, WithdrawalLot
from bonded.queries.withdrawals import custody_problems, granted_clearances, packet_digest
from bonded.rules.customs_messages import OutgoingKind
from bonded.rules.declarations import CHANGEABLE_STATES, DeclarationState
from bonded.rules.errors import InputInvalid, Problem
from bonded.rules.holds import HoldKind
from bonded.rules.lifecycle import require_step
from bonded.rules.lots import CUSTOMS_STEPS, TRADE_STEPS, CustomsState, TradeState
from bonded.rules.money import Money
from bonded.rules.permissions import SYSTEM, Act, Actor, require
from bonded.rules.withdrawals import (
    STEPS,
    ApprovalOutdated,
    Clearance,
    ClearanceMissing,
    CountersignatureMissing,
    CountersignedByItsApprover,
    CustodyNotReconciled,
    LotsNotFree,
    Procedure,
    ReleasedByItsPreparer,
    StillDeclared,
    WithdrawalState,
    missing_clearances,
    needs_countersignature,
)
from bonded.signals import withdrawal_cancelled, withdrawal_refused, withdrawal_released, withdrawal_requested

PREPARING_ACTS = (Act.REQUEST_WITHDRAWAL, Act.LODGE_DECLARATION)


@transaction.atomic
def request_withdrawal(
    *,
    lot_ids: Collection[int],
    procedure: Procedure,
    transaction_values: Mapping[int, Money] | None = None,
    actor: Actor,
    at: datetime,
) -> Withdrawal:
    """Ask for whole lots to leave bond, and keep them for the company meanwhile.

    `transaction_values` are the prices that were agreed on, by lot; other lots are worth what was entered.
    Raises NotFound for lots that the company can't see, and LotsNotFree naming every lot that is
    on hold, sold or kept for another.
    """
    require(actor, Act.REQUEST_WITHDRAWAL)
    if not lot_ids:
        raise InputInvalid("A withdrawal names at least one lot.")
    assert actor.user_id is not None
    lots = lock_lots(lot_ids, actor=actor)
    _require_free(lots, actor)
    agreed = transaction_values or {}
    values = {lot.pk: agreed.get(lot.pk) or Money(lot.value_minor, lot.currency) for lot in lots}
    withdrawal = Withdrawal.objects.create(
        company_id=actor.company_id,
        procedure=procedure,
        requested_by_id=actor.user_id,
        requested_at=at,
        needs_countersignature=needs_countersignature(values.values()),
    )
    WithdrawalLot.objects.bulk_create(
        _line(withdrawal, lot, values[lot.pk], is_agreed=lot.pk in agreed) for lot in lots
    )
    for lot in lots:
        if lot.trade_state == TradeState.FREE:
            _trade(lot, TradeState.HELD, buyer_id=actor.company_id)
    stock_numbers = [lot.stock_number for lot in lots]
    record_activity(Act.REQUEST_WITHDRAWAL, withdrawal, actor=actor, at=at, procedure=procedure, lots=stock_numbers)
    withdrawal_requested.send(Withdrawal, withdrawal_id=withdrawal.pk, at=at)
    return withdrawal


def _line(withdrawal: Withdrawal, lot: Lot, value: Money, *, is_agreed: bool) -> WithdrawalLot:
    return WithdrawalLot(
        withdrawal=withdrawal,
        lot=lot,
        pieces=lot.pieces,
        weight_carats=lot.weight_carats,
        value_minor=value.minor,
        currency=value.currency,
        is_transaction_value=is_agreed,
    )


def _require_free(lots: Sequence[Lot], actor: Actor) -> None:
    taken = set(WithdrawalLot.objects.filter(lot__in=lots, is_live=True).values_list("lot__stock_number", flat=True))
    problems = [
        Problem("lot_not_free", f"{lot.stock_number} is not free to be withdrawn.")
        for lot in lots
        if lot.stock_number in taken or not (lot.is_on_offer or _is_kept_for(lot, actor))
    ]
    if problems:
        raise LotsNotFree("Some lots can't be withdrawn.", problems)


def _is_kept_for(lot: Lot, actor: Actor) -> bool:
    """Say whether a lot that is not on offer waits, unhindered, for this very company."""
    return (
        lot.buyer_id in actor.company_ids
        and lot.trade_state == TradeState.HELD
        and lot.customs_state == CustomsState.BONDED
        and not lot.is_on_hold
    )


def _trade(lot: Lot, state: TradeState, *, buyer_id: int | None) -> None:
    require_step(TRADE_STEPS, TradeState(lot.trade_state), state)
    lot.trade_state, lot.buyer_id = state, buyer_id
    lot.save(update_fields=["trade_state", "buyer"])


def _free(withdrawal: Withdrawal, lots: Sequence[Lot]) -> None:
    """Give the lots of a withdrawal that ended without leaving back to everybody."""
    withdrawal.lines.update(is_live=False)
    for lot in lots:
        _trade(lot, TradeState.FREE, buyer_id=None)


@transaction.atomic
def cancel_withdrawal(*, withdrawal_id: UUID, actor: Actor, at: datetime) -> Withdrawal:
    """Give up a withdrawal; its lots are free again.

    Raises StillDeclared while a customs office has its declaration: ask for that to be cancelled first.
    """
    require(actor, Act.CANCEL_WITHDRAWAL)
    withdrawal, lots = lock_withdrawal(withdrawal_id, actor=actor)
    require_step(STEPS, WithdrawalState(withdrawal.state), WithdrawalState.CANCELLED)
    for declaration in Declaration.objects.filter(withdrawal=withdrawal).live():
        raise StillDeclared(f"Customs has declaration {declaration.number}.", number=declaration.number)
    withdrawal.state = WithdrawalState.CANCELLED
    withdrawal.save(update_fields=["state"])
    _free(withdrawal, lots)
    record_activity(Act.CANCEL_WITHDRAWAL, withdrawal, actor=actor, at=at)
    withdrawal_cancelled.send(Withdrawal, withdrawal_id=withdrawal.pk, at=at)
    return withdrawal


@transaction.atomic
def refuse_withdrawal(*, withdrawal_id: UUID, reason: str, actor: Actor, at: datetime) -> Withdrawal:
    """Say no to a withdrawal, with the reason; its lots stay under bond and nobody's.

    Lots that are declared to the office already are put on hold until that is cleared up.
    """
    require(actor, Act.REFUSE_WITHDRAWAL)
    withdrawal, lots = lock_withdrawal(withdrawal_id, actor=actor)
    require_step(STEPS, WithdrawalState(withdrawal.state), WithdrawalState.REFUSED)
    _require_other_person(withdrawal, actor)
    was_declared = withdrawal.state == WithdrawalState.DECLARED
    withdrawal.state, withdrawal.refusal_reason = WithdrawalState.REFUSED, reason
    withdrawal.decided_by_id, withdrawal.decided_at = actor.user_id, at
    withdrawal.save(update_fields=["state", "refusal_reason", "decided_by", "decided_at"])
    _free(withdrawal, lots)
    if was_declared:
        _ask_to_cancel(withdrawal, reason=reason, actor=actor, at=at)
        # Until the office has deleted the declaration: nobody may declare the same goods until an officer lifts this.
        for lot in lots:
            place_hold(lot_id=lot.pk, kind=HoldKind.CUSTOMS, reason=f"refused: {reason}"[:500], actor=actor, at=at)
    record_activity(Act.REFUSE_WITHDRAWAL, withdrawal, actor=actor, at=at, reason=reason)
    withdrawal_refused.send(Withdrawal, withdrawal_id=withdrawal.pk, at=at)
    return withdrawal


@transaction.atomic
def release_withdrawal(*, withdrawal_id: UUID, actor: Actor, at: datetime) -> Withdrawal:
    """Let the goods leave bond.

    Raises ClearanceMissing with everything that is not settled, CustodyNotReconciled with every
    lot that is not sealed in the vault without a hold, ReleasedByItsPreparer, StepNotAllowed; of goods that two
    officers let go CountersignatureMissing, CountersignedByItsApprover, ApprovalOutdated.
    Rules: nothing leaves without customs' acceptance and release, duty paid or secured, and a
    clean custody record; posts of preparing and approving are separated (Customs Law, Art. 79).
    """
    require(actor, Act.RELEASE_WITHDRAWAL)
    withdrawal, lots = lock_withdrawal(withdrawal_id, actor=actor)
    require_step(STEPS, WithdrawalState(withdrawal.state), WithdrawalState.RELEASED)
    _require_other_person(withdrawal, actor)
    _require_all_settled(withdrawal, lots, at=at)
    _require_countersigning(withdrawal, actor)
    withdrawal.state = WithdrawalState.RELEASED
    withdrawal.decided_by_id, withdrawal.decided_at = actor.user_id, at
    withdrawal.save(update_fields=["state", "decided_by", "decided_at"])
    for lot in lots:
        require_step(CUSTOMS_STEPS, CustomsState(lot.customs_state), CustomsState.RELEASED)
        lot.customs_state = CustomsState.RELEASED
        lot.save(update_fields=["customs_state"])
        _trade(lot, TradeState.SOLD, buyer_id=withdrawal.company_id)
    record_activity(Act.RELEASE_WITHDRAWAL, withdrawal, actor=actor, at=at)
    withdrawal_released.send(Withdrawal, withdrawal_id=withdrawal.pk, at=at)
    return withdrawal


@transaction.atomic
def approve_withdrawal(*, withdrawal_id: UUID, actor: Actor, at: datetime) -> Withdrawal:
    """Approve, as the first of two officers, what is worth so much that a second one releases it.

    What was approved is kept by its digest: when it changes, it is to be approved again. Approved by two, the later
    one counts. Raises CountersignatureMissing where one officer is enough, and otherwise what release_withdrawal does.
    """
    require(actor, Act.APPROVE_WITHDRAWAL)
    withdrawal, lots = lock_withdrawal(withdrawal_id, actor=actor)
    require_step(STEPS, WithdrawalState(withdrawal.state), WithdrawalState.RELEASED)
    _require_other_person(withdrawal, actor)
    if not withdrawal.needs_countersignature:
        raise InputInvalid("One officer is enough for these goods: release them.", withdrawal_id=str(withdrawal.pk))
    _require_all_settled(withdrawal, lots, at=at)
    withdrawal.approved_by_id, withdrawal.approved_at = actor.user_id, at
    withdrawal.approved_digest = packet_digest(withdrawal)
    withdrawal.save(update_fields=["approved_by", "approved_at", "approved_digest"])
    record_activity(
        Act.APPROVE_WITHDRAWAL, withdrawal, actor=actor, at=at, sha256=bytes(withdrawal.approved_digest).hex()
    )
    return withdrawal


def _require_countersigning(withdrawal: Withdrawal, actor: Actor) -> None:
    """Refuse the first officer, and whoever comes before the first, where two are needed."""
    if not withdrawal.needs_countersignature:
        return
    if withdrawal.approved_by_id is None:
        raise CountersignatureMissing("These goods are let go by two officers: one approves them, another releases.")
    if withdrawal.approved_by_id == actor.user_id:
        raise CountersignedByItsApprover("You approved this: another officer releases it.")
    if bytes(withdrawal.approved_digest or b"") != packet_digest(withdrawal):
        raise ApprovalOutdated("What was approved has changed since: it is to be approved again.")


def _require_all_settled(withdrawal: Withdrawal, lots: Sequence[Lot], *, at: datetime) -> None:
    """Look at the vault, and refuse while anything is missing."""
    if problems := custody_problems(lots):
        raise CustodyNotReconciled("Not every lot is sealed in the vault without a hold.", problems)
    grant_clearance(
        withdrawal_id=withdrawal.pk,
        clearance=Clearance.CUSTODY_RECONCILED,
        evidence=gettext_noop("%(lots)s lots sealed in the vault, without a hold"),
        facts={"lots": str(len(lots))},
        actor=SYSTEM,
        at=at,
    )
    missing = missing_clearances(Procedure(withdrawal.procedure), granted_clearances(withdrawal.pk))
    if missing:
        raise ClearanceMissing(f"Not settled yet: {', '.join(missing)}.", missing=missing)


def _ask_to_cancel(withdrawal: Withdrawal, *, reason: str, actor: Actor, at: datetime) -> None:
    """Ask the office to delete what it still may; unlocked, because a request that comes too late does no harm."""
    for declaration in Declaration.objects.filter(withdrawal=withdrawal).live():
        if DeclarationState(declaration.state) in CHANGEABLE_STATES:
            queue_for_office(declaration, OutgoingKind.CANCEL, {"reason": reason}, at=at)
            record_activity(Act.CANCEL_DECLARATION, declaration, actor=actor, at=at, reason=reason)


def _require_other_person(withdrawal: Withdrawal, actor: Actor) -> None:
    """Posts of preparing and of approving are separated: whoever had a hand in the withdrawal can't decide on it."""
    hands = Activity.objects.filter(
        stream=f"withdrawal:{withdrawal.pk}", act__in=PREPARING_ACTS, actor_id=actor.user_id
    )
    if withdrawal.requested_by_id == actor.user_id or hands.exists():
        raise ReleasedByItsPreparer("Who prepared a withdrawal can't decide on it.", withdrawal_id=str(withdrawal.pk))
