"""Confirm against expiry, move against book, decide against give up: one happens, whole, and no claim is lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from bonded.rules.permissions import SYSTEM
from inspections.actions.booking_approvals import approve_booking, refuse_booking
from inspections.actions.booking_holds import confirm_booking, hold_viewing
from inspections.actions.booking_moves import move_booking
from inspections.actions.bookings import cancel_booking
from inspections.actions.overdue_bookings import end_overdue_booking
from inspections.models import Booking, Claim
from tariffs.models import GuaranteeAccount
from tests.concurrency.inspections.test_bookings import a_town_of_buyers, claims_stand_alone, kinds_of
from tests.situations.inspections import NEXT_SLOTS, SLOT, a_viewing_room, booking_of, viewable_lots, wish_for
from tests.situations.threads import outcomes_at_once

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
OVER = AT + timedelta(minutes=10)
DUTY = 4_615_00

pytestmark = pytest.mark.django_db(transaction=True)


def reserved() -> list[int]:
    return sorted(GuaranteeAccount.objects.values_list("reserved_minor", flat=True))


@pytest.mark.parametrize("round_", range(3))
def test_confirm_booking__while_the_hold_lapses_and_rivals_wait_for_it(round_: int) -> None:
    """Some come a moment before the end and some after it: the hold is confirmed or gone, and one has the slot."""
    cast, buyers = a_town_of_buyers(20)
    room, lots = a_viewing_room(cast), viewable_lots(cast, AT, 20)
    hold = hold_viewing(wish=wish_for(room, lots[:1], visitors=()), actor=cast.alice, at=AT)
    just_in_time, late = OVER - timedelta(microseconds=1), OVER
    confirm = partial(confirm_booking, booking_id=hold.pk, visitors=["Alice"], justification="", actor=cast.alice)
    sweep = partial(end_overdue_booking, booking_id=hold.pk, actor=SYSTEM, at=late)

    def rival(number: int) -> Callable[[], object]:
        return lambda: booking_of(room, [lots[number]], actor=buyers[number], at=late)

    outcomes = outcomes_at_once(
        partial(confirm, at=just_in_time),
        sweep,
        *[rival(number) for number in range(1, 20)],
        partial(confirm, at=late),
        sweep,
    )

    assert set(kinds_of(outcomes)) <= {"Booking", "SlotTaken", "HoldLapsed", "BookingState", "NoneType"}
    live = Booking.objects.live().get()
    assert (Booking.objects.get(pk=hold.pk).state == "booked") is (live.pk == hold.pk)
    assert Booking.objects.get(pk=hold.pk).state in ("booked", "lapsed")
    assert Claim.objects.active().count() == 4
    assert claims_stand_alone()
    assert reserved() == [*[0] * 19, DUTY]


def test_move_booking__by_fifty_to_one_slot_has_one_winner_and_the_others_keep_theirs() -> None:
    cast, buyers = a_town_of_buyers(10)
    lots = viewable_lots(cast, AT, 10)
    rooms = [a_viewing_room(cast)]
    old = [
        booking_of(
            rooms[0],
            [lots[n]],
            actor=buyers[n],
            at=AT,
            starts_at=SLOT + timedelta(days=7 + n // 5, minutes=75 * (n % 5)),
        )
        for n in range(10)
    ]

    def mover(number: int) -> Callable[[], object]:
        booking = old[number % 10]
        return lambda: move_booking(
            booking_id=booking.pk,
            desk_id=booking.desk_id,
            starts_at=SLOT,
            escort_id=booking.escort_id,
            scale_id=booking.scale_id,
            actor=buyers[number % 10],
            at=AT,
        )

    outcomes = outcomes_at_once(*[mover(number) for number in range(50)])

    kinds = kinds_of(outcomes)
    assert kinds["Booking"] == 1
    assert set(kinds) <= {"Booking", "SlotTaken", "StepNotAllowed"}
    assert Booking.objects.live().count() == 10
    assert Booking.objects.filter(state="moved").count() == 1
    assert Claim.objects.active().count() == 40
    assert claims_stand_alone()
    assert reserved() == [DUTY] * 10


def test_decide_booking__while_it_is_given_up_ends_in_one_of_them() -> None:
    cast, _ = a_town_of_buyers()
    request = booking_of(
        a_viewing_room(cast),
        viewable_lots(cast, AT),
        visitors=["A", "B", "C"],
        justification="The setter decides.",
        actor=cast.alice,
        at=AT,
    )
    acts = [
        partial(approve_booking, booking_id=request.pk, reason="yes", actor=cast.victor, at=AT),
        partial(refuse_booking, booking_id=request.pk, reason="no", actor=cast.ada, at=AT),
        partial(cancel_booking, booking_id=request.pk, reason="ill", actor=cast.alice, at=AT),
    ]
    outcomes = outcomes_at_once(*[acts[number % 3] for number in range(30)])
    assert set(kinds_of(outcomes)) <= {"Booking", "StepNotAllowed", "OverrideNotAllowed"}
    state = Booking.objects.get().state
    assert state in ("cancelled", "refused")
    assert (Claim.objects.active().count(), reserved()) == (0, [0, 0])


def test_hold_viewing__in_crowds_leaves_one_claim_on_everything() -> None:
    """Holds, bookings, moves and confirmations of crossing things, again and again, with time going on."""
    cast, buyers = a_town_of_buyers(16)
    first = a_viewing_room(cast, code="DESK-1")
    second = a_viewing_room(cast, code="DESK-2", keeper=cast.victor, scale="BAL-2")
    lots = viewable_lots(cast, AT, 4)
    slots = [SLOT, *NEXT_SLOTS]
    for turn in range(6):
        at = AT + turn * timedelta(minutes=4)

        def visitor(number: int, turn: int = turn, at: datetime = at) -> Callable[[], object]:
            room = (first, second)[(number + turn) % 2]
            wish = wish_for(room, [lots[(number + turn) % 4]], starts_at=slots[1 + number % 2], visitors=["A"])
            mine = Booking.objects.filter(company_id=buyers[number].company_id)
            held, booked = mine.filter(state="held").first(), mine.filter(state="booked").first()
            if held is not None:
                return partial(
                    confirm_booking, booking_id=held.pk, visitors=["A"], justification="", actor=buyers[number], at=at
                )
            if booked is not None:
                return partial(cancel_booking, booking_id=booked.pk, reason="ill", actor=buyers[number], at=at)
            return partial(hold_viewing, wish=wish, actor=buyers[number], at=at)

        outcomes = outcomes_at_once(*[visitor(number) for number in range(16)])
        assert set(kinds_of(outcomes)) <= {"Booking", "SlotTaken", "HoldLapsed", "BookingRefused"}
        live = Booking.objects.live()
        assert claims_stand_alone()
        assert Claim.objects.active().count() == 4 * live.count()
        assert sum(reserved()) == DUTY * live.count()
