"""Many at one pass: one gets in."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

import pytest

from inspections.actions.booking_passes import check_in_by_pass, issue_booking_pass
from inspections.actions.bookings import cancel_booking
from inspections.actions.sessions import check_in
from inspections.models import Booking, BookingPass, ViewingSession
from tests.cast import make_cast
from tests.concurrency.inspections.test_bookings import kinds_of
from tests.situations.inspections import a_booking
from tests.situations.threads import outcomes_at_once

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db(transaction=True)


def test_check_in_by_pass__by_fifty_at_once_lets_one_in() -> None:
    cast = make_cast()
    booking = a_booking(cast, AT)
    token = issue_booking_pass(booking_id=booking.pk, actor=cast.alice, at=AT).token
    use = partial(check_in_by_pass, pass_token=token, identity_note="passport seen", actor=cast.victor, at=AT)
    outcomes = kinds_of(outcomes_at_once(*[use] * 50))

    assert {"ViewingSession": outcomes["ViewingSession"], "PassNotValid": outcomes["PassNotValid"]} == {
        "ViewingSession": 1,
        "PassNotValid": 49,
    }
    assert ViewingSession.objects.count() == 1
    assert BookingPass.objects.get().used_at == AT


@pytest.mark.parametrize("round_", range(3))
def test_check_in_by_pass__against_every_other_end_happens_or_does_not(round_: int) -> None:
    cast = make_cast()
    booking = a_booking(cast, AT)
    token = issue_booking_pass(booking_id=booking.pk, actor=cast.alice, at=AT).token
    outcomes = outcomes_at_once(
        partial(check_in_by_pass, pass_token=token, identity_note="passport", actor=cast.victor, at=AT),
        partial(issue_booking_pass, booking_id=booking.pk, actor=cast.alice, at=AT),
        partial(check_in, booking_id=booking.pk, identity_note="passport", actor=cast.vera, at=AT),
        partial(cancel_booking, booking_id=booking.pk, reason="ill", actor=cast.bob, at=AT),
    )

    assert set(kinds_of(outcomes)) <= {"ViewingSession", "PassNotValid", "StepNotAllowed", "VisitPass", "Booking"}
    by_pass = type(outcomes[0]).__name__ == "ViewingSession"
    assert (BookingPass.objects.get().used_at is not None) is by_pass
    # Visitors who are in may still be cancelled, so the booking may be either by now.
    assert ViewingSession.objects.count() <= 1
    assert Booking.objects.get().state in ("in_session", "cancelled")
