"""Moving a visit to another time, desk, escort or scale."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from bonded.rules.permissions import Actor
from inspections.actions.locks import lock_booking, retried_after_deadlock
from inspections.actions.visitors import announced_of
from inspections.actions.visits import end_visit, take_visit
from inspections.models.bookings import Booking
from inspections.queries.bookings import principal_of_visit
from inspections.rules.bookings import BookingState, VisitWish, is_late
from inspections.rules.permissions import Act, require


@retried_after_deadlock
@transaction.atomic
def move_booking(
    *,
    booking_id: UUID,
    desk_id: int,
    starts_at: datetime,
    escort_id: int | None,
    scale_id: int | None,
    justification: str = "",
    actor: Actor,
    at: datetime,
) -> Booking:
    """Book the same lots and visitors for another time, and give the old one up in the same moment.

    The new booking names the old one, which is MOVED; a move less than a day before the visit counts as missed. Raises
    NotFound, StepNotAllowed, BookingRefused, SlotTaken: then the old booking stands as it was.
    """
    require(actor, Act.BOOK_VIEWING)
    old = lock_booking(booking_id, actor=actor)
    principal_id = principal_of_visit(old)
    old.was_late = is_late(old.during.lower, at=at)
    end_visit(old, BookingState.MOVED, act=Act.MOVE_BOOKING, actor=actor, at=at, to=starts_at.isoformat())
    wish = VisitWish(
        lot_ids=list(old.lots.order_by("turn").values_list("lot_id", flat=True)),
        desk_id=desk_id,
        starts_at=starts_at,
        escort_id=escort_id,
        scale_id=scale_id,
        visitors=old.visitors,
        remote_visitors=old.remote_visitors,
        guarantee_company_id=principal_id,
        trays=list(old.lots.order_by("turn").values_list("tray", flat=True)),
        identities=announced_of(old),
    )
    return take_visit(
        wish,
        act=Act.MOVE_BOOKING,
        held_for=None,
        justification=justification or old.justification,
        moved_from=old,
        actor=actor,
        at=at,
    )
