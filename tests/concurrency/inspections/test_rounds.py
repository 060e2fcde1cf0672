"""Fifty at once, round after round: book, move, confirm and accept against the end of a hold, on one desk and hour.

Three rounds of each in every run; `make races ROUNDS=200` does as many as you like.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from bonded.rules.permissions import SYSTEM, Actor
from inspections.actions.booking_holds import confirm_booking, hold_viewing
from inspections.actions.booking_moves import move_booking
from inspections.actions.bookings import book_viewing, cancel_booking
from inspections.actions.overdue_bookings import end_overdue_booking
from inspections.actions.place_offers import offer_place
from inspections.actions.waiting_list import accept_place
from inspections.models import Booking, Claim
from tariffs.models import GuaranteeAccount
from tests.concurrency.inspections.test_bookings import AT, RIVALS, a_town_of_buyers, claims_stand_alone, kinds_of
from tests.situations.inspections import Room, a_viewing_room, booking_of, viewable_lots, wait_of, wish_for
from tests.situations.threads import outcomes_at_once

ROUNDS = int(os.environ.get("ROUNDS", "3"))
DUTY = 4_615_00
# A week ahead: what is given up in time is nobody's fault.
FIRST = datetime(2026, 11, 30, 2, 15, tzinfo=UTC)

pytestmark = pytest.mark.django_db(transaction=True)


def everything_adds_up(live: int) -> bool:
    """Say whether so many bookings are live, each with its four claims and its part of a guarantee, none twice."""
    reserved = sum(GuaranteeAccount.objects.values_list("reserved_minor", flat=True))
    return (Booking.objects.live().count(), Claim.objects.active().count(), reserved) == (
        live,
        4 * live,
        DUTY * live,
    ) and claims_stand_alone()


def give_everything_up(at: datetime) -> None:
    """Let the house give up every visit, which counts as nobody's fault."""
    for booking in Booking.objects.live():
        cancel_booking(booking_id=booking.pk, reason="next round", actor=SYSTEM, at=at)


def town() -> tuple[Room, list[int], list[Actor]]:
    cast, buyers = a_town_of_buyers(RIVALS)
    return a_viewing_room(cast), [lot.pk for lot in viewable_lots(cast, AT, 1)], buyers


def test_book_viewing__round_after_round_has_one_winner() -> None:
    room, lot_ids, buyers = town()
    for _ in range(ROUNDS):
        wish = wish_for(room, [], lot_ids=lot_ids, starts_at=FIRST)
        outcomes = outcomes_at_once(*[partial(book_viewing, wish=wish, actor=buyer, at=AT) for buyer in buyers])
        assert kinds_of(outcomes) == {"Booking": 1, "SlotTaken": RIVALS - 1}
        assert everything_adds_up(live=1)
        give_everything_up(AT)


def test_move_booking__round_after_round_has_one_winner_and_loses_nobody() -> None:
    cast, buyers = a_town_of_buyers(RIVALS)
    room, lots = a_viewing_room(cast), viewable_lots(cast, AT, 10)
    for _ in range(ROUNDS):
        times = [FIRST + timedelta(days=n // 5, minutes=n % 5 * 75) for n in range(10)]
        old = [booking_of(room, [lots[n]], actor=buyers[n], at=AT, starts_at=times[n]) for n in range(10)]
        target = FIRST + timedelta(days=7)

        def mover(number: int, old: list[Booking] = old, target: datetime = target) -> Callable[[], object]:
            booking = old[number % 10]
            return partial(
                move_booking,
                booking_id=booking.pk,
                desk_id=booking.desk_id,
                starts_at=target,
                escort_id=booking.escort_id,
                scale_id=booking.scale_id,
                actor=buyers[number % 10],
                at=AT,
            )

        kinds = kinds_of(outcomes_at_once(*[mover(number) for number in range(RIVALS)]))
        assert kinds["Booking"] == 1
        assert set(kinds) <= {"Booking", "SlotTaken", "StepNotAllowed"}
        assert everything_adds_up(live=10)
        give_everything_up(AT)


def test_confirm_booking__round_after_round_is_whole_or_gone() -> None:
    room, lot_ids, buyers = town()
    winners = Counter[str]()
    for number in range(ROUNDS):
        at = AT + number * timedelta(minutes=11)
        wish = wish_for(room, [], lot_ids=lot_ids, starts_at=FIRST, visitors=())
        hold = hold_viewing(wish=wish, actor=buyers[0], at=at)
        over = at + timedelta(minutes=10)
        confirm = partial(confirm_booking, booking_id=hold.pk, visitors=["A"], justification="", actor=buyers[0])
        rivals: list[Callable[[], object]] = [
            partial(hold_viewing, wish=wish, actor=buyer, at=over) for buyer in buyers[3:]
        ]
        acts: list[Callable[[], object]] = [
            partial(confirm, at=over - timedelta(microseconds=1)),
            partial(confirm, at=over),
            partial(end_overdue_booking, booking_id=hold.pk, actor=SYSTEM, at=over),
        ]
        kinds = kinds_of(outcomes_at_once(*acts, *rivals))
        assert set(kinds) <= {"Booking", "SlotTaken", "HoldLapsed", "BookingState", "NoneType"}
        assert everything_adds_up(live=1)
        live = Booking.objects.live().get()
        winners["the holder" if live.pk == hold.pk else "a rival"] += 1
        assert Booking.objects.get(pk=hold.pk).state == ("booked" if live.pk == hold.pk else "lapsed")
        give_everything_up(over)
    assert sum(winners.values()) == ROUNDS


def test_accept_place__round_after_round_is_one_companys() -> None:
    """A freed place, offered to one, answered by many at its end, while the whole town tries to book it."""
    room, lot_ids, buyers = town()
    for number in range(ROUNDS):
        at = AT + number * timedelta(minutes=31)
        wish = wish_for(room, [], lot_ids=lot_ids, starts_at=FIRST)
        given_up = book_viewing(wish=wish, actor=buyers[1], at=at)
        wait = wait_of(given_up, actor=buyers[0], at=at)
        cancel_booking(booking_id=given_up.pk, reason="given up", actor=SYSTEM, at=at)
        assert offer_place(entry_id=wait.pk, actor=SYSTEM, at=at) == "offered"
        wait.refresh_from_db()
        assert wait.booking is not None
        over, offered_id = wait.booking.held_until, wait.booking.pk
        assert over is not None
        accept = partial(accept_place, entry_id=wait.pk, visitors=["A"], justification="", actor=buyers[0])
        acts: list[Callable[[], object]] = [
            partial(accept, at=over - timedelta(microseconds=1)),
            partial(accept, at=over),
            partial(end_overdue_booking, booking_id=offered_id, actor=SYSTEM, at=over),
        ]
        rivals: list[Callable[[], object]] = [
            partial(book_viewing, wish=wish, actor=buyer, at=over) for buyer in buyers[3:]
        ]
        kinds = kinds_of(outcomes_at_once(*acts, *rivals))
        assert set(kinds) <= {
            *("WaitingEntry", "Booking", "SlotTaken", "HoldLapsed", "StepNotAllowed", "BookingState", "NoneType")
        }
        assert everything_adds_up(live=1)
        wait.refresh_from_db()
        live = Booking.objects.live().get()
        is_accepted = live.pk == offered_id
        assert (wait.state, kinds["WaitingEntry"], kinds["Booking"]) == (
            ("accepted", 1, 0) if is_accepted else ("lapsed", 0, 1)
        )
        give_everything_up(over)
