"""What follows on our side when a customs office moves a declaration."""

from __future__ import annotations

from datetime import datetime

from bonded.actions.clearances import grant_clearance, revoke_clearance
from bonded.actions.consignments import mark_consignment_accepted, mark_consignment_refused
from bonded.actions.customs_lanes import Lane
from bonded.models.consignments import Consignment
from bonded.rules.consignments import ConsignmentState
from bonded.rules.customs_messages import MessageState, Outcome
from bonded.rules.declarations import LIVE_STATES, settled_by
from bonded.rules.permissions import Actor
from bonded.rules.withdrawals import Clearance


def has_effect(outcome: Outcome) -> bool:
    """Say whether anything follows from the outcome beyond the declaration's own state."""
    return outcome.became is MessageState.APPLIED and (
        settled_by(outcome.before) != settled_by(outcome.after) or outcome.after not in LIVE_STATES
    )


def obey(lane: Lane, outcome: Outcome, *, actor: Actor, at: datetime) -> None:
    """Grant or revoke what the new state settles, or let a consignment in or not.

    Runs in a savepoint of the caller; whatever it raises undoes the effects of the whole lane.
    """
    evidence = f"customs message {outcome.message.message_id}"
    granted = settled_by(outcome.after) - settled_by(outcome.before)
    revoked = settled_by(outcome.before) - settled_by(outcome.after)
    if lane.withdrawal_id is not None:
        for clearance in sorted(granted):
            grant_clearance(
                withdrawal_id=lane.withdrawal_id, clearance=clearance, evidence=evidence, actor=actor, at=at
            )
        for clearance in sorted(revoked):
            revoke_clearance(withdrawal_id=lane.withdrawal_id, clearance=clearance, reason=evidence, actor=actor, at=at)
    elif lane.consignment_id is not None:
        _let_in(lane.consignment_id, outcome, is_accepted=Clearance.CUSTOMS_ACCEPTED in granted, actor=actor, at=at)


def _let_in(consignment_id: int, outcome: Outcome, *, is_accepted: bool, actor: Actor, at: datetime) -> None:
    """Let a consignment in once: an office that asked a question after accepting may accept again."""
    state = Consignment.objects.values_list("state", flat=True).get(pk=consignment_id)
    if is_accepted and state == ConsignmentState.DECLARED:
        mark_consignment_accepted(consignment_id=consignment_id, actor=actor, at=at)
    if outcome.after not in LIVE_STATES:
        mark_consignment_refused(consignment_id=consignment_id, actor=actor, at=at)
