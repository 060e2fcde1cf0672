"""Letting a visit go on beyond its time, and the visits after it begin later."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from bonded.actions.activity import record_activity
from bonded.rules.permissions import Actor
from inspections.actions.client_events import tell_of_booking
from inspections.actions.locks import lock_bookings, retried_after_deadlock
from inspections.models.bookings import Booking
from inspections.queries.overruns import standings_after
from inspections.rules.bookings import BookingState
from inspections.rules.overruns import LEAD, STEP, delays
from inspections.rules.permissions import Act, require
from inspections.signals import booking_pushed

EXCLUSION_VIOLATION = "23P01"
PUSH = """
    UPDATE inspections_claim
       SET during = tstzrange(lower(during) + make_interval(secs => %s), upper(during) + make_interval(secs => %s))
     WHERE booking_id = %s AND is_active
"""
EXTEND = "UPDATE inspections_claim SET during = tstzrange(lower(during), %s) WHERE booking_id = %s AND is_active"


@retried_after_deadlock
def extend_overrun(*, booking_id: UUID, actor: Actor, at: datetime) -> list[UUID]:
    """Give a visit that goes on a quarter of an hour more, and push those behind it; gives the ones that were pushed.

    Nothing happens while its time is not nearly over, or when the visit is. Pushed visits keep all that they claim,
    later; their companies are told. Somebody who books into the gap meanwhile goes first: the next sweep pushes them.
    """
    require(actor, Act.EXTEND_OVERRUN)
    try:
        return _extend(booking_id, actor=actor, at=at)
    except IntegrityError as error:
        if getattr(error.__cause__, "sqlstate", None) != EXCLUSION_VIOLATION:
            raise
        return []


@transaction.atomic
def _extend(booking_id: UUID, *, actor: Actor, at: datetime) -> list[UUID]:
    running, others = standings_after(booking_id, at=at)
    if running is None or running.busy_until > at + LEAD:
        return []
    until = at + STEP
    pushed = delays(running, until, others)
    locked = {booking.pk: booking for booking in lock_bookings({booking_id, *pushed})}
    # What was true before the locks is asked again under them.
    running, others = standings_after(booking_id, at=at)
    if (
        running is None
        or locked[booking_id].state != BookingState.IN_SESSION
        or pushed != delays(running, until, others)
    ):
        return []
    _push(((locked[one], pushed[one]) for one in reversed(pushed)), actor=actor, at=at)
    with connection.cursor() as cursor:
        cursor.execute(EXTEND, [until, booking_id])
    record_activity(Act.EXTEND_OVERRUN, locked[booking_id], actor=actor, at=at, until=until.isoformat())
    tell_of_booking(locked[booking_id], at=at)
    return list(pushed)


def _push(bookings: Iterable[tuple[Booking, timedelta]], *, actor: Actor, at: datetime) -> None:
    """Let bookings begin later, the last first, so that none ever stands on another's time."""
    for booking, delay in bookings:
        with connection.cursor() as cursor:
            seconds = delay.total_seconds()
            cursor.execute(PUSH, [seconds, seconds, booking.pk])
        booking.during = DateTimeTZRange(booking.during.lower + delay, booking.during.upper + delay)
        booking.pushes += 1
        booking.save(update_fields=["during", "pushes"])
        minutes = int(delay.total_seconds() // 60)
        record_activity(Act.PUSH_BOOKING, booking, actor=actor, at=at, minutes=minutes)
        tell_of_booking(booking, at=at)
        booking_pushed.send(Booking, booking_id=booking.pk, at=at)
