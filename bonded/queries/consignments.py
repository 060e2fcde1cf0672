"""Consignments for those who may see them."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, Sum

from bonded.models.consignments import Consignment
from bonded.models.lots import Lot
from bonded.rules.errors import NotFound
from bonded.rules.permissions import Actor


def consignment_by_reference(reference: str, *, actor: Actor) -> Consignment:
    """Give one consignment with its supplier; raises NotFound when it is not there or not this actor's."""
    visible = Consignment.objects.visible_to(actor)
    found = visible.filter(reference=reference).select_related("supplier").first()
    if found is None:
        raise NotFound("There is no such consignment.", reference=reference[:40])
    return found


def standing_of_consignment(consignment_id: int) -> dict[str, Any]:
    """Count the lots of a consignment, those on hold, and their carats."""
    standing = Lot.objects.filter(consignment_id=consignment_id).aggregate(
        lots=Count("pk"), lots_on_hold=Count("pk", filter=Q(is_on_hold=True)), weight_carats=Sum("weight_carats")
    )
    return {**standing, "weight_carats": str(standing["weight_carats"] or "0.000")}
