"""Companies' webhook endpoints: their health, their secrets, and when a message is tried again.

The form is Standard Webhooks 1.0: three headers, of which `webhook-signature` holds two signatures
while a secret is changed.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bonded.rules.errors import InputInvalid, RuleViolation
from bonded.rules.signatures import ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER, signature

SECRET_PREFIX = "whsec_"  # noqa: S105 (how such a secret begins)
SECRET_BYTES = 32
# A receiver has this long to learn the new secret.
OLD_SECRET_TERM = timedelta(hours=24)
SILENCE_TERM = timedelta(days=3)
REPLAY_TERM = timedelta(days=30)
MOST_ENDPOINTS = 10
# After each failed attempt but the last, the time until the next: three days and a little more (Standard Webhooks 1.0).
RETRY_DELAYS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)


class EndpointState(StrEnum):
    """How an endpoint does."""

    ACTIVE = "active"  # The last message arrived, or none was sent yet.
    FAILING = "failing"  # The last message did not arrive; one at a time tries whether it is back.
    DISABLED = "disabled"  # Nothing is sent until the company enables it again.


ENDPOINT_STEPS: dict[EndpointState, frozenset[EndpointState]] = {
    EndpointState.ACTIVE: frozenset({EndpointState.FAILING, EndpointState.DISABLED}),
    EndpointState.FAILING: frozenset({EndpointState.ACTIVE, EndpointState.DISABLED}),
    EndpointState.DISABLED: frozenset({EndpointState.ACTIVE}),
}


class EndpointKnown(RuleViolation):
    """The company has an endpoint at this address already."""

    code = "webhook_known"


class EndpointsTooMany(RuleViolation):
    """The company has as many endpoints as it may have."""

    code = "webhooks_too_many"


class EndpointDisabled(RuleViolation):
    """Nothing is sent to a disabled endpoint."""

    code = "webhook_disabled"


class ReplayOutOfRange(InputInvalid):
    """Events are told again from at most thirty days ago."""

    code = "replay_out_of_range"


@dataclass(frozen=True, slots=True)
class Attempt:
    """How one attempt at one message went; `reason` is empty when it arrived."""

    reason: str = ""
    is_gone: bool = False  # The receiver says that it wants no more, ever.

    @property
    def has_arrived(self) -> bool:
        """Say whether the receiver has the message."""
        return not self.reason


def webhook_retry_delay(attempts: int, *, jitter: float) -> timedelta | None:
    """Give the time until the next attempt, up to a tenth longer by the jitter; None when it is given up.

    `attempts` counts those already made, from 1; `jitter` is a random number in [0, 1).
    """
    assert attempts >= 1
    assert 0 <= jitter < 1
    if attempts > len(RETRY_DELAYS):
        return None
    return RETRY_DELAYS[attempts - 1] * (1 + jitter / 10)


def has_fallen_silent(*, good_at: datetime, at: datetime) -> bool:
    """Say whether nothing has arrived for three days; `good_at` is the last success or the enabling after it."""
    return at - good_at >= SILENCE_TERM


def secret_from(random_bytes: bytes) -> str:
    """Write a secret as Standard Webhooks does: a prefix, and the key's bytes in base64."""
    assert len(random_bytes) == SECRET_BYTES
    return SECRET_PREFIX + base64.b64encode(random_bytes).decode()


def webhook_headers(*, secrets: Sequence[str], message_id: str, body: bytes, at: datetime) -> dict[str, str]:
    """Give the headers of one message sent now, signed with each of the secrets."""
    timestamp = int(at.timestamp())
    keys = [base64.b64decode(secret.removeprefix(SECRET_PREFIX)) for secret in secrets]
    signatures = [signature(secret=key, message_id=message_id, timestamp=timestamp, body=body) for key in keys]
    return {
        ID_HEADER: message_id,
        TIMESTAMP_HEADER: str(timestamp),
        SIGNATURE_HEADER: " ".join(signatures),
        "Content-Type": "application/json",
    }
