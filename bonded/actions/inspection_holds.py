"""Holds that a customs office places by ordering an inspection, and lifts by its answer."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from bonded.actions.activity import record_activity
from bonded.models.declarations import Declaration
from bonded.models.holds import Hold
from bonded.models.lots import Lot
from bonded.rules.holds import HoldKind
from bonded.rules.lots import GoodsState
from bonded.rules.permissions import Act, Actor, require
from bonded.signals import lots_freed, lots_held

# What has not come yet is kept out at the door instead, and what has left can't be stopped.
_HERE = [GoodsState.RECEIVED, GoodsState.IN_VAULT, GoodsState.AT_DESK]


def hold_for_inspection(*, declaration_id: int, reason: str, actor: Actor, at: datetime) -> None:
    """Stop every lot of a declaration that lies in the vault, until the office has answered.

    One set of statements, whatever the number of lots. Runs in the caller's transaction.
    """
    require(actor, Act.PLACE_HOLD)
    declaration = Declaration.objects.get(pk=declaration_id)
    of_it = Q(withdrawal_lines__withdrawal=declaration.withdrawal_id)
    if declaration.consignment_id is not None:
        of_it = Q(consignment=declaration.consignment_id)
    lots = list(Lot.objects.filter(of_it, goods_state__in=_HERE).locked())
    if not lots:
        return
    Hold.objects.bulk_create(
        Hold(
            lot=lot,
            kind=HoldKind.CUSTOMS_INSPECTION,
            declaration=declaration,
            reason=f"Inspection ordered: {reason}",
            placed_by_id=actor.user_id,
            placed_at=at,
        )
        for lot in lots
    )
    Lot.objects.filter(pk__in=[lot.pk for lot in lots]).update(is_on_hold=True)
    record_activity(Act.PLACE_HOLD, declaration, actor=actor, at=at, lots=len(lots), reason=reason)
    lots_held.send(Hold, lot_ids=[lot.pk for lot in lots], at=at)


def lift_after_inspection(*, declaration_id: int, answer: str, actor: Actor, at: datetime) -> None:
    """End the holds of a declaration's inspection; a lot with another hold stays stopped. Runs as above."""
    require(actor, Act.LIFT_HOLD)
    holds = Hold.objects.filter(declaration=declaration_id, lifted_at__isnull=True)
    lots = list(Lot.objects.filter(holds__in=holds).distinct().values_list("pk", flat=True))
    if not lots:
        return
    list(Lot.objects.filter(pk__in=lots).locked())
    holds.update(lifted_at=at, lifted_by=actor.user_id, lifting_reason=f"The office has answered: {answer}")
    still_held = Hold.objects.filter(lot__in=lots, lifted_at__isnull=True).values("lot")
    Lot.objects.filter(pk__in=lots).exclude(pk__in=still_held).update(is_on_hold=False)
    declaration = Declaration.objects.get(pk=declaration_id)
    record_activity(Act.LIFT_HOLD, declaration, actor=actor, at=at, lots=len(lots), answer=answer)
    lots_freed.send(Hold, lot_ids=lots, at=at)
