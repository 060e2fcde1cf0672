"""Whatever two companies do in whatever order, claims, headroom and waiting list agree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from unittest.mock import patch

from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bonded.models import Lot
from bonded.queries.invariants import broken_invariants
from bonded.rules.errors import RuleViolation
from bonded.rules.money import Money
from bonded.rules.permissions import Actor
from inspections import tasks
from inspections.actions.bookings import cancel_booking
from inspections.actions.waiting_list import accept_place, decline_place, join_waiting_list, leave_waiting_list
from inspections.models import Booking, WaitingEntry
from tariffs.actions.guarantees import set_guarantee
from tests.cast import Cast
from tests.situations.inspections import (
    NEXT_SLOTS,
    Room,
    a_buyer_who_may_book,
    a_viewing_room,
    booking_of,
    viewable_lots,
)


class Undo(Exception):
    """Ends one example: what it wrote is rolled back."""


@dataclass
class Story:
    """One room, two slots, two lots, two companies, and the time that it is."""

    room: Room
    lots: list[Lot]
    buyers: list[Actor]
    at: datetime

    def book(self, how: int) -> None:
        booking_of(
            self.room,
            [self.lots[how // 2 % 2]],
            actor=self.buyers[how % 2],
            at=self.at,
            starts_at=NEXT_SLOTS[how // 4 % 2],
        )

    def cancel(self, how: int) -> None:
        for booking in Booking.objects.live().filter(company_id=self.buyers[how % 2].company_id).order_by("pk")[:1]:
            cancel_booking(booking_id=booking.pk, reason="given up", actor=self.buyers[how % 2], at=self.at)

    def wait(self, how: int) -> None:
        join_waiting_list(
            lot_ids=[lot.pk for lot in self.lots[: 1 + how // 2 % 2]],
            starts_at=NEXT_SLOTS[0],
            ends_at=NEXT_SLOTS[1] + timedelta(hours=1),
            party_size=2,
            actor=self.buyers[how % 2],
            at=self.at,
        )

    def offer(self, how: int) -> None:
        (tasks.offer_freed_places, tasks.sweep_waiting_list)[how % 2]()

    def expire(self, how: int) -> None:
        self.at += timedelta(minutes=10 * (how % 4))
        with patch("inspections.tasks.timezone.now", lambda: self.at):
            tasks.end_overdue_bookings()

    def answer(self, how: int) -> None:
        for entry in WaitingEntry.objects.filter(state="offered").order_by("pk")[:1]:
            buyer = next(one for one in self.buyers if one.company_id == entry.company_id)
            if how % 3 == 0:
                accept_place(entry_id=entry.pk, visitors=["A"], justification="", actor=buyer, at=self.at)
            else:
                (decline_place, leave_waiting_list)[how % 3 - 1](entry_id=entry.pk, actor=buyer, at=self.at)


Happening = Callable[[Story, int], None]
HAPPENINGS: tuple[Happening, ...] = (
    Story.book,
    Story.cancel,
    Story.wait,
    Story.offer,
    Story.expire,
    Story.answer,
)


def must_agree(story: Story, acts: list[tuple[Happening, int]]) -> None:
    """Let things happen one after the other; after each, refused or not, every must-be-empty question is empty."""
    for act, how in acts:
        try:
            with transaction.atomic(), patch("inspections.tasks.timezone.now", lambda: story.at):
                act(story, how)
        except RuleViolation:
            pass
        except IntegrityError as refusal:
            if "a_company_waits_once_for_a_set_of_lots" not in str(refusal):
                raise
        assert broken_invariants() == [], (act, how)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(st.tuples(st.sampled_from(HAPPENINGS), st.integers(0, 11)), min_size=4, max_size=14))
@example(acts=[(Story.wait, 0), (Story.offer, 1), (Story.expire, 3), (Story.offer, 1)])
@example(acts=[(Story.wait, 1), (Story.offer, 1), (Story.answer, 1), (Story.wait, 1), (Story.offer, 0)])
@example(acts=[(Story.wait, 0), (Story.offer, 1), (Story.answer, 0), (Story.cancel, 0)])
def test_waiting_list__agrees_with_claims_and_headroom_after_anything(
    cast: Cast, at: datetime, acts: list[tuple[Happening, int]]
) -> None:
    try:
        with transaction.atomic():
            a_buyer_who_may_book(cast, at)
            set_guarantee(company_id=cast.cedar.pk, limit=Money(500_000_00, "CNY"), actor=cast.ada, at=at)
            must_agree(Story(a_viewing_room(cast), viewable_lots(cast, at, 2), [cast.alice, cast.charlie], at), acts)
            raise Undo
    except Undo:
        pass
