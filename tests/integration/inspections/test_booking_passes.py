"""The pass of a booking: made while it is booked, good once, and worth nothing when the booking has ended or moved."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from bonded.models import Activity
from bonded.rules.errors import NotFound, NotPermitted
from bonded.rules.lifecycle import StepNotAllowed
from bonded.rules.permissions import SYSTEM
from inspections.actions.booking_moves import move_booking
from inspections.actions.booking_passes import check_in_by_pass, issue_booking_pass
from inspections.actions.bookings import cancel_booking
from inspections.actions.overdue_bookings import end_overdue_booking
from inspections.actions.sessions import check_in
from inspections.models import Booking, BookingPass, ViewingSession
from inspections.rules.booking_passes import PassNotValid
from inspections.rules.bookings import CheckInNotOpen
from tests.cast import Cast
from tests.situations.inspections import NEXT_SLOTS, SLOT, a_booking, a_hold, a_request, a_session


def a_pass(booking: Booking, cast: Cast, at: datetime) -> str:
    return issue_booking_pass(booking_id=booking.pk, actor=cast.alice, at=at).token


def come_in(token: str, cast: Cast, at: datetime) -> ViewingSession:
    return check_in_by_pass(pass_token=token, identity_note="passport seen", actor=cast.victor, at=at)


def test_check_in_by_pass__lets_in_once(cast: Cast, at) -> None:
    booking = a_booking(cast, at)
    token = a_pass(booking, cast, at)
    session = come_in(token, cast, at)

    assert (session.booking_id, session.booking.state, session.identity_note) == (
        booking.pk,
        "in_session",
        "passport seen",
    )
    assert BookingPass.objects.get().used_at == at
    with pytest.raises(PassNotValid):
        come_in(token, cast, at)
    assert ViewingSession.objects.count() == 1
    acts = Activity.objects.filter(act__startswith="inspections.").order_by("pk").values_list("act", flat=True)
    assert list(acts) == ["inspections.booking.book", "inspections.booking_pass.issue", "inspections.session.check_in"]


def test_issue_booking_pass__says_time_place_and_names_and_keeps_no_token(cast: Cast, at) -> None:
    booking = a_booking(cast, at)
    visit = issue_booking_pass(booking_id=booking.pk, actor=cast.bob, at=at)
    assert (visit.starts_at, visit.ends_at) == (SLOT, SLOT + timedelta(hours=1))
    assert (visit.place, visit.visitors) == ("Room of DESK-1, DESK-1", ["Alice Alder"])
    assert len(visit.token) == 32
    assert visit.token.encode() not in bytes(BookingPass.objects.get().digest)


def test_issue_booking_pass__makes_the_one_before_void(cast: Cast, at) -> None:
    booking = a_booking(cast, at)
    first, second = a_pass(booking, cast, at), a_pass(booking, cast, at)
    with pytest.raises(PassNotValid):
        come_in(first, cast, at)
    assert Booking.objects.get().state == "booked"
    assert come_in(second, cast, at).booking_id == booking.pk


@pytest.mark.parametrize("situation", [a_hold, a_request, lambda cast, at: a_session(cast, at).booking])
def test_issue_booking_pass__only_while_it_is_booked(cast: Cast, at, situation: Callable[..., Booking]) -> None:
    booking = situation(cast, at)
    with pytest.raises(StepNotAllowed):
        a_pass(booking, cast, at)
    assert BookingPass.objects.count() == 0


def _cancelled(booking: Booking, cast: Cast, at: datetime) -> None:
    cancel_booking(booking_id=booking.pk, reason="ill", actor=cast.alice, at=at)


def _moved(booking: Booking, cast: Cast, at: datetime) -> None:
    move_booking(
        booking_id=booking.pk,
        desk_id=booking.desk_id,
        starts_at=NEXT_SLOTS[0],
        escort_id=None,
        scale_id=None,
        actor=cast.alice,
        at=at,
    )


def _missed(booking: Booking, cast: Cast, at: datetime) -> None:
    assert end_overdue_booking(booking_id=booking.pk, actor=SYSTEM, at=SLOT + timedelta(hours=1)) == "no_show"


def _come(booking: Booking, cast: Cast, at: datetime) -> None:
    check_in(booking_id=booking.pk, identity_note="passport seen", actor=cast.victor, at=at)


@pytest.mark.parametrize("end", [_cancelled, _moved, _missed, _come])
def test_check_in_by_pass__is_shut_at_once_when_the_booking_is_not_booked_any_more(cast: Cast, at, end) -> None:
    booking = a_booking(cast, at)
    token = a_pass(booking, cast, at)
    end(booking, cast, at)
    before = list(ViewingSession.objects.values())
    with pytest.raises(StepNotAllowed):
        come_in(token, cast, at)
    assert list(ViewingSession.objects.values()) == before
    assert BookingPass.objects.get().used_at is None


@pytest.mark.parametrize("moment", [SLOT - timedelta(minutes=30, seconds=1), SLOT + timedelta(minutes=60)])
def test_check_in_by_pass__is_refused_too_early_and_too_late(cast: Cast, at, moment: datetime) -> None:
    token = a_pass(a_booking(cast, at), cast, at)
    with pytest.raises(CheckInNotOpen):
        come_in(token, cast, moment)
    assert BookingPass.objects.get().used_at is None


def test_passes__are_issued_to_the_company_and_taken_by_keepers(cast: Cast, at) -> None:
    booking = a_booking(cast, at)
    token = a_pass(booking, cast, at)
    with pytest.raises(NotFound):
        issue_booking_pass(booking_id=booking.pk, actor=cast.charlie, at=at)
    with pytest.raises(NotPermitted):
        check_in_by_pass(pass_token=token, identity_note="passport", actor=cast.alice, at=at)
    assert come_in(token, cast, at).booking_id == booking.pk
