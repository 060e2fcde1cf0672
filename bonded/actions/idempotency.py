"""One effect for one key: a repeated call gets the answer that the first one got."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import OperationalError, connection

from bonded.models.idempotency import IdempotentAnswer
from bonded.rules.errors import InputInvalid, RuleViolation

LOCK_NOT_AVAILABLE = "55P03"


class IdempotencyKeyMissing(InputInvalid):
    """An unsafe call must carry a key, so that it may be repeated when its answer is lost."""

    code = "idempotency_key_missing"


class IdempotencyKeyReused(InputInvalid):
    """The key was used for another request."""

    code = "idempotency_key_reused"


class SameCallInFlight(RuleViolation):
    """The first call with this key has not ended yet."""

    code = "same_call_in_flight"


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered: the status, the body's bytes and their type."""

    status: int
    body: bytes
    content_type: str


def claim_key(*, caller: str, key: str, request_digest: bytes, at: datetime) -> Answer | None:
    """Take the key for this transaction, or give the answer that it already has.

    Must run inside the transaction of the act, so that key and effect are there together or not
    at all. A second call waits for the first, at most as long as the lock timeout. Raises
    SameCallInFlight when it waited in vain, IdempotencyKeyReused when the request is another.
    """
    assert connection.in_atomic_block
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO bonded_idempotentanswer (caller, key, request_digest, called_at, content_type)"
                " VALUES (%s, %s, %s, %s, '') ON CONFLICT DO NOTHING",
                [caller, key, request_digest, at],
            )
            if cursor.rowcount == 1:
                return None
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None) == LOCK_NOT_AVAILABLE:
            raise SameCallInFlight("The first call with this key is still running; ask again.", key=key) from error
        raise
    first = IdempotentAnswer.objects.get(caller=caller, key=key)
    if bytes(first.request_digest) != request_digest:
        raise IdempotencyKeyReused("This key was used for another request; take a new one.", key=key)
    assert first.status is not None, "an answer is stored with its key"
    assert first.body is not None, "an answer is stored with its key"
    return Answer(first.status, bytes(first.body), first.content_type)


def store_answer(*, caller: str, key: str, answer: Answer) -> None:
    """Keep the answer with its key."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE bonded_idempotentanswer SET status = %s, body = %s, content_type = %s"
            " WHERE caller = %s AND key = %s",
            [answer.status, answer.body, answer.content_type, caller, key],
        )
