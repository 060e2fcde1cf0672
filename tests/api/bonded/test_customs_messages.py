"""The door of the customs offices: who may knock, what is kept, what is answered."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from structlog.testing import capture_logs

from bonded.models import Activity, IncomingCustomsMessage
from bonded.rules.signatures import signed_headers
from tests.cast import Cast
from tests.situations.customs import a_declared_withdrawal, apply_all, message

ADDRESS = "/api/v1/customs/messages"
BODY = b'{"anything": "at all, even \xff"}'


def knock(
    client: Client, body: bytes = BODY, *, office: str = "SIM", at: datetime | None = None, **changes: str
) -> Any:
    """Send a message as the office does; changes overwrite its headers, an empty one removes it."""
    signed = signed_headers(
        secret=settings.CUSTOMS_OFFICES["SIM"]["incoming_secrets"][0],
        message_id="m-1",
        body=body,
        at=at or timezone.now(),
    )
    headers = {"customs-office": office, **signed} | {name.replace("_", "-"): text for name, text in changes.items()}
    kept = {name: text for name, text in headers.items() if text}
    return client.post(ADDRESS, data=body, content_type="application/json", headers=kept)


@pytest.mark.django_db
def test_receive_customs_message__is_stored_before_it_is_acknowledged(client: Client) -> None:
    answer = knock(client)
    row = IncomingCustomsMessage.objects.get()
    assert (answer.status_code, answer.json()) == (202, {"id": row.pk})
    assert (row.office, row.message_id, bytes(row.raw), row.state) == ("SIM", "m-1", BODY, "stored")
    assert set(row.headers) == {
        "customs-office",
        "webhook-id",
        "webhook-timestamp",
        "webhook-signature",
        "content-type",
    }


@pytest.mark.django_db
def test_receive_customs_message__again_gives_the_first_id(client: Client) -> None:
    first, again = knock(client), knock(client)
    assert (again.status_code, again.json()) == (200, first.json())
    assert IncomingCustomsMessage.objects.count() == 1


@pytest.mark.django_db
def test_receive_customs_message__under_a_used_id_with_another_body_is_an_incident(client: Client) -> None:
    knock(client)
    answer = knock(client, b"other")
    assert (answer.status_code, answer.json()["code"]) == (409, "message_id_reused")
    assert answer["Content-Type"] == "application/problem+json"
    assert bytes(IncomingCustomsMessage.objects.get().raw) == BODY
    assert Activity.objects.filter(act="bonded.customs_message.store").count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("send", "code"),
    [
        (lambda client: knock(client, webhook_signature=""), "signature_missing"),
        (lambda client: knock(client, webhook_id=""), "signature_missing"),
        (lambda client: knock(client, webhook_timestamp=""), "signature_missing"),
        (lambda client: knock(client, webhook_timestamp="now"), "signature_missing"),
        (lambda client: knock(client, webhook_id="m-2"), "signature_wrong"),
        (lambda client: knock(client, webhook_signature="v1,bm9uZQ=="), "signature_wrong"),
        (lambda client: knock(client, office="ELSEWHERE"), "signature_wrong"),
        (lambda client: knock(client, office=""), "signature_wrong"),
        (lambda client: knock(client, at=datetime(2020, 1, 1, tzinfo=UTC)), "signature_too_old"),
        (lambda client: knock(client, at=datetime(2099, 1, 1, tzinfo=UTC)), "signature_too_old"),
    ],
)
def test_receive_customs_message__refuses_who_does_not_prove_who_sends(
    client: Client, send: Callable[[Client], Any], code: str
) -> None:
    answer = send(client)
    assert (answer.status_code, answer.json()["code"]) == (401, code)
    assert IncomingCustomsMessage.objects.count() == 0


@pytest.mark.django_db
def test_receive_customs_message__takes_two_megabytes_and_not_a_byte_more(client: Client) -> None:
    largest = b"x" * (2 * 1024 * 1024)
    assert knock(client, largest).status_code == 202
    answer = knock(client, largest + b"x")
    assert (answer.status_code, answer.json()["code"]) == (413, "message_too_large")
    assert answer.json()["facts"] == {"largest_bytes": 2 * 1024 * 1024}
    assert IncomingCustomsMessage.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "changes", "line"),
    [
        (BODY, {"webhook_signature": "v1,bm9uZQ=="}, {"office": "SIM", "code": "signature_wrong", "size_bytes": 30}),
        (BODY, {"webhook_id": ""}, {"office": "SIM", "code": "signature_missing", "size_bytes": 30}),
        (BODY, {"office": "X" * 9_000}, {"office": "unknown", "code": "signature_wrong", "size_bytes": 30}),
        (BODY, {"webhook_timestamp": "1"}, {"office": "SIM", "code": "signature_too_old", "size_bytes": 30}),
        (b"x" * 2_097_153, {}, {"office": "SIM", "code": "message_too_large", "size_bytes": 2_097_153}),
    ],
)
def test_receive_customs_message__logs_a_refusal_and_nothing_that_was_sent(
    client: Client, body: bytes, changes: dict[str, Any], line: dict[str, Any]
) -> None:
    with capture_logs() as lines:
        knock(client, body, **changes)
    refused = [one for one in lines if one["event"] == "customs_message_refused_at_the_door"]
    assert refused == [{"event": "customs_message_refused_at_the_door", "log_level": "warning"} | line]


@pytest.mark.django_db
def test_receive_customs_message__logs_no_refusal_of_what_it_takes(client: Client) -> None:
    with capture_logs() as lines:
        knock(client)
    assert [one for one in lines if one["event"] == "customs_message_refused_at_the_door"] == []


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
def test_receive_customs_message__is_the_only_thing_that_can_be_done_here(client: Client, method: str) -> None:
    assert getattr(client, method)(ADDRESS).status_code == 405


@pytest.mark.django_db
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x00",
        b"\xff\xfe\xfd",
        b"[" * 200_000,
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        json.dumps({"facts": {"a": {"b": []}}}).encode(),
        b'{"sequence": 1e400}',
    ],
)
def test_receive_customs_message__of_any_bytes_is_kept_and_later_parked(
    client: Client, body: bytes, at: datetime
) -> None:
    assert knock(client, body).status_code == 202
    apply_all(at)
    row = IncomingCustomsMessage.objects.get()
    assert (row.state, row.cause, bytes(row.raw)) == ("parked", "unreadable", body)


def test_receive_customs_message__takes_effect_when_it_is_applied(client: Client, cast: Cast, at: datetime) -> None:
    declaration = a_declared_withdrawal(cast, at)
    assert knock(client, message(declaration, 1, "L", at=at, message_id="m-1")).status_code == 202
    assert apply_all(at) == 1
    declaration.refresh_from_db()
    assert declaration.state == "received"
