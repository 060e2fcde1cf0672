"""Speaks to a customs office over HTTP: hands a message in, asks whether it has one already, fetches what it says.

Every call carries our own idempotency key and is signed. An outcome says what is known, so that
whoever called can decide: taken, never to be taken as it is, not reached, too busy, or unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

import httpx

from bonded.rules.customs_messages import FetchedMessage, OutgoingKind
from bonded.rules.signatures import signed_headers

KEY_HEADER = "Idempotency-Key"
TIMEOUT = httpx.Timeout(5.0, connect=2.0)


@dataclass(frozen=True, slots=True)
class Accepted:
    """The office has the declaration, under its own reference number."""

    mrn: str


@dataclass(frozen=True, slots=True)
class RefusedByContent:
    """The office will not take this content, however often it is sent."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unreachable:
    """No connection was made, so the office has seen nothing."""

    reason: str


@dataclass(frozen=True, slots=True)
class Overloaded:
    """The office asks to be left alone for a while."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """The call went out and its fate is not known: ask before sending again."""

    reason: str


# Where a message of each kind goes, and where one asks what came under a key.
PATHS: Mapping[OutgoingKind, str] = {
    OutgoingKind.LODGE: "/declarations",
    OutgoingKind.AMEND: "/amendments",
    OutgoingKind.CANCEL: "/cancellations",
    OutgoingKind.ANSWER: "/answers",
    OutgoingKind.KIMBERLEY_CONFIRMATION: "/kimberley-confirmations",
}
FETCHED_AT_ONCE = 100

Outcome = Accepted | RefusedByContent | Unreachable | Overloaded | Unknown


LONGEST_MRN = 40
REFUSING = frozenset({httpx.codes.BAD_REQUEST, httpx.codes.REQUEST_ENTITY_TOO_LARGE, httpx.codes.UNPROCESSABLE_ENTITY})


class OfficeNotReached(Exception):
    """The office offers nothing that can be read now; what it has to say is fetched the next time."""


class CustomsOffice:
    """A client of one office; threads may share it."""

    def __init__(self, *, url: str, secret: str, transport: httpx.BaseTransport | None = None) -> None:
        self._secret = secret
        self._http = httpx.Client(base_url=url, timeout=TIMEOUT, transport=transport, trust_env=False)

    def send(self, kind: OutgoingKind, *, idempotency_key: str, body: str, at: datetime) -> Outcome:
        """Hand a message in. The body is JSON text; the same key never takes effect twice."""
        answer = self._call("POST", PATHS[kind], key=idempotency_key, body=body.encode(), at=at)
        if not isinstance(answer, httpx.Response):
            return answer
        return _outcome(answer)

    def find_by_key(self, kind: OutgoingKind, *, idempotency_key: str, at: datetime) -> Outcome | None:
        """Ask whether the office has a message under our key; None when it says that it has not."""
        answer = self._call("GET", PATHS[kind], key=idempotency_key, body=b"", at=at)
        if not isinstance(answer, httpx.Response):
            return answer
        return None if answer.status_code == httpx.codes.NOT_FOUND else _outcome(answer)

    def fetch(self, *, after: str, at: datetime) -> list[FetchedMessage]:
        """Give the office's messages after a cursor, oldest first, at most a hundred; empty when there are none.

        Raises OfficeNotReached when the office can't be reached, or answers with anything else.
        """
        path = f"/messages?{urlencode({'after': after, 'limit': FETCHED_AT_ONCE})}"
        answer = self._call("GET", path, key="fetch", body=b"", at=at)
        if not isinstance(answer, httpx.Response):
            raise OfficeNotReached(answer.reason)
        try:
            if not answer.is_success:
                raise ValueError(f"it answered {answer.status_code}")
            return [
                FetchedMessage(
                    str(one["cursor"]), str(one["message_id"]), str(one["content_type"]), one["body"].encode()
                )
                for one in answer.json()["messages"]
            ]
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise OfficeNotReached(f"{type(error).__name__}: {error}"[:200]) from error

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _call(
        self, method: str, path: str, *, key: str, body: bytes, at: datetime
    ) -> httpx.Response | Unreachable | Unknown:
        headers = signed_headers(secret=self._secret, message_id=key, body=body, at=at) | {
            KEY_HEADER: key,
            "Content-Type": "application/json",
        }
        try:
            return self._http.request(method, path, content=body, headers=headers)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            return Unreachable(f"{type(error).__name__}: {error}"[:200])
        except httpx.HTTPError as error:
            return Unknown(f"{type(error).__name__}: {error}"[:200])


def _outcome(answer: httpx.Response) -> Outcome:
    said = f"{answer.status_code}: {_printable(answer.text[:180])}"
    if answer.is_success:
        try:
            mrn = answer.json()["mrn"]
        except (ValueError, KeyError, TypeError, RecursionError):
            return Unknown(said)
        is_mrn = isinstance(mrn, str) and 0 < len(mrn) <= LONGEST_MRN and mrn.isprintable()
        return Accepted(mrn) if is_mrn else Unknown(said)
    if answer.status_code in {httpx.codes.TOO_MANY_REQUESTS, httpx.codes.SERVICE_UNAVAILABLE}:
        return Overloaded(said)
    # Only these speak of the declaration. Any other may be a wrong address, clock or secret, or our own first
    # attempt still under way: ask again.
    if answer.request.method == "POST" and answer.status_code in REFUSING:
        return RefusedByContent(said)
    return Unknown(said)


def _printable(text: str) -> str:
    """Give an office's words as a database takes them."""
    return "".join(character if character.isprintable() else " " for character in text)
