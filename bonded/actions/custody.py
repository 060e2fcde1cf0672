"""Moving lots in the vault: every step is a movement, and the lot stands as its last movement says."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from bonded.actions.activity import record_activity
from bonded.actions.holds import hold_for_difference
from bonded.actions.locks import lock_lot
from bonded.models.custody import CustodyMovement
from bonded.models.lots import Lot
from bonded.queries.parties import is_keeper
from bonded.rules.custody import (
    Difference,
    LotNotAtDesk,
    MovementKind,
    TwoKeepersNeeded,
    difference,
    require_two_keepers,
)
from bonded.rules.holds import LotOnHold
from bonded.rules.lifecycle import require_step
from bonded.rules.lots import GOODS_STEPS, GoodsState
from bonded.rules.permissions import Act, Actor, require
from bonded.rules.seals import LotIsSealed
from bonded.signals import lot_moved


def require_witness(witness_id: int, *, actor: Actor) -> None:
    """Refuse to go on unless a second keeper of the vault stands by; raises TwoKeepersNeeded."""
    require_two_keepers(actor.user_id, witness_id)
    if not is_keeper(witness_id):
        raise TwoKeepersNeeded("The witness is no keeper of this vault.", actor=actor.user_id, witness=witness_id)


def record_movement(
    lot: Lot,
    kind: MovementKind,
    *,
    witness_id: int,
    reading_carats: Decimal | None = None,
    counted_pieces: int | None = None,
    scale: str = "",
    actor: Actor,
    at: datetime,
) -> CustodyMovement:
    """Write the lot, which the act has locked and changed, and the movement that says the same."""
    assert actor.user_id is not None, "two keepers were asked for before"
    lot.save(update_fields=["goods_state", "customs_state", "location", "holder", "seal_number"])
    movement = CustodyMovement.objects.create(
        stream=f"lot:{lot.pk}",
        lot=lot,
        kind=kind,
        goods_state=lot.goods_state,
        location_id=lot.location_id,
        holder_id=lot.holder_id,
        pieces=lot.pieces,
        weight_carats=lot.weight_carats,
        reading_carats=reading_carats,
        counted_pieces=counted_pieces,
        scale=scale,
        seal_number=lot.seal_number,
        witness_id=witness_id,
        recorded_by_id=actor.user_id,
        recorded_at=at,
    )
    lot_moved.send(Lot, lot_id=lot.pk, at=at)
    return movement


def _compared(lot: Lot, weight_carats: Decimal, pieces: int) -> Difference:
    return difference(
        expected_carats=lot.weight_carats,
        expected_pieces=lot.pieces,
        found_carats=weight_carats,
        found_pieces=pieces,
    )


@transaction.atomic
def check_out_lot(
    *,
    lot_id: int,
    weight_carats: Decimal,
    pieces: int,
    witness_id: int,
    to_location_id: int,
    scale: str,
    actor: Actor,
    at: datetime,
) -> Difference:
    """Weigh a lot out of the vault to a viewing desk, before a second keeper.

    Carats to 0.001. Gives the difference from the books; one above tolerance puts the lot on hold,
    and it may not be looked at. Raises LotOnHold, StepNotAllowed, TwoKeepersNeeded.
    """
    require(actor, Act.CHECK_OUT_LOT)
    require_witness(witness_id, actor=actor)
    lot = lock_lot(lot_id, actor=actor)
    require_step(GOODS_STEPS, GoodsState(lot.goods_state), GoodsState.AT_DESK)
    if lot.is_on_hold:
        raise LotOnHold("The lot is on hold and stays in the vault.", stock_number=lot.stock_number)
    found = _compared(lot, weight_carats, pieces)
    lot.goods_state, lot.location_id, lot.holder_id = GoodsState.AT_DESK, to_location_id, actor.user_id
    record_movement(
        lot,
        MovementKind.CHECKED_OUT,
        witness_id=witness_id,
        reading_carats=weight_carats,
        counted_pieces=pieces,
        scale=scale,
        actor=actor,
        at=at,
    )
    record_activity(Act.CHECK_OUT_LOT, lot, actor=actor, at=at, weight_carats=str(weight_carats), pieces=pieces)
    if not found.is_within_tolerance:
        hold_for_difference(lot, weight_carats, pieces, reason="weighed out", actor=actor, at=at)
    return found


@transaction.atomic
def return_lot(
    *,
    lot_id: int,
    weight_carats: Decimal,
    pieces: int,
    witness_id: int,
    to_location_id: int,
    scale: str,
    actor: Actor,
    at: datetime,
) -> Difference:
    """Weigh an open lot in from a desk and put it back, before a second keeper.

    Carats to 0.001. The books keep their weight; the reading is kept beside it. Gives the
    difference; one above tolerance puts the lot on hold at once. Raises LotIsSealed (nobody can
    have weighed the stones), LotNotAtDesk, TwoKeepersNeeded.
    """
    require(actor, Act.RETURN_LOT)
    require_witness(witness_id, actor=actor)
    lot = lock_lot(lot_id, actor=actor)
    if lot.goods_state != GoodsState.AT_DESK:
        raise LotNotAtDesk("The lot was not weighed out to a desk.", state=lot.goods_state)
    if lot.seal_number:
        raise LotIsSealed("The packet is still sealed, so its stones were not weighed.", seal_number=lot.seal_number)
    found = _compared(lot, weight_carats, pieces)
    lot.goods_state, lot.location_id, lot.holder_id = GoodsState.IN_VAULT, to_location_id, None
    record_movement(
        lot,
        MovementKind.RETURNED,
        witness_id=witness_id,
        reading_carats=weight_carats,
        counted_pieces=pieces,
        scale=scale,
        actor=actor,
        at=at,
    )
    record_activity(Act.RETURN_LOT, lot, actor=actor, at=at, weight_carats=str(weight_carats), pieces=pieces)
    if not found.is_within_tolerance:
        hold_for_difference(lot, weight_carats, pieces, reason="weighed in", actor=actor, at=at)
    return found
