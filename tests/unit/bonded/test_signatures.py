"""Signed messages: what is accepted, and each way in which one is refused."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest

from bonded.rules.errors import ErrorKind, RuleViolation
from bonded.rules.signatures import (
    SignatureMissing,
    SignatureTooOld,
    SignatureWrong,
    require_signature,
    signature,
    signed_headers,
)

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SECRET = "a secret of the office"
BODY = b'{"status": "P"}'


def headers(**changes: str) -> dict[str, str]:
    return signed_headers(secret=SECRET, message_id="m-1", body=BODY, at=AT) | changes


def test_signature__is_hmac_sha256_over_id_time_and_body() -> None:
    digest = hmac.new(SECRET.encode(), b'm-1.1772442000.{"status": "P"}', hashlib.sha256).digest()
    expected = "v1," + base64.b64encode(digest).decode()
    assert signature(secret=SECRET, message_id="m-1", timestamp=1772442000, body=BODY) == expected


def test_require_signature__gives_the_message_id() -> None:
    assert require_signature(secrets=[SECRET], headers=headers(), body=BODY, at=AT) == "m-1"


def test_require_signature__accepts_any_of_several_secrets_and_signatures() -> None:
    other = signature(secret="the next secret", message_id="m-1", timestamp=1772442000, body=BODY)
    both = headers(**{"webhook-signature": f"v1,AAAA {other}"})
    assert require_signature(secrets=[SECRET, "the next secret"], headers=both, body=BODY, at=AT) == "m-1"


@pytest.mark.parametrize("seconds", [-300, 300])
def test_require_signature__accepts_up_to_the_edge_of_the_window(seconds: int) -> None:
    at = AT + timedelta(seconds=seconds)
    assert require_signature(secrets=[SECRET], headers=headers(), body=BODY, at=at) == "m-1"


@pytest.mark.parametrize("seconds", [-301, 301, 86_400])
def test_require_signature__refuses_an_old_or_future_one(seconds: int) -> None:
    with pytest.raises(SignatureTooOld) as refusal:
        require_signature(secrets=[SECRET], headers=headers(), body=BODY, at=AT + timedelta(seconds=seconds))
    assert (refusal.value.code, refusal.value.facts["window_seconds"]) == ("signature_too_old", 300)


@pytest.mark.parametrize(
    "changes",
    [
        {"webhook-id": ""},
        {"webhook-id": "m" * 81},
        {"webhook-id": "m\n1"},
        {"webhook-timestamp": ""},
        {"webhook-timestamp": "soon"},
        {"webhook-timestamp": "-1772442000"},
        {"webhook-timestamp": "1" * 13},
        {"webhook-timestamp": "١٢٣"},
        {"webhook-signature": ""},
    ],
)
def test_require_signature__refuses_headers_that_say_nothing(changes: dict[str, str]) -> None:
    with pytest.raises(SignatureMissing):
        require_signature(secrets=[SECRET], headers=headers(**changes), body=BODY, at=AT)


@pytest.mark.parametrize(
    ("changes", "body", "secrets"),
    [
        ({}, b'{"status": "R"}', [SECRET]),
        ({"webhook-id": "m-2"}, BODY, [SECRET]),
        ({"webhook-timestamp": "1772442001"}, BODY, [SECRET]),
        ({"webhook-signature": "v1,"}, BODY, [SECRET]),
        ({"webhook-signature": "v1,é"}, BODY, [SECRET]),
        ({}, BODY, ["another secret"]),
        ({}, BODY, []),
    ],
)
def test_require_signature__refuses_what_was_not_signed(
    changes: dict[str, str], body: bytes, secrets: list[str]
) -> None:
    with pytest.raises(SignatureWrong):
        require_signature(secrets=secrets, headers=headers(**changes), body=body, at=AT)


@pytest.mark.parametrize("refusal", [SignatureMissing, SignatureTooOld, SignatureWrong])
def test_refusals__mean_that_nobody_is_known_to_have_sent_it(refusal: type[RuleViolation]) -> None:
    assert refusal.kind is ErrorKind.NOT_SIGNED_IN
