"""Which escort, scale, officer and instruments a visit can have."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TypeVar

from bonded.rules.errors import NotFound
from inspections.models.claims import Claim
from inspections.models.rosters import AttendingOfficer, Shift
from inspections.models.viewing_rooms import Escort, Scale
from inspections.models.visit_terms import Instrument
from inspections.rules.claims import ResourceKind
from inspections.rules.slots import Slot
from inspections.rules.visit_terms import InstrumentKind

Chosen = TypeVar("Chosen", Escort, Scale, AttendingOfficer, Instrument)


def escort_for(slot: Slot, escort_id: int | None) -> Escort:
    """Give the escort asked for, or the first who is there and free, else the first on duty; raises NotFound."""
    if escort_id is not None:
        escort = Escort.objects.filter(pk=escort_id).first()
    else:
        on_duty = list(Escort.objects.filter(is_on_duty=True).order_by("pk"))
        escort = _first_free(escorts_there(on_duty, slot) or on_duty, ResourceKind.ESCORT, slot)
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


def officer_for(slot: Slot) -> AttendingOfficer | None:
    """Give the first officer who is there and free, else one who is there, else None."""
    on_duty = list(AttendingOfficer.objects.filter(is_on_duty=True).order_by("pk"))
    by_roster = on_shift([one.officer_id for one in on_duty if one.works_by_roster], slot)
    there = [one for one in on_duty if not one.works_by_roster or one.officer_id in by_roster]
    return _first_free(there, ResourceKind.OFFICER, slot)


def instruments_for(slot: Slot, kinds: Collection[InstrumentKind]) -> list[Instrument]:
    """Give one instrument of each kind, the first that is free, else the first in service; kinds without any miss."""
    if not kinds:
        return []
    in_service = list(Instrument.objects.filter(is_in_service=True, kind__in=kinds).order_by("pk"))
    of_kind = ([one for one in in_service if one.kind == kind] for kind in sorted(kinds))
    found = (_first_free(ones, ResourceKind.INSTRUMENT, slot) for ones in of_kind)
    return [one for one in found if one is not None]


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


def _first_free(ones: Sequence[Chosen], kind: ResourceKind, slot: Slot) -> Chosen | None:
    if not ones:
        return None
    taken = set(
        Claim.objects.active()
        .filter(resource_kind=kind, resource_id__in=[one.pk for one in ones])
        .filter(during__overlap=(slot.starts_at, slot.busy_until))
        .values_list("resource_id", flat=True)
    )
    return next((one for one in ones if one.pk not in taken), ones[0])
