"""Who waits, whose turn it is, and the first place that could be offered."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from bonded.queries.parties import buyer_of
from bonded.rules.errors import NotFound
from bonded.rules.permissions import SYSTEM, Actor
from inspections.models.bookings import Booking
from inspections.models.claims import Claim
from inspections.models.viewing_rooms import Scale
from inspections.models.waiting_list import FreedPlace, WaitingEntry, WaitingEntryQuerySet
from inspections.queries.availability import availability
from inspections.queries.viewing_rooms import desks_in_use
from inspections.rules.claims import ResourceKind
from inspections.rules.permissions import Act, require
from inspections.rules.slots import LONGEST_SEARCH_DAYS, ROOM_ZONE, Slot
from inspections.rules.viewing_rooms import is_calibrated
from inspections.rules.waiting_list import OFFER_TERM, OPEN_STATES, Place, WaitState


def waits_visible_to(actor: Actor) -> WaitingEntryQuerySet:
    """Give the waits that the actor may see, with the booking of their offer, to be ordered and paged."""
    require(actor, Act.READ_WAITING_LIST)
    return WaitingEntry.objects.visible_to(actor).select_related("booking__desk__location")


def wait_visible_to(actor: Actor, entry_id: UUID) -> WaitingEntry:
    """Give one wait; raises NotFound when it is not there or not this actor's: both look the same."""
    found = waits_visible_to(actor).filter(pk=entry_id).first()
    if found is None:
        raise NotFound("There is no such wait.", waiting_entry_id=str(entry_id))
    return found


def digest_of_link(token: str) -> bytes:
    """Give what is kept of the secret word of a link."""
    return hashlib.sha256(token.encode()).digest()


def wait_by_link(token: str) -> WaitingEntry:
    """Give the wait that a secret link is for, while it is open; raises NotFound alike for every other word."""
    waits = WaitingEntry.objects.select_related("booking__desk__location")
    found = waits.filter(link_digest=digest_of_link(token), state__in=OPEN_STATES).first()
    if found is None:
        raise NotFound("There is no such offer.")
    return found


def company_of_wait(entry: WaitingEntry) -> Actor:
    """Give whoever waits as the buyer of the company; raises NotFound when they buy for it no more."""
    return buyer_of(entry.user_id, entry.company_id)


def waits_in_turn(*, freed: list[Booking] | None = None) -> list[UUID]:
    """Give who waits, by priority and then age; with visits that gave something up, whoever waits for their time."""
    waits = WaitingEntry.objects.filter(state=WaitState.WAITING).in_turn().values_list("pk", "during")
    return [
        pk
        for pk, during in waits
        if freed is None or any(during.lower < one.during.upper and one.during.lower < during.upper for one in freed)
    ]


def places_to_offer(*, limit: int) -> list[FreedPlace]:
    """Give up to so many freed places that were not tried yet, the oldest first."""
    return list(FreedPlace.objects.filter(looked_at=None).select_related("booking").order_by("pk")[:limit])


def first_free_place(entry: WaitingEntry, *, at: datetime) -> Place | None:
    """Give the first place in a wait's window at which everything is free together, None when there is none.

    It begins after the offer's own time is over, and has a scale that is calibrated then; who escorts is found when it
    is taken. As many SQL statements as `availability` runs, for each two months of the window, and three.
    """
    # Slots are given that begin after a moment, and a window includes its first.
    earliest = max(entry.during.lower - timedelta(microseconds=1), at + OFFER_TERM)
    slots = sorted(_free_visits(entry, earliest))
    if not slots:
        return None
    scales = {one.pk: one for one in Scale.objects.filter(is_in_service=True).order_by("pk")}
    busy = _busy(ResourceKind.SCALE, slots[0][0].starts_at, max(slot.busy_until for slot, _ in slots))
    for slot, desk_id in slots:
        day = slot.starts_at.astimezone(ROOM_ZONE).date()
        fit = [pk for pk, scale in scales.items() if is_calibrated(scale.calibrated_until, on=day)]
        scale_id = next((one for one in fit if _is_free(slot, busy.get(one, []))), None)
        if scale_id is not None:
            return Place(slot, desk_id, None, scale_id)
    return None


def _free_visits(entry: WaitingEntry, earliest: datetime) -> Iterator[tuple[Slot, int]]:
    desks, day = desks_in_use(actor=SYSTEM), earliest.astimezone(ROOM_ZONE).date()
    left = (entry.during.upper.astimezone(ROOM_ZONE).date() - day).days + 1
    while left > 0:
        days = min(left, LONGEST_SEARCH_DAYS)
        found = availability(desks=desks, lot_ids=entry.lot_ids, first_on=day, days=days, at=earliest, actor=SYSTEM)
        for one in found:
            yield from ((slot, one.desk.pk) for slot in one.slots if slot.ends_at <= entry.during.upper)
        day, left = day + timedelta(days=days), left - days


def _busy(kind: ResourceKind, first: datetime, last: datetime) -> dict[int, list[tuple[datetime, datetime]]]:
    claims = Claim.objects.active().filter(resource_kind=kind, during__overlap=(first, last))
    busy: dict[int, list[tuple[datetime, datetime]]] = {}
    for resource_id, during in claims.values_list("resource_id", "during"):
        busy.setdefault(resource_id, []).append((during.lower, during.upper))
    return busy


def _is_free(slot: Slot, busy: list[tuple[datetime, datetime]]) -> bool:
    return not any(begins < slot.busy_until and slot.starts_at < ends for begins, ends in busy)
