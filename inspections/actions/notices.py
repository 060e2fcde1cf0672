"""Telling people of their visits: who booked, who escorts, who decides."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from bonded.actions.notices import take_back_notices, write_notices
from bonded.queries.notices import people_told_of
from bonded.queries.parties import people_in
from bonded.rules.notices import FORETELLING, NoticeKind
from inspections.models.bookings import Booking, BookingException
from inspections.queries.calendars import calendar_entries
from inspections.rules.bookings import BookingState

SUBJECT = "booking"
REMINDED_BEFORE = timedelta(hours=24)


def tell_of_visit(*, booking_id: UUID, at: datetime) -> None:
    """Note that a visit is new, moved or waits for a decision, for everybody whom it concerns.

    Whoever only chooses sits before the screen and is told nothing. Runs in the transaction of the act that did it.
    """
    booking = _booking(booking_id)
    if booking.state == BookingState.HELD:
        return
    people = {booking.requested_by_id} | _still_concerned(booking)
    if booking.state == BookingState.REQUESTED:
        _tell(booking, NoticeKind.VISIT_REQUESTED, people, at=at)
        _tell(booking, NoticeKind.VISIT_TO_DECIDE, people_in(_deciding_roles(booking)), at=at)
    else:
        people.add(booking.escort.keeper_id)
        _tell(booking, NoticeKind.VISIT_MOVED if booking.moved_from else NoticeKind.VISIT_BOOKED, people, at=at)
        if (due_at := booking.during.lower - REMINDED_BEFORE) > at:
            _tell(booking, NoticeKind.VISIT_TOMORROW, people, due_at=due_at, at=at)
    if booking.moved_from:
        _tell(booking.moved_from, NoticeKind.VISIT_ENDED, _told(booking.moved_from) - people, at=at)


def tell_of_confirmation(*, booking_id: UUID, at: datetime) -> None:
    """Take back what somebody should decide about a visit, and note that it is booked, as `tell_of_visit` does."""
    take_back_notices(subject_kind=SUBJECT, subject_id=str(booking_id), at=at)
    tell_of_visit(booking_id=booking_id, at=at)


def tell_of_push(*, booking_id: UUID, at: datetime) -> None:
    """Note that a visit begins later, for everybody who was told of it and its escort, each time that it does.

    Runs in the transaction of the act that pushed it.
    """
    booking = _booking(booking_id)
    if booking.state == BookingState.HELD:
        return
    people = _told(booking) | {booking.requested_by_id, booking.escort.keeper_id}
    _tell(booking, NoticeKind.VISIT_PUSHED, people, occasion=str(booking.pushes), at=at)


def tell_of_duty(booking: Booking, *, occasion: str, at: datetime) -> None:
    """Note that new rates change what is reserved for a visit, or could not, for who booked it."""
    write_notices(
        user_ids=[booking.requested_by_id],
        kind=NoticeKind.VISIT_DUTY_CHANGED,
        subject_kind=SUBJECT,
        subject_id=str(booking.pk),
        occasion=occasion,
        facts={"status": "short" if booking.shortfall_minor else "resized"},
        due_at=at,
        at=at,
    )


def tell_of_end(*, booking_id: UUID, at: datetime) -> None:
    """Take back what was to be told of a visit that has ended, and note its end for those who were told of it.

    Of a moved visit the new one tells. Runs in the transaction of the act that ended it.
    """
    booking = _booking(booking_id)
    take_back_notices(subject_kind=SUBJECT, subject_id=str(booking.pk), at=at)
    if booking.state != BookingState.MOVED:
        _tell(booking, NoticeKind.VISIT_ENDED, _told(booking), at=at)


def _booking(booking_id: UUID) -> Booking:
    # The visit before is read when there is one: a join would make each booking pay for the few that are moved.
    bookings = Booking.objects.select_related("escort", "desk__room", "desk__location")
    booking = bookings.get(pk=booking_id)
    if booking.moved_from_id:
        booking.moved_from = bookings.get(pk=booking.moved_from_id)
    return booking


def _told(booking: Booking) -> set[int]:
    return people_told_of(subject_kind=SUBJECT, subject_id=str(booking.pk))


def _still_concerned(booking: Booking) -> set[int]:
    """Give those who were told of the booking before a move, but for its escort."""
    before = booking.moved_from
    return _told(before) - {before.escort.keeper_id} if before else set()


def _deciding_roles(booking: Booking) -> set[str]:
    undecided = BookingException.objects.filter(booking=booking, decided_by__isnull=True)
    return {role for roles in undecided.values_list("overridable_by", flat=True) for role in roles}


def _tell(
    booking: Booking,
    kind: NoticeKind,
    user_ids: Collection[int],
    *,
    occasion: str = "",
    due_at: datetime | None = None,
    at: datetime,
) -> None:
    is_change = kind not in FORETELLING
    write_notices(
        user_ids=user_ids,
        kind=kind,
        subject_kind=SUBJECT,
        subject_id=str(booking.pk),
        occasion=occasion,
        facts={"status": booking.state},
        calendar_entry=calendar_entries([booking])[0] if is_change and user_ids else None,
        due_at=due_at or at,
        at=at,
    )
