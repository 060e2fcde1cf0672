"""The schedule on the administrator's pages: a file becomes a draft, a second person approves, it is published."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import override

from tariffs.models.schedule_drafts import ScheduleDraft
from tariffs.rules.schedule_coverage import Gap
from tariffs.web.schedule import gap_told
from tests.cast import Cast
from tests.situations.tariffs import a_schedule
from tests.situations.web_clients import signed_in, words_of

HEAD = "jurisdiction,kind,hs_code,origin,regime,rate,valid_from,valid_until,mark,source\n"
ROWS = f"{HEAD}CN,duty_mfn,7103,,,3%,2026-12-01,,S,<script>alert(1)</script>\n"


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch, at: datetime, cast: Cast) -> None:
    """Let requests come at the moment of the test, a day after the schedule was published."""
    a_schedule(at - timedelta(days=1))
    monkeypatch.setattr("config.middleware.timezone", SimpleNamespace(now=lambda: at))


def form_of(text: str, **words: str) -> dict[str, object]:
    return {"title": "December", "rows": "measures", "file": SimpleUploadedFile("m.csv", text.encode()), **words}


def a_draft() -> str:
    """Draft as Ada and give the draft's address."""
    drafted = signed_in("ada").post("/schedule/drafts", form_of(ROWS))
    assert drafted.status_code == 303
    return str(drafted["Location"])


def test_draft_from_file__names_every_fault_and_keeps_nothing() -> None:
    client = signed_in("ada")
    faulty = f"{HEAD}CN,duty_mfn,7103,,,three,2026-12-01,,S,x\nCN,duty_mfn,7103,,,3%,soon,,S,x\n"

    refused = client.post("/schedule/drafts", form_of(faulty))

    assert refused.status_code == 400
    assert words_of(refused).partition('class="refusal"')[2].count("<li>") >= 2
    assert 'value="December"' in words_of(refused)
    for wrong in ({"title": ""}, {"title": "x" * 1_000_000}, {"rows": "gold"}, {"feed": "A B", "sequence": "1"}):
        assert client.post("/schedule/drafts", form_of(ROWS, **wrong)).status_code == 400
    assert client.post("/schedule/drafts", {"title": "x", "rows": "measures"}).status_code == 400
    assert not ScheduleDraft.objects.exists()


def test_schedule_draft__shows_before_and_after() -> None:
    page = words_of(signed_in("amir").get(a_draft()))

    assert "<ins>3%</ins>" in page
    assert "<del>" in page
    assert "CN duty_mfn 7103" in words_of(signed_in("amir").get(f"{a_draft_address()}?format=csv"))


def a_draft_address() -> str:
    return f"/schedule/drafts/{ScheduleDraft.objects.get().pk}"


def test_approve__is_for_a_second_person_and_publish_follows_once() -> None:
    address = a_draft()

    assert "a second person approves" in words_of(signed_in("ada").get(address))
    assert signed_in("ada").post(f"{address}/approve", {"seen": "1"}).status_code == 409
    assert signed_in("amir").post(f"{address}/publish", {"seen": "1"}).status_code == 409
    assert ScheduleDraft.objects.get().state == "drafted"
    assert signed_in("amir").post(f"{address}/approve", {"seen": "1"}).status_code == 303
    stale = signed_in("ada").post(f"{address}/discard", {"seen": "1", "reason": "No."})
    assert (stale.status_code, ScheduleDraft.objects.get().state) == (409, "approved")
    assert "Draft approved, amir" in words_of(stale)
    for _ in range(2):
        assert signed_in("ada").post(f"{address}/publish", {"seen": "2", "key": "p"}).status_code == 303
    assert ScheduleDraft.objects.get().state == "published"
    in_december = words_of(signed_in("ada").get("/schedule/in-force?on=2026-12-02&hs_code=7103.10"))
    assert "3%" in in_december
    assert "<script>alert(1)" not in in_december


def test_discard__needs_a_reason() -> None:
    address = a_draft()

    assert signed_in("amir").post(f"{address}/discard", {"seen": "1", "reason": ""}).status_code == 400
    assert signed_in("amir").post(f"{address}/discard", {"seen": "1", "reason": "A mistake."}).status_code == 303
    assert ScheduleDraft.objects.get().state == "discarded"


def test_schedule__is_read_by_oversight_and_changed_by_administrators() -> None:
    address = a_draft()
    pages = ("/schedule", address, "/schedule/in-force")

    for name in ("audrey", "olga"):
        assert [signed_in(name).get(one).status_code for one in pages] == [200] * 3
        assert signed_in(name).post(f"{address}/approve", {"seen": "1"}).status_code == 403
    for name in ("alice", "victor", "sven"):
        assert [signed_in(name).get(one).status_code for one in pages] == [403] * 3
    missing = "/schedule/drafts/00000000-0000-4000-8000-000000000000"
    assert signed_in("ada").get(missing).status_code == 404
    assert signed_in("amir").post(f"{missing}/approve", {}).status_code == 404


def test_in_force__says_what_it_does_not_understand() -> None:
    for wrong in ("on=someday", "hs_code=gold"):
        page = signed_in("ada").get(f"/schedule/in-force?{wrong}")
        assert page.status_code == 200
        assert 'class="refusal"' in words_of(page)


@pytest.mark.parametrize(
    ("language", "ends", "told"),
    [
        ("en", None, "7 has no duty from 1 Dec 2026 on."),
        ("en", date(2027, 1, 1), "7 has no duty from 1 Dec 2026 until 1 Jan 2027."),
        ("zh-hans", None, "7 自2026年12月1日起没有关税税率。"),
    ],
)
def test_gap_told__says_what_is_missing_and_for_how_long(language: str, ends: date | None, told: str) -> None:
    with override(language):
        assert re.sub("<[^>]+>", "", gap_told(Gap("7", "duty", date(2026, 12, 1), ends))) == told
