"""Published rates and visits to come: the guarantee follows, the buyer hears of it, and nothing is lost half way."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange

from bonded.models import ClientEvent
from bonded.rules.errors import NotPermitted
from bonded.rules.permissions import SYSTEM
from inspections.actions import repricings
from inspections.actions.bookings import cancel_booking
from inspections.actions.repricings import reprice_bookings, reprice_short_bookings
from inspections.models import Booking, Repricing
from tariffs.actions.versions import publish_versions
from tariffs.models import GuaranteeAccount, GuaranteeReservation
from tests.cast import Cast
from tests.situations.inspections import (
    NEXT_SLOTS,
    SLOT,
    Room,
    a_booking,
    a_buyer_who_may_book,
    a_viewing_room,
    booking_of,
    viewable_lots,
)
from tests.situations.tariffs import a_guarantee, a_measure

# The duty on one diamond of the situation at 13 % and at 20 %.
BEFORE, AFTER = 4_615_00, 7_100_00


def publish(rate: str, at: datetime, **columns: Any) -> None:
    publish_versions([a_measure("vat", "71", rate, **columns)], actor=SYSTEM, at=at)


def test_reprice_bookings__resizes_what_is_reserved_and_tells_the_buyer(cast: Cast, at: datetime) -> None:
    booking = a_booking(cast, at)
    Repricing.objects.all().delete()
    ClientEvent.objects.all().delete()
    later = at + timedelta(minutes=5)
    publish("20%", later)
    assert reprice_bookings(limit=10, actor=SYSTEM, at=later) == 1
    booking.refresh_from_db()
    assert (booking.duty_minor, booking.missing_minor) == (AFTER, 0)
    assert GuaranteeReservation.objects.get().amount_minor == AFTER
    assert GuaranteeAccount.objects.get().reserved_minor == AFTER
    event = ClientEvent.objects.get()
    assert (event.kind, event.subject_id, event.company_id) == ("booking.changed", str(booking.pk), cast.alder.pk)
    assert event.facts == {"status": "booked", "duty": "changed", "headroom": "enough"}
    assert reprice_bookings(limit=10, actor=SYSTEM, at=later) == 0
    assert ClientEvent.objects.count() == 1


def test_reprice_bookings__notes_what_is_missing_and_finds_room_later(cast: Cast, at: datetime) -> None:
    a_buyer_who_may_book(cast, at, limit="5000.00")
    booking = booking_of(a_viewing_room(cast), viewable_lots(cast, at), actor=cast.alice, at=at)
    later = at + timedelta(minutes=5)
    publish("20%", later)
    while reprice_bookings(limit=10, actor=SYSTEM, at=later):
        pass
    booking.refresh_from_db()
    assert (booking.state, booking.duty_minor, booking.missing_minor) == ("booked", BEFORE, AFTER - 5_000_00)
    assert GuaranteeAccount.objects.get().reserved_minor == BEFORE
    assert ClientEvent.objects.latest("pk").facts["headroom"] == "missing"
    a_guarantee(cast, later, limit="8000.00")
    reprice_short_bookings(limit=10, actor=SYSTEM, at=later)
    booking.refresh_from_db()
    assert (booking.duty_minor, booking.missing_minor) == (AFTER, 0)


def test_reprice_bookings__goes_by_the_day_of_the_visit(cast: Cast, at: datetime) -> None:
    a_buyer_who_may_book(cast, at)
    room, lots = a_viewing_room(cast), viewable_lots(cast, at, 2)
    from_tuesday = DateRange(date(2026, 11, 24), None)
    today = booking_of(room, lots[:1], actor=cast.alice, at=at)
    tomorrow = booking_of(room, lots[1:], actor=cast.alice, at=at, starts_at=SLOT + timedelta(days=1))
    later = at + timedelta(minutes=5)
    publish("20%", later, validity=from_tuesday)
    while reprice_bookings(limit=10, actor=SYSTEM, at=later):
        pass
    today.refresh_from_db()
    tomorrow.refresh_from_db()
    assert (today.duty_minor, tomorrow.duty_minor) == (BEFORE, AFTER)


def test_reprice_bookings__leaves_cancelled_visits_alone(cast: Cast, at: datetime) -> None:
    booking = a_booking(cast, at)
    cancel_booking(booking_id=booking.pk, reason="other plans", actor=cast.alice, at=at)
    later = at + timedelta(minutes=5)
    publish("20%", later)
    while reprice_bookings(limit=10, actor=SYSTEM, at=later):
        pass
    booking.refresh_from_db()
    assert booking.duty_minor == BEFORE
    assert GuaranteeAccount.objects.get().reserved_minor == 0


def test_reprice_bookings__goes_on_after_a_worker_that_died(
    cast: Cast, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = room_with_three_visits(cast, at)
    later = at + timedelta(minutes=5)
    Repricing.objects.all().delete()
    publish("20%", later)
    assert room.desk.bookings.count() == 3
    real, calls = repricings.reprice_booking, []

    def die_at_the_second(**arguments: Any) -> Booking:
        calls.append(arguments["booking_id"])
        if len(calls) == 2:
            raise SystemExit
        return real(**arguments)

    monkeypatch.setattr(repricings, "reprice_booking", die_at_the_second)
    assert reprice_bookings(limit=1, actor=SYSTEM, at=later) == 1
    with pytest.raises(SystemExit):
        reprice_bookings(limit=1, actor=SYSTEM, at=later)
    assert sorted(Booking.objects.values_list("duty_minor", flat=True)) == [BEFORE, BEFORE, AFTER]
    while reprice_bookings(limit=1, actor=SYSTEM, at=later):
        pass
    assert set(Booking.objects.values_list("duty_minor", flat=True)) == {AFTER}
    assert calls == [*sorted(calls[:1]), *sorted(calls[1:])]
    assert not Repricing.objects.exists()


def room_with_three_visits(cast: Cast, at: datetime) -> Room:
    a_buyer_who_may_book(cast, at)
    room = a_viewing_room(cast)
    for slot, lot in zip([SLOT, *NEXT_SLOTS], viewable_lots(cast, at, 3), strict=True):
        booking_of(room, [lot], actor=cast.alice, at=at, starts_at=slot)
    return room


def test_reprice_bookings__is_the_platforms(cast: Cast, at: datetime) -> None:
    with pytest.raises(NotPermitted):
        reprice_bookings(limit=1, actor=cast.alice, at=at)
