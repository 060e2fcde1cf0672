"""What companies' machines are told of viewings."""

from bonded.models import ClientEvent
from inspections.actions.bookings import cancel_booking
from tests.cast import Cast
from tests.situations.inspections import a_booking


def test_cancel_booking__tells_the_company_as_the_booking_did(cast: Cast, at) -> None:
    booking = a_booking(cast, at)
    for _ in range(2):
        cancel_booking(booking_id=booking.pk, reason="ill", actor=cast.alice, at=at)

    events = ClientEvent.objects.filter(kind="booking.changed").order_by("pk")
    assert [(one.company_id, one.subject_id, one.facts) for one in events] == [
        (cast.alder.pk, str(booking.pk), {"status": "booked"}),
        (cast.alder.pk, str(booking.pk), {"status": "cancelled"}),
    ]
