"""When webhooks are tried again, how they are signed, when an endpoint has fallen silent."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from bonded.rules.lifecycle import StepNotAllowed, require_step
from bonded.rules.signatures import require_signature
from bonded.rules.webhooks import (
    ENDPOINT_STEPS,
    RETRY_DELAYS,
    EndpointState,
    has_fallen_silent,
    secret_from,
    webhook_headers,
    webhook_retry_delay,
)

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
ALLOWED = {
    ("active", "failing"),
    ("active", "disabled"),
    ("failing", "active"),
    ("failing", "disabled"),
    ("disabled", "active"),
}


def test_webhook_retry_delay__follows_the_table_and_then_gives_up() -> None:
    delays = [webhook_retry_delay(attempts, jitter=0.0) for attempts in range(1, 11)]

    seconds, minutes, hours = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
    expected = [5 * seconds, 5 * minutes, 30 * minutes, 2 * hours, 5 * hours, 10 * hours, 14 * hours, 20 * hours]
    assert delays == [*expected, 24 * hours, None]
    assert sum(RETRY_DELAYS, timedelta()) == timedelta(days=3, hours=3, minutes=35, seconds=5)


def test_webhook_retry_delay__is_up_to_a_tenth_longer_by_the_jitter() -> None:
    assert webhook_retry_delay(2, jitter=0.5) == timedelta(minutes=5, seconds=15)


def test_has_fallen_silent__after_three_days() -> None:
    assert has_fallen_silent(good_at=AT, at=AT + timedelta(days=3))
    assert not has_fallen_silent(good_at=AT, at=AT + timedelta(days=3) - timedelta(microseconds=1))


@pytest.mark.parametrize(("current", "target"), list(product(EndpointState, EndpointState)))
def test_endpoint_steps__are_these(current: EndpointState, target: EndpointState) -> None:
    if (current, target) in ALLOWED:
        require_step(ENDPOINT_STEPS, current, target)
        return
    with pytest.raises(StepNotAllowed):
        require_step(ENDPOINT_STEPS, current, target)


def test_webhook_headers__are_those_of_the_standards_own_example() -> None:
    headers = webhook_headers(
        secrets=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
        message_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        body=b'{"test": 2432232314}',
        at=datetime.fromtimestamp(1614265330, UTC),
    )

    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        "Content-Type": "application/json",
    }


def test_webhook_headers__hold_a_signature_for_each_secret() -> None:
    keys = [bytes([number]) * 32 for number in (1, 2)]
    headers = webhook_headers(secrets=[secret_from(key) for key in keys], message_id="m", body=b"{}", at=AT)

    digests = [hmac.new(key, f"m.{int(AT.timestamp())}.{{}}".encode(), hashlib.sha256).digest() for key in keys]
    expected = [f"v1,{base64.b64encode(digest).decode()}" for digest in digests]
    assert headers["webhook-signature"].split(" ") == expected


def test_require_signature__takes_a_message_of_ours_by_the_key_of_its_secret() -> None:
    headers = webhook_headers(secrets=[secret_from(b"A" * 32)], message_id="m", body=b"{}", at=AT)
    assert require_signature(secrets=["A" * 32], headers=headers, body=b"{}", at=AT) == "m"
