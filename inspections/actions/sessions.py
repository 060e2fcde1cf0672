"""The visit itself: identity, stones out, stones in, and the end of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from bonded.actions.activity import record_activity
from bonded.actions.custody import check_out_lot, return_lot
from bonded.actions.holds import place_hold
from bonded.actions.seals import affix_seal, break_seal
from bonded.rules.holds import HoldKind
from bonded.rules.lifecycle import require_step
from bonded.rules.permissions import Actor
from inspections.actions.claims import end_claims
from inspections.actions.client_events import tell_of_booking
from inspections.actions.headroom import keep_for_shortage
from inspections.actions.locks import lock_booking, lock_session, retried_after_deadlock
from inspections.actions.visitors import see_papers
from inspections.models.bookings import Booking
from inspections.models.findings import Finding
from inspections.models.sessions import SessionLot, ViewingSession
from inspections.queries.offers import lots_sealed_for_others
from inspections.queries.sessions import shortages_of
from inspections.rules import bookings
from inspections.rules.bookings import BookingState, require_check_in_open
from inspections.rules.findings import FindingMissing, keeps_headroom
from inspections.rules.offers import LotUnderCachet
from inspections.rules.permissions import Act, require
from inspections.rules.sessions import (
    STEPS,
    SessionState,
    WeighedIn,
    WeighedOut,
    is_same_stone,
    require_each_lot_once,
)
from inspections.rules.visitors import Paper
from inspections.signals import session_closed


@retried_after_deadlock
@transaction.atomic
def check_in(
    *, booking_id: UUID, identity_note: str, papers: Sequence[Paper] = (), actor: Actor, at: datetime
) -> ViewingSession:
    """Let the visitors of a booking in, compare their papers with those announced, and note which were seen.

    Raises NotFound, StepNotAllowed, CheckInNotOpen, VisitorNotAdmitted, VisitorNotIdentified.
    """
    require(actor, Act.CHECK_IN)
    return let_in(lock_booking(booking_id, actor=actor), identity_note, papers, actor=actor, at=at)


def let_in(
    booking: Booking, identity_note: str, papers: Sequence[Paper], *, actor: Actor, at: datetime
) -> ViewingSession:
    """Do what every way to a visit does, with a locked booking; raises as `check_in` does."""
    assert actor.user_id is not None
    require_step(bookings.STEPS, BookingState(booking.state), BookingState.IN_SESSION)
    require_check_in_open(booking.during.lower, booking.during.upper, at=at)
    see_papers(booking, papers, at=at)
    booking.state = BookingState.IN_SESSION
    booking.save(update_fields=["state"])
    session = ViewingSession.objects.create(
        booking=booking, identity_note=identity_note, checked_in_by_id=actor.user_id, checked_in_at=at
    )
    record_activity(Act.CHECK_IN, session, actor=actor, at=at, booking=str(booking.pk), identity_note=identity_note)
    tell_of_booking(booking, at=at)
    return session


@retried_after_deadlock
@transaction.atomic
def open_session(
    *, booking_id: UUID, weighed_out: Sequence[WeighedOut], witness_id: int, actor: Actor, at: datetime
) -> ViewingSession:
    """Break the seal of every lot before two keepers and the buyer, and weigh it out to the desk.

    A lot whose weight or count differs from the books is put on hold at once: it lies at the desk
    and may not be looked at. Raises NotFound, StepNotAllowed, LotsDiffer, TwoKeepersNeeded,
    SealDiffers, LotIsNotSealed, LotOnHold, LotUnderCachet; then nothing is opened.
    """
    require(actor, Act.OPEN_SESSION)
    booking = lock_booking(booking_id, actor=actor)
    session = _begin(booking, SessionState.OPEN)
    stock_numbers = _stock_numbers(booking)
    require_each_lot_once(stock_numbers, [reading.lot_id for reading in weighed_out])
    if sealed := lots_sealed_for_others(stock_numbers, company_id=booking.company_id, at=at):
        raise LotUnderCachet("A lot is sealed for an offer and stays closed until it is answered.", lots=sealed)
    SessionLot.objects.bulk_create(
        [
            _weigh_out(booking, session, reading, witness_id, actor, at)
            for reading in sorted(weighed_out, key=lambda reading: reading.lot_id)
        ]
    )
    session.opened_at = at
    session.save(update_fields=["state", "opened_at"])
    record_activity(Act.OPEN_SESSION, session, actor=actor, at=at, witness=witness_id)
    return session


def _weigh_out(
    booking: Booking, session: ViewingSession, reading: WeighedOut, witness_id: int, actor: Actor, at: datetime
) -> SessionLot:
    lot = break_seal(lot_id=reading.lot_id, seal_number=reading.seal_number, witness_id=witness_id, actor=actor, at=at)
    assert lot.location_id is not None, "a sealed packet is at a place of the vault"
    found = check_out_lot(
        lot_id=reading.lot_id,
        weight_carats=reading.weight_carats,
        pieces=reading.pieces,
        witness_id=witness_id,
        to_location_id=booking.desk.location_id,
        scale=booking.scale.number,
        actor=actor,
        at=at,
    )
    return SessionLot(
        session=session,
        lot_id=reading.lot_id,
        home_id=lot.location_id,
        seal_out=reading.seal_number,
        out_carats=reading.weight_carats,
        out_pieces=reading.pieces,
        is_viewable=found.is_within_tolerance,
    )


@retried_after_deadlock
@transaction.atomic
def weigh_in_session(
    *, booking_id: UUID, weighed_in: Sequence[WeighedIn], witness_id: int, actor: Actor, at: datetime
) -> ViewingSession:
    """Weigh every lot in before two keepers, put it back at its place and seal it again.

    A difference above tolerance, or another report number than the lot's, puts the lot on hold. Raises
    NotFound, StepNotAllowed, LotsDiffer, TwoKeepersNeeded, SealNumberInvalid; then nothing is put back.
    """
    require(actor, Act.WEIGH_IN_SESSION)
    booking = lock_booking(booking_id, actor=actor)
    session = _begin(booking, SessionState.WEIGHED_IN)
    require_each_lot_once(_stock_numbers(booking), [reading.lot_id for reading in weighed_in])
    readings = {reading.lot_id: reading for reading in weighed_in}
    for session_lot in session.lots.order_by("lot_id"):
        _weigh_in(booking, session_lot, readings[session_lot.lot_id], witness_id, actor, at)
    session.weighed_in_at = at
    session.save(update_fields=["state", "weighed_in_at"])
    record_activity(Act.WEIGH_IN_SESSION, session, actor=actor, at=at, witness=witness_id)
    return session


def _weigh_in(
    booking: Booking, session_lot: SessionLot, reading: WeighedIn, witness_id: int, actor: Actor, at: datetime
) -> None:
    found = return_lot(
        lot_id=reading.lot_id,
        weight_carats=reading.weight_carats,
        pieces=reading.pieces,
        witness_id=witness_id,
        to_location_id=session_lot.home_id,
        scale=booking.scale.number,
        actor=actor,
        at=at,
    )
    lot = affix_seal(lot_id=reading.lot_id, seal_number=reading.seal_number, witness_id=witness_id, actor=actor, at=at)
    session_lot.read_report_number = reading.report_number
    session_lot.is_same_stone = is_same_stone(lot.report_number, reading.report_number)
    if session_lot.is_same_stone is False:
        reason = f"another stone came back: read {reading.report_number}, booked {lot.report_number}"
        place_hold(lot_id=lot.pk, kind=HoldKind.DISCREPANCY, reason=reason, actor=actor, at=at)
    session_lot.seal_in = reading.seal_number
    session_lot.in_carats, session_lot.in_pieces = reading.weight_carats, reading.pieces
    session_lot.is_within_tolerance = found.is_within_tolerance
    session_lot.save()


@retried_after_deadlock
@transaction.atomic
def close_session(*, booking_id: UUID, actor: Actor, at: datetime) -> ViewingSession:
    """End a visit whose stones are back and whose findings are all there; desk, escort and scale are free.

    The guarantee goes on standing for the lots while one of them is wanted: until the company asks
    for its withdrawal, and three days at most. Else it stands for the duty on what is missing, if
    anything is. Raises NotFound, StepNotAllowed, FindingMissing.
    """
    require(actor, Act.CLOSE_SESSION)
    booking = lock_booking(booking_id, actor=actor)
    session = _begin(booking, SessionState.CLOSED)
    unsaid = session.lots.filter(is_viewable=True, finding__isnull=True).order_by("lot_id")
    if missing := list(unsaid.values_list("lot__stock_number", flat=True)):
        raise FindingMissing("Say for every lot what came of looking at it.", stock_numbers=missing)
    if not keeps_headroom(Finding.objects.filter(session_lot__session=session).values_list("intent", flat=True)):
        keep_for_shortage(booking, shortages_of(session), at=at)
    end_claims(booking)
    session.closed_at = at
    session.save(update_fields=["state", "closed_at"])
    require_step(bookings.STEPS, BookingState(booking.state), BookingState.DONE)
    booking.state, booking.ended_at = BookingState.DONE, at
    booking.save(update_fields=["state", "ended_at", "duty_minor"])
    record_activity(Act.CLOSE_SESSION, session, actor=actor, at=at, booking=str(booking.pk))
    tell_of_booking(booking, at=at)
    session_closed.send(ViewingSession, booking_id=booking.pk, at=at)
    return session


def _begin(booking: Booking, target: SessionState) -> ViewingSession:
    """Lock the session and take it to the target, or refuse unless the step before is closed."""
    session = lock_session(booking)
    require_step(STEPS, SessionState(session.state), target)
    session.state = target
    return session


def _stock_numbers(booking: Booking) -> dict[int, str]:
    return dict(booking.lots.values_list("lot_id", "lot__stock_number"))
