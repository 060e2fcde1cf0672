"""Bringing a declaration to what its stored messages say."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from bonded.actions.activity import record_activity
from bonded.models.declarations import CustomsStatusChange, Declaration
from bonded.queries.customs_replays import position_of
from bonded.rules.customs_lanes import Position
from bonded.rules.permissions import Act, Actor, require
from bonded.signals import declaration_statuses_changed


@transaction.atomic
def restore_position(*, declaration_id: int, found: Position, replayed: Position, actor: Actor, at: datetime) -> bool:
    """Set a declaration to its replayed position, if it is still where it was found, and record both.

    What follows for goods and money is left to a person: whoever restores knows what was lost.
    Returns whether anything was changed.
    """
    require(actor, Act.REPLAY_CUSTOMS_MESSAGES)
    declaration = Declaration.objects.locked().get(pk=declaration_id)
    if position_of(declaration) != found or found == replayed:
        return False
    before = declaration.state
    declaration.state, declaration.debt_state = replayed.goods, replayed.debt
    declaration.last_sequence, declaration.last_issued_at = replayed.last_sequence, replayed.last_issued_at
    declaration.status_changed_at = at
    declaration.save(update_fields=["state", "debt_state", "last_sequence", "last_issued_at", "status_changed_at"])
    CustomsStatusChange.objects.create(
        stream=f"declaration:{declaration.pk}",
        declaration=declaration,
        before=before,
        after=replayed.goods,
        debt=replayed.debt,
        changed_at=at,
    )
    record_activity(
        Act.REPLAY_CUSTOMS_MESSAGES, declaration, actor=actor, at=at, before=before, after=replayed.goods.value
    )
    if before != replayed.goods:
        declaration_statuses_changed.send(Declaration, changes=[(declaration.pk, replayed.goods.value)], at=at)
    return True
