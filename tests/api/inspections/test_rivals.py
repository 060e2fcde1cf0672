"""What a rival can learn by asking: the same bytes after the same number of statements, whoever has the slot."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bonded.models import Company, Lot
from bonded.rules.money import Money
from bonded.rules.permissions import SYSTEM, Actor, Role
from inspections.actions.booking_holds import hold_viewing
from inspections.actions.bookings import book_viewing, cancel_booking
from inspections.models import Booking
from inspections.rules.bookings import VisitWish
from tariffs.actions.guarantees import set_guarantee
from tests.api.inspections.test_bookings import _now, call, request_for
from tests.cast import Cast
from tests.situations.inspections import Room, a_buyer_who_may_book, a_viewing_room, viewable_lots, wish_for

__all__ = ("_now",)


def asked(cast: Cast, path: str, body: Any = None) -> tuple[int, bytes, int]:
    """Give the status, the bytes and the number of statements of Charlie's call."""
    with CaptureQueriesContext(connection) as queries:
        answer = call(cast, "charlie", path, body)
    return answer.status_code, answer.content, len(queries)


def a_town(cast: Cast, at: datetime) -> tuple[Room, list[Lot], Actor]:
    """A desk that everybody may book, lots for each, and Elm, about which nobody in the tests knows anything."""
    a_buyer_who_may_book(cast, at)
    elm = Company.objects.create(name="Elm", kind="trader", registration_number="TEST-elm")
    for company in (cast.cedar, elm):
        set_guarantee(company_id=company.pk, limit=Money(500_000_00, "CNY"), actor=cast.ada, at=at)
    buyer = Actor(cast.bob.user_id, Role.BUYER, frozenset({elm.pk}))
    return a_viewing_room(cast), viewable_lots(cast, at, 4), buyer


def test_book_viewing__is_refused_alike_whoever_has_the_slot(cast: Cast, at: datetime) -> None:
    room, lots, elm = a_town(cast, at)
    body = request_for(lots[:1])
    two, three = wish_for(room, lots[1:2]), wish_for(room, lots[1:4], visitors=["Eve", "Ed"])
    many = wish_for(room, lots[1:3], visitors=["A", "B", "C"])

    def booked(wish: VisitWish, actor: Actor, justification: str = "") -> Booking:
        return book_viewing(wish=wish, justification=justification, actor=actor, at=at)

    holders = {
        "Alice": lambda: booked(two, cast.alice),
        "Alice, with three lots": lambda: booked(three, cast.alice),
        "Alice, who waits for a decision": lambda: booked(many, cast.alice, "The setter decides."),
        "Alice, who only chooses": lambda: hold_viewing(wish=two, actor=cast.alice, at=at),
        "Elm": lambda: booked(two, elm),
    }
    answers = {}
    asked(cast, "/bookings")
    for who, take in holders.items():
        booking = take()
        answers[who] = asked(cast, "/bookings", body)
        cancel_booking(booking_id=booking.pk, reason="next", actor=SYSTEM, at=at)
    assert len(set(answers.values())) == 1, answers
    status, content, _ = answers["Elm"]
    assert status == 409
    for name in ("Alder", "Elm", "Alice", "Eve", *(lot.stock_number for lot in lots[1:])):
        assert name.encode() not in content


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/bookings/{}", None),
        ("/bookings/{}/photos", None),
        ("/bookings/{}/cancel", {"reason": "x"}),
        ("/bookings/{}/confirm", {"visitors": ["Charlie"]}),
        ("/bookings/{}/move", {"desk": "DESK-1", "starts_at": "2026-11-23T12:45:00+08:00"}),
        ("/bookings/{}/pass", {}),
    ],
)
def test_bookings__of_others_are_as_if_they_were_not(cast: Cast, at: datetime, path: str, body: Any) -> None:
    room, lots, elm = a_town(cast, at)
    theirs = [
        book_viewing(wish=wish_for(room, lots[1:3]), justification="", actor=cast.alice, at=at).pk,
        uuid4(),
    ]
    cancel_booking(booking_id=theirs[0], reason="next", actor=SYSTEM, at=at)
    theirs.append(book_viewing(wish=wish_for(room, lots[1:2]), justification="", actor=elm, at=at).pk)
    asked(cast, "/bookings")
    answers = []
    for booking_id in theirs:
        status, content, statements = asked(cast, path.format(booking_id), body)
        answers.append((status, content.replace(str(booking_id).encode(), b"-"), statements))
    assert len(set(answers)) == 1, answers
    assert answers[0][0] == 404
