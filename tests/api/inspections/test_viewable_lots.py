"""What could I see on Thursday for less than so much landed: over HTTP, by everybody, and by nobody."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from bonded.rules.permissions import SYSTEM
from inspections.api.viewable_lots import ViewableLotAnswer
from inspections.models import Escort
from tariffs.actions.landed_prices import price_catalogue
from tests.api.inspections.test_bookings import EVERYBODY, _now, call  # noqa: F401
from tests.cast import Cast
from tests.situations.bonded import lots_in_the_vault
from tests.situations.inspections import SLOT, Room, a_buyer_who_may_book, a_viewing_room, booking_of

DAY = "/viewable-lots?on=2026-11-23"


@pytest.fixture
def room(cast: Cast, at: datetime) -> Room:
    """A room, and diamonds of USD 5,000.00, 10,000.00 and 20,000.00: 40,115.00, 80,230.00, 160,460.00 yuan landed."""
    a_buyer_who_may_book(cast, at)
    return a_viewing_room(cast)


@pytest.fixture
def lots(cast: Cast, at: datetime, room: Room) -> list[Any]:
    found = lots_in_the_vault(cast, at, lots=[{"value_minor": minor} for minor in (5_000_00, 10_000_00, 20_000_00)])
    price_catalogue(actor=SYSTEM, at=at)
    return found


def found(answer: Any) -> dict[str, int]:
    assert answer.status_code == 200, answer.json()
    return {one["landed"]: len(one["starts_at"]) for one in answer.json()["results"]}


def test_list_viewable_lots__tells_what_it_costs_and_when(cast: Cast, at: datetime, lots, room: Room) -> None:
    booking_of(room, lots[:1], actor=cast.alice, at=at)
    answer = call(cast, "alice", f"{DAY}&landed_to=100000")
    assert found(answer) == {"40115.00": 5, "80230.00": 5}
    first = answer.json()["results"][0]
    assert set(first) == set(ViewableLotAnswer().get_fields())
    assert first["starts_at"][0] == "2026-11-23T03:30:00+00:00"
    assert (answer.json()["priced_on"], answer.json()["staleness"]) == ("2026-11-23", None)


def test_list_viewable_lots__leaves_out_what_is_taken_all_day(cast: Cast, at: datetime, lots, room: Room) -> None:
    other = a_viewing_room(cast, code="DESK-2", keeper=cast.victor, scale="BAL-2")
    for turn in range(6):
        booking_of(other, lots[:1], actor=cast.alice, at=at, starts_at=SLOT + turn * timedelta(minutes=75))
    assert found(call(cast, "alice", DAY)) == {"80230.00": 6, "160460.00": 6}


def test_list_viewable_lots__is_empty_when_nobody_escorts_or_the_house_is_closed(cast: Cast, lots, room: Room) -> None:
    assert found(call(cast, "alice", "/viewable-lots?on=2026-11-28")) == {}
    Escort.objects.update(is_on_duty=False)
    assert found(call(cast, "alice", DAY)) == {}


@pytest.mark.parametrize("who", EVERYBODY)
def test_list_viewable_lots__by_caller(cast: Cast, lots, who: str | None) -> None:
    status = call(cast, who, DAY).status_code
    landed = call(cast, who, "/tariffs/landed-lots").status_code
    times = call(cast, who, "/viewing-times").status_code
    assert status == max(landed, times)


@pytest.mark.parametrize("query", ["", "?on=", "?on=thursday", "?on=2026-11-23&landed_to=x", "?on=2026-11-23&cursor=x"])
def test_list_viewable_lots__refuses(cast: Cast, lots, query: str) -> None:
    assert call(cast, "alice", f"/viewable-lots{query}").status_code == 400
