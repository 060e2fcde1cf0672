"""Desks, escorts and scales that a visit can have."""

from __future__ import annotations

from typing import TypeVar

from bonded.rules.errors import NotFound
from bonded.rules.permissions import Actor
from inspections.models.claims import Claim
from inspections.models.viewing_rooms import Desk, Escort, Scale, ViewingRoom
from inspections.rules.claims import ResourceKind
from inspections.rules.permissions import Act, require
from inspections.rules.slots import Slot

Chosen = TypeVar("Chosen", Escort, Scale)


def desks_in_use(*, actor: Actor) -> list[Desk]:
    """Give the desks that are in use, by code, with room, place and hours; runs two SQL statements."""
    require(actor, Act.READ_SLOTS)
    desks = Desk.objects.filter(is_in_use=True).select_related("room", "location").prefetch_related("room__hours")
    return list(desks.order_by("location__code"))


def desk_by_code(code: str, *, actor: Actor) -> Desk:
    """Give one desk by the code of its place; raises NotFound."""
    require(actor, Act.READ_SLOTS)
    desk = Desk.objects.filter(location__code=code).select_related("room", "location").first()
    if desk is None:
        raise NotFound("There is no such desk.", desk=code[:40])
    return desk


def desk_by_id(desk_id: int) -> Desk:
    """Give one desk; raises NotFound."""
    desk = Desk.objects.filter(pk=desk_id).select_related("room", "location").first()
    if desk is None:
        raise NotFound("There is no such desk.", desk_id=desk_id)
    return desk


def room_id_of(name: str | None, *, actor: Actor) -> int | None:
    """Give the id of a room by its name, None when none is named; raises NotFound."""
    require(actor, Act.READ_SLOTS)
    if name is None:
        return None
    found = ViewingRoom.objects.filter(name=name).values_list("pk", flat=True).first()
    if found is None:
        raise NotFound("There is no such room.", room=name[:60])
    return found


def escort_id_of(username: str | None) -> int | None:
    """Give the id of an escort by the keeper's user name, None when none is named; raises NotFound."""
    if username is None:
        return None
    found = Escort.objects.filter(keeper__username=username).values_list("pk", flat=True).first()
    if found is None:
        raise NotFound("There is no such escort.", escort=username[:40])
    return found


def scale_id_of(number: str | None) -> int | None:
    """Give the id of a scale by its number, None when none is named; raises NotFound."""
    if number is None:
        return None
    found = Scale.objects.filter(number=number).values_list("pk", flat=True).first()
    if found is None:
        raise NotFound("There is no such scale.", scale=number[:40])
    return found


def escort_for(slot: Slot, escort_id: int | None) -> Escort:
    """Give the escort asked for, or the first on duty who is free, else the first on duty; raises NotFound."""
    if escort_id is not None:
        escort = Escort.objects.filter(pk=escort_id).first()
    else:
        escort = _first_free(list(Escort.objects.filter(is_on_duty=True).order_by("pk")), ResourceKind.ESCORT, slot)
    if escort is None:
        raise NotFound("There is no such escort.", escort_id=escort_id)
    return escort


def scale_for(slot: Slot, scale_id: int | None) -> Scale:
    """Give the scale asked for, or the first in service that is free, else the first in service; raises NotFound."""
    if scale_id is not None:
        scale = Scale.objects.filter(pk=scale_id).first()
    else:
        scale = _first_free(list(Scale.objects.filter(is_in_service=True).order_by("pk")), ResourceKind.SCALE, slot)
    if scale is None:
        raise NotFound("There is no such scale.", scale_id=scale_id)
    return scale


def _first_free(ones: list[Chosen], kind: ResourceKind, slot: Slot) -> Chosen | None:
    taken = set(
        Claim.objects.active()
        .filter(resource_kind=kind, resource_id__in=[one.pk for one in ones])
        .filter(during__overlap=(slot.starts_at, slot.busy_until))
        .values_list("resource_id", flat=True)
    )
    return next((one for one in ones if one.pk not in taken), ones[0] if ones else None)
