"""Rosters, officers, instruments, closures and holidays: what a visit can have, and what it is refused for."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from bonded.rules.lots import LotKind
from inspections.models import AttendingOfficer, Booking, Claim, Closure, Instrument, Shift, ViewingRoom, ViewingTerms
from inspections.queries.slots import free_slots
from inspections.rules.bookings import BookingRefused
from inspections.rules.claims import SlotTaken
from tariffs.models import CalendarDay
from tests.cast import Cast
from tests.situations.inspections import SLOT, Room, a_buyer_who_may_book, a_viewing_room, booking_of, viewable_lots

HOUR = timedelta(hours=1)
MONDAY = date(2026, 11, 23)


def codes(refusal) -> list[str]:
    return [problem.code for problem in refusal.value.problems]


def a_room(cast: Cast, at) -> Room:
    a_buyer_who_may_book(cast, at)
    return a_viewing_room(cast)


def shift(person, begins: datetime, ends: datetime) -> Shift:
    return Shift.objects.create(person_id=person.user_id, during=DateTimeTZRange(begins, ends))


def starts(room: Room, cast: Cast, at, days: int = 1) -> list[str]:
    slots = free_slots(room.desk, first_on=MONDAY, days=days, at=at, actor=cast.alice)
    return [slot.starts_at.strftime("%d %H:%M") for slot in slots]


def test_book_viewing__with_an_escort_by_roster_is_only_on_their_shift(cast: Cast, at) -> None:
    room, lots = a_room(cast, at), viewable_lots(cast, at)
    room.escort.works_by_roster = True
    room.escort.save()
    row = shift(cast.vera, SLOT, SLOT + HOUR)
    with pytest.raises(BookingRefused) as refusal:
        booking_of(room, lots, actor=cast.alice, at=at)
    assert codes(refusal) == ["escort_not_on_duty"]
    assert not Booking.objects.exists()
    # The changeover is the escort's work, too.
    row.during = DateTimeTZRange(SLOT, SLOT + timedelta(minutes=75))
    row.save()
    assert booking_of(room, lots, actor=cast.alice, at=at).state == "booked"


def test_book_viewing__takes_the_first_escort_who_is_there(cast: Cast, at) -> None:
    room, lots = a_room(cast, at), viewable_lots(cast, at)
    other = a_viewing_room(cast, code="DESK-2", keeper=cast.victor)
    room.escort.works_by_roster = True
    room.escort.save()
    assert booking_of(room, lots, actor=cast.alice, at=at, escort_id=None).escort == other.escort


def test_book_viewing__of_lots_that_need_an_officer_and_instruments_claims_both(cast: Cast, at) -> None:
    room, lots = a_room(cast, at), viewable_lots(cast, at, 2)
    ViewingTerms.objects.create(
        lot_kind=LotKind.POLISHED_DIAMOND, slot_minutes=90, needs_officer=True, instruments=["loupe", "microscope"]
    )
    Instrument.objects.create(number="L-1", kind="loupe")
    with pytest.raises(BookingRefused) as refusal:
        booking_of(room, lots[:1], actor=cast.alice, at=at)
    assert codes(refusal) == ["officer_not_on_duty", "instrument_not_in_service"]

    officer = AttendingOfficer.objects.create(officer_id=cast.olga.user_id or 0)
    Instrument.objects.create(number="M-1", kind="microscope")
    booking = booking_of(room, lots[:1], actor=cast.alice, at=at)
    assert booking.during.upper - booking.during.lower == timedelta(minutes=90)
    assert booking.officer == officer
    claimed = sorted(Claim.objects.values_list("resource_kind", flat=True))
    assert claimed == ["desk", "escort", "instrument", "instrument", "lot", "officer", "scale"]
    # The only officer and microscope are taken, wherever else the rival would sit.
    second = a_viewing_room(cast, code="DESK-2", keeper=cast.victor, scale="BAL-2")
    with pytest.raises(SlotTaken) as taken:
        booking_of(second, lots[1:], actor=cast.alice, at=at)
    assert "2026-11-23T04:45:00" in str(taken.value.facts["next_free"])


def test_free_slots__leave_out_closures_of_the_room_and_of_the_house(cast: Cast, at) -> None:
    room = a_room(cast, at)
    assert len(starts(room, cast, at)) == 6
    Closure.objects.create(room=room.desk.room, during=DateTimeTZRange(SLOT, SLOT + HOUR), reason="paint")
    noon = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
    Closure.objects.create(during=DateTimeTZRange(noon, noon + HOUR), reason="fire drill")
    elsewhere = ViewingRoom.objects.create(name="Elsewhere")
    Closure.objects.create(room=elsewhere, during=DateTimeTZRange(SLOT, SLOT + 9 * HOUR), reason="paint")
    assert starts(room, cast, at) == ["23 03:30", "23 04:45", "23 07:15", "23 08:30"]


def test_free_slots__leave_out_public_holidays_unless_the_room_opens_on_them(cast: Cast, at) -> None:
    room = a_room(cast, at)
    CalendarDay.objects.create(day=MONDAY, is_working=False, source="notice")
    assert starts(room, cast, at, days=2)[0].startswith("24")
    room.desk.room.opens_on_holidays = True
    room.desk.room.save()
    assert starts(room, cast, at)[0].startswith("23")


def test_book_viewing__while_the_room_is_closed_is_the_administrators_to_allow(cast: Cast, at) -> None:
    room = a_room(cast, at)
    Closure.objects.create(during=DateTimeTZRange(SLOT, SLOT + HOUR), reason="fire drill")
    with pytest.raises(BookingRefused) as refusal:
        booking_of(room, viewable_lots(cast, at), actor=cast.alice, at=at)
    (problem,) = refusal.value.problems
    assert (problem.code, problem.overridable_by) == ("slot_not_offered", ("administrator",))


def test_rosters__are_kept_sound_by_the_database(cast: Cast, at) -> None:
    shift(cast.vera, SLOT, SLOT + HOUR)
    with pytest.raises(IntegrityError, match="nobody_has_two_shifts_at_once"), transaction.atomic():
        shift(cast.vera, SLOT + HOUR / 2, SLOT + 2 * HOUR)
    with pytest.raises(IntegrityError, match="a_shift_lasts_at_most_a_day"), transaction.atomic():
        shift(cast.victor, SLOT, SLOT + 25 * HOUR)
    with pytest.raises(IntegrityError, match="a_closure_begins_and_ends"), transaction.atomic():
        Closure.objects.create(during=DateTimeTZRange(SLOT, None), reason="for ever")
    ViewingTerms.objects.create(lot_kind="coloured_gem")
    with pytest.raises(IntegrityError, match="a_kind_has_one_set_of_terms_at_a_desk"), transaction.atomic():
        ViewingTerms.objects.create(lot_kind="coloured_gem")
    with pytest.raises(IntegrityError, match="a_visit_needs_known_instruments"), transaction.atomic():
        ViewingTerms.objects.create(lot_kind="rough_diamond", instruments=["hammer"])
