"""Desks, escorts and scales that a visit can have."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time, timedelta

from django.db.models import Q

from bonded.rules.errors import NotFound
from bonded.rules.permissions import Actor
from inspections.models.viewing_rooms import Closure, Desk, Escort, Scale, ViewingRoom
from inspections.models.visit_terms import ViewingTerms
from inspections.rules.openings import Opening
from inspections.rules.permissions import Act, require
from inspections.rules.slots import ROOM_ZONE
from inspections.rules.visit_terms import KindTerms, VisitTerms, terms_of_visit
from tariffs.queries.calendars import public_holidays


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


def opening_on(desk: Desk, day: date) -> Opening:
    """Give when a desk's room is open on one day; runs three SQL statements."""
    return openings_of([desk], first_on=day, last_on=day)[desk.pk]


def viewing_terms() -> list[KindTerms]:
    """Give what lots of each kind ask for, at all desks and at single ones."""
    return [row.terms for row in ViewingTerms.objects.order_by("pk")]


def terms_at(desk: Desk, kinds: Collection[str]) -> VisitTerms:
    """Give what a visit to lots of some kinds asks for at a desk."""
    return terms_of_visit(desk.pk, desk.terms, kinds, viewing_terms())
