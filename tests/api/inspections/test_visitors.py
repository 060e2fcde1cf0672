"""Visitors' papers, the ban list and tray places over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from bonded.models import Activity, IdempotentAnswer
from inspections.models import Ban, BookedLot, Booking, ViewingSession, Visitor
from tests.api.inspections.test_bookings import EVERYBODY, _now, call, expected_status, request_for
from tests.cast import Cast
from tests.situations.documents import scanned, text_of
from tests.situations.inspections import NEXT_SLOTS, a_buyer_who_may_book, a_viewing_room, viewable_lots

__all__ = ("_now",)

NUMBER = "E 1234-5678"
PAPER = {"name": "Alice Alder", "document_kind": "passport", "document_number": NUMBER}
OTHER = PAPER | {"document_number": "E99999999"}
BAN = {"document_kind": "passport", "document_number": NUMBER, "reason": "swapped a stone"}


def book(cast: Cast, at: Any, *, lots: int = 1, **changes: Any) -> Any:
    a_buyer_who_may_book(cast, at)
    a_viewing_room(cast)
    return call(cast, "alice", "/bookings", request_for(viewable_lots(cast, at, lots), **changes))


def check_in(cast: Cast, booking_id: str, *papers: dict[str, str]) -> Any:
    body = {"identity_note": "passport seen", "papers": list(papers)}
    return call(cast, "victor", f"/bookings/{booking_id}/check-in", body)


def test_book_viewing__keeps_four_characters_of_a_paper(cast, at):
    answer = book(cast, at, papers=[PAPER])
    assert answer.status_code == 201
    assert answer.json()["announced"] == [
        {"name": "Alice Alder", "document_kind": "passport", "last_four": "5678", "seen_at": None}
    ]
    kept = f"{Visitor.objects.values()}{list(Activity.objects.values('facts'))}"
    for text in (NUMBER, "E12345678"):
        assert text not in kept
        assert text not in answer.content.decode()
        assert text.encode() not in b"".join(bytes(row.body or b"") for row in IdempotentAnswer.objects.all())


@pytest.mark.parametrize(
    ("papers", "code"),
    [
        ([PAPER | {"name": "Zoe"}], "visitor_unknown"),
        ([PAPER, PAPER], "visitor_unknown"),
        ([PAPER | {"document_number": "12"}], "document_number_invalid"),
        ([PAPER | {"document_kind": "library_card"}], "input_invalid"),
    ],
)
def test_book_viewing__refuses_papers_of_nobody(cast, at, papers, code):
    answer = book(cast, at, papers=papers)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert not Booking.objects.exists()
    assert not Visitor.objects.exists()


def test_check_in__compares_what_is_shown_with_what_was_announced(cast, at):
    booking_id = book(cast, at, papers=[PAPER]).json()["id"]
    for papers in ([], [OTHER], [PAPER, OTHER | {"name": "Zoe"}]):
        answer = check_in(cast, booking_id, *papers)
        assert (answer.status_code, answer.json()["code"]) == (409, "visitor_not_identified")
        assert not ViewingSession.objects.exists()
    answer = check_in(cast, booking_id, PAPER | {"document_number": "e12345678"})
    assert (answer.status_code, answer.json()["state"]) == (200, "in_session")
    assert answer.json()["announced"][0]["seen_at"] is not None


def test_check_in_by_pass__compares_too(cast, at):
    booking_id = book(cast, at, papers=[PAPER]).json()["id"]
    (token,) = scanned(call(cast, "alice", f"/bookings/{booking_id}/pass", {}, key=None).content)
    body = {"pass_token": token, "identity_note": "passport seen"}
    wrong = call(cast, "victor", "/check-ins", body | {"papers": [OTHER]})
    assert (wrong.status_code, wrong.json()["code"]) == (409, "visitor_not_identified")
    assert call(cast, "victor", "/check-ins", body | {"papers": [PAPER]}).status_code == 201


def test_confirm_booking__announces_visitors(cast, at):
    a_buyer_who_may_book(cast, at)
    a_viewing_room(cast)
    asked = request_for(viewable_lots(cast, at), trays=[1])
    visitors = {"visitors": asked.pop("visitors"), "papers": [PAPER]}
    held = call(cast, "alice", "/bookings/holds", asked).json()["id"]
    answer = call(cast, "alice", f"/bookings/{held}/confirm", visitors)
    assert (answer.status_code, answer.json()["announced"][0]["last_four"]) == (200, "5678")


@pytest.mark.parametrize("who", EVERYBODY)
def test_ban_visitor__by_caller(cast, at, who):
    answer = call(cast, who, "/visitor-bans", BAN)
    assert answer.status_code == expected_status(who, allowed={"ada"}, missing=set(), done=201)
    assert Ban.objects.count() == (answer.status_code == 201)
    listed = call(cast, who, "/visitor-bans")
    assert listed.status_code == expected_status(who, allowed={"ada", "victor", "audrey"}, missing=set())


def test_ban_visitor__is_refused_at_booking_without_a_reason(cast, at):
    assert call(cast, "ada", "/visitor-bans", BAN).json()["last_four"] == "5678"
    answer = book(cast, at, papers=[PAPER], justification="She is a friend.")
    assert answer.status_code == 409
    assert [one["code"] for one in answer.json()["problems"]] == ["visitor_not_admitted"]
    assert "stone" not in answer.content.decode().replace("stone_", "")
    assert not Booking.objects.exists()


def test_ban_visitor__is_refused_at_the_door_and_the_keeper_hears_why(cast, at):
    booking_id = book(cast, at, papers=[PAPER]).json()["id"]
    ban_id = call(cast, "ada", "/visitor-bans", BAN).json()["id"]
    for papers in ([PAPER], [OTHER]):
        answer = check_in(cast, booking_id, *papers)
        assert (answer.status_code, answer.json()["code"]) == (409, "visitor_not_admitted")
        assert answer.json()["facts"] == {"reasons": ["swapped a stone"]}
    assert Booking.objects.get().state == "booked"
    lifted = call(cast, "ada", f"/visitor-bans/{ban_id}/lift", {"reason": "it was somebody else"})
    assert lifted.json()["lifted_at"] is not None
    assert check_in(cast, booking_id, PAPER).status_code == 200


def test_ban_visitor__holds_for_who_was_not_announced(cast, at):
    call(cast, "ada", "/visitor-bans", BAN)
    booking_id = book(cast, at).json()["id"]
    assert check_in(cast, booking_id, PAPER).json()["code"] == "visitor_not_admitted"


@pytest.mark.parametrize("who", EVERYBODY)
def test_lift_ban__by_caller(cast, at, who):
    ban_id = call(cast, "ada", "/visitor-bans", BAN).json()["id"]
    answer = call(cast, who, f"/visitor-bans/{ban_id}/lift", {"reason": "a mistake"})
    assert answer.status_code == expected_status(who, allowed={"ada"}, missing=set())
    assert Ban.objects.filter(lifted_at__isnull=False).count() == (answer.status_code == 200)


def test_ban_visitor__happens_once_for_one_key_and_holds_once(cast, at):
    answers = [call(cast, "ada", "/visitor-bans", BAN, key="k-1") for _ in range(2)]
    assert answers[0].content == answers[1].content
    again = call(cast, "ada", "/visitor-bans", BAN)
    assert (again.status_code, again.json()["code"]) == (409, "a_person_is_banned_once_at_a_time")
    assert call(cast, "ada", "/visitor-bans/999/lift", {"reason": "x"}).status_code == 404


def test_book_viewing__lays_lots_where_it_is_asked_and_moves_them_along(cast, at):
    answer = book(cast, at, lots=2, trays=[2, 1], papers=[PAPER])
    assert (answer.status_code, answer.json()["trays"]) == (201, [2, 1])
    booking_id = answer.json()["id"]
    text = text_of(call(cast, "alice", f"/bookings/{booking_id}/pass", {}, key=None).content)
    assert "2, 1" in text
    moved = call(
        cast,
        "alice",
        f"/bookings/{booking_id}/move",
        {"desk": "DESK-1", "starts_at": NEXT_SLOTS[0].isoformat(), "justification": "later"},
    ).json()
    assert (moved["trays"], moved["announced"][0]["last_four"]) == ([2, 1], "5678")


def test_book_viewing__refuses_one_place_for_two(cast, at):
    answer = book(cast, at, lots=2, trays=[1, 1])
    assert (answer.status_code, answer.json()["code"]) == (400, "trays_invalid")
    assert not Booking.objects.exists()


def test_tray_places__are_kept_apart_by_the_database(cast, at):
    assert book(cast, at, lots=2).json()["trays"] == [1, 2]
    with pytest.raises(IntegrityError, match="a_tray_place_holds_one_lot_of_a_visit"), transaction.atomic():
        BookedLot.objects.filter(tray=2).update(tray=1)
    with pytest.raises(IntegrityError, match="tray_places_are_counted_from_one"), transaction.atomic():
        BookedLot.objects.filter(tray=2).update(tray=0)
