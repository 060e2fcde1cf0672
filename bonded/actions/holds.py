"""Stopping lots, and letting them go on."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from bonded.actions.activity import record_activity
from bonded.actions.locks import lock_lot
from bonded.models.holds import Hold
from bonded.models.lots import Lot
from bonded.rules.consignments import DIFFERENCE_ANSWER_TERM
from bonded.rules.declarations import DeclarationState
from bonded.rules.errors import NotFound
from bonded.rules.holds import AnswerMissing, HoldKind
from bonded.rules.permissions import Act, Actor, require
from bonded.signals import lots_freed, lots_held


def _stop(lot: Lot, hold: Hold, *, actor: Actor, at: datetime) -> Hold:
    """Put a new hold into force on a locked lot, and tell."""
    hold.save()
    lot.is_on_hold = True
    lot.save(update_fields=["is_on_hold"])
    record_activity(Act.PLACE_HOLD, lot, actor=actor, at=at, kind=hold.kind, reason=hold.reason)
    lots_held.send(Hold, lot_ids=[lot.pk], at=at)
    return hold


@transaction.atomic
def place_hold(*, lot_id: int, kind: HoldKind, reason: str, actor: Actor, at: datetime) -> Hold:
    """Stop a lot: from now on it is neither shown, viewed, withdrawn nor handed over."""
    require(actor, Act.PLACE_HOLD)
    lot = lock_lot(lot_id, actor=actor)
    hold = Hold(lot=lot, kind=kind, reason=reason, placed_by_id=actor.user_id, placed_at=at)
    return _stop(lot, hold, actor=actor, at=at)


def hold_for_difference(
    lot: Lot, found_carats: Decimal, found_pieces: int, *, reason: str, actor: Actor, at: datetime
) -> Hold:
    """Stop a locked lot because scale or count differ from the books; customs must have an answer in three days."""
    return _stop(
        lot,
        Hold(
            lot=lot,
            kind=HoldKind.DISCREPANCY,
            reason=f"{reason}: {found_carats} ct in {found_pieces}, booked {lot.weight_carats} ct in {lot.pieces}",
            expected_carats=lot.weight_carats,
            found_carats=found_carats,
            expected_pieces=lot.pieces,
            found_pieces=found_pieces,
            answer_due_at=at + DIFFERENCE_ANSWER_TERM,
            placed_by_id=actor.user_id,
            placed_at=at,
        ),
        actor=actor,
        at=at,
    )


@transaction.atomic
def lift_hold(*, hold_id: int, reason: str, actor: Actor, at: datetime) -> Hold:
    """End a hold with the reason why; the lot is free again when no other hold on it is in force.

    Raises NotFound for a hold that is not there or was lifted already, AnswerMissing for one of an
    inspection on which its office has not answered.
    """
    require(actor, Act.LIFT_HOLD)
    found = Hold.objects.filter(pk=hold_id, lifted_at__isnull=True).first()
    if found is None:
        raise NotFound("There is no such hold in force.", hold_id=hold_id)
    lot = lock_lot(found.lot_id, actor=actor)
    hold = Hold.objects.locked().get(pk=hold_id)
    if hold.lifted_at is not None:
        raise NotFound("There is no such hold in force.", hold_id=hold_id)
    if hold.declaration is not None and hold.declaration.state == DeclarationState.INSPECTION_ORDERED:
        raise AnswerMissing("The customs office has not answered yet.", declaration=hold.declaration.number)
    hold.lifted_at, hold.lifted_by_id, hold.lifting_reason = at, actor.user_id, reason
    hold.save(update_fields=["lifted_at", "lifted_by", "lifting_reason"])
    lot.is_on_hold = lot.holds.filter(lifted_at__isnull=True).exists()
    lot.save(update_fields=["is_on_hold"])
    record_activity(Act.LIFT_HOLD, lot, actor=actor, at=at, kind=hold.kind, reason=reason)
    lots_freed.send(Hold, lot_ids=[lot.pk], at=at)
    return hold
