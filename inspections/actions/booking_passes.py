"""The single-use pass of a booking, and coming in by it."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from bonded.actions.activity import record_activity
from bonded.rules.lifecycle import require_step
from bonded.rules.permissions import Actor
from inspections.actions.locks import lock_booking, retried_after_deadlock
from inspections.actions.sessions import let_in
from inspections.models.booking_passes import BookingPass
from inspections.models.sessions import ViewingSession
from inspections.rules.booking_passes import PassNotValid, VisitPass, pass_digest
from inspections.rules.bookings import STEPS, BookingState
from inspections.rules.permissions import Act, require
from inspections.rules.visitors import Paper


@retried_after_deadlock
@transaction.atomic
def issue_booking_pass(*, booking_id: UUID, actor: Actor, at: datetime) -> VisitPass:
    """Give the pass by which the visitors of a booked visit come in once.

    Its token is told now and never again: only a digest is kept. A new one makes the old one void. Raises NotFound,
    StepNotAllowed unless the visit is booked.
    """
    require(actor, Act.ISSUE_BOOKING_PASS)
    booking = lock_booking(booking_id, actor=actor)
    require_step(STEPS, BookingState(booking.state), BookingState.IN_SESSION)
    token = secrets.token_urlsafe(24)
    columns = {"digest": pass_digest(token), "issued_at": at, "used_at": None}
    BookingPass.objects.update_or_create(booking=booking, defaults=columns)
    record_activity(Act.ISSUE_BOOKING_PASS, booking, actor=actor, at=at)
    place = f"{booking.desk.room.name}, {booking.desk.location.code}"
    trays = list(booking.lots.order_by("turn").values_list("tray", flat=True))
    return VisitPass(token, booking.during.lower, booking.during.upper, place, booking.visitors, trays)


@retried_after_deadlock
@transaction.atomic
def check_in_by_pass(
    *, pass_token: str, identity_note: str, papers: Sequence[Paper] = (), actor: Actor, at: datetime
) -> ViewingSession:
    """Let in the visitors who show their booking's pass, and note which papers were seen.

    A pass ends with its booking and needs no revoking, because nobody is let in unless the visit is booked. Raises
    PassNotValid, StepNotAllowed, CheckInNotOpen, VisitorNotAdmitted, VisitorNotIdentified.
    """
    require(actor, Act.CHECK_IN)
    passes = BookingPass.objects.filter(digest=pass_digest(pass_token), used_at__isnull=True)
    found = passes.first()
    if found is None:
        raise PassNotValid("This pass is not known here, used, or replaced by another.")
    booking = lock_booking(found.booking_id, actor=actor)
    # Another may have taken its place, or it was used, before the booking was ours.
    pass_ = passes.locked().first()
    if pass_ is None:
        raise PassNotValid("This pass is not known here, used, or replaced by another.")
    session = let_in(booking, identity_note, papers, actor=actor, at=at)
    pass_.used_at = at
    pass_.save(update_fields=["used_at"])
    return session
