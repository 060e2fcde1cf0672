"""One offered place, answered by many at once; one freed place, offered by many sweeps at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from bonded.rules.permissions import SYSTEM, Actor
from inspections import tasks
from inspections.actions.bookings import cancel_booking
from inspections.actions.overdue_bookings import end_overdue_booking
from inspections.actions.waiting_list import accept_place, decline_place
from inspections.models import Booking, Claim, WaitingEntry
from tests.concurrency.inspections.test_bookings import a_town_of_buyers, claims_stand_alone, kinds_of
from tests.situations.inspections import NEXT_SLOTS, a_viewing_room, booking_of, viewable_lots, wait_of
from tests.situations.threads import outcomes_at_once

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
OVER = AT + timedelta(minutes=30)

pytestmark = pytest.mark.django_db(transaction=True)


def a_place_given_up(buyers: int) -> list[tuple[WaitingEntry, Actor]]:
    """A slot that Alice gave up, and a town that waits for it."""
    cast, town = a_town_of_buyers(buyers)
    booking = booking_of(
        a_viewing_room(cast), viewable_lots(cast, AT), actor=cast.alice, at=AT, starts_at=NEXT_SLOTS[0]
    )
    waits = [(wait_of(booking, actor=buyer, at=AT + timedelta(seconds=n)), buyer) for n, buyer in enumerate(town)]
    cancel_booking(booking_id=booking.pk, reason="given up", actor=cast.alice, at=AT)
    return waits


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inspections.tasks.timezone.now", lambda: AT)


def test_offer_freed_places__by_many_sweeps_at_once_offers_a_place_once() -> None:
    waits = a_place_given_up(5)
    outcomes = outcomes_at_once(*[tasks.offer_freed_places] * 4, *[tasks.sweep_waiting_list] * 2)
    assert sorted(outcomes, key=str) == [0, 0, 0, 0, 0, 1]
    assert WaitingEntry.objects.get(state="offered").pk == waits[0][0].pk
    assert (Booking.objects.live().count(), Claim.objects.active().count()) == (1, 4)


@pytest.mark.parametrize("round_", range(2))
def test_accept_offer__while_others_decline_and_it_lapses(round_: int) -> None:
    """Fifty answers to one offer: one of them counts, and hold and wait agree."""
    (entry, buyer), *_ = a_place_given_up(2)
    assert tasks.offer_freed_places() == 1
    entry.refresh_from_db()
    assert entry.booking_id is not None
    accept = partial(accept_place, entry_id=entry.pk, visitors=["Somebody"], justification="", actor=buyer, at=AT)
    decline = partial(decline_place, entry_id=entry.pk, actor=buyer, at=AT)
    expire = partial(end_overdue_booking, booking_id=entry.booking_id, actor=SYSTEM, at=OVER)
    answers: list[Callable[[], object]] = [accept, decline, expire, accept, decline]
    outcomes = outcomes_at_once(*answers * 10)

    entry.refresh_from_db()
    booking = Booking.objects.get(pk=entry.booking_id)
    kinds = kinds_of(outcomes)
    assert set(kinds) <= {"WaitingEntry", "StepNotAllowed", "BookingState", "NoneType"}
    assert kinds["WaitingEntry"] + kinds["BookingState"] == 1
    assert (entry.state, booking.state) in {("accepted", "booked"), ("declined", "cancelled"), ("lapsed", "lapsed")}
    assert Claim.objects.active().count() == (4 if entry.state == "accepted" else 0)
    assert claims_stand_alone()
