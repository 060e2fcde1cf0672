"""Offering a free place to whoever's turn it is, and following what becomes of it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from bonded.actions.activity import record_activity
from bonded.actions.locks import lock_lots
from bonded.rules.errors import ProblemsFound, RuleViolation
from bonded.rules.lifecycle import require_step
from bonded.rules.permissions import SYSTEM, Actor
from inspections.actions.locks import retried_after_deadlock
from inspections.actions.visits import take_visit
from inspections.models.bookings import Booking
from inspections.models.waiting_list import FreedPlace, WaitingEntry
from inspections.queries.waiting_list import company_of_wait, first_free_place
from inspections.rules.bookings import LOT_NOT_VIEWABLE, BookingState, VisitWish
from inspections.rules.permissions import Act, require
from inspections.rules.waiting_list import OFFER_TERM, STEPS, Place, WaitState


@retried_after_deadlock
@transaction.atomic
def offer_place(*, entry_id: UUID, actor: Actor, at: datetime) -> WaitState | None:
    """Hold the first free place for a wait for half an hour, and give what became of the wait; None when nothing did.

    A refusal is noted on the wait, which goes on. Lots are locked before the wait: it has no booking yet.
    """
    require(actor, Act.OFFER_PLACE)
    lot_ids = WaitingEntry.objects.values_list("lot_ids", flat=True).get(pk=entry_id)
    lock_lots(lot_ids, actor=SYSTEM)
    entry = WaitingEntry.objects.filter(pk=entry_id).locked().get()
    if entry.state != WaitState.WAITING:
        return None
    if entry.during.upper <= at:
        _end(entry, WaitState.LAPSED, at=at)
        return WaitState.LAPSED
    place = first_free_place(entry, at=at)
    return _hold(entry, place, at=at) if place else None


def _hold(entry: WaitingEntry, place: Place, *, at: datetime) -> WaitState | None:
    wish = VisitWish(
        lot_ids=entry.lot_ids,
        desk_id=place.desk_id,
        starts_at=place.slot.starts_at,
        escort_id=place.escort_id,
        scale_id=place.scale_id,
    )
    try:
        with transaction.atomic():
            booking = take_visit(
                wish,
                act=Act.HOLD_VIEWING,
                held_for=OFFER_TERM,
                justification="",
                actor=company_of_wait(entry),
                at=at,
            )
    except RuleViolation as refusal:
        reasons = [one.message for one in refusal.problems] if isinstance(refusal, ProblemsFound) else [refusal.message]
        entry.passed_over_for = " ".join(reasons)[:500]
        entry.save(update_fields=["passed_over_for"])
        return None
    entry.state, entry.booking, entry.passed_over_for = WaitState.OFFERED, booking, ""
    entry.save(update_fields=["state", "booking", "passed_over_for"])
    record_activity(Act.OFFER_PLACE, entry, actor=SYSTEM, at=at, booking=str(booking.pk))
    return WaitState.OFFERED


@transaction.atomic
def follow_offer(*, booking_id: UUID, actor: Actor, at: datetime) -> None:
    """Let a wait come to what became of the booking that was offered to it; the caller has that booking locked.

    A place that the house took back leaves its wait where it was: that is not its company's doing.
    """
    require(actor, Act.FOLLOW_PLACE)
    for entry in WaitingEntry.objects.filter(booking=booking_id, state=WaitState.OFFERED).locked():
        booking = Booking.objects.get(pk=booking_id)
        if booking.state == BookingState.CANCELLED and booking.cancellation_reason == LOT_NOT_VIEWABLE:
            require_step(STEPS, WaitState.OFFERED, WaitState.WAITING)
            entry.state, entry.booking, entry.passed_over_for = WaitState.WAITING, None, LOT_NOT_VIEWABLE
            entry.save(update_fields=["state", "booking", "passed_over_for"])
            record_activity(Act.FOLLOW_PLACE, entry, actor=actor, at=at, state=entry.state)
        else:
            _end(entry, _BECAME[BookingState(booking.state)], at=at)


_BECAME = {
    BookingState.BOOKED: WaitState.ACCEPTED,
    BookingState.REQUESTED: WaitState.ACCEPTED,
    BookingState.LAPSED: WaitState.LAPSED,
    BookingState.CANCELLED: WaitState.DECLINED,
}


def _end(entry: WaitingEntry, target: WaitState, *, at: datetime) -> None:
    require_step(STEPS, WaitState(entry.state), target)
    entry.state, entry.ended_at = target, at
    entry.save(update_fields=["state", "ended_at"])
    record_activity(Act.FOLLOW_PLACE, entry, actor=SYSTEM, at=at, state=target)


@transaction.atomic
def note_freed_place(*, booking_id: UUID, actor: Actor, at: datetime) -> None:
    """Note that a visit gave back what it had; the waiting list is looked through later."""
    require(actor, Act.FOLLOW_PLACE)
    FreedPlace.objects.create(booking_id=booking_id, freed_at=at)


@transaction.atomic
def note_looked_at(*, place_ids: list[int], actor: Actor, at: datetime) -> None:
    """Note that freed places were offered to everybody whose turn it was."""
    require(actor, Act.OFFER_PLACE)
    FreedPlace.objects.filter(pk__in=place_ids, looked_at=None).update(looked_at=at)
