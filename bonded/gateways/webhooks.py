"""Posts a webhook to a company's receiver: to a checked address, in seven seconds at most, without following anywhere.

The host is looked up once and every address that it has must be public; the connection goes to one of
those very addresses, so a name that means something else a moment later gains nothing. TLS and the
Host header keep the name. Of the answer only the status is read.
"""

from __future__ import annotations

import io
import socket
import ssl
import time
from collections.abc import Mapping, Sequence
from functools import cache
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any

from bonded.rules.webhook_addresses import AddressRefused, WebhookAddress, is_public, webhook_address
from bonded.rules.webhooks import Attempt

CONNECT_SECONDS = 2.0
READ_SECONDS = 5.0
GONE = 410
# Said alike of a name that is not there and of one that leads inside: nobody learns our network by asking.
NOT_PUBLIC = "The host has no public address."


def post_webhook(*, url: str, headers: Mapping[str, str], body: bytes, may_be_private: bool) -> Attempt:
    """Post a message and say how it went: any 2xx is an arrival, 410 a farewell, everything else a failure.

    Connecting and the TLS handshake have two seconds each, sending and the answer five seconds
    together, however slowly they trickle. `may_be_private` lets a test reach its own receiver.
    """
    try:
        address = webhook_address(url, may_be_private=may_be_private)
        with _connect(address, may_be_private=may_be_private) as connected:
            status = _status(_DeadlineSocket(connected), address, headers, body)
    except AddressRefused as error:
        return Attempt(error.message)
    except (OSError, HTTPException, ValueError) as error:
        return Attempt(f"{type(error).__name__} on the way.")
    if 200 <= status < 300:
        return Attempt()
    return Attempt(f"The receiver answered {status}.", is_gone=status == GONE)


def _connect(address: WebhookAddress, *, may_be_private: bool) -> socket.socket:
    plain = _reached(_checked_places(address, may_be_private=may_be_private))
    if address.scheme == "http":
        return plain
    try:
        plain.settimeout(CONNECT_SECONDS)
        return _tls_context().wrap_socket(plain, server_hostname=address.host)
    except BaseException:
        plain.close()
        raise


def _checked_places(address: WebhookAddress, *, may_be_private: bool) -> Sequence[tuple[int, Any]]:
    """Look the host up once and give its addresses, if every one of them is public."""
    try:
        found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        found = []
    if not found or not (may_be_private or all(is_public(str(place[0])) for *_, place in found)):
        raise AddressRefused(NOT_PUBLIC)
    return [(family, place) for family, _, _, _, place in found]


def _reached(places: Sequence[tuple[int, Any]]) -> socket.socket:
    """Connect to the first of the places that answers; they share the time."""
    failure: OSError = TimeoutError()
    deadline = time.monotonic() + CONNECT_SECONDS
    for family, place in places:
        left = deadline - time.monotonic()
        if left <= 0:
            break
        plain = socket.socket(family, socket.SOCK_STREAM)
        try:
            plain.settimeout(left)
            plain.connect(place)
            return plain
        except OSError as error:
            plain.close()
            failure = error
    raise failure


@cache
def _tls_context() -> ssl.SSLContext:
    return ssl.create_default_context()


def _status(connected: _DeadlineSocket, address: WebhookAddress, headers: Mapping[str, str], body: bytes) -> int:
    kind = HTTPSConnection if address.scheme == "https" else HTTPConnection
    http = kind(address.host, address.port)
    # With a socket in place it makes no connection of its own.
    http.sock = connected
    http.request("POST", address.path, body, {**headers, "Connection": "close", "User-Agent": "bonded-webhooks/1"})
    return http.getresponse().status


class _DeadlineSocket:
    """A socket whose sending and reading end together; a socket's own limit would begin anew with each byte."""

    def __init__(self, inner: socket.socket) -> None:
        self._inner = inner
        self._deadline = time.monotonic() + READ_SECONDS

    def sendall(self, sent: bytes) -> None:
        self._inner.settimeout(self._left())
        self._inner.sendall(sent)

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_DeadlineReader(self))

    def recv_into(self, buffer: Any) -> int:
        self._inner.settimeout(self._left())
        return self._inner.recv_into(buffer)

    def close(self) -> None:
        self._inner.close()

    def _left(self) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the receiver took too long")
        return left


class _DeadlineReader(io.RawIOBase):
    """The reading end of such a socket."""

    def __init__(self, connected: _DeadlineSocket) -> None:
        self._connected = connected

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        return self._connected.recv_into(buffer)
