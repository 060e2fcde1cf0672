"""Booking a visit and giving it up."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from bonded.actions.activity import record_activity
from bonded.actions.locks import lock_lots
from bonded.queries.lots import goods_of_lots, viewing_problems
from bonded.rules.errors import InputInvalid, Problem
from bonded.rules.lifecycle import require_step
from bonded.rules.permissions import Actor
from inspections.actions.claims import claim_resources, end_claims
from inspections.actions.client_events import tell_of_booking
from inspections.actions.headroom import free_for_booking, reserve_for_booking
from inspections.actions.locks import lock_booking, lock_bookings_to_come, lock_session, retried_after_deadlock
from inspections.models.bookings import BookedLot, Booking
from inspections.queries.slots import next_free
from inspections.queries.viewing_rooms import desk_by_id, escort_for, scale_for
from inspections.rules import sessions
from inspections.rules.bookings import (
    LOT_NOT_VIEWABLE,
    STEPS,
    BookingFacts,
    BookingRefused,
    BookingState,
    booking_problems,
)
from inspections.rules.claims import Resource, ResourceKind, slot_taken
from inspections.rules.permissions import Act, require
from inspections.rules.sessions import SessionState
from inspections.rules.slots import Slot, is_offered, slot_from
from inspections.signals import booking_cancelled, booking_made


@retried_after_deadlock
@transaction.atomic
def book_viewing(
    *,
    lot_ids: Sequence[int],
    desk_id: int,
    starts_at: datetime,
    escort_id: int | None,
    scale_id: int | None,
    visitors: Sequence[str],
    guarantee_company_id: int | None = None,
    actor: Actor,
    at: datetime,
) -> Booking:
    """Take lots, desk, escort, scale and guarantee headroom for a visit, all or nothing.

    Lots are viewed in the order given. Without an escort or scale the first free one is taken. The
    headroom is the duty that would be owed on the lots on the day of the visit, on the company's own guarantee or
    on that of a principal who lets it. Raises NotFound; BookingRefused with every problem at once; SlotTaken with
    the next times at which all of it is free.
    """
    require(actor, Act.BOOK_VIEWING)
    if not lot_ids:
        raise InputInvalid("A viewing names at least one lot.")
    lock_lots(lot_ids, actor=actor)
    desk = desk_by_id(desk_id)
    slot = slot_from(starts_at, desk.terms)
    assert actor.user_id is not None
    booking = Booking(
        company_id=actor.company_id,
        requested_by_id=actor.user_id,
        booked_at=at,
        during=DateTimeTZRange(slot.starts_at, slot.ends_at),
        desk=desk,
        escort=escort_for(slot, escort_id),
        scale=scale_for(slot, scale_id),
        visitors=list(visitors),
    )
    goods = goods_of_lots(lot_ids, actor=actor)
    duty_problem = reserve_for_booking(booking, goods, guarantee_company_id=guarantee_company_id, actor=actor, at=at)
    _require_no_problems(booking, slot, lot_ids, duty_problem, actor, at)
    booking.save(force_insert=True)
    lots = dict.fromkeys(lot_ids)
    BookedLot.objects.bulk_create(BookedLot(booking=booking, lot_id=id_, turn=turn) for turn, id_ in enumerate(lots, 1))
    resources = _resources(booking, lots)
    if not claim_resources(booking, resources, slot):
        raise slot_taken(slot.starts_at, next_free(desk, after=slot.starts_at, at=at, actor=actor, also=resources))
    record_activity(
        Act.BOOK_VIEWING,
        booking,
        actor=actor,
        at=at,
        desk=desk.location.code,
        starts_at=slot.starts_at.isoformat(),
        lots=[str(lot_id) for lot_id in lots],
    )
    tell_of_booking(booking, at=at)
    booking_made.send(Booking, booking_id=booking.pk, at=at)
    return booking


def _require_no_problems(
    booking: Booking, slot: Slot, lot_ids: Sequence[int], duty_problem: Problem | None, actor: Actor, at: datetime
) -> None:
    """Refuse with all problems at once; that there is no headroom is one of them."""
    desk, scale = booking.desk, booking.scale
    problems = booking_problems(
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
        )
    )
    if problems:
        raise BookingRefused("The viewing can't be booked.", problems)


def _resources(booking: Booking, lot_ids: Iterable[int]) -> list[Resource]:
    return [
        Resource(ResourceKind.DESK, booking.desk_id),
        Resource(ResourceKind.ESCORT, booking.escort_id),
        Resource(ResourceKind.SCALE, booking.scale_id),
        *(Resource(ResourceKind.LOT, lot_id) for lot_id in lot_ids),
    ]


@retried_after_deadlock
@transaction.atomic
def cancel_booking(*, booking_id: UUID, reason: str, actor: Actor, at: datetime) -> Booking:
    """Give a visit up and everything that it claims; one that is cancelled already stays as it is.

    Visitors who are here may leave until the first stone is taken out. Raises NotFound, StepNotAllowed.
    """
    require(actor, Act.CANCEL_BOOKING)
    booking = lock_booking(booking_id, actor=actor)
    if booking.state != BookingState.CANCELLED:
        _cancel(booking, reason, actor=actor, at=at)
    return booking


@retried_after_deadlock
@transaction.atomic
def cancel_bookings_of_lots(
    *, lot_ids: Collection[int], except_company_id: int | None, actor: Actor, at: datetime
) -> int:
    """Cancel the visits to come of lots that can't be viewed any more, and give their number.

    A visit under way goes on. The caller holds the lots' locks.
    """
    require(actor, Act.CANCEL_BOOKING)
    bookings = lock_bookings_to_come(lot_ids, except_company_id=except_company_id)
    for booking in bookings:
        _cancel(booking, LOT_NOT_VIEWABLE, actor=actor, at=at)
    return len(bookings)


def _cancel(booking: Booking, reason: str, *, actor: Actor, at: datetime) -> None:
    require_step(STEPS, BookingState(booking.state), BookingState.CANCELLED)
    if booking.state == BookingState.IN_SESSION:
        session = lock_session(booking)
        require_step(sessions.STEPS, SessionState(session.state), SessionState.CANCELLED)
        session.state, session.closed_at = SessionState.CANCELLED, at
        session.save(update_fields=["state", "closed_at"])
    free_for_booking(booking, at=at)
    end_claims(booking)
    booking.state, booking.cancellation_reason, booking.ended_at = BookingState.CANCELLED, reason, at
    booking.save(update_fields=["state", "cancellation_reason", "ended_at"])
    record_activity(Act.CANCEL_BOOKING, booking, actor=actor, at=at, reason=reason)
    tell_of_booking(booking, at=at)
    booking_cancelled.send(Booking, booking_id=booking.pk, at=at)
