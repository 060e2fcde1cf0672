"""Holding a visit while somebody chooses, and confirming it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from bonded.actions.activity import record_activity
from bonded.queries.lots import viewing_problems
from bonded.rules.lifecycle import require_step
from bonded.rules.permissions import Actor
from inspections.actions.client_events import tell_of_booking
from inspections.actions.locks import lock_booking, retried_after_deadlock
from inspections.actions.visitors import announce_visitors, identities_of
from inspections.actions.visits import ask_for_overrides, problems_of, require_overridable, take_visit
from inspections.models.bookings import Booking
from inspections.queries.bookings import slot_of
from inspections.queries.standings import standing_of
from inspections.queries.visitors import ban_reasons
from inspections.rules.bookings import HOLD_TERM, STEPS, BookingState, HoldLapsed, VisitWish
from inspections.rules.permissions import Act, require
from inspections.rules.visitors import Paper, ban_problems
from inspections.signals import booking_confirmed


@retried_after_deadlock
@transaction.atomic
def hold_viewing(*, wish: VisitWish, actor: Actor, at: datetime) -> Booking:
    """Claim everything for a visit for ten minutes, so that nobody takes it while its buyer makes up their mind.

    Raises NotFound, BookingRefused, SlotTaken.
    """
    require(actor, Act.BOOK_VIEWING)
    return take_visit(wish, act=Act.HOLD_VIEWING, held_for=HOLD_TERM, justification="", actor=actor, at=at)


@retried_after_deadlock
@transaction.atomic
def confirm_booking(
    *,
    booking_id: UUID,
    visitors: Sequence[str],
    remote_visitors: Sequence[str] = (),
    papers: Sequence[Paper] = (),
    justification: str,
    actor: Actor,
    at: datetime,
) -> Booking:
    """Make a held visit a booked one, or a requested one; confirmed again, it stays as it is.

    Raises NotFound, StepNotAllowed, HoldLapsed, and BookingRefused: then it is held on until its time is over.
    """
    require(actor, Act.BOOK_VIEWING)
    booking = lock_booking(booking_id, actor=actor)
    if booking.state in (BookingState.BOOKED, BookingState.REQUESTED):
        return booking
    if booking.held_until is not None and (booking.state == BookingState.LAPSED or booking.held_until <= at):
        raise HoldLapsed("The time to confirm this visit is over.", held_until=booking.held_until.isoformat())
    require_step(STEPS, BookingState(booking.state), BookingState.BOOKED)
    booking.state, booking.justification = BookingState.BOOKED, justification
    booking.visitors, booking.remote_visitors = list(visitors), list(remote_visitors)
    lot_ids = list(booking.lots.order_by("turn").values_list("lot_id", flat=True))
    slot = slot_of(booking)
    standing, lot_problems = standing_of(booking, slot, lot_ids, at=at), viewing_problems(lot_ids, actor=actor)
    identities = identities_of(papers)
    problems = [
        *problems_of(booking, slot, lot_ids, lot_problems, None, standing, at=at),
        *ban_problems(ban_reasons([one.digest for one in identities])),
    ]
    require_overridable(problems, justification)
    if problems:
        booking.state = BookingState.REQUESTED
    booking.held_until = None
    booking.save(update_fields=["state", "visitors", "remote_visitors", "justification", "held_until"])
    announce_visitors(booking, identities)
    ask_for_overrides(booking, problems)
    record_activity(Act.CONFIRM_BOOKING, booking, actor=actor, at=at, state=booking.state)
    tell_of_booking(booking, at=at)
    booking_confirmed.send(Booking, booking_id=booking.pk, at=at)
    return booking
