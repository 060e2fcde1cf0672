"""A company's webhook endpoints, reached through real acts, and a receiver that listens over real HTTP."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Collection
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from bonded.actions.client_events import publish_client_events, record_client_event
from bonded.actions.webhooks import register_webhook
from bonded.models import ClientEvent, WebhookDelivery, WebhookEndpoint
from bonded.rules.client_events import EventKind
from bonded.rules.permissions import SYSTEM, Actor
from tests.cast import Cast


class Server(ThreadingHTTPServer):
    """Takes as many callers at once as two relays send; with the usual five the others would be late."""

    request_queue_size = 128


class Receiver:
    """Stands for a company's machine: keeps what it is sent, and answers as it is told to."""

    def __init__(self, *, tls: ssl.SSLContext | None = None) -> None:
        self.answers: list[int] = []
        self.headers: dict[str, str] = {}
        self.calls: list[tuple[str, dict[str, str], bytes]] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.calls.append((self.path, {name.lower(): one for name, one in self.headers.items()}, body))
                self.send_response(receiver.answers.pop(0) if receiver.answers else 200)
                for name, value in receiver.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        if tls:
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_port
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05})
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def documents(self) -> list[dict[str, Any]]:
        """The bodies that were sent, read."""
        return [json.loads(body) for _, _, body in self.calls]

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


def a_webhook(
    actor: Actor, at: datetime, *, url: str = "https://hooks.example.com/", kinds: Collection[EventKind] = ()
) -> WebhookEndpoint:
    """An endpoint of the actor's company, at any address."""
    return register_webhook(url=url, kinds=kinds, may_be_private=True, actor=actor, at=at)


def an_event(cast: Cast, at: datetime, *, kind: EventKind = EventKind.BOOKING_CHANGED, number: int = 1) -> ClientEvent:
    """Something that happened to a thing of Alder's."""
    return record_client_event(
        company_id=cast.alder.pk, kind=kind, subject_kind="booking", subject_id=f"B-{number}", facts={}, at=at
    )


def publish(at: datetime) -> int:
    """Publish all that happened."""
    return publish_client_events(limit=100, actor=SYSTEM, at=at)


def deliveries() -> list[tuple[str, str, int]]:
    """All deliveries as (subject, state, attempts), in the order of their events."""
    rows = WebhookDelivery.objects.select_related("event").order_by("event__position", "pk")
    return [(row.event.subject_id, row.state, row.attempts) for row in rows]
