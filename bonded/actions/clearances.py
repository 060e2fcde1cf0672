"""Granting and revoking what must be settled before goods leave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from uuid import UUID

import orjson
from django.db import connection, transaction

from bonded.actions.activity import record_activities, record_activity
from bonded.actions.locks import lock_unheld_withdrawals, lock_withdrawal
from bonded.models.withdrawals import GrantedClearance, ReleaseToken, Withdrawal
from bonded.rules.permissions import Act, Actor, require
from bonded.rules.withdrawals import LIVE_STATES, Clearance, WithdrawalNotLive, WithdrawalState, evidence_told


@dataclass(frozen=True, slots=True)
class Grant:
    """One thing about one withdrawal that is settled, and on what evidence: a sentence with places for facts."""

    withdrawal_id: UUID
    clearance: Clearance
    evidence: str
    facts: Mapping[str, str] = field(default_factory=dict)


@transaction.atomic
def grant_clearance(
    *,
    withdrawal_id: UUID,
    clearance: Clearance,
    evidence: str,
    facts: Mapping[str, str] | None = None,
    actor: Actor,
    at: datetime,
) -> GrantedClearance:
    """Note that one thing about a withdrawal is settled, and on what evidence: a sentence with places for facts.

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
        defaults={"evidence": evidence, "facts": facts or {}, "granted_by_id": actor.user_id, "granted_at": at},
    )
    if is_new:
        told = evidence_told(evidence, facts)
        record_activity(Act.GRANT_CLEARANCE, withdrawal, actor=actor, at=at, clearance=clearance.value, evidence=told)
    return granted


@transaction.atomic
def grant_clearances(grants: Sequence[Grant], *, actor: Actor, at: datetime) -> set[UUID]:
    """Grant many clearances as grant_clearance does each; waits for nobody.

    Returns the withdrawals of which all was granted. The others are held by somebody at this moment,
    or have ended, and nothing was granted to them. Runs three SQL statements, however many grants there are.
    """
    require(actor, Act.GRANT_CLEARANCE)
    states = lock_unheld_withdrawals({one.withdrawal_id for one in grants})
    live = {withdrawal_id for withdrawal_id, state in states.items() if state in LIVE_STATES}
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO bonded_grantedclearance (withdrawal_id, clearance, evidence, facts, granted_by_id, granted_at)"
            " SELECT u.withdrawal_id, u.clearance, u.evidence, u.facts, %s, %s"
            "   FROM json_to_recordset(%s::json) AS u (withdrawal_id uuid, clearance text, evidence text, facts jsonb)"
            " ON CONFLICT DO NOTHING RETURNING withdrawal_id, clearance, evidence, facts::text",
            [actor.user_id, at, orjson.dumps([asdict(one) for one in grants if one.withdrawal_id in live]).decode()],
        )
        granted = cursor.fetchall()
    records = [
        (str(withdrawal_id), {"clearance": word, "evidence": evidence_told(evidence, orjson.loads(facts))})
        for withdrawal_id, word, evidence, facts in granted
    ]
    record_activities(Act.GRANT_CLEARANCE, "withdrawal", records, actor=actor, at=at)
    return live


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
