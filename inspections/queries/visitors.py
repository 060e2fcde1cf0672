"""Who is announced, and who is not let in."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from bonded.rules.permissions import Actor
from inspections.models.visitors import Ban, Visitor
from inspections.rules.permissions import Act, require


def ban_reasons(digests: Collection[bytes]) -> list[str]:
    """Give why people with these papers are not let in, the oldest first; asks nothing when there are no papers."""
    if not digests:
        return []
    bans = Ban.objects.filter(digest__in=list(digests), lifted_at__isnull=True).order_by("pk")
    return list(bans.values_list("reason", flat=True))


def announced_for(booking_id: UUID) -> list[Visitor]:
    """Give who was announced with a paper for a booking, by name."""
    return list(Visitor.objects.filter(booking=booking_id).order_by("name"))


def bans_in_force(*, actor: Actor) -> list[Ban]:
    """Give the bans that hold, the newest first."""
    require(actor, Act.READ_BANS)
    return list(Ban.objects.filter(lifted_at__isnull=True).order_by("-pk"))
