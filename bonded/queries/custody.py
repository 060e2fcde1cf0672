"""A lot's story: every movement, act and hold, in the order in which they happened."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from bonded.models.activity import Activity
from bonded.models.bond_entries import BondEntry
from bonded.models.custody import CustodyMovement
from bonded.models.holds import Hold
from bonded.models.lots import Lot
from bonded.rules.errors import NotFound
from bonded.rules.lots import GoodsState

_STEP = (
    "position",
    "kind",
    "goods_state",
    "location__code",
    "pieces",
    "weight_carats",
    "reading_carats",
    "counted_pieces",
    "scale",
    "seal_number",
    "recorded_by__username",
    "witness__username",
    "recorded_at",
    "hash",
)


def chain_of_custody(lot: Lot) -> list[Mapping[str, Any]]:
    """Give a lot's movements from the first on, with places and people by name; one SQL statement."""
    return chains_of_custody([lot.pk])[lot.pk]


def chains_of_custody(lot_ids: Collection[int]) -> dict[int, list[Mapping[str, Any]]]:
    """Give the movements of several lots, by lot, each as `chain_of_custody` does; one SQL statement."""
    chains: dict[int, list[Mapping[str, Any]]] = {lot_id: [] for lot_id in lot_ids}
    for row in CustodyMovement.objects.filter(lot__in=lot_ids).order_by("lot_id", "position").values("lot_id", *_STEP):
        chains[row.pop("lot_id")].append(row)
    return chains


def entry_into_bond(lot: Lot) -> Mapping[str, Any]:
    """Give since which day a lot is under bond, and whether it is kept under seal.

    A lot that lies open on a desk is kept too: who is told no more than this must not learn that somebody looks at it.
    """
    entered_on = BondEntry.objects.filter(lot=lot).values_list("entered_on", flat=True).first()
    is_kept = lot.goods_state in (GoodsState.IN_VAULT, GoodsState.AT_DESK)
    return {"is_kept_under_seal": is_kept, "under_bond_since": entered_on}


def holds_of(lot: Lot) -> list[Mapping[str, Any]]:
    """Give a lot's holds, the newest first."""
    return list(
        Hold.objects.filter(lot=lot)
        .order_by("-pk")
        .values("id", "kind", "reason", "placed_at", "answer_due_at", "lifted_at", "lifting_reason")
    )


def hold_of_lot(lot: Lot, hold_id: str) -> Hold:
    """Give one hold of a lot; raises NotFound for another's."""
    for hold in Hold.objects.filter(lot=lot):
        if str(hold.pk) == hold_id:
            return hold
    raise NotFound("There is no such hold.", hold_id=hold_id[:20])


def activities_of(kind: str, target_id: str) -> list[Mapping[str, Any]]:
    """Give what was done to one thing, the first act first."""
    rows = Activity.objects.filter(stream=f"{kind}:{target_id}").order_by("position")
    return list(rows.values("act", "actor__username", "actor_role", "acted_at", "facts"))
