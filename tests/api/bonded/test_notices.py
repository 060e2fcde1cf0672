"""Notices over HTTP: one's own, the unread first, and how one wants to hear of them."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from bonded.models import Notice, NoticePreference, User
from bonded.rules.notices import NoticeKind
from bonded.rules.permissions import Actor
from tests.situations.notices import a_notice

EVERYBODY = ["alice", "bob", "charlie", "sven", "olga", "victor", "ada", "audrey", None]
EVENING = {
    "kind": "visit.booked",
    "channel": "both",
    "language": "zh-hans",
    "quiet_from": "22:00",
    "quiet_until": "8:00",
}


@pytest.fixture(autouse=True)
def _now(monkeypatch, at):
    monkeypatch.setattr("config.middleware.timezone.now", lambda: at)


def call(actor: Actor | None, path: str, body: Any = None, *, key: str | None = "", method: str = "post") -> Any:
    client = Client()
    if actor is not None:
        client.force_login(User.objects.get(pk=actor.user_id or 0), backend="django.contrib.auth.backends.ModelBackend")
    if method == "get":
        return client.get(f"/api/v1{path}")
    headers = {} if key is None else {"Idempotency-Key": key or str(uuid4())}
    return client.post(f"/api/v1{path}", body, content_type="application/json", headers=headers)


@pytest.mark.parametrize("who", EVERYBODY)
def test_notices__by_caller(cast, at, who):
    notice = a_notice(cast.alice, at)
    actor = getattr(cast, who) if who else None
    listed = call(actor, "/notices", method="get")
    marked = call(actor, f"/notices/{notice.pk}/read")

    assert listed.status_code == (200 if who else 401)
    assert marked.status_code == {"alice": 200, None: 401}.get(who, 404)
    if who:
        assert len(listed.json()["results"]) == (who == "alice")
    assert Notice.objects.get().is_unread == (who != "alice")


def test_notices__tell_what_happened(cast, at):
    notice = a_notice(cast.alice, at)
    assert call(cast.alice, "/notices", method="get").json() == {
        "results": [
            {
                "id": str(notice.pk),
                "kind": "visit.booked",
                "subject": {"kind": "booking", "id": "B-1"},
                "facts": {"status": "booked"},
                "due_at": "2026-11-23T02:00:00+00:00",
                "read_at": None,
                "mail_state": "queued",
            }
        ],
        "next_cursor": None,
    }


def test_notices__come_unread_first_page_by_page(cast, at):
    notices = [a_notice(cast.alice, at, number=number) for number in range(5)]
    for notice in notices[:2]:
        assert call(cast.alice, f"/notices/{notice.pk}/read").json()["read_at"] == "2026-11-23T02:00:00+00:00"
    seen, path = [], "/notices?limit=2"
    while path:
        page = call(cast.alice, path, method="get").json()
        seen += [(one["id"], one["read_at"] is None) for one in page["results"]]
        path = page["next_cursor"] and f"/notices?limit=2&cursor={page['next_cursor']}"
    assert [is_unread for _, is_unread in seen] == [True] * 3 + [False] * 2
    assert {id_ for id_, _ in seen} == {str(notice.pk) for notice in notices}


def test_mark_notice_read__happens_once_for_one_key(cast, at):
    notice = a_notice(cast.alice, at)
    answers = [call(cast.alice, f"/notices/{notice.pk}/read", key="k-1") for _ in range(2)]
    assert answers[0].content == answers[1].content
    assert answers[1]["Idempotency-Replayed"] == "true"
    assert call(cast.alice, f"/notices/{notice.pk}/read", key=None).json()["code"] == "idempotency_key_missing"


@pytest.mark.parametrize("query", ["cursor=x", "limit=0", "cursor=WzEsMiwzXQ"])
def test_notices__refuse_what_is_wrong(cast, query):
    assert call(cast.alice, f"/notices?{query}", method="get").status_code == 400


def test_mark_notice_read__of_what_is_not_there(cast):
    assert call(cast.alice, f"/notices/{uuid4()}/read").status_code == 404
    assert call(cast.alice, "/notices/1/read").status_code == 404


@pytest.mark.parametrize("who", EVERYBODY)
def test_notice_preferences__by_caller(cast, who):
    actor = getattr(cast, who) if who else None
    listed = call(actor, "/notice-preferences", method="get")
    set_ = call(actor, "/notice-preferences", EVENING)
    assert (listed.status_code, set_.status_code) == ((200, 200) if who else (401, 401))
    assert list(NoticePreference.objects.values_list("user__username", flat=True)) == ([who] if who else [])


def test_set_notice_preference__says_how_all_kinds_stand(cast):
    for _ in range(2):
        answer = call(cast.alice, "/notice-preferences", EVENING, key="k-1")
    rows = {row.pop("kind"): row for row in answer.json()["results"]}
    assert rows.pop("visit.booked") == {
        "channel": "both",
        "language": "zh-hans",
        "quiet_from": "22:00:00",
        "quiet_until": "08:00:00",
        "zone": "Asia/Shanghai",
        "digest_at": None,
    }
    usual = {"channel": "both", "language": "en", "quiet_from": None, "quiet_until": None, "zone": "Asia/Shanghai"}
    usual["digest_at"] = None
    assert rows == {kind.value: usual for kind in NoticeKind if kind != "visit.booked"}
    assert answer.content == call(cast.alice, "/notice-preferences", method="get").content


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "visit.danced"},
        {"channel": "pigeon"},
        {"language": "la"},
        {"quiet_from": "25:00"},
        {"quiet_until": None},
        {"quiet_until": "22:00"},
        {"zone": "Asia/Nowhere"},
        {"zone": "/etc/passwd"},
        {"user": 2},
    ],
)
def test_set_notice_preference__refuses_what_is_wrong(cast, changes):
    assert call(cast.alice, "/notice-preferences", EVENING | changes).status_code == 400
    assert NoticePreference.objects.count() == 0
