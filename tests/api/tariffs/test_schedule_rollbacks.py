"""Going back to what was known at a moment, over HTTP: drafted, approved by a second, published; every refusal."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client

from bonded.models import User
from bonded.rules.permissions import SYSTEM
from tariffs.actions.versions import publish_versions
from tariffs.models import ExchangeRate, Measure, ScheduleDraft
from tariffs.queries.schedule import measures_for
from tests.cast import Cast
from tests.situations.bonded import a_sealed_lot
from tests.situations.tariffs import GEM, a_measure, a_schedule, an_exchange_rate

DRAFTS = "/api/v1/tariffs/schedule-drafts"
DECEMBER = DateRange(date(2026, 12, 1), None)
DAYS = [date(2026, 11, 23), date(2026, 12, 1), date(2027, 6, 1)]


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch, at: datetime, cast: Cast) -> SimpleNamespace:
    """Yesterday the schedule was as it is known from then on; today a duty fell, and one on pearls began."""
    a_schedule(at - timedelta(days=1))
    later = [
        a_measure("duty_mfn", "7103", "3%", validity=DECEMBER),
        a_measure("duty_mfn", "7101", "21%", validity=DECEMBER),
    ]
    publish_versions(later, actor=SYSTEM, at=at)
    publish_versions([an_exchange_rate("7.3", validity=DECEMBER)], actor=SYSTEM, at=at)
    now = SimpleNamespace(at=at + timedelta(hours=1))
    monkeypatch.setattr("config.middleware.timezone", SimpleNamespace(now=lambda: now.at))
    return now


def call(who: str | None, path: str, body: Any = None, *, key: str = "") -> Any:
    client = Client()
    if who:
        client.force_login(User.objects.get(username=who), backend="django.contrib.auth.backends.ModelBackend")
    headers = {"Idempotency-Key": key or str(uuid4())}
    return client.post(DRAFTS + path, json.dumps(body or {}), content_type="application/json", headers=headers)


def code_of(answer: Any, status: int) -> str:
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json"), answer.content
    return str(answer.json()["code"])


def yesterday(at: datetime) -> dict[str, str]:
    return {"known_at": (at - timedelta(hours=1)).isoformat()}


def said(known_at: datetime | None = None) -> list[list[tuple[str, str, str]]]:
    """Give what is charged on the days, by what is believed now or was at a moment."""
    found = [measures_for(["7101", "7102", "7103"], on=day, known_at=known_at) for day in DAYS]
    return [sorted((one.kind, one.hs_code, repr(one.rate)) for one in measures) for measures in found]


def test_rollback__makes_the_schedule_what_was_known(clock: SimpleNamespace, at: datetime) -> None:
    before, versions = said(), Measure.objects.count()
    drafted = call("ada", "/rollbacks", yesterday(at))
    assert drafted.status_code == 201, drafted.json()
    draft = drafted.json()
    changes = [
        (one["what"], one["says"], one["from_on"], one["before"][0].split(" ", 1)[1]) for one in draft["changes"]
    ]
    assert changes == [
        ("CN duty_mfn 7101", "ended", "2026-12-01", "21% from 2026-12-01"),
        ("CN duty_mfn 7103", "4%", "2026-12-01", "3% from 2026-12-01"),
    ]
    assert (draft["from_on"], draft["title"]) == (
        "2026-11-23",
        f"Back to what was known at {yesterday(at)['known_at']}",
    )
    assert call("amir", f"/{draft['id']}/approve").status_code == 200
    assert said() == before
    published = call("ada", f"/{draft['id']}/publish").json()
    assert (published["state"], [one["is_new"] for one in published["changes"]]) == ("published", [False, False])
    assert said() == said(at - timedelta(hours=1)) != before
    assert said(at) == before
    assert Measure.objects.count() == versions + 2
    assert ExchangeRate.objects.known().filter(rate="7.3").exists()


def test_rollback__begins_on_the_day_that_it_is_asked_for(at: datetime) -> None:
    draft = call("ada", "/rollbacks", yesterday(at) | {"from_on": "2027-06-01", "title": "June"}).json()
    call("amir", f"/{draft['id']}/approve")
    before = said()
    assert call("ada", f"/{draft['id']}/publish").json()["title"] == "June"
    assert said() == [*before[:2], said(at - timedelta(hours=1))[2]]


def test_rollback__goes_back_all_the_way_from_what_is_believed_when_it_is_published(
    clock: SimpleNamespace, at: datetime
) -> None:
    draft = call("ada", "/rollbacks", yesterday(at)).json()
    call("amir", f"/{draft['id']}/approve")
    clock.at = at + timedelta(hours=2)
    publish_versions([a_measure("vat", "7101", "1%", validity=DECEMBER)], actor=SYSTEM, at=clock.at)
    clock.at = at + timedelta(hours=3)
    assert code_of(call("ada", f"/{draft['id']}/publish"), 409) == "draft_outdated"
    again = call("amir", f"/{draft['id']}/approve").json()
    assert [one["what"] for one in again["changes"]] == ["CN duty_mfn 7101", "CN duty_mfn 7103", "CN vat 7101"]
    assert call("ada", f"/{draft['id']}/publish").json()["state"] == "published"
    assert said() == said(at - timedelta(hours=1))
    assert [one["hs_code"] for one in ScheduleDraft.objects.get().measures] == ["7101", "7103", "7101"]


def test_rollback__can_be_rolled_back(clock: SimpleNamespace, at: datetime) -> None:
    before = said()
    for hours, known_at in ((1, at - timedelta(hours=1)), (2, at)):
        clock.at = at + timedelta(hours=hours)
        draft = call("ada", "/rollbacks", {"known_at": known_at.isoformat()}).json()
        call("amir", f"/{draft['id']}/approve")
        assert call("ada", f"/{draft['id']}/publish").status_code == 200
    assert said() == before
    assert said(at + timedelta(hours=1)) == said(at - timedelta(hours=1))


def test_rollback__that_leaves_goods_in_bond_without_a_rate_is_not_approved(
    clock: SimpleNamespace, cast: Cast, at: datetime
) -> None:
    a_sealed_lot(cast, at, **GEM | {"hs_code": "71049110"})
    rows = [a_measure(kind, "71049110", "1%") for kind in ("duty_mfn", "consumption_tax")]
    publish_versions(rows, actor=SYSTEM, at=clock.at)
    clock.at = at + timedelta(hours=2)
    draft = call("ada", "/rollbacks", {"known_at": at.isoformat()}).json()
    gaps = ["71049110 has no duty from 2026-11-23.", "71049110 has no consumption tax from 2026-11-23."]
    assert draft["gaps"] == gaps
    answer = call("amir", f"/{draft['id']}/approve")
    assert code_of(answer, 409) == "coverage_incomplete"
    assert ScheduleDraft.objects.get().state == "drafted"


def test_rollback__to_what_is_believed_already_is_refused(at: datetime) -> None:
    assert code_of(call("ada", "/rollbacks", {"known_at": at.isoformat()}), 409) == "draft_changes_nothing"
    assert not ScheduleDraft.objects.exists()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "input_invalid"),
        ({"known_at": "yesterday"}, "moment_invalid"),
        ({"known_at": "2026-11-23T00:00:00"}, "moment_invalid"),
        ({"known_at": "2026-11-22T12:00:00+00:00", "from_on": "soon"}, "input_invalid"),
        ({"known_at": "2026-11-22T12:00:00+00:00", "title": ""}, "input_invalid"),
        ({"known_at": "2026-11-22T12:00:00+00:00", "why": "so"}, "input_invalid"),
        ({"known_at": "2036-11-23T00:00:00+00:00"}, "nothing_known_then"),
        ({"known_at": "2016-11-23T00:00:00+00:00"}, "nothing_known_then"),
        ({"known_at": "0001-01-01T00:00:00+14:00"}, "nothing_known_then"),
        ({"known_at": "9999-12-31T23:59:59-14:00"}, "nothing_known_then"),
    ],
)
def test_rollback__refuses_what_is_malformed(body: dict[str, str], code: str) -> None:
    assert code_of(call("ada", "/rollbacks", body), 400) == code
    assert not ScheduleDraft.objects.exists()


@pytest.mark.parametrize(
    ("who", "status"), [("alice", 403), ("sven", 403), ("olga", 403), ("audrey", 403), (None, 401)]
)
def test_rollback__is_the_administrators(who: str | None, status: int, at: datetime) -> None:
    assert call(who, "/rollbacks", yesterday(at)).status_code == status
    assert not ScheduleDraft.objects.exists()


def test_rollback__is_not_approved_by_its_drafter(at: datetime) -> None:
    draft = call("ada", "/rollbacks", yesterday(at)).json()
    assert code_of(call("ada", f"/{draft['id']}/approve"), 409) == "approver_is_drafter"


def test_rollback__sent_again_with_the_same_key_is_one_draft(at: datetime) -> None:
    first, again = (call("ada", "/rollbacks", yesterday(at), key="once") for _ in range(2))
    assert (first.json(), again["Idempotency-Replayed"]) == (again.json(), "true")
    assert ScheduleDraft.objects.count() == 1
