"""Which escort, scale, officer and instruments a visit can have, and what is taken at its time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import orjson
from django.db import connection, models

from bonded.rules.errors import NotFound
from inspections.models.rosters import AttendingOfficer, Shift
from inspections.models.viewing_rooms import Desk, Escort, Scale, ViewingRoom
from inspections.models.visit_terms import Instrument, ViewingTerms
from inspections.rules.bookings import VisitWish
from inspections.rules.claims import Resource, ResourceKind
from inspections.rules.slots import Slot
from inspections.rules.viewing_rooms import LONGEST_CLAIM
from inspections.rules.visit_terms import VisitTerms, terms_of_visit

# One question instead of one for each table, because each costs more to ask than to answer.
_HOUSE = """
    SELECT json_build_object(
             'desk', to_json(desk), 'room', to_json(room), 'place', to_json(place),
             'terms', ARRAY(SELECT to_json(one) FROM inspections_viewingterms one
                             WHERE one.lot_kind = ANY(%(kinds)s::text[]) ORDER BY one.id),
             'escorts', ARRAY(SELECT to_json(one) FROM inspections_escort one
                               WHERE CASE WHEN %(escort_id)s::bigint IS NULL THEN one.is_on_duty
                                          ELSE one.id = %(escort_id)s::bigint END ORDER BY one.id),
             'scales', ARRAY(SELECT to_json(one) FROM inspections_scale one
                              WHERE CASE WHEN %(scale_id)s::bigint IS NULL THEN one.is_in_service
                                         ELSE one.id = %(scale_id)s::bigint END ORDER BY one.id),
             'officers', ARRAY(SELECT to_json(one) FROM inspections_attendingofficer one
                                WHERE one.is_on_duty ORDER BY one.id),
             'instruments', ARRAY(SELECT to_json(one) FROM inspections_instrument one
                                   WHERE one.is_in_service ORDER BY one.id),
             'rates_seen', (SELECT number FROM inspections_ratechanges))::text
      FROM inspections_desk desk
      JOIN inspections_viewingroom room ON room.id = desk.room_id
      JOIN bonded_location place ON place.id = desk.location_id
     WHERE desk.id = %(desk_id)s
"""
# By their beginning, as availability reads them: no claim lasts longer than the span allowed for.
_TAKEN = """
    SELECT wanted.kind, wanted.id,
           CASE WHEN booking.state = 'held' AND booking.held_until <= %(at)s THEN booking.id END
      FROM unnest(%(kinds)s::text[], %(ids)s::bigint[]) AS wanted (kind, id)
     CROSS JOIN LATERAL (
           SELECT booking_id FROM inspections_claim
            WHERE resource_kind = wanted.kind AND resource_id = wanted.id AND is_active
              AND lower(during) > %(earliest)s::timestamptz AND lower(during) < %(ends)s::timestamptz
              AND upper(during) > %(begins)s::timestamptz OFFSET 0) AS claim
      JOIN inspections_booking booking ON booking.id = claim.booking_id
"""

Row = TypeVar("Row", bound=models.Model)
Chosen = TypeVar("Chosen", Escort, Scale, AttendingOfficer, Instrument)
# By what is taken, the holds that take it and whose time is over; None for a booking that stands.
Taken = Mapping[Resource, Sequence[UUID | None]]


@dataclass(frozen=True, slots=True)
class House:
    """What a wish can be granted of, in order: the desk, and whom and what there is, free or not.

    An escort or a scale that was asked for is the only one, on duty and in service or not. `rates_seen` is how often
    the rates were changed until then: asked before the rates are read, so that no change is missed.
    """

    desk: Desk
    terms: VisitTerms
    escorts: Sequence[Escort]
    scales: Sequence[Scale]
    officers: Sequence[AttendingOfficer]
    instruments: Sequence[Instrument]
    rates_seen: int

    def resources(self) -> list[Resource]:
        """Name all of it."""
        return [
            Resource(ResourceKind.DESK, self.desk.pk),
            *(Resource(ResourceKind.ESCORT, one.pk) for one in self.escorts),
            *(Resource(ResourceKind.SCALE, one.pk) for one in self.scales),
            *(Resource(ResourceKind.OFFICER, one.pk) for one in self.officers),
            *(Resource(ResourceKind.INSTRUMENT, one.pk) for one in self.instruments),
        ]


def house_for(wish: VisitWish, kinds: Collection[str]) -> House:
    """Give what a visit to lots of some kinds can have, officers and instruments only where terms ask for them.

    Runs one SQL statement. Raises NotFound when there is no such desk, or no escort or scale as asked for.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _HOUSE,
            {
                "desk_id": wish.desk_id,
                "kinds": sorted(kinds),
                "escort_id": wish.escort_id,
                "scale_id": wish.scale_id,
            },
        )
        found = cursor.fetchone()
    if found is None:
        raise NotFound("There is no such desk.", desk_id=wish.desk_id)
    return _house(orjson.loads(found[0]), wish, kinds)


def taken_during(slot: Slot, resources: Collection[Resource], *, at: datetime) -> Taken:
    """Give what of some resources is claimed in a slot or its changeover; runs one SQL statement."""
    wanted: dict[str, Any] = {
        "kinds": [resource.kind.value for resource in resources],
        "ids": [resource.id for resource in resources],
        "earliest": slot.starts_at - LONGEST_CLAIM,
        "begins": slot.starts_at,
        "ends": slot.busy_until,
        "at": at,
    }
    taken = defaultdict[Resource, list[UUID | None]](list)
    with connection.cursor() as cursor:
        cursor.execute(_TAKEN, wanted)
        for kind, key, lapsed_hold in cursor.fetchall():
            taken[Resource(ResourceKind(kind), key)].append(lapsed_hold)
    return taken


def escort_for(slot: Slot, house: House, wish: VisitWish, taken: Taken) -> Escort:
    """Give the escort asked for, or the first who is there and free, else the first on duty."""
    if wish.escort_id is not None:
        return house.escorts[0]
    there = escorts_there(house.escorts, slot) or house.escorts
    return _first_free(there, ResourceKind.ESCORT, taken)


def scale_for(house: House, taken: Taken) -> Scale:
    """Give the scale asked for, or the first in service that is free, else the first in service."""
    return _first_free(house.scales, ResourceKind.SCALE, taken)


def officer_for(slot: Slot, house: House, taken: Taken) -> AttendingOfficer | None:
    """Give the first officer who is there and free, else one who is there, else None."""
    by_roster = on_shift([one.officer_id for one in house.officers if one.works_by_roster], slot)
    there = [one for one in house.officers if not one.works_by_roster or one.officer_id in by_roster]
    return _first_free(there, ResourceKind.OFFICER, taken) if there else None


def instruments_for(house: House, taken: Taken) -> list[Instrument]:
    """Give one instrument of each kind, the first that is free, else the first in service; kinds without any miss."""
    of_kind = ([one for one in house.instruments if one.kind == kind] for kind in sorted(house.terms.instruments))
    return [_first_free(ones, ResourceKind.INSTRUMENT, taken) for ones in of_kind if ones]


def escorts_there(escorts: Sequence[Escort], slot: Slot) -> list[Escort]:
    """Keep the escorts who are on duty and, if they work by roster, on a shift for the whole of a slot."""
    by_roster = on_shift([one.keeper_id for one in escorts if one.works_by_roster], slot)
    return [one for one in escorts if one.is_on_duty and (not one.works_by_roster or one.keeper_id in by_roster)]


def on_shift(people: Iterable[int], slot: Slot) -> frozenset[int]:
    """Give those of some people who have a shift that covers a slot and its changeover; no SQL for nobody."""
    wanted = list(people)
    if not wanted:
        return frozenset()
    shifts = Shift.objects.filter(person__in=wanted, during__contains=(slot.starts_at, slot.busy_until))
    return frozenset(shifts.values_list("person_id", flat=True))


def _house(found: Mapping[str, Any], wish: VisitWish, kinds: Collection[str]) -> House:
    desk = _row(Desk, found["desk"])
    desk.room, desk.location = _row(ViewingRoom, found["room"]), _row(_PlaceOfDesk, found["place"])
    terms = terms_of_visit(desk.pk, desk.terms, kinds, [_row(ViewingTerms, one).terms for one in found["terms"]])
    if not found["escorts"]:
        raise NotFound("There is no such escort.", escort_id=wish.escort_id)
    if not found["scales"]:
        raise NotFound("There is no such scale.", scale_id=wish.scale_id)
    instruments = (_row(Instrument, one) for one in found["instruments"])
    return House(
        desk=desk,
        terms=terms,
        escorts=[_row(Escort, one) for one in found["escorts"]],
        scales=[_row(Scale, one) for one in found["scales"]],
        officers=[_row(AttendingOfficer, one) for one in found["officers"]] if terms.needs_officer else [],
        instruments=[one for one in instruments if one.kind in terms.instruments],
        rates_seen=found["rates_seen"] or 0,
    )


# Named by way of the desk, because its table is bonded's.
_PlaceOfDesk: Any = Desk._meta.get_field("location").related_model


def _row(model: type[Row], document: Mapping[str, Any]) -> Row:
    """Read a row of a table from the JSON that PostgreSQL makes of it."""
    fields = model._meta.concrete_fields
    names = [field.attname for field in fields]
    return model.from_db(connection.alias, names, [field.to_python(document[field.attname]) for field in fields])


def _first_free(ones: Sequence[Chosen], kind: ResourceKind, taken: Taken) -> Chosen:
    return next((one for one in ones if Resource(kind, one.pk) not in taken), ones[0])
