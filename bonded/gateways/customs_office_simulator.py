"""A customs office to talk to where the real one can't be reached: a real HTTP server of its own.

    POST /SIM/declarations    take a declaration in, once for each Idempotency-Key → 201, again 200
    GET  /SIM/declarations    say what came under the Idempotency-Key → 200 or 404
    GET  /livez               say that it runs

Amendments, cancellations, answers and Kimberley confirmations are taken in beside the declarations.
Both directions are signed. Its answers go as signed messages to the platform's
`/api/v1/customs/messages`, some twice and some out of order as the scenario says, each again and
again until the platform has stored it.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx

from bonded.gateways.customs_office import KEY_HEADER, PATHS
from bonded.gateways.customs_office_files import OfficeFiles
from bonded.gateways.customs_office_scenarios import SCENARIOS, deliveries
from bonded.rules.customs_messages import OutgoingKind
from bonded.rules.customs_offices import OFFICE_HEADER, SIMULATOR
from bonded.rules.errors import RuleViolation
from bonded.rules.signatures import require_signature, signed_headers

LARGEST_BODY_BYTES = 20 * 1024 * 1024
SENDERS = 8
IDLE_SECONDS = 0.05
# Short, because one that hangs holds up the others that were taken up with it.
SEND_TIMEOUT_SECONDS = 2.0
LONGEST_PAUSE_SECONDS = 5.0
Answer = tuple[HTTPStatus, dict[str, Any]]


def _now() -> datetime:
    # An office has a clock of its own; nothing of the platform depends on it.
    return datetime.fromtimestamp(time.time(), UTC)


class CustomsOfficeSimulator:
    """One simulated office with its files, its server and its senders."""

    def __init__(
        self, *, state: Path, own_secret: str, their_secret: str, messages_url: str, scenario: str, seed: int
    ) -> None:
        self.own_secret = own_secret
        self.their_secret = their_secret
        self.messages_url = messages_url
        self.scenario = SCENARIOS[scenario]
        self.seed = seed
        self.files = OfficeFiles(state)
        self.is_closing = threading.Event()

    def serve(self, *, host: str, port: int, when_ready: Callable[[int], None] = lambda port: None) -> None:
        """Serve until interrupted; raises OSError when the port is taken."""
        with ThreadingHTTPServer((host, port), _handler(self)) as server:
            sender = threading.Thread(target=self.keep_sending, daemon=True)
            sender.start()
            when_ready(server.server_port)
            try:
                server.serve_forever()
            finally:
                self.is_closing.set()
                sender.join()

    def take(self, path: str, key: str, body: bytes) -> Answer:
        """Take one message in, or say why its content is refused."""
        try:
            document = json.loads(body)
            number, goods = str(document["number"]), document["goods"] if path == PATHS[OutgoingKind.LODGE] else "none"
        except (ValueError, KeyError, TypeError) as error:
            return HTTPStatus.UNPROCESSABLE_ENTITY, {"reason": f"This is not a declaration: {error!r}."}
        if not number or not goods:
            return HTTPStatus.UNPROCESSABLE_ENTITY, {"reason": "A declaration has a number and lists goods."}
        mrn, is_new = self.files.take(
            key=key,
            body=body,
            answers=lambda mrn: (
                deliveries(self.scenario, document=document, mrn=mrn, seed=self.seed, now=time.time())
                if path == PATHS[OutgoingKind.LODGE]
                else []
            ),
        )
        return HTTPStatus.CREATED if is_new else HTTPStatus.OK, {"mrn": mrn}

    def find(self, key: str) -> Answer:
        """Say what came under a key."""
        mrn = self.files.find(key)
        return (HTTPStatus.OK, {"mrn": mrn}) if mrn else (HTTPStatus.NOT_FOUND, {"reason": "Nothing came under it."})

    def keep_sending(self) -> None:
        """Send what is due until closed."""
        limits = httpx.Limits(max_connections=SENDERS)
        with (
            httpx.Client(timeout=SEND_TIMEOUT_SECONDS, limits=limits, trust_env=False) as http,
            ThreadPoolExecutor(SENDERS) as pool,
        ):
            while not self.is_closing.is_set():
                due = self.files.due(now=time.time(), limit=SENDERS)
                are_stored = list(pool.map(lambda one: self._is_stored(http, one[1], one[2]), due))
                now = time.time()
                self.files.settle(
                    done=[one[0] for one, is_stored in zip(due, are_stored, strict=True) if is_stored],
                    again=[
                        (now + min(LONGEST_PAUSE_SECONDS, 0.2 * (1 << min(one[3], 8))), one[0])
                        for one, is_stored in zip(due, are_stored, strict=True)
                        if not is_stored
                    ],
                )
                if not due:
                    self.is_closing.wait(IDLE_SECONDS)

    def _is_stored(self, http: httpx.Client, message_id: str, body: bytes) -> bool:
        headers = signed_headers(secret=self.own_secret, message_id=message_id, body=body, at=_now())
        headers |= {OFFICE_HEADER: SIMULATOR, "Content-Type": "application/json"}
        try:
            return http.post(self.messages_url, content=body, headers=headers).is_success
        except httpx.HTTPError:
            return False


def _handler(office: CustomsOfficeSimulator) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 30

        def do_GET(self) -> None:
            if self.path == "/livez":
                self._answer((HTTPStatus.OK, {"status": "alive"}))
            else:
                self._signed(lambda path, key, body: office.find(key))

        def do_POST(self) -> None:
            self._signed(office.take)

        def _signed(self, act: Callable[[str, str, bytes], Answer]) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            path = self.path.removeprefix(f"/{SIMULATOR}")
            if path not in PATHS.values() or length > LARGEST_BODY_BYTES:
                self.close_connection = True
                self._answer((HTTPStatus.NOT_FOUND, {"reason": "There is nothing here."}))
                return
            body = self.rfile.read(length)
            headers = {name.lower(): value for name, value in self.headers.items()}
            try:
                require_signature(secrets=[office.their_secret], headers=headers, body=body, at=_now())
            except RuleViolation as refusal:
                self._answer((HTTPStatus.UNAUTHORIZED, {"reason": refusal.message}))
                return
            self._answer(act(path, headers.get(KEY_HEADER.lower(), ""), body))

        def _answer(self, answer: Answer) -> None:
            status, content = answer
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the base class names it)
            pass

    return Handler
