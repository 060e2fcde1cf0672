"""What an office answers: only what speaks of the declaration refuses it, and nothing odd is believed."""

from datetime import UTC, datetime

import httpx
import pytest

from bonded.gateways.customs_office import Accepted, CustomsOffice, Overloaded, RefusedByContent, Unknown
from bonded.rules.customs_messages import OutgoingKind

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def office(status: int, body: bytes) -> CustomsOffice:
    transport = httpx.MockTransport(lambda request: httpx.Response(status, content=body))
    return CustomsOffice(url="http://office.test", secret="s", transport=transport)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        *((status, RefusedByContent) for status in (400, 413, 422)),
        *((status, Unknown) for status in (401, 403, 404, 407, 408, 409, 425, 500, 502)),
        *((status, Overloaded) for status in (429, 503)),
    ],
)
def test_send__takes_only_words_about_the_declaration_for_a_refusal(status: int, kind: type) -> None:
    outcome = office(status, b"no \0 reason").send(OutgoingKind.LODGE, idempotency_key="k", body="{}", at=AT)

    assert type(outcome) is kind
    assert "\0" not in getattr(outcome, "reason", "")


@pytest.mark.parametrize("status", [400, 401, 409, 422, 500])
def test_find_by_key__never_takes_its_own_question_for_a_refusal(status: int) -> None:
    assert type(office(status, b"").find_by_key(OutgoingKind.LODGE, idempotency_key="k", at=AT)) in (
        Unknown,
        Overloaded,
    )


@pytest.mark.parametrize(
    "body",
    [
        b'{"mrn": null}',
        b'{"mrn": ""}',
        b'{"mrn": 7}',
        b'{"mrn": "' + b"9" * 41 + b'"}',
        b'{"mrn": "a\\u0000"}',
        b'{"mrn": "\\ud800"}',
        b"[" * 100_000,
        b"{}",
        b"no json",
    ],
)
def test_send__believes_no_odd_number(body: bytes) -> None:
    assert type(office(200, body).send(OutgoingKind.LODGE, idempotency_key="k", body="{}", at=AT)) is Unknown


def test_send__takes_a_number_that_is_one() -> None:
    assert office(200, b'{"mrn": "26CN0001"}').send(
        OutgoingKind.LODGE, idempotency_key="k", body="{}", at=AT
    ) == Accepted("26CN0001")
