"""Signed messages between machines: HMAC-SHA256 over id, time and body, after Standard Webhooks 1.0.

The same form serves both directions of the customs office's gateway. Its headers are
`webhook-id`, `webhook-timestamp` (whole seconds since 1970, UTC) and `webhook-signature`
(`v1,` and the digest in base64; several, separated by blanks, while a secret is changed).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from bonded.rules.errors import ErrorKind, RuleViolation

ID_HEADER = "webhook-id"
TIMESTAMP_HEADER = "webhook-timestamp"
SIGNATURE_HEADER = "webhook-signature"
# A message older than this, or this far in the future, may be somebody's recording.
WINDOW = timedelta(seconds=300)
LONGEST_ID = 80


class SignatureMissing(RuleViolation):
    """A header that says who sent the message, and when, is missing or can't be read."""

    code = "signature_missing"
    kind = ErrorKind.NOT_SIGNED_IN


class SignatureTooOld(RuleViolation):
    """The message was signed too long ago, or in the future."""

    code = "signature_too_old"
    kind = ErrorKind.NOT_SIGNED_IN


class SignatureWrong(RuleViolation):
    """The signature is not that of this message under a secret that is known here."""

    code = "signature_wrong"
    kind = ErrorKind.NOT_SIGNED_IN


def signature(*, secret: str | bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """Sign one message; the timestamp is in whole seconds since 1970, UTC."""
    key = secret if isinstance(secret, bytes) else secret.encode()
    signed = f"{message_id}.{timestamp}.".encode() + body
    digest = hmac.new(key, signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def signed_headers(*, secret: str, message_id: str, body: bytes, at: datetime) -> dict[str, str]:
    """Give the three headers that go with a message sent now."""
    timestamp = int(at.timestamp())
    return {
        ID_HEADER: message_id,
        TIMESTAMP_HEADER: str(timestamp),
        SIGNATURE_HEADER: signature(secret=secret, message_id=message_id, timestamp=timestamp, body=body),
    }


def require_signature(*, secrets: Iterable[str], headers: Mapping[str, str], body: bytes, at: datetime) -> str:
    """Refuse a message that is not signed, not signed lately or not signed with one of the secrets.

    Header names are lower case. Returns the message's id. Raises SignatureMissing,
    SignatureTooOld (with the window in seconds) or SignatureWrong; digests are compared in
    constant time, and an unknown sender (no secrets) looks like a wrong signature.
    """
    message_id, timestamp, given = (headers.get(name, "") for name in (ID_HEADER, TIMESTAMP_HEADER, SIGNATURE_HEADER))
    if not (message_id.isascii() and message_id.isprintable() and 0 < len(message_id) <= LONGEST_ID and given):
        raise SignatureMissing(f"Send {ID_HEADER}, {TIMESTAMP_HEADER} and {SIGNATURE_HEADER}.")
    # Without zeros before it, so that one moment is written, and signed, in one way.
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12 and timestamp[0] != "0"):
        raise SignatureMissing(f"Send {TIMESTAMP_HEADER} in whole seconds since 1970.")
    if abs(at.timestamp() - int(timestamp)) > WINDOW.total_seconds():
        raise SignatureTooOld("Sign the message again; its time is outside the window.", window_seconds=WINDOW.seconds)
    expected = [signature(secret=s, message_id=message_id, timestamp=int(timestamp), body=body) for s in secrets]
    matches = [hmac.compare_digest(one.encode(), own.encode()) for one in given.split() for own in expected]
    if not any(matches):
        raise SignatureWrong("The signature does not fit this message.")
    return message_id
