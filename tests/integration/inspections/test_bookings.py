"""Booking a visit: everything or nothing, every problem at once, and nothing for rivals to learn."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from bonded.actions.holds import place_hold
from bonded.actions.withdrawals import release_withdrawal, request_withdrawal
from bonded.models import Activity
from bonded.rules.errors import InputInvalid, NotFound, NotPermitted
from bonded.rules.holds import HoldKind
from bonded.rules.lifecycle import StepNotAllowed
from bonded.rules.money import Money
from bonded.rules.withdrawals import Procedure
from inspections.actions.bookings import cancel_booking
from inspections.models import BookedLot, Booking, Claim
from inspections.queries.bookings import booking_as_told, bookings_visible_to
from inspections.rules.bookings import LOT_NOT_VIEWABLE, BookingRefused
from inspections.rules.claims import SlotTaken
from inspections.signals import booking_ended, booking_made
from tariffs.actions.guarantees import set_guarantee
from tariffs.models import GuaranteeAccount, GuaranteeReservation
from tests.cast import Cast
from tests.situations.inspections import (
    NEXT_SLOTS,
    SLOT,
    a_booking,
    a_buyer_who_may_book,
    a_session,
    a_viewing_room,
    an_open_session,
    booking_of,
    viewable_lots,
)
from tests.situations.tariffs import cleared_by_customs


def a_rival_who_may_book(cast: Cast, at) -> None:
    set_guarantee(company_id=cast.cedar.pk, limit=Money(500_000_00, "CNY"), actor=cast.ada, at=at)


def reserved(company) -> str:
    return str(GuaranteeAccount.objects.get(company=company).headroom.reserved)


def nothing_was_booked() -> bool:
    tables = (Booking, BookedLot, Claim, GuaranteeReservation)
    return not any(table._default_manager.exists() for table in tables)


def test_book_viewing__claims_everything_and_reserves_the_duty(cast: Cast, at) -> None:
    heard = []

    def hear(sender, **fact):
        heard.append(fact)

    booking_made.connect(hear)
    booking = a_booking(cast, at, lots=2)
    booking_made.disconnect(hear)

    assert (booking.state, booking.company_id, booking.duty_minor, booking.currency) == (
        "booked",
        cast.alder.pk,
        9_230_00,
        "CNY",
    )
    assert booking.during == DateTimeTZRange(SLOT, SLOT + timedelta(minutes=60))
    lot_ids = list(booking.lots.order_by("turn").values_list("lot_id", flat=True))
    assert list(booking.claims.order_by("pk").values_list("resource_kind", "resource_id")) == [
        ("desk", booking.desk_id),
        ("escort", booking.escort_id),
        ("lot", lot_ids[0]),
        ("lot", lot_ids[1]),
        ("scale", booking.scale_id),
    ]
    assert set(booking.claims.values_list("during", flat=True)) == {DateTimeTZRange(SLOT, SLOT + timedelta(minutes=75))}
    reservation = GuaranteeReservation.objects.get()
    assert (reservation.reference, reservation.purpose, reservation.amount_minor) == (booking.pk, "viewing", 9_230_00)
    assert reservation.expires_at == SLOT + timedelta(minutes=60, days=3)
    record = Activity.objects.get(act="inspections.booking.book")
    assert (record.target_id, record.actor_id, record.facts["desk"]) == (str(booking.pk), cast.alice.user_id, "DESK-1")
    assert heard == [{"signal": booking_made, "booking_id": booking.pk, "at": at}]


def test_book_viewing__without_escort_and_scale_takes_the_first_that_are_free(cast: Cast, at) -> None:
    a_buyer_who_may_book(cast, at, limit="50000.00")
    first, second = (
        a_viewing_room(cast, code="DESK-1"),
        a_viewing_room(cast, code="DESK-2", keeper=cast.victor, scale="BAL-2"),
    )
    lots = viewable_lots(cast, at, 2)
    booking_of(first, lots[:1], actor=cast.alice, at=at)
    other = booking_of(second, lots[1:], actor=cast.alice, at=at, escort_id=None, scale_id=None)

    assert (other.escort_id, other.scale_id) == (second.escort.pk, second.scale.pk)


@pytest.mark.parametrize("same", ["desk", "escort", "scale", "lot"])
def test_book_viewing__of_anything_that_is_taken_is_refused_in_the_same_words(cast: Cast, at, same: str) -> None:
    a_buyer_who_may_book(cast, at)
    a_rival_who_may_book(cast, at)
    ours = a_viewing_room(cast, code="DESK-1")
    theirs = a_viewing_room(cast, code="DESK-2", keeper=cast.victor, scale="BAL-2")
    lots = viewable_lots(cast, at, 2)
    booking_of(ours, lots[:1], actor=cast.alice, at=at)
    change: dict[str, Any] = {
        "desk": {"desk_id": ours.desk.pk},
        "escort": {"escort_id": ours.escort.pk},
        "scale": {"scale_id": ours.scale.pk},
        "lot": {"lot_ids": [lots[0].pk]},
    }

    with pytest.raises(SlotTaken) as refusal:
        booking_of(theirs, lots[1:], actor=cast.charlie, at=at, **change[same])

    following = [*NEXT_SLOTS, NEXT_SLOTS[1] + timedelta(minutes=75)]
    assert refusal.value.message == "This time is no longer free."
    assert refusal.value.facts == {
        "starts_at": SLOT.isoformat(),
        "next_free": [moment.isoformat() for moment in following],
    }
    assert Booking.objects.count() == 1
    assert Claim.objects.count() == 4
    assert reserved(cast.cedar) == "0.00"


def test_book_viewing__names_every_problem_at_once_and_books_nothing(cast: Cast, at) -> None:
    a_buyer_who_may_book(cast, at, limit="100.00")
    room = a_viewing_room(cast)
    room.scale.calibrated_until = at.date() - timedelta(days=1)
    room.scale.save()
    room.escort.is_on_duty = False
    room.escort.save()
    cast.alder.is_in_good_standing = False
    cast.alder.save()

    with pytest.raises(BookingRefused) as refusal:
        booking_of(
            room,
            viewable_lots(cast, at),
            actor=cast.alice,
            at=at,
            starts_at=at - timedelta(hours=1),
            visitors=["A", "B", "C"],
        )

    assert [(problem.code, problem.overridable_by) for problem in refusal.value.problems] == [
        ("slot_in_the_past", ()),
        ("escort_not_on_duty", ()),
        ("scale_not_calibrated", ()),
        ("too_many_visitors", ("vault_keeper", "administrator")),
        ("company_not_in_good_standing", ("administrator",)),
        ("headroom_missing", ()),
    ]
    assert "4515.00 is missing" in refusal.value.problems[-1].message
    assert nothing_was_booked()


def test_book_viewing__never_skips_the_guarantee(cast: Cast, at) -> None:
    room, lots = a_viewing_room(cast), viewable_lots(cast, at)
    with pytest.raises(BookingRefused) as refusal:
        booking_of(room, lots, actor=cast.alice, at=at)
    assert [problem.code for problem in refusal.value.problems] == ["exchange_rate_missing"]
    assert nothing_was_booked()

    a_buyer_who_may_book(cast, at)
    with pytest.raises(BookingRefused) as refusal:
        booking_of(room, lots, actor=cast.charlie, at=at)
    assert [problem.code for problem in refusal.value.problems] == ["guarantee_missing"]
    assert nothing_was_booked()


def test_book_viewing__refuses_lots_out_of_sight_and_none_at_all(cast: Cast, at) -> None:
    a_buyer_who_may_book(cast, at)
    room, lots = a_viewing_room(cast), viewable_lots(cast, at, 2)
    place_hold(lot_id=lots[0].pk, kind=HoldKind.CUSTOMS, reason="papers", actor=cast.olga, at=at)

    with pytest.raises(NotFound) as refusal:
        booking_of(room, lots, actor=cast.alice, at=at)
    assert refusal.value.facts == {"lot_ids": [str(lots[0].pk)]}
    with pytest.raises(InputInvalid):
        booking_of(room, [], actor=cast.alice, at=at)
    for unknown in ("desk_id", "escort_id", "scale_id"):
        with pytest.raises(NotFound):
            booking_of(room, lots[1:], actor=cast.alice, at=at, **{unknown: 999_999})
    assert nothing_was_booked()


@pytest.mark.parametrize("who", ["olga", "victor", "ada", "audrey", "sven"])
def test_book_viewing__is_for_buyers(cast: Cast, at, who: str) -> None:
    room, lots = a_viewing_room(cast), viewable_lots(cast, at)
    with pytest.raises(NotPermitted):
        booking_of(room, lots, actor=getattr(cast, who), at=at)
    assert nothing_was_booked()


@pytest.mark.parametrize("who", ["alice", "bob", "victor", "ada"])
def test_cancel_booking__gives_everything_back_once(cast: Cast, at, who: str) -> None:
    booking = a_booking(cast, at)
    heard = []

    def hear(sender, **fact):
        heard.append(fact["booking_id"])

    booking_ended.connect(hear)
    for _ in range(2):
        booking = cancel_booking(booking_id=booking.pk, reason="ill", actor=getattr(cast, who), at=at)
    booking_ended.disconnect(hear)

    assert (booking.state, booking.cancellation_reason, booking.ended_at) == ("cancelled", "ill", at)
    assert not Claim.objects.active().exists()
    assert reserved(cast.alder) == "0.00"
    assert heard == [booking.pk]
    assert Activity.objects.filter(act="inspections.booking.cancel").count() == 1
    again = booking_of(
        a_viewing_room(cast, code="DESK-2"), [row.lot for row in booking.lots.all()], actor=cast.alice, at=at
    )
    assert again.state == "booked"


def test_cancel_booking__is_refused_to_others_and_while_stones_lie_open(cast: Cast, at) -> None:
    booking = an_open_session(cast, at).booking
    for who, error in (("charlie", NotFound), ("olga", NotPermitted), ("sven", NotPermitted)):
        with pytest.raises(error):
            cancel_booking(booking_id=booking.pk, reason="no", actor=getattr(cast, who), at=at)
    with pytest.raises(StepNotAllowed) as refusal:
        cancel_booking(booking_id=booking.pk, reason="no", actor=cast.alice, at=at)

    assert refusal.value.facts == {"current": "open", "target": "cancelled", "allowed": ["weighed_in"]}
    booking.refresh_from_db()
    assert booking.state == "in_session"
    assert Claim.objects.active().count() == 4


def test_cancel_booking__lets_visitors_leave_before_the_first_stone_is_out(cast: Cast, at) -> None:
    session = a_session(cast, at)
    booking = cancel_booking(booking_id=session.booking_id, reason="left", actor=cast.victor, at=at)
    session.refresh_from_db()

    assert (booking.state, session.state) == ("cancelled", "cancelled")
    assert not Claim.objects.active().exists()


def test_lots_held__cancels_visits_to_come_and_not_the_one_under_way(cast: Cast, at) -> None:
    session = an_open_session(cast, at, lots=2)
    a_rival_who_may_book(cast, at)
    lots = [row.lot for row in session.booking.lots.order_by("turn")]
    room = a_viewing_room(cast, code="DESK-2")
    later = booking_of(room, lots[:1], actor=cast.charlie, at=at, starts_at=NEXT_SLOTS[0])
    other = booking_of(room, lots[1:], actor=cast.charlie, at=at, starts_at=NEXT_SLOTS[1])

    place_hold(lot_id=lots[0].pk, kind=HoldKind.CUSTOMS, reason="secret", actor=cast.olga, at=at)

    session.refresh_from_db()
    later.refresh_from_db()
    other.refresh_from_db()
    assert (session.state, later.state, other.state) == ("open", "cancelled", "booked")
    assert later.cancellation_reason == LOT_NOT_VIEWABLE
    assert reserved(cast.cedar) == "4615.00"


def test_withdrawal_requested__cancels_visits_of_others_only(cast: Cast, at) -> None:
    ours = a_booking(cast, at)
    a_rival_who_may_book(cast, at)
    lot = ours.lots.get().lot
    theirs = booking_of(a_viewing_room(cast, code="DESK-2"), [lot], actor=cast.charlie, at=at, starts_at=NEXT_SLOTS[0])

    withdrawal = request_withdrawal(lot_ids=[lot.pk], procedure=Procedure.RE_EXPORT, actor=cast.alice, at=at)
    ours.refresh_from_db()
    theirs.refresh_from_db()
    assert (ours.state, theirs.state, theirs.cancellation_reason) == ("booked", "cancelled", LOT_NOT_VIEWABLE)

    cleared_by_customs(withdrawal, at)
    release_withdrawal(withdrawal_id=withdrawal.pk, actor=cast.olga, at=at)
    ours.refresh_from_db()
    assert (ours.state, ours.cancellation_reason) == ("cancelled", LOT_NOT_VIEWABLE)


def test_bookings__are_visible_to_their_company_and_to_staff(cast: Cast, at) -> None:
    booking = a_booking(cast, at)
    for who in ("alice", "bob", "victor", "olga", "ada", "audrey"):
        actor = getattr(cast, who)
        assert [one.pk for one in bookings_visible_to(actor)] == [booking.pk]
        assert booking_as_told(actor, booking.pk)["visitors"] == ["Alice Alder"]
    assert list(bookings_visible_to(cast.charlie)) == []
    with pytest.raises(NotFound) as refusal:
        booking_as_told(cast.charlie, booking.pk)
    assert refusal.value.message == "There is no such booking."
    with pytest.raises(NotPermitted):
        bookings_visible_to(cast.sven)


def test_nothing_is_claimed_twice_at_once__is_kept_by_the_database(cast: Cast, at) -> None:
    claim = a_booking(cast, at).claims.first()
    assert claim is not None
    last = DateTimeTZRange(claim.during.upper - timedelta(minutes=1), claim.during.upper + timedelta(minutes=9))
    copy = {"booking": claim.booking, "resource_kind": claim.resource_kind, "resource_id": claim.resource_id}
    with pytest.raises(IntegrityError, match="nothing_is_claimed_twice_at_once"), transaction.atomic():
        Claim.objects.create(during=last, **copy)
    after = DateTimeTZRange(claim.during.upper, claim.during.upper + timedelta(minutes=9))
    Claim.objects.create(during=after, **copy)
    Claim.objects.create(during=last, is_active=False, **copy)
    with pytest.raises(IntegrityError, match="a_claim_lasts_at_most_a_day"), transaction.atomic():
        Claim.objects.create(during=DateTimeTZRange(after.upper, after.upper + timedelta(days=1, seconds=1)), **copy)


@pytest.mark.parametrize(
    ("columns", "constraint"),
    [
        ({"state": "done"}, "a_booking_has_ended_when_it_is_done_or_cancelled"),
        ({"state": "lost", "ended_at": SLOT}, "a_booking_is_in_a_known_state"),
        ({"duty_minor": -1}, "the_duty_of_a_booking_is_not_negative"),
        ({"during": DateTimeTZRange(SLOT, SLOT)}, "a_visit_takes_time"),
        ({"state": "cancelled", "ended_at": SLOT}, "a_cancelled_booking_gives_its_reason"),
    ],
)
def test_bookings__are_kept_sound_by_the_database(cast: Cast, at, columns, constraint: str) -> None:
    booking = a_booking(cast, at)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Booking.objects.filter(pk=booking.pk).update(**columns)
