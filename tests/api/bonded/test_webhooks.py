"""Webhooks and the feed over HTTP: every caller, every refusal, the secret shown once."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from bonded.models import IdempotentAnswer, User, WebhookDelivery, WebhookEndpoint
from bonded.rules.permissions import Actor
from tests.situations.webhooks import a_webhook, an_event, publish

EVERYBODY = ["alice", "bob", "charlie", "sven", "olga", "victor", "ada", "audrey", None]
URL = "https://hooks.example.com/"


def call(actor: Actor | None, path: str, body: Any = None, *, key: str | None = "", method: str = "post") -> Any:
    client = Client()
    if actor is not None:
        client.force_login(User.objects.get(pk=actor.user_id or 0), backend="django.contrib.auth.backends.ModelBackend")
    if method == "get":
        return client.get(f"/api/v1{path}")
    headers = {} if key is None else {"Idempotency-Key": key or str(uuid4())}
    return client.post(f"/api/v1{path}", body, content_type="application/json", headers=headers)


def actor_named(cast, name: str | None) -> Actor | None:
    return getattr(cast, name) if name else None


def status_for(who: str | None, allowed: int) -> int:
    """What a caller gets for a thing of Alder's."""
    if who in ("alice", "bob"):
        return allowed
    return {"charlie": 404, "sven": 404, None: 401}.get(who, 403)


@pytest.mark.parametrize("who", EVERYBODY)
@pytest.mark.parametrize(
    ("method", "path", "body", "allowed"),
    [
        ("get", "", None, 200),
        ("get", "/deliveries", None, 200),
        ("post", "/disable", {"reason": "moving"}, 200),
        ("post", "/remove", None, 200),
        ("post", "/secret", None, 201),
        ("post", "/test", None, 202),
        ("post", "/replay", {"since": "2026-11-23T00:00:00Z"}, 202),
    ],
)
def test_webhook__by_caller(cast, at, who, method, path, body, allowed, monkeypatch):
    made = a_webhook(cast.alice, at)
    monkeypatch.setattr("config.middleware.timezone.now", lambda: at)
    response = call(actor_named(cast, who), f"/webhooks/{made.pk}{path}", body, method=method)

    assert response.status_code == status_for(who, allowed)
    if response.status_code >= 400:
        assert WebhookEndpoint.objects.filter(pk=made.pk).values().get() == {
            field.attname: getattr(made, field.attname) for field in WebhookEndpoint._meta.fields
        }
        assert WebhookDelivery.objects.count() == 0


@pytest.mark.parametrize("who", EVERYBODY)
def test_webhooks__by_caller(cast, at, who):
    a_webhook(cast.alice, at)
    listed = call(actor_named(cast, who), "/webhooks", method="get")
    made = call(actor_named(cast, who), "/webhooks", {"url": "https://mine.example.com/"})

    traders = {"alice": 1, "bob": 1, "charlie": 0, "sven": 0}
    expected = (200, 201) if who in traders else (401, 401) if who is None else (403, 403)
    assert (listed.status_code, made.status_code) == expected
    if who in traders:
        assert len(listed.json()["results"]) == traders[who]
    assert WebhookEndpoint.objects.count() == (2 if who in traders else 1)


def test_register_webhook__shows_the_secret_once(cast):
    response = call(cast.alice, "/webhooks", {"url": URL, "kinds": ["charge.due"]}, key=None)
    secret = response.json()["secret"]

    assert secret == WebhookEndpoint.objects.get().secret
    assert response.json()["kinds"] == ["charge.due"]
    again = call(cast.alice, f"/webhooks/{response.json()['id']}", method="get")
    listed = call(cast.alice, "/webhooks", method="get")
    assert "secret" not in again.json()
    assert secret not in listed.content.decode()
    assert IdempotentAnswer.objects.count() == 0


def test_rotate_webhook_secret__shows_the_new_one_once(cast, at):
    made = a_webhook(cast.alice, at)
    response = call(cast.alice, f"/webhooks/{made.pk}/secret", key=None)
    fresh = WebhookEndpoint.objects.get()
    assert (response.json()["secret"], made.secret) == (fresh.secret, fresh.old_secret)
    assert made.secret not in response.content.decode()
    assert IdempotentAnswer.objects.count() == 0


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "input_invalid"),
        ({"url": URL, "secret": "mine"}, "input_invalid"),
        ({"url": URL, "kinds": ["everything"]}, "input_invalid"),
        ({"url": URL, "kinds": ["webhook.test"]}, "input_invalid"),
        ({"url": "http://hooks.example.com/"}, "webhook_address_refused"),
        ({"url": "https://169.254.169.254/latest/meta-data/"}, "webhook_address_refused"),
        ({"url": "https://0x7f000001/"}, "webhook_address_refused"),
        ({"url": f"{URL}{'a' * 500}"}, "input_invalid"),
        ([], "input_invalid"),
    ],
)
def test_register_webhook__refuses_what_is_wrong(cast, body, code):
    response = call(cast.alice, "/webhooks", body)
    assert (response.status_code, response.json()["code"]) == (400, code)
    assert WebhookEndpoint.objects.count() == 0


def test_register_webhook__of_the_same_address_is_a_conflict(cast, at):
    a_webhook(cast.alice, at, url=URL)
    response = call(cast.bob, "/webhooks", {"url": URL})
    assert (response.status_code, response.json()["code"]) == (409, "webhook_known")


def test_enable_webhook__after_disabling(cast, at):
    made = a_webhook(cast.alice, at)
    disabled = call(cast.alice, f"/webhooks/{made.pk}/disable", {"reason": "moving"})
    assert (disabled.json()["state"], disabled.json()["disabling_reason"]) == ("disabled", "moving")
    assert call(cast.alice, f"/webhooks/{made.pk}/test").json()["code"] == "webhook_disabled"
    enabled = call(cast.bob, f"/webhooks/{made.pk}/enable")
    assert (enabled.status_code, enabled.json()["state"]) == (200, "active")


def test_test_webhook__happens_once_for_one_key(cast, at):
    made = a_webhook(cast.alice, at)
    answers = [call(cast.alice, f"/webhooks/{made.pk}/test", key="k-1") for _ in range(2)]
    assert answers[0].content == answers[1].content
    assert answers[0].json()["type"] == "webhook.test"
    assert WebhookDelivery.objects.count() == 1
    listed = call(cast.alice, f"/webhooks/{made.pk}/deliveries", method="get").json()
    assert [(one["event_id"], one["state"]) for one in listed["results"]] == [(answers[0].json()["id"], "waiting")]


def test_events__are_read_page_by_page(cast, at):
    for number in range(1, 4):
        an_event(cast, at, number=number)
    publish(at)
    first = call(cast.alice, "/events?limit=2", method="get").json()
    assert [one["subject"]["id"] for one in first["results"]] == ["B-1", "B-2"]
    assert first["has_more"] is True
    last = first["results"][-1]["id"]
    rest = call(cast.bob, f"/events?after={last}", method="get").json()
    assert ([one["subject"]["id"] for one in rest["results"]], rest["has_more"]) == (["B-3"], False)
    assert call(cast.charlie, f"/events?after={last}", method="get").status_code == 404
    assert call(cast.charlie, "/events", method="get").json() == {"results": [], "has_more": False}


@pytest.mark.parametrize(("who", "status"), [("sven", 200), ("olga", 403), ("ada", 403), (None, 401)])
def test_events__by_caller(cast, who, status):
    assert call(actor_named(cast, who), "/events", method="get").status_code == status


@pytest.mark.parametrize("query", ["after=1", "after=%00", "limit=0", "limit=201", "limit=x"])
def test_events__refuse_what_is_wrong(cast, query):
    assert call(cast.alice, f"/events?{query}", method="get").status_code == 400
