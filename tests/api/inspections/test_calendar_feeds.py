"""Calendar feeds over HTTP: made by whoever may see, read by whoever knows the address, told to no log."""

from __future__ import annotations

import logging
from io import StringIO
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client
from structlog.stdlib import ProcessorFormatter

from bonded.models import IdempotentAnswer
from inspections.models import CalendarFeed
from tests.api.inspections.test_bookings import EVERYBODY, _now, call, expected_status
from tests.situations.calendars import read_by_ical_js
from tests.situations.inspections import a_booking, a_viewing_room

__all__ = ("_now",)

ROOM = {"sort": "room", "room": "Room of DESK-1"}


@pytest.fixture
def log(monkeypatch):
    """Give all that is logged from now on, as it is written."""
    (handler,) = [one for one in logging.getLogger().handlers if isinstance(one.formatter, ProcessorFormatter)]
    monkeypatch.setattr(handler, "stream", StringIO())
    return handler.stream


def make(cast, who, body):
    return call(cast, who, "/calendar-feeds", body, key=None)


def read(address):
    return Client().get(urlsplit(address).path)


@pytest.mark.parametrize("who", EVERYBODY)
@pytest.mark.parametrize(
    ("body", "allowed"),
    [
        ({"sort": "company"}, {"alice", "bob", "charlie"}),
        ({"sort": "escort"}, {"victor"}),
        (ROOM, {"victor", "ada"}),
    ],
)
def test_make_calendar_feed__by_caller(cast, who, body, allowed):
    a_viewing_room(cast)
    answer = make(cast, who, body)
    assert answer.status_code == expected_status(who, allowed=allowed, missing=set(), done=201)
    assert CalendarFeed.objects.count() == (answer.status_code == 201)


@pytest.mark.parametrize("who", EVERYBODY)
def test_calendar_feeds__by_caller(cast, who):
    feed = make(cast, "alice", {"sort": "company"}).json()
    listed = call(cast, who, "/calendar-feeds")
    revoked = call(cast, who, f"/calendar-feeds/{feed['id']}/revoke", {})

    assert listed.status_code == expected_status(
        who, allowed={"alice", "bob", "charlie", "victor", "ada"}, missing=set()
    )
    if listed.status_code == 200:
        assert len(listed.json()["results"]) == (who == "alice")
        assert "address" not in listed.content.decode()
    others = {"bob", "charlie", "victor", "ada"}
    assert revoked.status_code == expected_status(who, allowed={"alice"}, missing=others)
    assert read(feed["address"]).status_code == (404 if who == "alice" else 200)


def test_read_calendar_feed__by_anybody_who_knows_the_address(cast, at, log):
    booking = a_booking(cast, at)
    made = make(cast, "victor", ROOM).json()
    assert made["address"].startswith(f"{settings.PUBLIC_URL}/api/v1/calendar-feeds/")
    answer = read(made["address"])

    assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert answer["Cache-Control"] == "private, no-store"
    (event,) = read_by_ical_js(answer.content)["events"]
    assert (event["uid"], event["starts_at"]) == (f"{booking.pk}@bonded-trade-platform", "2026-11-23T02:15:00.000Z")
    for hidden in ("Alder", "Alice", "4615", booking.lots.get().lot.stock_number):
        assert hidden not in answer.content.decode()
    # The address is in no line of the log, neither of one that is found nor of one that is not.
    token = made["address"].rpartition("/")[2].removesuffix(".ics")
    read(made["address"].replace(".ics", "x.ics"))
    assert log.getvalue().count("GET /api/v1/calendar-feeds/....ics") >= 4
    assert token not in log.getvalue()
    assert IdempotentAnswer.objects.count() == 0


@pytest.mark.parametrize(
    "path", ["x.ics", "%20.ics", "%F0%9F%92%8E.ics", f"{'x' * 500}.ics", "0b54f1b4-8f0b-4a0e-9d6e-4f0f5a0a1c11.ics"]
)
def test_read_calendar_feed__of_an_unknown_address_is_not_found(cast, path):
    answer = Client().get(f"/api/v1/calendar-feeds/{path}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"sort": "everything"}, 400),
        ({"sort": "room"}, 400),
        ({"sort": "escort", "room": "Room of DESK-1"}, 400),
        ({"sort": "room", "room": "Nowhere"}, 404),
        ({"sort": "escort", "token": "mine"}, 400),
    ],
)
def test_make_calendar_feed__refuses_what_is_wrong(cast, body, status):
    a_viewing_room(cast)
    assert make(cast, "victor", body).status_code == status
    assert CalendarFeed.objects.count() == 0


def test_revoke_calendar_feed__happens_once_for_one_key(cast):
    feed = make(cast, "alice", {"sort": "company"}).json()
    answers = [call(cast, "alice", f"/calendar-feeds/{feed['id']}/revoke", {}, key="k-1") for _ in range(2)]
    assert answers[0].content == answers[1].content
    assert answers[0].json()["revoked_at"] == "2026-11-23T02:00:00+00:00"
    assert call(cast, "alice", f"/calendar-feeds/{uuid4()}/revoke", {}).status_code == 404
