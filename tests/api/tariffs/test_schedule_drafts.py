"""Changing the schedule over HTTP: drafted, seen, approved by a second person, published in order; every refusal."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from bonded.models import User
from bonded.rules.permissions import SYSTEM
from tariffs.actions.versions import publish_versions
from tariffs.models import ExchangeRate, Measure, ScheduleDraft
from tariffs.rules.schedule import ENDED
from tests.cast import Cast
from tests.situations.bonded import a_sealed_lot
from tests.situations.tariffs import GEM, a_measure, a_schedule

DRAFTS = "/api/v1/tariffs/schedule-drafts"
ROW = {
    "jurisdiction": "CN", "kind": "duty_mfn", "hs_code": "7103", "origin": "", "regime": "", "rate": "3%",
    "valid_from": "2026-12-01", "valid_until": "", "mark": "S", "source": "notice 1",
}  # fmt: skip
RATE = {
    "local_currency": "CNY", "currency": "USD", "rate": "7.2", "quoted": "local_per_unit",
    "valid_from": "2026-12-01", "valid_until": "2027-01-01", "mark": "S", "source": "bank",
}  # fmt: skip


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch, at: datetime, cast: Cast) -> SimpleNamespace:
    """Let requests come at moments of the test."""
    a_schedule(at - timedelta(days=1))
    now = SimpleNamespace(at=at)
    monkeypatch.setattr("config.middleware.timezone", SimpleNamespace(now=lambda: now.at))
    return now


def client_of(who: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=who), backend="django.contrib.auth.backends.ModelBackend")
    return client


def call(who: str, path: str = "", body: Any = None, *, method: str = "post", **headers: str) -> Any:
    client = client_of(who)
    if method == "get":
        return client.get(DRAFTS + path)
    named = {"Idempotency-Key": str(uuid4())} | headers
    return client.post(DRAFTS + path, json.dumps(body or {}), content_type="application/json", headers=named)


def drafted(*measures: dict[str, str], rates: tuple[dict[str, str], ...] = (), title: str = "December") -> str:
    answer = call("ada", body={"title": title, "measures": list(measures), "exchange_rates": list(rates)})
    assert answer.status_code == 201, answer.json()
    return f"/{answer.json()['id']}"


def refusal(answer: Any, status: int) -> str:
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    return str(answer.json()["code"])


def test_draft__is_approved_by_a_second_person_and_published(clock: SimpleNamespace) -> None:
    draft = drafted(ROW, rates=(RATE,))
    seen = call("amir", draft, method="get").json()
    assert (seen["state"], seen["drafted_by"], seen["gaps"]) == ("drafted", "ada", [])
    assert [(one["what"], one["says"], one["is_new"], len(one["before"])) for one in seen["changes"]] == [
        ("CN duty_mfn 7103", "3%", True, 1),
        ("CNY USD", "7.2", True, 1),
    ]
    assert seen["changes"][0]["before"][0].endswith(" 4% from 2019-04-01")
    assert Measure.objects.known().filter(rate="3%").count() == 0
    assert call("amir", draft + "/approve").json()["state"] == "approved"
    published = call("ada", draft + "/publish").json()
    assert (published["state"], published["approved_by"], published["approval_number"]) == ("published", "amir", 1)
    assert [change["is_new"] for change in published["changes"]] == [False, False]
    new = Measure.objects.known().get(rate="3%")
    assert (str(new.validity.lower), new.is_verified) == ("2026-12-01", True)
    assert ExchangeRate.objects.known().filter(rate="7.2").count() == 1


def test_draft__is_not_approved_by_its_drafter() -> None:
    draft = drafted(ROW)
    assert refusal(call("ada", draft + "/approve"), 409) == "approver_is_drafter"
    assert ScheduleDraft.objects.get().state == "drafted"


def test_draft__is_not_published_before_it_is_approved() -> None:
    draft = drafted(ROW)
    assert refusal(call("amir", draft + "/publish"), 409) == "step_not_allowed"
    assert Measure.objects.known().filter(rate="3%").count() == 0


def test_drafts__are_published_in_the_order_of_approval(clock: SimpleNamespace) -> None:
    first, second = drafted(ROW, title="first"), drafted(ROW | {"hs_code": "710310"}, title="second")
    for draft in (first, second):
        assert call("amir", draft + "/approve").status_code == 200
    answer = call("ada", second + "/publish")
    assert (refusal(answer, 409), answer.json()["facts"]["draft_id"]) == ("earlier_draft_waits", first[1:])
    assert call("ada", first + "/discard", {"reason": "slip"}).json()["state"] == "discarded"
    assert call("ada", second + "/publish").json()["state"] == "published"
    assert [measure.hs_code for measure in Measure.objects.known().filter(rate="3%")] == ["710310"]


def test_draft__that_was_overtaken_is_approved_again(clock: SimpleNamespace, at: datetime) -> None:
    draft = drafted(ROW)
    call("amir", draft + "/approve")
    publish_versions([a_measure("duty_mfn", "7103", "5%")], actor=SYSTEM, at=at)
    clock.at = at + timedelta(hours=1)
    assert refusal(call("ada", draft + "/publish"), 409) == "draft_outdated"
    assert Measure.objects.known().filter(rate="3%").count() == 0
    assert call("amir", draft + "/approve").json()["changes"][0]["before"][0].endswith(" 5% from 2019-04-01")
    assert call("ada", draft + "/publish").json()["state"] == "published"


def test_draft__that_would_leave_a_code_without_a_rate_is_not_approved() -> None:
    draft = drafted(ROW | {"hs_code": "71049190", "valid_until": "2027-01-01"})
    gaps = [
        "71049190 has no consumption tax from 2026-11-23.",
        "71049190 has no duty from 2026-11-23 until 2026-12-01.",
        "71049190 has no duty from 2027-01-01.",
    ]
    assert sorted(call("amir", draft, method="get").json()["gaps"]) == gaps
    answer = call("amir", draft + "/approve")
    assert refusal(answer, 409) == "coverage_incomplete"
    assert sorted(one["message"] for one in answer.json()["problems"]) == gaps
    assert ScheduleDraft.objects.get().state == "drafted"


def test_draft__names_the_codes_in_bond_that_an_end_leaves_without_a_rate(cast: Cast, at: datetime) -> None:
    a_sealed_lot(cast, at, **GEM)
    end = {name: ROW[name] for name in ("jurisdiction", "origin", "regime", "mark", "source")}
    draft = drafted(end | {"kind": "duty_mfn", "hs_code": "7103", "ends": "2027-01-01"})
    assert call("amir", draft, method="get").json()["gaps"] == ["71039100 has no duty from 2027-01-01."]


def test_draft__that_ends_a_measure_is_refused_where_nothing_takes_its_place(clock: SimpleNamespace) -> None:
    end = {name: ROW[name] for name in ("jurisdiction", "hs_code", "origin", "regime", "mark", "source")}
    end |= {"kind": "vat", "hs_code": "71", "ends": "2027-01-01"}
    draft = drafted(end)
    gaps = ["7102 has no VAT from 2027-01-01.", "7103 has no VAT from 2027-01-01."]
    answer = call("amir", draft + "/approve")
    assert refusal(answer, 409) == "coverage_incomplete"
    assert [one["message"] for one in answer.json()["problems"]] == gaps
    others = [ROW | {"kind": "vat", "hs_code": code, "valid_from": "2027-01-01"} for code in ("7102", "7103")]
    draft = drafted(end, *others)
    (change, *_) = call("amir", draft + "/approve").json()["changes"]
    assert (change["what"], change["says"], change["from_on"], change["is_new"]) == (
        "CN vat 71",
        "ended",
        "2027-01-01",
        True,
    )
    assert call("ada", draft + "/publish").json()["state"] == "published"
    ends = Measure.objects.known().get(rate=ENDED)
    assert (str(ends.validity.lower), ends.source) == ("2027-01-01", "notice 1")
    for day, rates in (("2026-12-31", ["13%"]), ("2027-01-01", ["3%"])):
        answer = client_of("ada").get(f"/api/v1/tariffs/measures?hs_code=7103&on={day}").json()
        assert [one["rate"] for one in answer["results"] if one["kind"] == "vat"] == rates
    assert (
        refusal(call("ada", body={"title": "again", "measures": [end | {"source": "notice 2"}]}), 409)
        == "draft_changes_nothing"
    )


def test_draft__that_changes_nothing_is_refused() -> None:
    said = ROW | {"rate": "4%", "source": "test", "mark": "D"}
    answer = call("ada", body={"title": "again", "measures": [said]})
    assert refusal(answer, 409) == "draft_changes_nothing"
    assert not ScheduleDraft.objects.exists()


def test_draft__names_every_fault_with_its_place() -> None:
    rows = [ROW | {"rate": "-3%", "origin": "??"}, ROW, ROW, {"rate": 4}]
    answer = call("ada", body={"title": "bad", "measures": rows, "exchange_rates": []})
    assert refusal(answer, 400) == "schedule_file_invalid"
    named = [(one["where"], one["code"]) for one in answer.json()["problems"]]
    assert named[:2] == [("/measures/0/origin", "value_invalid"), ("/measures/0/rate", "rate_unreadable")]
    assert ("/measures/3/rate", "value_invalid") in named
    assert ("/measures/2/valid_from", "validity_overlaps") in named
    assert not ScheduleDraft.objects.exists()


def test_draft_file__is_read_line_by_line(cast: Cast) -> None:
    client = client_of("ada")

    def send(content: str, query: str = "?rows=measures&title=December") -> Any:
        return client.post(f"{DRAFTS}/files{query}", content.encode(), content_type="text/csv")

    heading, line = ",".join(ROW), ",".join(ROW.values())
    assert send(f"{heading}\n{line}").status_code == 201
    bad = send(f"{heading}\n{line}\n{line.replace('3%', 'NaN').replace('duty_mfn', 'duty')}\n")
    assert refusal(bad, 400) == "schedule_file_invalid"
    assert [one["where"] for one in bad.json()["problems"]] == ["/3/kind", "/3/rate"]
    assert refusal(send(line, "?rows=lots&title=x"), 400) == "input_invalid"
    assert refusal(send(f"{heading}\n{line}", "?rows=measures&title="), 400) == "input_invalid"
    assert ScheduleDraft.objects.count() == 1


@pytest.mark.parametrize(("who", "may_read"), [("alice", False), ("sven", False), ("olga", True), ("audrey", True)])
def test_drafts__are_the_administrators(who: str, may_read: bool) -> None:
    draft = drafted(ROW)
    assert call(who, draft, method="get").status_code == (200 if may_read else 403)
    assert call(who, body={"title": "x", "measures": [ROW]}).status_code == 403
    for act in ("/approve", "/publish"):
        assert call(who, draft + act).status_code == 403
    assert call(who, draft + "/discard", {"reason": "x"}).status_code == 403
    assert ScheduleDraft.objects.get().state == "drafted"


def test_drafts__are_listed_the_newest_first(clock: SimpleNamespace, at: datetime) -> None:
    drafted(ROW, title="older")
    clock.at = at + timedelta(hours=1)
    drafted(ROW, title="newer")
    assert [one["title"] for one in call("olga", method="get").json()["results"]] == ["newer", "older"]
    assert call("olga", f"/{uuid4()}", method="get").status_code == 404


def test_schedule_gaps__names_goods_in_bond_without_a_rate(cast: Cast, at: datetime) -> None:
    a_sealed_lot(cast, at, **GEM | {"hs_code": "71049190"})
    client = client_of("olga")
    assert client.get("/api/v1/tariffs/schedule-gaps").json()["results"] == [
        "71049190 has no duty from 2026-11-23.",
        "71049190 has no consumption tax from 2026-11-23.",
    ]
