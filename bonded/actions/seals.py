"""Breaking and affixing seals, always before a second keeper."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from bonded.actions.activity import record_activity
from bonded.actions.custody import record_movement, require_witness
from bonded.actions.locks import lock_lot
from bonded.models.lots import Lot
from bonded.rules.custody import MovementKind
from bonded.rules.lots import GoodsState
from bonded.rules.permissions import Act, Actor, require
from bonded.rules.seals import LotIsNotSealed, LotIsSealed, SealDiffers, require_seal_number

_HERE = (GoodsState.IN_VAULT, GoodsState.AT_DESK)


@transaction.atomic
def break_seal(*, lot_id: int, seal_number: str, witness_id: int, actor: Actor, at: datetime) -> Lot:
    """Open a packet whose seal bears the number read from it.

    Raises LotIsNotSealed, SealDiffers (naming the number on record), TwoKeepersNeeded.
    """
    require(actor, Act.BREAK_SEAL)
    require_witness(witness_id, actor=actor)
    lot = lock_lot(lot_id, actor=actor)
    if lot.goods_state not in _HERE or not lot.seal_number:
        raise LotIsNotSealed("There is no seal to break.", stock_number=lot.stock_number, state=lot.goods_state)
    if lot.seal_number != seal_number:
        raise SealDiffers(
            "The seal in hand is not the one on record; call a second keeper and keep the packet closed.",
            seal_on_record=lot.seal_number,
            seal_in_hand=seal_number[:40],
        )
    lot.seal_number = ""
    record_movement(lot, MovementKind.SEAL_BROKEN, witness_id=witness_id, actor=actor, at=at)
    record_activity(Act.BREAK_SEAL, lot, actor=actor, at=at, seal_number=seal_number)
    return lot


@transaction.atomic
def affix_seal(*, lot_id: int, seal_number: str, witness_id: int, actor: Actor, at: datetime) -> Lot:
    """Close an open packet with a new numbered seal.

    Raises LotIsSealed, SealNumberInvalid, TwoKeepersNeeded. A number that some packet bears now is
    refused by the database.
    """
    require(actor, Act.AFFIX_SEAL)
    require_witness(witness_id, actor=actor)
    lot = lock_lot(lot_id, actor=actor)
    if lot.goods_state not in _HERE or lot.seal_number:
        raise LotIsSealed("The packet bears a seal, or is not here.", stock_number=lot.stock_number)
    lot.seal_number = require_seal_number(seal_number)
    record_movement(lot, MovementKind.SEALED, witness_id=witness_id, actor=actor, at=at)
    record_activity(Act.AFFIX_SEAL, lot, actor=actor, at=at, seal_number=seal_number)
    return lot
