"""Files of a feed over HTTP: each taken once and in sequence, published in sequence; every refusal."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from bonded.models import User
from tariffs.models import Measure, ScheduleDraft
from tariffs.queries.invariants import INVARIANTS
from tests.cast import Cast
from tests.situations.tariffs import a_schedule

DRAFTS = "/api/v1/tariffs/schedule-drafts"
HEADING = "jurisdiction,kind,hs_code,origin,regime,rate,valid_from,valid_until,mark,source\n"


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch, at: datetime, cast: Cast) -> None:
    """Let every request come at the moment of the test."""
    a_schedule(at - timedelta(days=1))
    monkeypatch.setattr("config.middleware.timezone", SimpleNamespace(now=lambda: at))


def content(rate: str, hs_code: str = "7103") -> bytes:
    return f"{HEADING}CN,duty_mfn,{hs_code},,,{rate},2026-12-01,,S,notice".encode()


def send(number: object, body: bytes, *, who: str | None = "ada", feed: str = "gacc") -> Any:
    query = f"?rows=measures&title=number+{number}&feed={feed}&sequence={number}"
    return client_of(who).post(f"{DRAFTS}/files{query}", body, content_type="text/csv")


def client_of(who: str | None) -> Client:
    client = Client()
    if who:
        client.force_login(User.objects.get(username=who), backend="django.contrib.auth.backends.ModelBackend")
    return client


def act(who: str, draft: str, name: str, **body: str) -> Any:
    headers = {"Idempotency-Key": str(uuid4())}
    return client_of(who).post(f"{DRAFTS}/{draft}/{name}", body, content_type="application/json", headers=headers)


def taken(number: int, body: bytes) -> str:
    answer = send(number, body)
    assert answer.status_code == 201, answer.json()
    return str(answer.json()["id"])


def refusal(answer: Any, status: int) -> tuple[str, dict[str, Any]]:
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json"), answer.content
    return answer.json()["code"], answer.json().get("facts", {})


def test_feed__keeps_the_number_and_the_hash_of_a_file() -> None:
    body = content("3%")
    draft = send(1, body).json()
    assert (draft["feed"], draft["sequence"]) == ("gacc", 1)
    assert draft["file_sha256"] == hashlib.sha256(body).hexdigest()
    assert ScheduleDraft.objects.get().file_sha256 == draft["file_sha256"]


def test_feed__refuses_a_file_that_is_taken_already_naming_its_draft() -> None:
    first = taken(1, content("3%"))
    sent_again = refusal(send(1, content("3%")), 409)
    assert sent_again == ("feed_file_taken", {"draft_id": first, "sequence": 1, "is_same_file": True})
    other_file = refusal(send(1, content("2%")), 409)
    assert other_file == ("feed_file_taken", {"draft_id": first, "sequence": 1, "is_same_file": False})
    other_number = refusal(send(2, content("3%")), 409)
    assert other_number == ("feed_file_taken", {"draft_id": first, "sequence": 1, "is_same_file": True})
    assert ScheduleDraft.objects.count() == 1
    assert send(1, content("3%"), feed="other").status_code == 201


def test_feed__refuses_a_gap_naming_the_number_that_is_missing() -> None:
    assert refusal(send(2, content("3%")), 409) == ("feed_number_missing", {"feed": "gacc", "missing": 1})
    taken(1, content("3%"))
    assert refusal(send(4, content("2%")), 409) == ("feed_number_missing", {"feed": "gacc", "missing": 2})
    assert ScheduleDraft.objects.count() == 1


def test_feed__takes_the_number_of_a_discarded_draft_again() -> None:
    first, _ = taken(1, content("3%")), taken(2, content("2%"))
    assert act("ada", first, "discard", reason="slip").status_code == 200
    assert refusal(send(3, content("1%")), 409) == ("feed_number_missing", {"feed": "gacc", "missing": 1})
    again = taken(1, content("3%"))
    assert again != first
    assert send(3, content("1%")).status_code == 201


def test_feed__is_published_in_sequence() -> None:
    first, second = taken(1, content("3%")), taken(2, content("2%", "710310"))
    for draft in (second, first):
        assert act("amir", draft, "approve").status_code == 200
    out_of_order = refusal(act("ada", second, "publish"), 409)
    assert out_of_order == ("feed_number_missing", {"feed": "gacc", "missing": 1})
    assert not Measure.objects.known().filter(rate="2%").exists()
    assert act("amir", second, "approve").status_code == 200
    for draft in (first, second):
        assert act("ada", draft, "publish").json()["state"] == "published"
    question = INVARIANTS["Of a feed, every file up to the last one published is published."]
    assert question() == []


def test_feed__a_file_does_not_wait_for_later_ones_that_wait_for_it() -> None:
    first, second = taken(1, content("3%")), taken(2, content("2%", "710310"))
    other = send(1, content("1%", "710391"), feed="other").json()["id"]
    for draft in (second, other, first):
        assert act("amir", draft, "approve").status_code == 200
    waits = refusal(act("ada", first, "publish"), 409)
    assert waits == ("earlier_draft_waits", {"draft_id": other})
    assert act("ada", other, "discard", reason="slip").status_code == 200
    for draft in (first, second):
        assert act("ada", draft, "publish").json()["state"] == "published"


def test_feed__takes_a_file_that_changes_nothing_so_that_the_next_can_follow() -> None:
    first, second = taken(1, content("3%")), taken(2, content("3%") + b"\n")
    for draft in (first, second):
        assert act("amir", draft, "approve").status_code == 200
        assert act("ada", draft, "publish").json()["state"] == "published"
    assert Measure.objects.known().filter(rate="3%").count() == 1
    empty = taken(3, HEADING.encode())
    assert act("amir", empty, "approve").json()["changes"] == []
    assert act("ada", empty, "publish").json()["state"] == "published"


def test_feed__a_file_with_faults_takes_no_number() -> None:
    assert refusal(send(1, content("NaN")), 400)[0] == "schedule_file_invalid"
    assert not ScheduleDraft.objects.exists()


@pytest.mark.parametrize(("number", "feed"), [("", "gacc"), ("0", "gacc"), ("x", "gacc"), ("1", ""), ("1", "G%20A")])
def test_feed__refuses_what_is_malformed(number: str, feed: str) -> None:
    assert refusal(send(number, content("3%"), feed=feed), 400)[0] == "feed_invalid"
    assert not ScheduleDraft.objects.exists()


@pytest.mark.parametrize(
    ("who", "status"), [("alice", 403), ("sven", 403), ("olga", 403), ("audrey", 403), (None, 401)]
)
def test_feed__is_the_administrators(who: str | None, status: int) -> None:
    assert send(1, content("3%"), who=who).status_code == status
    assert not ScheduleDraft.objects.exists()


def test_feed__whose_published_files_leave_a_number_out_is_found() -> None:
    first = taken(1, content("3%"))
    act("amir", first, "approve")
    act("ada", first, "publish")
    question = INVARIANTS["Of a feed, every file up to the last one published is published."]
    ScheduleDraft.objects.update(sequence=2)
    assert len(question()) == 1
    ScheduleDraft.objects.update(sequence=1)
