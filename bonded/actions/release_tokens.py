"""The single-use pass at the vault door, and the goods' leaving by it."""

from __future__ import annotations

import secrets
from datetime import datetime
from uuid import UUID

from django.db import transaction

from bonded.actions.activity import record_activity
from bonded.actions.custody import record_movement, require_witness
from bonded.actions.locks import lock_withdrawal
from bonded.models.bond_entries import BondEntry
from bonded.models.lots import Lot
from bonded.models.withdrawals import ReleaseToken, Withdrawal
from bonded.queries.withdrawals import custody_problems, granted_clearances
from bonded.rules.custody import MovementKind
from bonded.rules.lifecycle import require_step
from bonded.rules.lots import CUSTOMS_STEPS, GOODS_STEPS, CustomsState, GoodsState
from bonded.rules.permissions import Act, Actor, require
from bonded.rules.withdrawals import (
    STEPS,
    TOKEN_TERM,
    ClearanceMissing,
    CustodyNotReconciled,
    Procedure,
    TokenNotValid,
    WithdrawalState,
    missing_clearances,
    token_digest,
)
from bonded.signals import withdrawal_handed_over


@transaction.atomic
def issue_release_token(*, withdrawal_id: UUID, actor: Actor, at: datetime) -> str:
    """Give the buyer of released goods the pass that opens the door once within a day.

    It is shown now and never again: only its digest is kept. A new one makes the old one void.
    Raises StepNotAllowed unless the withdrawal is released.
    """
    require(actor, Act.ISSUE_RELEASE_TOKEN)
    withdrawal, _ = lock_withdrawal(withdrawal_id, actor=actor)
    require_step(STEPS, WithdrawalState(withdrawal.state), WithdrawalState.HANDED_OVER)
    token = secrets.token_urlsafe(24)
    ReleaseToken.objects.update_or_create(
        withdrawal=withdrawal,
        defaults={
            "digest": token_digest(token),
            "issued_at": at,
            "expires_at": at + TOKEN_TERM,
            "used_at": None,
            "revoked_at": None,
        },
    )
    record_activity(Act.ISSUE_RELEASE_TOKEN, withdrawal, actor=actor, at=at)
    return token


@transaction.atomic
def hand_over_withdrawal(*, token: str, witness_id: int, actor: Actor, at: datetime) -> Withdrawal:
    """Let released goods out of the door against their pass, and write the bond entries off.

    Everything is looked at again, since a clearance may have been revoked after the release.
    Raises TokenNotValid, ClearanceMissing, CustodyNotReconciled, TwoKeepersNeeded.
    """
    require(actor, Act.HAND_OVER_WITHDRAWAL)
    require_witness(witness_id, actor=actor)
    found = ReleaseToken.objects.filter(digest=token_digest(token)).first()
    if found is None:
        raise TokenNotValid("This pass is not known here.")
    withdrawal, lots = lock_withdrawal(found.withdrawal_id, actor=actor)
    pass_ = ReleaseToken.objects.locked().get(pk=found.pk)
    if bytes(pass_.digest) != token_digest(token) or pass_.used_at or pass_.revoked_at or at >= pass_.expires_at:
        raise TokenNotValid(
            "This pass is used, revoked or lapsed.",
            expires_at=pass_.expires_at.isoformat(),
            is_used=pass_.used_at is not None,
            is_revoked=pass_.revoked_at is not None,
        )
    require_step(STEPS, WithdrawalState(withdrawal.state), WithdrawalState.HANDED_OVER)
    missing = missing_clearances(Procedure(withdrawal.procedure), granted_clearances(withdrawal.pk))
    if missing:
        raise ClearanceMissing(f"Not settled any more: {', '.join(missing)}.", missing=missing)
    if problems := custody_problems(lots):
        raise CustodyNotReconciled("Not every lot is sealed in the vault without a hold.", problems)
    for lot in lots:
        _let_out(lot, witness_id=witness_id, actor=actor, at=at)
    pass_.used_at = at
    pass_.save(update_fields=["used_at"])
    withdrawal.lines.update(is_live=False)
    withdrawal.state, withdrawal.handed_over_at = WithdrawalState.HANDED_OVER, at
    withdrawal.save(update_fields=["state", "handed_over_at"])
    record_activity(Act.HAND_OVER_WITHDRAWAL, withdrawal, actor=actor, at=at, witness=witness_id)
    withdrawal_handed_over.send(Withdrawal, withdrawal_id=withdrawal.pk, at=at)
    return withdrawal


def _let_out(lot: Lot, *, witness_id: int, actor: Actor, at: datetime) -> None:
    """Move one lot out, and write its bond entry off in full."""
    require_step(GOODS_STEPS, GoodsState(lot.goods_state), GoodsState.OUT)
    require_step(CUSTOMS_STEPS, CustomsState(lot.customs_state), CustomsState.WRITTEN_OFF)
    entry = BondEntry.objects.locked().get(lot=lot)
    entry.written_off_pieces = entry.entered_pieces
    entry.written_off_carats = entry.entered_carats
    entry.written_off_value_minor = entry.entered_value_minor
    entry.save(update_fields=["written_off_pieces", "written_off_carats", "written_off_value_minor"])
    # The two states change in one statement: the database lets neither stand without the other.
    lot.customs_state = CustomsState.WRITTEN_OFF
    lot.goods_state, lot.location_id, lot.holder_id = GoodsState.OUT, None, None
    record_movement(lot, MovementKind.HANDED_OVER, witness_id=witness_id, actor=actor, at=at)
