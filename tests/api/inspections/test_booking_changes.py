"""Holding, confirming, deciding and moving over HTTP: by every caller, malformed, and twice by one key."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest

from bonded.rules.money import Money
from inspections.models import Booking, Claim
from tariffs.actions.guarantees import set_guarantee
from tests.api.inspections.test_bookings import EVERYBODY, _now, call, expected_status, request_for  # noqa: F401
from tests.cast import Cast
from tests.situations.inspections import (
    a_booking,
    a_buyer_who_may_book,
    a_hold,
    a_request,
    a_viewing_room,
    viewable_lots,
)

NEXT = {"desk": "DESK-1", "starts_at": "2026-11-23T11:30:00+08:00", "escort": "vera", "scale": "BAL-1"}
BUYERS, READERS_ELSEWHERE = {"alice", "bob"}, {"charlie"}
STAFF = {"olga", "victor", "ada", "audrey"}


def hold_request(lots: list[Any]) -> dict[str, Any]:
    asked = request_for(lots)
    del asked["visitors"]
    return asked


@pytest.mark.parametrize("who", EVERYBODY)
def test_hold_viewing__by_caller(cast: Cast, at: datetime, who: str | None) -> None:
    a_buyer_who_may_book(cast, at)
    set_guarantee(company_id=cast.cedar.pk, limit=Money(500_000_00, "CNY"), actor=cast.ada, at=at)
    a_viewing_room(cast)
    answer = call(cast, who, "/bookings/holds", hold_request(viewable_lots(cast, at)))
    assert answer.status_code == expected_status(who, allowed={"alice", "bob", "charlie"}, missing=set(), done=201)
    assert Booking.objects.count() == (answer.status_code == 201)
    if answer.status_code == 201:
        told = answer.json()
        assert (told["state"], told["held_until"]) == ("held", "2026-11-23T02:10:00+00:00")


@pytest.mark.parametrize("who", EVERYBODY)
def test_confirm_booking__by_caller(cast: Cast, at: datetime, who: str | None) -> None:
    hold = a_hold(cast, at)
    answer = call(cast, who, f"/bookings/{hold.pk}/confirm", {"visitors": ["Alice"]})
    assert answer.status_code == expected_status(who, allowed=BUYERS, missing=READERS_ELSEWHERE)
    assert Booking.objects.get().state == ("booked" if who in BUYERS else "held")


@pytest.mark.parametrize("step", ["approve", "refuse"])
@pytest.mark.parametrize("who", EVERYBODY)
def test_decide_booking__by_caller(cast: Cast, at: datetime, who: str | None, step: str) -> None:
    request = a_request(cast, at)
    answer = call(cast, who, f"/bookings/{request.pk}/{step}", {"reason": "seats for three"})
    assert answer.status_code == expected_status(who, allowed={"victor", "ada"}, missing=set())
    decided = {"approve": "booked", "refuse": "refused"}[step]
    assert Booking.objects.get().state == (decided if who in {"victor", "ada"} else "requested")


def test_approve_booking__tells_what_was_overridden_and_why(cast: Cast, at: datetime) -> None:
    request = a_request(cast, at)
    told = call(cast, "victor", f"/bookings/{request.pk}/approve", {"reason": "seats for three"}).json()
    assert told["justification"] == "The setter decides."
    assert told["exceptions"] == [
        {
            "code": "too_many_visitors",
            "message": "At most 2 people of a company come to a viewing.",
            "overridable_by": ["vault_keeper", "administrator"],
            "decided_at": "2026-11-23T02:00:00+00:00",
            "reason": "seats for three",
        }
    ]


@pytest.mark.parametrize("who", EVERYBODY)
def test_move_booking__by_caller(cast: Cast, at: datetime, who: str | None) -> None:
    old = a_booking(cast, at)
    answer = call(cast, who, f"/bookings/{old.pk}/move", NEXT)
    assert answer.status_code == expected_status(who, allowed=BUYERS, missing=READERS_ELSEWHERE, done=201)
    old.refresh_from_db()
    assert old.state == ("moved" if who in BUYERS else "booked")
    assert Claim.objects.active().count() == 4


def test_move_booking__tells_the_chain(cast: Cast, at: datetime) -> None:
    old = a_booking(cast, at)
    new = call(cast, "alice", f"/bookings/{old.pk}/move", NEXT).json()
    before = call(cast, "alice", f"/bookings/{old.pk}").json()
    assert (new["moved_from"], new["moved_to"], new["starts_at"]) == (str(old.pk), None, "2026-11-23T03:30:00+00:00")
    assert (before["state"], before["moved_to"]) == ("moved", new["id"])


def test_booking_changes__happen_once_for_one_key(cast: Cast, at: datetime) -> None:
    a_buyer_who_may_book(cast, at)
    a_viewing_room(cast)
    body = hold_request(viewable_lots(cast, at))
    first, again = (call(cast, "alice", "/bookings/holds", body, key="hold") for _ in range(2))
    assert (first.status_code, first.content) == (again.status_code, again.content)
    path = f"/bookings/{first.json()['id']}"
    for step, asked in (("confirm", {"visitors": ["Alice"]}), ("move", NEXT)):
        answers = [call(cast, "alice", f"{path}/{step}", asked, key=step) for _ in range(2)]
        assert answers[0].content == answers[1].content
        assert answers[0].status_code < 300
    assert Booking.objects.count() == 2
    assert call(cast, "alice", f"{path}/move", NEXT, key="another").status_code == 409


@pytest.mark.parametrize(
    ("step", "body"),
    [
        ("confirm", {}),
        ("confirm", {"visitors": "Alice"}),
        ("confirm", {"visitors": ["x" * 101]}),
        ("confirm", {"visitors": ["A"], "justification": "x" * 501}),
        ("approve", {}),
        ("approve", {"reason": ""}),
        ("refuse", {"reason": "x" * 201}),
        ("move", {}),
        ("move", NEXT | {"starts_at": "noon"}),
    ],
)
def test_booking_changes__refuse_malformed_requests(cast: Cast, at: datetime, step: str, body: Any) -> None:
    hold = a_hold(cast, at)
    who = "victor" if step in ("approve", "refuse") else "alice"
    assert call(cast, who, f"/bookings/{hold.pk}/{step}", body).status_code == 400
    good = {"confirm": {"visitors": ["A"]}, "move": NEXT}.get(step, {"reason": "x"})
    assert call(cast, who, f"/bookings/{uuid4()}/{step}", good).status_code == 404
    assert Booking.objects.get().state == "held"
