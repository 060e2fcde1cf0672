"""Granting and revoking what must be settled before goods leave."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from bonded.actions.activity import record_activity
from bonded.actions.locks import lock_withdrawal
from bonded.models.withdrawals import GrantedClearance, ReleaseToken, Withdrawal
from bonded.rules.permissions import Act, Actor, require
from bonded.rules.withdrawals import LIVE_STATES, Clearance, WithdrawalNotLive, WithdrawalState


@transaction.atomic
def grant_clearance(
    *, withdrawal_id: UUID, clearance: Clearance, evidence: str, actor: Actor, at: datetime
) -> GrantedClearance:
    """Note that one thing about a withdrawal is settled, and on what evidence.

    Granting what is granted changes nothing and gives the first. Raises WithdrawalNotLive when
    the withdrawal has ended.
    """
    require(actor, Act.GRANT_CLEARANCE)
    withdrawal, _ = lock_withdrawal(withdrawal_id, actor=actor)
    _require_live(withdrawal)
    granted, is_new = GrantedClearance.objects.get_or_create(
        withdrawal=withdrawal,
        clearance=clearance,
        revoked_at__isnull=True,
        defaults={"evidence": evidence, "granted_by_id": actor.user_id, "granted_at": at},
    )
    if is_new:
        record_activity(
            Act.GRANT_CLEARANCE, withdrawal, actor=actor, at=at, clearance=clearance.value, evidence=evidence
        )
    return granted


@transaction.atomic
def revoke_clearance(*, withdrawal_id: UUID, clearance: Clearance, reason: str, actor: Actor, at: datetime) -> None:
    """Take a clearance back; a gate token that is out opens the door no more.

    Revoking what is not granted changes nothing. Raises WithdrawalNotLive when the goods have left.
    """
    require(actor, Act.REVOKE_CLEARANCE)
    withdrawal, _ = lock_withdrawal(withdrawal_id, actor=actor)
    _require_live(withdrawal)
    in_force = GrantedClearance.objects.filter(withdrawal=withdrawal, clearance=clearance, revoked_at__isnull=True)
    if not in_force.update(revoked_at=at):
        return
    ReleaseToken.objects.filter(withdrawal=withdrawal, used_at__isnull=True, revoked_at__isnull=True).update(
        revoked_at=at
    )
    record_activity(Act.REVOKE_CLEARANCE, withdrawal, actor=actor, at=at, clearance=clearance.value, reason=reason)


def _require_live(withdrawal: Withdrawal) -> None:
    if WithdrawalState(withdrawal.state) not in LIVE_STATES:
        raise WithdrawalNotLive("The withdrawal has ended.", state=withdrawal.state)
