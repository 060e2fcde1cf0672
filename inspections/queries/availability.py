"""When lots can be looked at: over all desks at once, with everything that such a visit needs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from bonded.queries.lots import goods_of_lots
from bonded.rules.permissions import Actor
from inspections.models.rosters import AttendingOfficer, Shift
from inspections.models.viewing_rooms import Desk, Escort, Scale
from inspections.models.visit_terms import Instrument
from inspections.queries.viewing_rooms import openings_of, viewing_terms
from inspections.rules.availability import Choice, Spans, free_visits, untaken
from inspections.rules.claims import Resource, ResourceKind
from inspections.rules.openings import Opening, offered_slots
from inspections.rules.permissions import Act, require
from inspections.rules.slots import Slot, SlotTerms, last_day_of
from inspections.rules.viewing_rooms import LONGEST_CLAIM
from inspections.rules.visit_terms import KindTerms, VisitTerms, terms_of_visit

# Read once, by their beginning: no claim lasts longer than the span allowed for, and ended ones are not in this index.
_CLAIMS = """
    SELECT wanted.kind, wanted.id, lower(claim.during), upper(claim.during)
      FROM unnest(%s::text[], %s::bigint[]) AS wanted (kind, id)
     CROSS JOIN LATERAL (
           SELECT during FROM inspections_claim
            WHERE resource_kind = wanted.kind AND resource_id = wanted.id AND is_active
              AND lower(during) > %s::timestamptz AND lower(during) < %s::timestamptz OFFSET 0) AS claim
     ORDER BY 1, 2, 3
"""

Taken = dict[ResourceKind, dict[int, Spans]]


@dataclass(frozen=True, slots=True)
class DeskTimes:
    """The times at which a desk and everything else that a visit needs is free, in order."""

    desk: Desk
    slots: Sequence[Slot]


@dataclass(frozen=True, slots=True)
class _House:
    """Who and what there is for visits, whether free or not."""

    escorts: Sequence[Escort]
    scales: Sequence[Scale]
    officers: Sequence[AttendingOfficer]
    instruments: Sequence[Instrument]

    def resources(self) -> Iterable[Resource]:
        yield from (Resource(ResourceKind.ESCORT, one.pk) for one in self.escorts)
        yield from (Resource(ResourceKind.SCALE, one.pk) for one in self.scales)
        yield from (Resource(ResourceKind.OFFICER, one.pk) for one in self.officers)
        yield from (Resource(ResourceKind.INSTRUMENT, one.pk) for one in self.instruments)

    def people(self) -> dict[tuple[ResourceKind, int], int]:
        """Give the users of those who work by roster, by what they are claimed as."""
        escorts = {(ResourceKind.ESCORT, one.pk): one.keeper_id for one in self.escorts if one.works_by_roster}
        officers = {(ResourceKind.OFFICER, one.pk): one.officer_id for one in self.officers if one.works_by_roster}
        return escorts | officers


def availability(
    *,
    desks: Sequence[Desk],
    lot_ids: Collection[int],
    kinds: Collection[str] = (),
    first_on: date,
    days: int,
    at: datetime,
    actor: Actor,
) -> list[DeskTimes]:
    """Give for each desk the times after `at` at which a visit to all the lots together could be booked.

    A time is there when the desk, every lot, any escort, any scale and what else the kinds of the lots need are free;
    whether the company may book is another question. Runs nine SQL statements, whatever the number of desks, days and
    lots; what is over leaves no trace in them. `kinds` asks for visits to lots of these kinds, whichever they are.
    Raises NotFound for lots out of sight, DaysInvalid.
    """
    require(actor, Act.READ_SLOTS)
    last_on = last_day_of(first_on, days)
    of_lots = [facts.kind for facts in goods_of_lots(lot_ids, actor=actor)] if lot_ids else []
    asked = _Asked(first_on, days, at, viewing_terms(), frozenset({*of_lots, *kinds}))
    openings = openings_of(desks, first_on=first_on, last_on=last_on)
    groups = defaultdict[tuple[int, SlotTerms, VisitTerms], list[Desk]](list)
    for desk in desks:
        if desk.is_in_use:
            groups[desk.room_id, desk.terms, asked.terms_at(desk)].append(desk)
    offered = {key: asked.offered(some[0], openings[some[0].pk]) for key, some in groups.items()}
    every = [slot for slots in offered.values() for slot in slots]
    if not every:
        return [DeskTimes(desk, ()) for desk in desks]
    house = _house()
    wanted = [
        *(Resource(ResourceKind.DESK, desk.pk) for desk in desks),
        *(Resource(ResourceKind.LOT, lot_id) for lot_id in set(lot_ids)),
        *house.resources(),
    ]
    begins, ends = min(every).starts_at, max(slot.busy_until for slot in every)
    taken, there = _taken(wanted, begins, ends), _there(house, begins, ends)
    lots = [taken[ResourceKind.LOT].get(lot_id, ()) for lot_id in sorted(set(lot_ids))]
    free: dict[int, list[Slot]] = {}
    for key, some in groups.items():
        # What is the same for all desks of a room with the same terms is worked out once.
        of_group = free_visits(offered[key], all_of=lots, one_of=_choices(house, key[2], taken, there))
        free |= {desk.pk: untaken(of_group, taken[ResourceKind.DESK].get(desk.pk, ())) for desk in some}
    return [DeskTimes(desk, free.get(desk.pk, [])) for desk in desks]


def times_of_each_lot(
    kinds: Mapping[int, str], *, desks: Sequence[Desk], on: date, at: datetime, actor: Actor
) -> dict[int, list[datetime]]:
    """Give for each of some lots, by id with its kind, when it could be looked at on a day, at any of the desks.

    Eight SQL statements for each kind of lot, and one.
    """
    slots = dict[str, list[Slot]]()
    for kind in sorted(set(kinds.values())):
        found = availability(desks=desks, lot_ids=(), kinds={kind}, first_on=on, days=1, at=at, actor=actor)
        slots[kind] = sorted({slot for one in found for slot in one.slots})
    every = [slot for some in slots.values() for slot in some]
    if not every:
        return {lot_id: [] for lot_id in kinds}
    wanted = [Resource(ResourceKind.LOT, lot_id) for lot_id in kinds]
    taken = _taken(wanted, min(every).starts_at, max(slot.busy_until for slot in every))[ResourceKind.LOT]
    free = {lot_id: untaken(slots[kind], taken.get(lot_id, ())) for lot_id, kind in kinds.items()}
    return {lot_id: sorted({slot.starts_at for slot in some}) for lot_id, some in free.items()}


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a search is about, and what it means for a desk."""

    first_on: date
    days: int
    at: datetime
    of_kinds: Sequence[KindTerms]
    kinds: Collection[str]

    def terms_at(self, desk: Desk) -> VisitTerms:
        return terms_of_visit(desk.pk, desk.terms, self.kinds, self.of_kinds)

    def offered(self, desk: Desk, opening: Opening) -> list[Slot]:
        terms = self.terms_at(desk).slots
        slots = offered_slots(self.first_on, self.days, opening=opening, grid=desk.terms, terms=terms)
        return [slot for slot in slots if slot.starts_at > self.at]


def _house() -> _House:
    return _House(
        escorts=list(Escort.objects.filter(is_on_duty=True).order_by("pk")),
        scales=list(Scale.objects.filter(is_in_service=True).order_by("pk")),
        officers=list(AttendingOfficer.objects.filter(is_on_duty=True).order_by("pk")),
        instruments=list(Instrument.objects.filter(is_in_service=True).order_by("pk")),
    )


def _taken(wanted: Collection[Resource], begins: datetime, ends: datetime) -> Taken:
    taken: Taken = {kind: {} for kind in ResourceKind}
    with connection.cursor() as cursor:
        kinds, ids = [one.kind.value for one in wanted], [one.id for one in wanted]
        cursor.execute(_CLAIMS, [kinds, ids, begins - LONGEST_CLAIM, ends])
        for kind, key, since, until in cursor.fetchall():
            spans = taken[ResourceKind(kind)].setdefault(key, [])
            assert isinstance(spans, list)
            spans.append((since, until))
    return taken


def _there(house: _House, begins: datetime, ends: datetime) -> dict[tuple[ResourceKind, int], Spans]:
    people = house.people()
    shifts = defaultdict[int, list[tuple[datetime, datetime]]](list)
    rows = Shift.objects.filter(person__in=set(people.values()), during__overlap=(begins, ends)).order_by("during")
    for person_id, during in rows.values_list("person_id", "during"):
        shifts[person_id].append((during.lower, during.upper))
    return {key: shifts[person_id] for key, person_id in people.items()}


def _choices(
    house: _House, terms: VisitTerms, taken: Taken, there: dict[tuple[ResourceKind, int], Spans]
) -> Iterable[Choice]:
    def choice(kind: ResourceKind, ones: Iterable[Escort | Scale | AttendingOfficer | Instrument]) -> Choice:
        keys = [one.pk for one in ones]
        return Choice(keys, taken[kind], {key: there[kind, key] for key in keys if (kind, key) in there})

    yield choice(ResourceKind.ESCORT, house.escorts)
    yield choice(ResourceKind.SCALE, house.scales)
    if terms.needs_officer:
        yield choice(ResourceKind.OFFICER, house.officers)
    for wanted in sorted(terms.instruments):
        yield choice(ResourceKind.INSTRUMENT, (one for one in house.instruments if one.kind == wanted))
