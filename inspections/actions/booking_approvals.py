"""Deciding on a visit that something stands against: overriding it with a reason, or refusing it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from bonded.actions.activity import record_activity
from bonded.rules.lifecycle import require_step
from bonded.rules.permissions import Actor
from inspections.actions.client_events import tell_of_booking
from inspections.actions.locks import lock_booking, retried_after_deadlock
from inspections.actions.visits import end_visit
from inspections.models.bookings import Booking
from inspections.rules.bookings import STEPS, BookingState, OverrideNotAllowed
from inspections.rules.permissions import Act, require
from inspections.signals import booking_confirmed


@retried_after_deadlock
@transaction.atomic
def approve_booking(*, booking_id: UUID, reason: str, actor: Actor, at: datetime) -> Booking:
    """Override what stands against a requested visit, as far as the actor's role may, and book it when nothing is left.

    Raises NotFound, StepNotAllowed, OverrideNotAllowed when nothing that is left is this role's to override.
    """
    require(actor, Act.DECIDE_BOOKING)
    booking = lock_booking(booking_id, actor=actor)
    require_step(STEPS, BookingState(booking.state), BookingState.BOOKED)
    undecided = list(booking.exceptions.filter(decided_by__isnull=True).order_by("code"))
    mine = [one for one in undecided if actor.role.value in one.overridable_by]
    if booking.state != BookingState.REQUESTED or not mine:
        raise OverrideNotAllowed(
            "What stands against this visit is not yours to override.",
            role=actor.role.value,
            codes=[one.code for one in undecided],
        )
    for one in mine:
        one.decided_by_id, one.decided_at, one.reason = actor.user_id, at, reason
        one.save(update_fields=["decided_by", "decided_at", "reason"])
    if len(mine) == len(undecided):
        booking.state = BookingState.BOOKED
        booking.save(update_fields=["state"])
        tell_of_booking(booking, at=at)
        booking_confirmed.send(Booking, booking_id=booking.pk, at=at)
    codes = [one.code for one in mine]
    record_activity(Act.DECIDE_BOOKING, booking, actor=actor, at=at, overridden=codes, reason=reason)
    return booking


@retried_after_deadlock
@transaction.atomic
def refuse_booking(*, booking_id: UUID, reason: str, actor: Actor, at: datetime) -> Booking:
    """Refuse a requested visit and give back everything that it claims; refused again, it stays as it is.

    Raises NotFound, StepNotAllowed.
    """
    require(actor, Act.DECIDE_BOOKING)
    booking = lock_booking(booking_id, actor=actor)
    if booking.state != BookingState.REFUSED:
        booking.cancellation_reason = reason
        end_visit(booking, BookingState.REFUSED, act=Act.DECIDE_BOOKING, actor=actor, at=at, reason=reason)
    return booking
