"""Hostile and broken messages through the door: signed ones are kept and parked, the others are refused."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone

from bonded.actions.lane_settlements import apply_customs_messages
from bonded.gateways.customs_message_forms import read_stored_message
from bonded.models import CustomsTask, Declaration, IncomingCustomsMessage
from bonded.rules.customs_messages import MESSAGE_MAX_BYTES
from bonded.rules.customs_offices import HMRC, OFFICES, SIMULATOR, SINGLE_WINDOW
from bonded.rules.permissions import SYSTEM
from bonded.rules.signatures import signature, signed_headers
from tests.cast import Cast
from tests.situations.customs import a_declared_withdrawal, apply_all, steps_of
from tests.situations.hostile_customs_messages import CASES, NUMBER, envelope, notification, receipt

ADDRESS = "/api/v1/customs/messages"
SAMPLES = Path(__file__).parents[2] / "samples"
WRITTEN = ("bonded_incomingcustomsmessage", "bonded_customsmessageid", "bonded_customstally")
MISSING, WRONG, TOO_OLD = "signature_missing", "signature_wrong", "signature_too_old"
CONTENT_TYPES = [
    "",
    "application/xml",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "multipart/form-data",
    "text/plain; charset=utf-7",
    "application/json; charset=klingon",
    "a\u00e9/;;=",
]
NO_OFFICES = ["", "sim", "SIM ", "SIM,SIM", "\u00e9", "../SIM", "__class__", "X" * 10_000]
NO_MOMENTS = [
    *(None, "", "now", "-1", "1.5", "1e9", "0x10", "1_000", "NaN", "+1", "0", "9" * 13, "9" * 10_000),
    *("\u0661\u0662\u0663", "\uff11\uff12", "\u00b2", "1 2", "1,2"),
]
NO_SIGNATURES = [
    *(" ", ",", "v1", "v1,", "v1, v1,", "v1,bm9uZQ==", "\u00e9", "v1,\u00e9", "v1,====", "[]", "null", "None"),
    *("v1," + "A" * 10_000, "v1,x " * 2_000, "," * 10_000, " " * 10_000),
]
DISGUISES = [
    "{digest}",
    "v2,{digest}",
    "V1,{digest}",
    "{lower}",
    "{bare}",
    "{own},{own}",
    '"{own}"',
    "{own}A",
    "v1,,{digest}",
]


def deliver(
    client: Client,
    body: bytes,
    *,
    office: str = SIMULATOR,
    message_id: str = "m-1",
    signed_at: datetime | None = None,
    signed_by: str | None = None,
    content_type: str = "application/octet-stream",
    **headers: str | None,
) -> Any:
    """Send a message with the office's right signature; headers overwrite its own, None removes one."""
    signed: dict[str, str | None] = {
        "customs-office": office,
        **signed_headers(
            secret=secret_of(signed_by or office), message_id=message_id, body=body, at=signed_at or timezone.now()
        ),
    }
    signed |= {name.replace("_", "-"): value for name, value in headers.items()}
    kept = {name: value for name, value in signed.items() if value is not None}
    return client.generic("POST", ADDRESS, body, content_type, headers=kept)


def secret_of(office: str) -> str:
    secrets = settings.CUSTOMS_OFFICES[office]["incoming_secrets"]
    assert isinstance(secrets[0], str)
    return secrets[0]


def rows() -> dict[str, int]:
    """How many rows each table has, those without any left out."""
    tables = sorted({model._meta.db_table for model in apps.get_models()})
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"SELECT '{table}', count(*) FROM {table}" for table in tables))
        return {table: count for table, count in cursor.fetchall() if count}


def refused(answer: Any, code: str, before: dict[str, int], *, status: int = 401) -> None:
    """The answer is a problem document with this code, and nothing was written."""
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert (answer.json()["status"], answer.json()["code"]) == (status, code)
    assert rows() == before


def outcomes() -> dict[tuple[str, str | None], int]:
    """How many messages came to what."""
    return dict(Counter(IncomingCustomsMessage.objects.values_list("state", "cause")))


def a_declaration(cast: Cast, office: str) -> Declaration:
    """A declaration of which the office may speak, under the number that the messages name."""
    declaration = a_declared_withdrawal(cast, timezone.now())
    Declaration.objects.update(office=office, number=NUMBER)
    return declaration


@pytest.mark.parametrize("office", OFFICES)
def test_receive_customs_message__keeps_whatever_an_office_signed_and_parks_what_is_no_message(
    client: Client, cast: Cast, office: str
) -> None:
    a_declaration(cast, office)
    cases = {name: (raw, reason) for name, of, raw, reason in CASES if of == office}
    before, declaration = rows(), Declaration.objects.values().get()

    answers = {name: deliver(client, raw, office=office, message_id=name) for name, (raw, _) in cases.items()}
    assert rows() == before | dict.fromkeys(WRITTEN[:2], len(cases))
    assert apply_all(timezone.now()) == len(cases)

    kept = {row.message_id: row for row in IncomingCustomsMessage.objects.all()}
    assert {name: (answer.status_code, answer.json()) for name, answer in answers.items()} == {
        name: (202, {"id": row.pk}) for name, row in kept.items()
    }
    assert [name for name, (raw, _) in cases.items() if bytes(kept[name].raw) != raw] == []
    told = {name: kept[name].detail[: len(reason)] for name, (_, reason) in cases.items()}
    assert told == {name: reason for name, (_, reason) in cases.items()}
    assert outcomes() == {("parked", "unreadable"): len(cases)}
    assert rows() == before | dict.fromkeys(WRITTEN, len(cases)) | {"bonded_customstally": 1}
    assert Declaration.objects.values().get() == declaration


@pytest.mark.parametrize(
    ("office", "good"),
    [
        (SIMULATOR, envelope(message_id="good")),
        (SINGLE_WINDOW, receipt()),
        (HMRC, notification()),
    ],
)
def test_apply_customs_messages__applies_a_good_message_behind_the_bad_ones_of_its_set(
    client: Client, cast: Cast, office: str, good: bytes
) -> None:
    declaration = a_declaration(cast, office)
    bad = [raw for _, of, raw, _ in CASES if of == office and len(raw) < 300_000]
    for number, raw in enumerate(bad):
        assert deliver(client, raw, office=office, message_id=f"bad-{number}").status_code == 202
    assert deliver(client, good, office=office, message_id="good").status_code == 202

    settled = apply_customs_messages(limit=1_000, read=read_stored_message, actor=SYSTEM, at=timezone.now())
    # Where messages have no number, one that was issued earlier could still come for some seconds.
    apply_all(timezone.now() + OFFICES[office].patience)

    assert settled == len(bad) + 1
    assert outcomes() == {("parked", "unreadable"): len(bad), ("applied", None): 1}
    assert IncomingCustomsMessage.objects.get(state="applied").message_id == "good"
    declaration.refresh_from_db()
    assert declaration.state == "received"
    assert [(before, after) for _, before, after in steps_of(declaration)][1:] == [("lodged", "received")]
    assert not CustomsTask.objects.exists()


@pytest.mark.parametrize(
    ("office", "whole", "reason"),
    [
        (SIMULATOR, envelope(mrn="5", facts={"a": "b", "c": [1, None]}), "it is no JSON: "),
        (SINGLE_WINDOW, (SAMPLES / "single_window" / "declaration.xml").read_bytes(), "it is not XML: "),
        (HMRC, (SAMPLES / "hmrc_cds" / "14_DMSCPI.xml").read_bytes(), "it is not XML: "),
    ],
)
def test_receive_customs_message__parks_what_is_cut_at_any_place(
    client: Client, cast: Cast, office: str, whole: bytes, reason: str
) -> None:
    a_declaration(cast, office)
    before = rows()
    marks = re.finditer(rb'[][{}:,"<>=/]', whole.rstrip())
    places = sorted({place for mark in marks for place in mark.span()} - {0, len(whole.rstrip())})
    for place in places:
        assert deliver(client, whole[:place], office=office, message_id=f"cut-{place}").status_code == 202

    apply_all(timezone.now())

    assert len(places) > 30
    assert outcomes() == {("parked", "unreadable"): len(places)}
    details = IncomingCustomsMessage.objects.values_list("detail", flat=True)
    assert [detail for detail in details if not detail.startswith(reason)] == []
    assert rows() == before | dict.fromkeys(WRITTEN, len(places)) | {"bonded_customstally": 1}


@pytest.mark.django_db
@pytest.mark.parametrize("office", OFFICES)
def test_receive_customs_message__refuses_what_is_larger_than_two_megabytes(client: Client, office: str) -> None:
    before = rows()
    answer = deliver(client, b"<" + b"x" * MESSAGE_MAX_BYTES, office=office)
    assert answer.json()["facts"] == {"largest_bytes": MESSAGE_MAX_BYTES}
    refused(answer, "message_too_large", before, status=413)


@pytest.mark.django_db
@pytest.mark.parametrize("content_type", [*CONTENT_TYPES, "x" * 10_000])
def test_receive_customs_message__reads_nothing_into_a_content_type(client: Client, content_type: str) -> None:
    body = b"a=1&a=2\r\n--x\r\n"
    assert deliver(client, body, content_type=content_type).status_code == 202
    row = IncomingCustomsMessage.objects.get()
    assert (bytes(row.raw), row.headers.get("content-type", "")) == (body, content_type)


@pytest.mark.django_db
def test_receive_customs_message__takes_one_right_signature_among_several(client: Client) -> None:
    now = timezone.now()
    own = signature(secret=secret_of(SIMULATOR), message_id="m-1", timestamp=int(now.timestamp()), body=b"x")
    answer = deliver(client, b"x", signed_at=now, webhook_signature=f"v1,bm9uZQ==  v2,x {own} ,")
    assert answer.status_code == 202


@pytest.mark.django_db
def test_receive_customs_message__gives_a_replayed_request_its_first_id_and_writes_nothing(client: Client) -> None:
    now = timezone.now()
    first = deliver(client, b"x", signed_at=now)
    before = rows()
    again = deliver(client, b"x", signed_at=now)
    assert (first.status_code, again.status_code, again.json()) == (202, 200, first.json())
    assert rows() == before


@pytest.mark.django_db
@pytest.mark.parametrize("body", [b"xy", b"", b"X", b"x\n"])
def test_receive_customs_message__refuses_a_recorded_signature_with_another_body(client: Client, body: bytes) -> None:
    now = timezone.now()
    recorded = signed_headers(secret=secret_of(SIMULATOR), message_id="m-1", body=b"x", at=now)
    assert deliver(client, b"x", signed_at=now).status_code == 202
    before = rows()
    refused(client.generic("POST", ADDRESS, body, headers={"customs-office": SIMULATOR, **recorded}), WRONG, before)


@pytest.mark.django_db
@pytest.mark.parametrize(("seconds", "status"), [(300, 200), (301, 401), (86_400, 401)])
def test_receive_customs_message__refuses_a_recorded_request_after_the_window(
    client: Client, monkeypatch: pytest.MonkeyPatch, seconds: int, status: int
) -> None:
    now = timezone.now().replace(microsecond=0)
    monkeypatch.setattr(timezone, "now", lambda: now)
    deliver(client, b"x", signed_at=now)
    before = rows()

    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(seconds=seconds))
    answer = deliver(client, b"x", signed_at=now)

    assert answer.status_code == status
    assert rows() == before
    if status == 401:
        refused(answer, "signature_too_old", before)
        # Whoever has only the recording can't make it younger.
        younger = str(int(timezone.now().timestamp()))
        refused(deliver(client, b"x", signed_at=now, webhook_timestamp=younger), WRONG, before)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("signed_by", "office"), [(one, other) for one in OFFICES for other in [*OFFICES, *NO_OFFICES] if one != other]
)
def test_receive_customs_message__refuses_one_office_under_the_name_of_another(
    client: Client, office: str, signed_by: str
) -> None:
    before = rows()
    refused(deliver(client, b"x", office=office, signed_by=signed_by), WRONG, before)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        *(({"webhook_id": text}, MISSING) for text in (None, "", "m-\u00e9", "m\x07", "m\t1", "m" * 81, "m" * 10_000)),
        *(({"webhook_timestamp": text}, MISSING) for text in NO_MOMENTS),
        *(({"webhook_timestamp": text}, TOO_OLD) for text in ("1", "1700000000", "99999999999", "999999999999")),
        *(({"webhook_signature": text}, MISSING) for text in (None, "")),
        *(({"webhook_signature": text}, WRONG) for text in NO_SIGNATURES),
        ({"customs_office": None}, WRONG),
    ],
)
def test_receive_customs_message__refuses_headers_that_say_nothing(
    client: Client, changes: dict[str, Any], code: str
) -> None:
    before = rows()
    refused(deliver(client, b"x", **changes), code, before)


@pytest.mark.django_db
@pytest.mark.parametrize("disguise", DISGUISES)
def test_receive_customs_message__refuses_the_right_signature_in_disguise(client: Client, disguise: str) -> None:
    now, before = timezone.now(), rows()
    own = signature(secret=secret_of(SIMULATOR), message_id="m-1", timestamp=int(now.timestamp()), body=b"x")
    text = disguise.format(own=own, digest=own.removeprefix("v1,"), lower=own.lower(), bare=own.rstrip("="))
    refused(deliver(client, b"x", signed_at=now, webhook_signature=text), WRONG, before)


@pytest.mark.django_db
@pytest.mark.parametrize("disguise", ["0{}", "00{}", "+{}", "{}.0", "{}e0", "{} {}"])
def test_receive_customs_message__refuses_the_right_moment_in_disguise(client: Client, disguise: str) -> None:
    now, before = timezone.now(), rows()
    text = disguise.format(*[int(now.timestamp())] * 2)
    refused(deliver(client, b"x", signed_at=now, webhook_timestamp=text), MISSING, before)
