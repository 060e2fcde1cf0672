"""Free slots: the search says what the claims say, in one statement."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.test.utils import CaptureQueriesContext

from bonded.rules.errors import NotPermitted
from inspections.models import Claim
from inspections.queries.slots import free_slots
from inspections.rules.claims import Resource, ResourceKind
from inspections.rules.slots import slots_of_days
from tests.cast import Cast
from tests.situations.inspections import a_booking, a_viewing_room

MONDAY = date(2026, 11, 23)


@pytest.mark.breaks_invariants
@pytest.mark.parametrize("seed", range(5))
def test_free_slots__are_those_that_no_claim_touches(cast: Cast, at: datetime, seed: int) -> None:
    """Claims of every length are laid at random; each slot is compared with each of them, one by one."""
    booking = a_booking(cast, at)
    booking.claims.all().delete()
    chance = random.Random(seed)
    desk, lot = Resource(ResourceKind.DESK, booking.desk_id), Resource(ResourceKind.LOT, 4711)
    stranger = Resource(ResourceKind.LOT, 4712)
    claims: list[tuple[Resource, DateTimeTZRange]] = []
    for resource in (desk, lot, stranger):
        moment = at - timedelta(days=1)
        while moment < at + timedelta(days=16):
            ends = moment + timedelta(minutes=chance.choice([5, 75, 300, 1440]))
            claims.append((resource, DateTimeTZRange(moment, ends)))
            moment = ends + timedelta(minutes=chance.randrange(0, 1500))
    Claim.objects.bulk_create(
        Claim(booking=booking, resource_kind=one.kind, resource_id=one.id, during=during) for one, during in claims
    )
    ended = DateTimeTZRange(at, at + timedelta(days=1))
    Claim.objects.create(booking=booking, resource_kind="desk", resource_id=desk.id, during=ended, is_active=False)

    offered = slots_of_days(MONDAY, 14, hours=booking.desk.open_hours, terms=booking.desk.terms)
    for also in ((), (lot,)):
        expected = [
            slot
            for slot in offered
            if slot.starts_at > at
            and not any(
                one in {desk, *also} and slot.starts_at < during.upper and during.lower < slot.busy_until
                for one, during in claims
            )
        ]
        found = free_slots(booking.desk, first_on=MONDAY, days=14, at=at, actor=cast.alice, also=also)
        assert found == expected
        assert 0 < len(found) < len(offered)


def test_free_slots__are_searched_in_one_statement_after_three_for_the_opening(cast: Cast, at: datetime) -> None:
    desk = a_viewing_room(cast).desk
    with CaptureQueriesContext(
        connection,
    ) as queries:
        free_slots(desk, first_on=MONDAY, days=62, at=at, actor=cast.alice)
    assert len(queries) == 4


def test_free_slots__of_a_desk_out_of_use_are_none_and_suppliers_may_not_ask(cast: Cast, at: datetime) -> None:
    desk = a_viewing_room(cast).desk
    with pytest.raises(NotPermitted):
        free_slots(desk, first_on=MONDAY, days=1, at=at, actor=cast.sven)
    desk.is_in_use = False
    assert free_slots(desk, first_on=MONDAY, days=1, at=at, actor=cast.alice) == []
