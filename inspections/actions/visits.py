"""What every way to a booking does: claim everything for a visit, all or nothing, and give everything back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from bonded.actions.activity import record_activity
from bonded.actions.locks import lock_lots
from bonded.queries.lots import goods_of_lots, viewing_problems
from bonded.rules.errors import InputInvalid, Problem
from bonded.rules.lifecycle import require_step
from bonded.rules.permissions import SYSTEM, Actor
from inspections.actions.claims import claim_resources, end_claims
from inspections.actions.client_events import tell_of_booking
from inspections.actions.headroom import free_for_booking, reserve_for_booking
from inspections.actions.locks import lock_bookings
from inspections.models.bookings import BookedLot, Booking, BookingException
from inspections.queries.bookings import lapsed_holds_of, missed_visits
from inspections.queries.slots import next_free
from inspections.queries.viewing_rooms import desk_by_id, escort_for, scale_for
from inspections.rules.bookings import (
    STEPS,
    BookingFacts,
    BookingRefused,
    BookingState,
    VisitWish,
    booking_problems,
)
from inspections.rules.claims import Resource, ResourceKind, slot_taken
from inspections.rules.permissions import Act
from inspections.rules.slots import Slot, is_offered, slot_from
from inspections.signals import booking_ended, booking_made


def take_visit(
    wish: VisitWish,
    *,
    act: Act,
    hold_term: timedelta | None,
    justification: str,
    actor: Actor,
    at: datetime,
    **columns: Any,
) -> Booking:
    """Write a booking with everything that it claims, or refuse with every problem at once.

    With a `hold_term` it is held so long, and names its visitors later. With a justification, problems that somebody
    may override make a booking that is requested: it claims everything, and waits. Raises NotFound, BookingRefused,
    and SlotTaken with the next times.
    """
    if not wish.lot_ids:
        raise InputInvalid("A viewing names at least one lot.")
    assert actor.user_id is not None
    lock_lots(wish.lot_ids, actor=actor)
    desk = desk_by_id(wish.desk_id)
    slot = slot_from(wish.starts_at, desk.terms)
    booking = Booking(
        company_id=actor.company_id,
        requested_by_id=actor.user_id,
        booked_at=at,
        during=DateTimeTZRange(slot.starts_at, slot.ends_at),
        desk=desk,
        escort=escort_for(slot, wish.escort_id),
        scale=scale_for(slot, wish.scale_id),
        visitors=list(wish.visitors),
        justification=justification,
        **columns,
    )
    resources = resources_of(booking, wish.lot_ids)
    lapse_holds(lapsed_holds_of(resources, slot, at=at), at=at, beside_company_id=booking.company_id)
    duty_problem = reserve_for_booking(
        booking,
        goods_of_lots(wish.lot_ids, actor=actor),
        guarantee_company_id=wish.guarantee_company_id,
        actor=actor,
        at=at,
    )
    booking.state = BookingState.HELD if hold_term else BookingState.BOOKED
    booking.held_until = at + hold_term if hold_term else None
    problems = problems_of(booking, slot, wish.lot_ids, duty_problem, actor=actor, at=at)
    require_overridable(problems, justification if not hold_term else "")
    if problems:
        booking.state = BookingState.REQUESTED
    booking.save(force_insert=True)
    lots = dict.fromkeys(wish.lot_ids)
    BookedLot.objects.bulk_create(BookedLot(booking=booking, lot_id=id_, turn=turn) for turn, id_ in enumerate(lots, 1))
    ask_for_overrides(booking, problems)
    if not claim_resources(booking, resources, slot):
        raise slot_taken(slot.starts_at, next_free(desk, after=slot.starts_at, at=at, actor=actor, also=resources))
    record_activity(
        act,
        booking,
        actor=actor,
        at=at,
        desk=desk.location.code,
        starts_at=slot.starts_at.isoformat(),
        lots=[str(lot_id) for lot_id in lots],
        state=booking.state,
    )
    tell_of_booking(booking, at=at)
    booking_made.send(Booking, booking_id=booking.pk, at=at)
    return booking


def problems_of(
    booking: Booking,
    slot: Slot,
    lot_ids: Sequence[int],
    duty_problem: Problem | None,
    *,
    actor: Actor,
    at: datetime,
) -> list[Problem]:
    """Name everything that stands against a booking as it is, that there is no headroom among it."""
    desk, scale = booking.desk, booking.scale
    is_hold = booking.state == BookingState.HELD
    held = Booking.objects.filter(company_id=booking.company_id, state=BookingState.HELD, held_until__gt=at)
    return booking_problems(
        BookingFacts(
            at=at,
            slot=slot,
            is_offered=is_offered(slot, hours=desk.open_hours, terms=desk.terms),
            visitors=booking.visitors,
            lot_count=len(set(lot_ids)),
            company_is_in_good_standing=booking.company.is_in_good_standing,
            desk_is_in_use=desk.is_in_use,
            escort_is_on_duty=booking.escort.is_on_duty,
            scale_is_in_service=scale.is_in_service,
            scale_calibrated_until=scale.calibrated_until,
            lot_problems=viewing_problems(lot_ids, actor=actor),
            duty_problem=duty_problem,
            missed=missed_visits(booking.company_id, at=at),
            holds=held.exclude(pk=booking.pk).count() + 1 if is_hold else 0,
            names_visitors=not is_hold,
        )
    )


def require_overridable(problems: Sequence[Problem], justification: str) -> None:
    """Refuse with all problems unless there are none, or somebody may override each of them and was told why."""
    if problems and not (justification and all(problem.overridable_by for problem in problems)):
        raise BookingRefused("The viewing can't be booked.", problems)


def ask_for_overrides(booking: Booking, problems: Iterable[Problem]) -> None:
    """Write down what somebody has to override before the visit."""
    BookingException.objects.bulk_create(
        BookingException(
            booking=booking, code=problem.code, message=problem.message, overridable_by=list(problem.overridable_by)
        )
        for problem in problems
    )


def resources_of(booking: Booking, lot_ids: Iterable[int]) -> list[Resource]:
    """Name everything that a booking of these lots needs for itself alone."""
    return [
        Resource(ResourceKind.DESK, booking.desk_id),
        Resource(ResourceKind.ESCORT, booking.escort_id),
        Resource(ResourceKind.SCALE, booking.scale_id),
        *(Resource(ResourceKind.LOT, lot_id) for lot_id in lot_ids),
    ]


def lapse_holds(booking_ids: Collection[UUID], *, at: datetime, beside_company_id: int | None = None) -> int:
    """Let holds lapse whose time is over, and give their number; what was confirmed meanwhile stays.

    Their lots need no lock: whoever confirms one of them has to have the same guarantee account, and then the booking.
    `beside_company_id` is of a company whose account is needed next.
    """
    if not booking_ids:
        return 0
    holds = lock_bookings(booking_ids, beside_company_id=beside_company_id)
    over = [hold for hold in holds if hold.state == BookingState.HELD and hold.held_until and hold.held_until <= at]
    for hold in over:
        end_visit(hold, BookingState.LAPSED, act=Act.LAPSE_BOOKING, at=at)
    return len(over)


def end_visit(
    booking: Booking, target: BookingState, *, act: Act, at: datetime, actor: Actor | None = None, **facts: Any
) -> None:
    """Take a locked booking to a state in which it claims nothing, and give back everything that it had."""
    require_step(STEPS, BookingState(booking.state), target)
    free_for_booking(booking, at=at)
    end_claims(booking)
    booking.state, booking.ended_at = target, at
    booking.save(update_fields=["state", "ended_at", "cancellation_reason", "was_late"])
    record_activity(act, booking, actor=actor or SYSTEM, at=at, **facts)
    tell_of_booking(booking, at=at)
    booking_ended.send(Booking, booking_id=booking.pk, at=at)
