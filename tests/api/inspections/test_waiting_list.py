"""The waiting list over HTTP: every caller, the secret link, and nothing to learn of who else waits."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from bonded.models import Lot
from inspections import tasks
from inspections.actions.bookings import cancel_booking
from inspections.models import Booking, WaitingEntry
from tests.api.inspections.test_bookings import EVERYBODY, call, expected_status
from tests.cast import Cast
from tests.situations.inspections import NEXT_SLOTS, a_booking, wait_of

ROLES = [who for who in EVERYBODY if who != "bob"]


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch, at: datetime) -> None:
    monkeypatch.setattr("config.middleware.timezone", SimpleNamespace(now=lambda: at))
    monkeypatch.setattr("inspections.tasks.timezone", SimpleNamespace(now=lambda: at))


def asked_for(lot: Lot, **changes: Any) -> dict[str, Any]:
    times = {"starts_at": "2026-11-23T11:30:00+08:00", "ends_at": "2026-11-24T18:00:00+08:00"}
    return {"stock_numbers": [lot.stock_number], "party_size": 2} | times | changes


def an_offer_to_alder(cast: Cast, at: datetime) -> WaitingEntry:
    """Alice gave up her visit, waits for the same, and it is held for her."""
    booking = a_booking(cast, at, starts_at=NEXT_SLOTS[0])
    entry = wait_of(booking, actor=cast.alice, at=at)
    cancel_booking(booking_id=booking.pk, reason="given up", actor=cast.alice, at=at)
    assert tasks.offer_freed_places() == 1
    return entry


def link_of(cast: Cast, entry: WaitingEntry) -> str:
    answer = call(cast, "alice", f"/waiting-list/{entry.pk}/link", {})
    assert answer.status_code == 201
    return f"/waiting-list/offers/{answer.json()['token']}"


@pytest.mark.parametrize("who", ROLES)
def test_join__is_for_buyers(cast: Cast, at, who: str | None) -> None:
    a_booking(cast, at)
    answer = call(cast, who, "/waiting-list", asked_for(Lot.objects.get()))
    expected = expected_status(who, allowed={"alice", "charlie"}, missing={"sven", "olga", "victor", "ada"}, done=201)
    assert answer.status_code in ({expected, 403} if expected == 404 else {expected})
    assert WaitingEntry.objects.count() == (1 if expected == 201 else 0)


def test_join__once_for_one_key_and_once_for_the_same_lots(cast: Cast, at) -> None:
    a_booking(cast, at)
    body, key = asked_for(Lot.objects.get()), str(uuid4())
    first, again = (call(cast, "alice", "/waiting-list", body, key=key) for _ in range(2))
    assert (first.status_code, again.json()) == (201, first.json())
    assert first.json()["status"] == "waiting"
    other = call(cast, "bob", "/waiting-list", body)
    assert (other.status_code, other.json()["code"]) == (409, "a_company_waits_once_for_a_set_of_lots")
    assert WaitingEntry.objects.count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"party_size": 0},
        {"party_size": 21},
        {"stock_numbers": []},
        {"ends_at": "2026-11-23T11:30:00+08:00"},
        {"ends_at": "2027-11-23T11:30:00+08:00"},
        {"priority": 9},
    ],
)
def test_join__refuses_what_is_malformed(cast: Cast, at, changes: dict[str, Any]) -> None:
    a_booking(cast, at)
    assert call(cast, "alice", "/waiting-list", asked_for(Lot.objects.get(), **changes)).status_code == 400
    assert not WaitingEntry.objects.exists()


@pytest.mark.parametrize("who", ROLES)
@pytest.mark.parametrize("act", ["accept", "decline", "leave", "link"])
def test_answers__are_for_the_company_that_waits(cast: Cast, at, who: str | None, act: str) -> None:
    entry = an_offer_to_alder(cast, at)
    body = {"visitors": ["Alice"]} if act == "accept" else {}
    answer = call(cast, who, f"/waiting-list/{entry.pk}/{act}", body)
    done = 201 if act == "link" else 200
    assert answer.status_code == expected_status(who, allowed={"alice"}, missing={"charlie"}, done=done)
    entry.refresh_from_db()
    became = {"accept": "accepted", "decline": "declined", "leave": "left", "link": "offered"}[act]
    assert entry.state == (became if who == "alice" else "offered")


@pytest.mark.parametrize("who", ROLES)
def test_priority__is_for_keepers_and_administrators(cast: Cast, at, who: str | None) -> None:
    entry = an_offer_to_alder(cast, at)
    answer = call(cast, who, f"/waiting-list/{entry.pk}/priority", {"priority": 2, "reason": "a fair is on"})
    assert answer.status_code == expected_status(who, allowed={"victor", "ada"}, missing=set())


@pytest.mark.parametrize("who", ROLES)
def test_waits__are_seen_by_their_company_and_the_house(cast: Cast, at, who: str | None) -> None:
    entry = an_offer_to_alder(cast, at)
    seen = {"alice", "victor", "ada"}
    answer = call(cast, who, f"/waiting-list/{entry.pk}")
    assert answer.status_code == expected_status(who, allowed=seen, missing={"charlie"})
    page = call(cast, who, "/waiting-list")
    if who in seen | {"charlie"}:
        assert len(page.json()["results"]) == (1 if who in seen else 0)


def test_link__tells_anybody_what_is_offered_and_of_nobody(cast: Cast, at) -> None:
    link = link_of(cast, an_offer_to_alder(cast, at))
    answer = call(cast, None, link)
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "offered",
        "lots": 1,
        "party_size": 2,
        "starts_at": "2026-11-23T03:30:00+00:00",
        "ends_at": answer.json()["ends_at"],
        "offer": answer.json()["offer"],
    }
    assert answer.json()["offer"]["held_until"] == "2026-11-23T02:30:00+00:00"


@pytest.mark.parametrize(
    ("act", "state", "booking"),
    [("accept", "accepted", "booked"), ("decline", "declined", "cancelled"), ("leave", "left", "cancelled")],
)
def test_link__is_good_for_one_answer(cast: Cast, at, act: str, state: str, booking: str) -> None:
    entry = an_offer_to_alder(cast, at)
    link = link_of(cast, entry)
    body = {"visitors": ["Alice"]} if act == "accept" else {}
    answer = call(cast, None, f"{link}/{act}", body, key=None)
    assert (answer.status_code, answer.json()["status"]) == (200, state)
    assert Booking.objects.get(wait=entry).state == booking
    for again in ("accept", "decline", "leave"):
        body = {"visitors": ["Alice"]} if again == "accept" else {}
        assert call(cast, None, f"{link}/{again}", body, key=None).status_code == 404
    assert call(cast, None, link).status_code == 404


def test_link__that_was_replaced_or_invented_is_not_found(cast: Cast, at) -> None:
    entry = an_offer_to_alder(cast, at)
    old, new = link_of(cast, entry), link_of(cast, entry)
    assert (call(cast, None, old).status_code, call(cast, None, new).status_code) == (404, 200)
    assert call(cast, None, "/waiting-list/offers/invented").status_code == 404
    assert call(cast, None, f"{new}/accept", {"visitors": "x"}, key=None).status_code == 400
    entry.refresh_from_db()
    assert entry.state == "offered"
    assert new.rpartition("/")[2].encode() not in bytes(entry.link_digest or b"")
