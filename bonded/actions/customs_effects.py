"""What follows on our side when a customs office moves a declaration."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_noop

from bonded.actions.clearances import Grant, grant_clearance, revoke_clearance
from bonded.actions.consignments import mark_consignment_accepted, mark_consignment_refused
from bonded.actions.customs_lanes import Lane
from bonded.actions.customs_tasks import NewTask
from bonded.actions.inspection_holds import hold_for_inspection, lift_after_inspection
from bonded.models.consignments import Consignment
from bonded.models.withdrawals import Withdrawal
from bonded.rules.consignments import ConsignmentState
from bonded.rules.customs_lanes import Outcome
from bonded.rules.customs_messages import MessageFact, MessageState
from bonded.rules.customs_tasks import TaskKind
from bonded.rules.declarations import LIVE_STATES, DeclarationState, settled_by
from bonded.rules.permissions import Actor
from bonded.rules.withdrawals import LIVE_STATES as LIVE_WITHDRAWALS
from bonded.rules.withdrawals import Clearance, WithdrawalState

CUSTOMS_MESSAGE = gettext_noop("customs message %(message)s")
INSPECTION = DeclarationState.INSPECTION_ORDERED
_LET_GO = frozenset({DeclarationState.RELEASED, DeclarationState.CLEARED})
# One question is one task; of the others, one for each declaration says it all.
_TASK_EACH = frozenset({TaskKind.QUERY, TaskKind.HANDLED_BY_HAND})


def has_effect(outcome: Outcome) -> bool:
    """Say whether anything follows for the goods beyond the declaration's own state."""
    before, after = outcome.before.goods, outcome.after.goods
    if outcome.became is not MessageState.APPLIED or before is after:
        return False
    return settled_by(before) != settled_by(after) or after not in LIVE_STATES or INSPECTION in (before, after)


def grants_of(lane: Lane, outcomes: Iterable[Outcome]) -> list[Grant] | None:
    """Give the clearances that are all that these outcomes have as their effect; None when anything else follows."""
    grants: list[Grant] = []
    for one in outcomes:
        before, after = one.before.goods, one.after.goods
        if lane.withdrawal_id is None or after not in LIVE_STATES or INSPECTION in (before, after):
            return None
        if settled_by(before) - settled_by(after):
            return None
        granted = sorted(settled_by(after) - settled_by(before))
        facts = {"message": one.message.message_id}
        grants += [Grant(lane.withdrawal_id, clearance, CUSTOMS_MESSAGE, facts) for clearance in granted]
    return grants


def obey(lane: Lane, outcome: Outcome, *, actor: Actor, at: datetime) -> None:
    """Grant or revoke what the new state settles, let a consignment in or not, stop lots for an inspection.

    Runs in a savepoint of the caller; whatever it raises undoes the effects of the whole lane.
    """
    facts = {"message": outcome.message.message_id}
    told = CUSTOMS_MESSAGE % facts
    before, after = outcome.before.goods, outcome.after.goods
    granted, revoked = settled_by(after) - settled_by(before), settled_by(before) - settled_by(after)
    if before is INSPECTION:
        lift_after_inspection(declaration_id=lane.declaration_id, answer=told, actor=actor, at=at)
    if lane.withdrawal_id is not None and not _has_ended(lane.withdrawal_id, outcome):
        for clearance in sorted(granted):
            grant_clearance(
                withdrawal_id=lane.withdrawal_id,
                clearance=clearance,
                evidence=CUSTOMS_MESSAGE,
                facts=facts,
                actor=actor,
                at=at,
            )
        for clearance in sorted(revoked):
            revoke_clearance(withdrawal_id=lane.withdrawal_id, clearance=clearance, reason=told, actor=actor, at=at)
    elif lane.consignment_id is not None:
        _let_in(lane.consignment_id, outcome, is_accepted=Clearance.CUSTOMS_ACCEPTED in granted, actor=actor, at=at)
    if after is INSPECTION:
        hold_for_inspection(declaration_id=lane.declaration_id, reason=told, actor=actor, at=at)


def _has_ended(withdrawal_id: UUID, outcome: Outcome) -> bool:
    """Say whether declaration and withdrawal have both ended, so that there is nothing left to take back."""
    if outcome.after.goods in LIVE_STATES:
        return False
    state = Withdrawal.objects.values_list("state", flat=True).get(pk=withdrawal_id)
    return WithdrawalState(state) not in LIVE_WITHDRAWALS


def _let_in(consignment_id: int, outcome: Outcome, *, is_accepted: bool, actor: Actor, at: datetime) -> None:
    """Let a consignment in once: an office that asked a question after accepting may accept again."""
    state = Consignment.objects.values_list("state", flat=True).get(pk=consignment_id)
    if is_accepted and state == ConsignmentState.DECLARED:
        mark_consignment_accepted(consignment_id=consignment_id, actor=actor, at=at)
    if outcome.after.goods not in LIVE_STATES:
        mark_consignment_refused(consignment_id=consignment_id, actor=actor, at=at)


def tasks_after(lane: Lane, outcomes: Iterable[Outcome]) -> list[NewTask]:
    """Give what a person has to look at after these messages had their turn."""
    tasks = []
    for one in outcomes:
        message, kind = one.message, one.meaning.task if one.meaning else None
        if one.became is MessageState.APPLIED and kind is not None:
            subject = message.message_id if kind in _TASK_EACH else lane.number
            tasks.append(_task(kind, lane, subject, {**message.facts, "status": message.status}))
        if one.became is MessageState.APPLIED and one.before.goods in _LET_GO and one.after.goods not in _LET_GO:
            became = {"status": message.status, "became": one.after.goods.value}
            tasks.append(_task(TaskKind.RELEASE_TAKEN_BACK, lane, lane.number, became))
        first, last = one.before.last_sequence + 1, one.after.last_sequence - 1
        if first <= last:
            gap = {"first_missing": first, "last_missing": last}
            tasks.append(_task(TaskKind.SEQUENCE_GAP, lane, f"{lane.number} {first}-{last}", gap))
    return tasks


def _task(kind: TaskKind, lane: Lane, subject: str, facts: Mapping[str, MessageFact]) -> NewTask:
    return NewTask(kind, lane.office, subject, dict(facts), lane.declaration_id)
