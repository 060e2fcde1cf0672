"""Doors that a secret word opens: so many calls a minute from one address, and without Redis as many as come."""

from __future__ import annotations

from datetime import datetime
from ipaddress import ip_address
from secrets import randbits
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from bonded.gateways.call_counts import count_call
from inspections.api.booking_passes import CheckInsView
from inspections.api.calendar_feeds import CalendarFeedView
from inspections.api.place_links import OfferByLinkView
from tests.api.inspections.test_bookings import call
from tests.cast import Cast

pytestmark = pytest.mark.counts_calls
DOORS: list[tuple[str, str, Any, int]] = [
    ("get", "/waiting-list/offers/nobody", OfferByLinkView, 404),
    ("post", "/waiting-list/offers/nobody/decline", OfferByLinkView, 404),
    ("get", "/calendar-feeds/nobody.ics", CalendarFeedView, 404),
]


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch, at: datetime) -> None:
    """Let every request come at the moment of the test, twenty seconds into a minute."""
    moment = at.replace(second=20)
    monkeypatch.setattr("config.middleware.timezone", SimpleNamespace(now=lambda: moment))


def an_address() -> str:
    """An address from which nobody has called, in this run or another."""
    return str(ip_address((0x20010DB8 << 96) + (randbits(32) << 64)))


@pytest.mark.parametrize(("method", "path", "view", "status"), DOORS)
def test_link_doors__take_so_many_calls_a_minute_from_one_address(
    cast: Cast, method: str, path: str, view: Any, status: int
) -> None:
    client = Client(REMOTE_ADDR=an_address())
    answers = [getattr(client, method)(f"/api/v1{path}") for _ in range(view.calls_a_minute + 2)]
    assert [one.status_code for one in answers] == [status] * view.calls_a_minute + [429] * 2
    last = answers[-1]
    assert (last.json()["code"], last["Content-Type"]) == ("throttled", "application/problem+json")
    assert last["Retry-After"] == "40"
    assert getattr(Client(REMOTE_ADDR=an_address()), method)(f"/api/v1{path}").status_code == status


def test_link_doors__believe_only_the_address_that_the_proxy_names(cast: Cast, settings: Any) -> None:
    settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {"NUM_PROXIES": 1}
    first, other = an_address(), an_address()
    statuses = [
        Client(headers={"X-Forwarded-For": f"10.0.0.{number}, {address}"})
        .get("/api/v1/waiting-list/offers/nobody")
        .status_code
        for address, calls in ((first, 31), (other, 1))
        for number in range(calls)
    ]
    assert statuses == [404] * 30 + [429, 404]


def test_check_ins__are_counted_too(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    names: list[str] = []

    def count(name: str, *, kept_seconds: int) -> int:
        names.append(name)
        return CheckInsView.calls_a_minute + (len(names) > 1)

    monkeypatch.setattr("bonded.api.throttles.count_call", count)
    body = {"pass_token": "nobody", "identity_note": "passport"}
    assert [call(cast, "victor", "/check-ins", body).status_code for _ in range(2)] == [409, 429]
    assert [name.split(":")[1] for name in names] == ["check-ins"] * 2


def test_link_doors__stay_open_without_redis(cast: Cast, settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert count_call("calls:test", kept_seconds=60) is None
    client = Client(REMOTE_ADDR=an_address())
    answers = [client.get("/api/v1/waiting-list/offers/nobody") for _ in range(OfferByLinkView.calls_a_minute + 1)]
    assert {one.status_code for one in answers} == {404}
