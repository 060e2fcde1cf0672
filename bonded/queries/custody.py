"""A lot's story: every movement, act and hold, in the order in which they happened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bonded.models.activity import Activity
from bonded.models.bond_entries import BondEntry
from bonded.models.custody import CustodyMovement
from bonded.models.holds import Hold
from bonded.models.lots import Lot
from bonded.rules.lots import GoodsState


def chain_of_custody(lot: Lot) -> list[Mapping[str, Any]]:
    """Give a lot's movements from the first on, with places and people by name; one SQL statement."""
    rows = CustodyMovement.objects.filter(lot=lot).order_by("position")
    return list(
        rows.values(
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
    )


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


def activities_of(kind: str, target_id: str) -> list[Mapping[str, Any]]:
    """Give what was done to one thing, the first act first."""
    rows = Activity.objects.filter(stream=f"{kind}:{target_id}").order_by("position")
    return list(rows.values("act", "actor__username", "actor_role", "acted_at", "facts"))
