"""The HTTP server of the simulated customs offices: one process plays them all.

    POST /<OFFICE>/declarations    take a declaration in, once for each Idempotency-Key → 201, again 200
    GET  /<OFFICE>/declarations    say what came under the Idempotency-Key → 200 or 404
    GET  /<OFFICE>/messages        offer what the office says, ?after=<cursor>&limit=<n>
    GET  /livez                    say that it runs

Amendments, cancellations, answers and Kimberley confirmations have paths of their own beside the
declarations. Every call but the last is signed with the platform's secret.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from bonded.gateways.customs_office import FETCHED_AT_ONCE, KEY_HEADER, PATHS
from bonded.gateways.customs_office_senders import OfficeSender
from bonded.gateways.customs_office_simulator import Answer, SimulatedOffice
from bonded.rules.errors import RuleViolation
from bonded.rules.signatures import require_signature

LARGEST_BODY_BYTES = 20 * 1024 * 1024
MESSAGES_PATH = "/messages"
NOTHING_HERE = Answer(HTTPStatus.NOT_FOUND, {"reason": "There is nothing here."})


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a caller who hung up: keeping connections open, all of them do some day."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class OfficeServer:
    """Answers calls to all offices, and lets them send."""

    def __init__(self, *, offices: Mapping[str, SimulatedOffice], sender: OfficeSender) -> None:
        self._offices = offices
        self._sender = sender
        self.is_closing = threading.Event()

    def serve(self, *, host: str, port: int, when_ready: Callable[[int], None] = lambda port: None) -> None:
        """Serve until interrupted; raises OSError when the port is taken."""
        with _Server((host, port), _handler(self)) as server:
            sender = threading.Thread(target=self._sender.keep_sending, args=(self.is_closing,), daemon=True)
            sender.start()
            when_ready(server.server_port)
            try:
                server.serve_forever()
            finally:
                self.is_closing.set()
                sender.join()

    def answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Answer one call; header names are lower case."""
        parts, now = urlsplit(target), time.time()
        code, _, rest = parts.path.removeprefix("/").partition("/")
        office, path = self._offices.get(code), f"/{rest}"
        if office is None or path not in {*PATHS.values(), MESSAGES_PATH}:
            return NOTHING_HERE
        try:
            at = datetime.fromtimestamp(now, UTC)
            require_signature(secrets=[office.their_secret], headers=headers, body=body, at=at)
        except RuleViolation as refusal:
            return Answer(HTTPStatus.UNAUTHORIZED, {"reason": refusal.message})
        if path == MESSAGES_PATH:
            asked = dict(parse_qsl(parts.query))
            limit = asked.get("limit", str(FETCHED_AT_ONCE))
            return (
                office.offer(after=asked.get("after", "0"), limit=limit, now=now) if method == "GET" else NOTHING_HERE
            )
        key = headers.get(KEY_HEADER.lower(), "")
        if not key:
            return Answer(HTTPStatus.BAD_REQUEST, {"reason": f"Send {KEY_HEADER}."})
        return office.find(path, key) if method == "GET" else office.take(path, key, body, now=now)


def _handler(offices: OfficeServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 30

        def do_GET(self) -> None:
            if self.path == "/livez":
                self._write(Answer(HTTPStatus.OK, {"status": "alive"}))
            else:
                self._call("GET")

        def do_POST(self) -> None:
            self._call("POST")

        def _call(self, method: str) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            if length > LARGEST_BODY_BYTES:
                self.close_connection = True
                self._write(Answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, {"reason": "That is too much to read."}))
                return
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = offices.answer(method, self.path, headers, self.rfile.read(length))
            if answer.hang_seconds:
                offices.is_closing.wait(answer.hang_seconds)
                self.close_connection = True
            else:
                self._write(answer)

        def _write(self, answer: Answer) -> None:
            body = json.dumps(answer.content).encode()
            self.send_response(answer.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the base class names it)
            pass

    return Handler
