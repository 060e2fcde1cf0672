"""Rivals for one desk and hour: one wins, the others hear so, and without the constraint there would be many."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial

import pytest
from django.db import OperationalError, connection, transaction

from bonded.actions.deadlocks import MOST_TRIES, retried_after_deadlock
from bonded.actions.withdrawals import request_withdrawal
from bonded.models import Company
from bonded.rules.money import Money
from bonded.rules.permissions import Actor, Role
from bonded.rules.withdrawals import Procedure
from inspections.actions.bookings import cancel_booking
from inspections.actions.claims import claim_resources
from inspections.models import BookedLot, Booking, Claim, Scale
from inspections.rules.claims import Resource, ResourceKind, SlotTaken
from inspections.rules.slots import slot_from
from tariffs.actions.guarantees import set_guarantee
from tariffs.actions.locks import lock_guarantee
from tariffs.models import GuaranteeAccount
from tests.cast import Cast, make_cast
from tests.situations.inspections import (
    SLOT,
    Room,
    a_buyer_who_may_book,
    a_viewing_room,
    booking_of,
    viewable_lots,
)
from tests.situations.threads import outcomes_at_once

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
RIVALS = 50

pytestmark = pytest.mark.django_db(transaction=True)


def a_town_of_buyers(count: int = 2) -> tuple[Cast, list[Actor]]:
    """So many companies with large guarantees, so that nothing but the claims themselves can hold rivals apart."""
    cast = make_cast()
    a_buyer_who_may_book(cast, AT, limit="9000000.00")
    buyers = [cast.alice]
    for number in range(1, count):
        company = Company.objects.create(name=f"Rival {number}", kind="trader", registration_number=f"R-{number}")
        set_guarantee(company_id=company.pk, limit=Money(9_000_000_00, "CNY"), actor=cast.ada, at=AT)
        buyers.append(Actor(cast.charlie.user_id, Role.BUYER, frozenset({company.pk})))
    return cast, buyers


def kinds_of(outcomes: list[object]) -> Counter[str]:
    return Counter(type(outcome).__name__ for outcome in outcomes)


def claims_stand_alone() -> bool:
    """Say whether no two active claims on one resource share a moment, asked without the constraint."""
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT count(*) FROM inspections_claim a JOIN inspections_claim b
                ON a.id < b.id AND a.resource_kind = b.resource_kind AND a.resource_id = b.resource_id
               AND a.during && b.during AND a.is_active AND b.is_active
        """)
        (overlaps,) = cursor.fetchone()
    return bool(overlaps == 0)


@pytest.mark.parametrize("lots_are_shared", [True, False])
def test_book_viewing__by_fifty_at_once_for_one_desk_and_hour_has_one_winner(lots_are_shared: bool) -> None:
    cast, buyers = a_town_of_buyers(RIVALS)
    room = a_viewing_room(cast)
    lots = viewable_lots(cast, AT, 1 if lots_are_shared else RIVALS)

    def rival(number: int) -> Callable[[], object]:
        mine = [lots[0 if lots_are_shared else number]]
        return lambda: booking_of(room, mine, actor=buyers[number], at=AT)

    outcomes = outcomes_at_once(*[rival(number) for number in range(RIVALS)])

    assert kinds_of(outcomes) == {"Booking": 1, "SlotTaken": RIVALS - 1}
    next_free = {str(outcome.facts["next_free"]) for outcome in outcomes if isinstance(outcome, SlotTaken)}
    assert len(next_free) == 1
    assert (Booking.objects.count(), BookedLot.objects.count(), Claim.objects.count()) == (1, 1, 4)
    reserved = GuaranteeAccount.objects.values_list("reserved_minor", flat=True)
    assert sorted(reserved) == [*[0] * (RIVALS - 1), 4_615_00]


def test_book_viewing__of_crossing_things_never_ends_in_an_error() -> None:
    """Rivals want the same lots, escorts and scales in other orders at other desks."""
    cast, buyers = a_town_of_buyers(32)
    first = a_viewing_room(cast, code="DESK-1")
    second = a_viewing_room(cast, code="DESK-2", keeper=cast.victor, scale="BAL-2")
    rooms = [
        Room(desk, escort, scale)
        for desk in (first.desk, second.desk)
        for escort in (first.escort, second.escort)
        for scale in (first.scale, second.scale)
    ]
    lots = viewable_lots(cast, AT, 4)

    def rival(number: int) -> Callable[[], object]:
        mine = [lots[number % 4], lots[(number + 1 + number // 8) % 4]]
        mine = mine if number % 3 else mine[::-1]
        return lambda: booking_of(rooms[number % 8], mine, actor=buyers[number], at=AT)

    outcomes = outcomes_at_once(*[rival(number) for number in range(32)])

    kinds = kinds_of(outcomes)
    assert set(kinds) == {"Booking", "SlotTaken"}
    assert Booking.objects.count() == kinds["Booking"] >= 1
    assert claims_stand_alone()


def test_cancel_booking__while_others_book_gives_the_slot_to_one_of_them() -> None:
    cast, buyers = a_town_of_buyers(9)
    room = a_viewing_room(cast)
    lots = viewable_lots(cast, AT, 9)
    booking = booking_of(room, lots[:1], actor=cast.alice, at=AT)

    def give_up() -> object:
        return cancel_booking(booking_id=booking.pk, reason="ill", actor=cast.alice, at=AT)

    def rival(number: int) -> Callable[[], object]:
        return lambda: booking_of(room, [lots[number]], actor=buyers[number], at=AT)

    outcomes = outcomes_at_once(give_up, give_up, *[rival(number) for number in range(1, 9)])

    assert set(kinds_of(outcomes)) <= {"Booking", "SlotTaken"}
    live = Booking.objects.live().count()
    assert live in (0, 1)
    assert Claim.objects.active().count() == 4 * live
    assert claims_stand_alone()


def test_claim_resources__waits_for_a_rival_and_takes_what_it_gives_up() -> None:
    cast, _ = a_town_of_buyers()
    room = a_viewing_room(cast)
    booking = booking_of(room, viewable_lots(cast, AT), actor=cast.alice, at=AT)
    cancel_booking(booking_id=booking.pk, reason="ill", actor=cast.alice, at=AT)
    slot, desk = slot_from(SLOT, room.desk.terms), [Resource(ResourceKind.DESK, room.desk.pk)]
    is_claimed = threading.Event()

    def claim_and_fail() -> bool:
        with transaction.atomic():
            assert claim_resources(booking, desk, slot)
            is_claimed.set()
            time.sleep(0.2)
            transaction.set_rollback(True)
        return True

    def claim_after() -> bool:
        is_claimed.wait()
        with transaction.atomic():
            won = claim_resources(booking, desk, slot)
            transaction.set_rollback(True)
        return won

    assert outcomes_at_once(claim_and_fail, claim_after) == [True, True]


def test_request_withdrawal__of_two_who_booked_each_others_lots(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each cancels the other's visit and frees headroom of both: in one order, or they wait for each other for ever."""
    cast, (alice, rival) = a_town_of_buyers()
    mine, theirs = viewable_lots(cast, AT, 2)
    booking_of(a_viewing_room(cast), [theirs], actor=alice, at=AT)
    booking_of(a_viewing_room(cast, code="DESK-2", keeper=cast.victor, scale="BAL-2"), [mine], actor=rival, at=AT)
    between = threading.Barrier(2)

    def free_own(*, company_id: int, **_: object) -> None:
        """Do what frees headroom of an earlier viewing, after both have cancelled, if both can come that far."""
        with suppress(threading.BrokenBarrierError):
            between.wait(timeout=2)
        lock_guarantee(company_id)

    monkeypatch.setattr("inspections.receivers.free_for_withdrawal", free_own)
    ask = partial(request_withdrawal, procedure=Procedure.HOME_USE, at=AT)
    outcomes = outcomes_at_once(
        partial(ask, lot_ids=[mine.pk], actor=alice), partial(ask, lot_ids=[theirs.pk], actor=rival)
    )
    assert kinds_of(outcomes) == {"Withdrawal": 2}
    assert set(Booking.objects.values_list("state", flat=True)) == {"cancelled"}
    assert set(GuaranteeAccount.objects.values_list("reserved_minor", flat=True)) == {0}


def test_retried_after_deadlock__lets_both_pass() -> None:
    scales = [Scale.objects.create(number=f"BAL-{n}", calibrated_until=AT.date()) for n in range(2)]
    both_hold_one, tries = threading.Barrier(2), Counter[int]()

    def crosswise(number: int) -> Callable[[], object]:
        @retried_after_deadlock
        @transaction.atomic
        def act() -> str:
            tries[number] += 1
            Scale.objects.select_for_update().get(pk=scales[number].pk)
            if tries[number] == 1:
                both_hold_one.wait()
            Scale.objects.select_for_update().get(pk=scales[1 - number].pk)
            return "passed"

        return act

    assert outcomes_at_once(crosswise(0), crosswise(1)) == ["passed", "passed"]
    # The victim may be quick enough to meet its rival again, so how often is chance; that it happened is not.
    assert max(tries.values()) > 1


def test_retried_after_deadlock__gives_up_in_the_end_and_retries_nothing_else() -> None:
    class Deadlock(Exception):
        sqlstate = "40P01"

    class Timeout(Exception):
        sqlstate = "55P03"

    for cause, expected in ((Deadlock(), MOST_TRIES), (Timeout(), 1)):
        tries = Counter[str]()

        @retried_after_deadlock
        def act(cause: Exception = cause, tries: Counter[str] = tries) -> None:
            tries["act"] += 1
            raise OperationalError from cause

        with pytest.raises(OperationalError):
            act()
        assert tries["act"] == expected


def test_check_then_insert__without_the_constraint_overbooks() -> None:
    """The negative control: what the same race does to code that looks first and writes then."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE scratch_claim (desk_id bigint, during tstzrange)")
    try:
        slot = slot_from(SLOT, a_viewing_room(make_cast()).desk.terms)
        during = f"[{slot.starts_at.isoformat()},{slot.busy_until.isoformat()})"

        def check_then_insert() -> bool:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM scratch_claim WHERE desk_id = 1 AND during && %s::tstzrange", [during])
                if cursor.fetchone():
                    return False
                time.sleep(0.01)
                cursor.execute("INSERT INTO scratch_claim VALUES (1, %s::tstzrange)", [during])
            return True

        outcomes = outcomes_at_once(*[check_then_insert] * RIVALS)
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM scratch_claim")
            (booked,) = cursor.fetchone()
        assert booked == outcomes.count(True)
        assert booked > 1
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE scratch_claim")
