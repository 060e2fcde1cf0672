"""Desks, escorts and scales that a visit can have."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from django.db import connection
from django.db.models import Q

from bonded.rules.errors import NotFound
from bonded.rules.permissions import Actor
from inspections.models.viewing_rooms import Closure, Desk, ViewingRoom
from inspections.models.visit_terms import ViewingTerms
from inspections.rules.openings import Opening
from inspections.rules.permissions import Act, require
from inspections.rules.slots import ROOM_ZONE
from inspections.rules.visit_terms import KindTerms
from tariffs.queries.calendars import public_holidays

_PLACE = """
    SELECT (SELECT desk.id FROM inspections_desk desk JOIN bonded_location place ON place.id = desk.location_id
             WHERE place.code = %(desk)s),
           (SELECT escort.id FROM inspections_escort escort JOIN bonded_user keeper ON keeper.id = escort.keeper_id
             WHERE keeper.username = %(escort)s),
           (SELECT id FROM inspections_scale WHERE number = %(scale)s)
"""


class Place(NamedTuple):
    """Where a visit is asked for and with whom, by their keys; an escort and a scale need not be named."""

    desk_id: int
    escort_id: int | None
    scale_id: int | None


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


def room_id_of(name: str | None, *, actor: Actor) -> int | None:
    """Give the id of a room by its name, None when none is named; raises NotFound."""
    require(actor, Act.READ_SLOTS)
    if name is None:
        return None
    found = ViewingRoom.objects.filter(name=name).values_list("pk", flat=True).first()
    if found is None:
        raise NotFound("There is no such room.", room=name[:60])
    return found


def place_of(desk: str, escort: str | None, scale: str | None, *, actor: Actor) -> Place:
    """Give the ids of a desk (its place's code), an escort (the keeper's user name) and a scale (its number).

    One SQL statement. Raises NotFound for the first of them that is not there.
    """
    require(actor, Act.READ_SLOTS)
    named = {"desk": desk, "escort": escort, "scale": scale}
    with connection.cursor() as cursor:
        cursor.execute(_PLACE, named)
        found = dict(zip(named, cursor.fetchone(), strict=True))
    for kind, name in named.items():
        if name is not None and found[kind] is None:
            raise NotFound(f"There is no such {kind}.", **{kind: name[:40]})
    return Place(*found.values())


def openings_of(desks: Collection[Desk], *, first_on: date, last_on: date) -> dict[int, Opening]:
    """Give by desk id when desks' rooms are open on days from one to another; runs three SQL statements.

    The hours are those of the desks as they were read: one more for each room that they were not prefetched for.
    """
    begins = datetime.combine(first_on, time(), ROOM_ZONE)
    ends = datetime.combine(last_on + timedelta(days=1), time(), ROOM_ZONE)
    here = Q(room__isnull=True) | Q(room__in={desk.room_id for desk in desks})
    closures = list(Closure.objects.filter(here, during__overlap=(begins, ends)).order_by("pk"))
    holidays = public_holidays(first_on, last_on)
    return {
        desk.pk: Opening(
            hours=desk.open_hours,
            holidays=frozenset() if desk.room.opens_on_holidays else holidays,
            closures=[(one.during.lower, one.during.upper) for one in closures if one.room_id in (None, desk.room_id)],
        )
        for desk in desks
    }


def viewing_terms() -> list[KindTerms]:
    """Give what lots of each kind ask for, at all desks and at single ones."""
    return [row.terms for row in ViewingTerms.objects.order_by("pk")]
