"""The gateway and the simulated office over real HTTP, the office being a process of its own that may be killed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from bonded.gateways.customs_office import (
    Accepted,
    CustomsOffice,
    Outcome,
    Overloaded,
    RefusedByContent,
    Unknown,
    Unreachable,
)
from bonded.gateways.customs_office_scenarios import SCENARIOS, deliveries
from bonded.rules.customs_messages import OutgoingKind, read_envelope
from bonded.rules.signatures import require_signature
from config.local.ports import free_port

SECRET = "the platform's"
OFFICE_SECRET = "the office's"
DOCUMENT = {"number": "202603020000000001", "procedure": "home_use", "goods": [{"hs_code": "71023900"}]}
BODY = json.dumps(DOCUMENT)


def now() -> datetime:
    return datetime.fromtimestamp(time.time(), UTC)


class Receiver:
    """Stands for the platform: stores signed messages, and fails the first `failures` times."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.messages: list[dict[str, Any]] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                message_id = require_signature(secrets=[OFFICE_SECRET], headers=headers, body=body, at=now())
                if receiver.failures:
                    receiver.failures -= 1
                    self.send_response(503)
                else:
                    receiver.messages.append(json.loads(body))
                    assert read_envelope(body).message_id == message_id
                    self.send_response(202)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def wait_for(self, count: int) -> list[dict[str, Any]]:
        deadline = time.monotonic() + 20
        while len(self.messages) < count and time.monotonic() < deadline:
            time.sleep(0.02)
        return self.messages

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


class OfficeProcess:
    """The simulated office as a process, on a port of its own."""

    def __init__(self, state: Path, public_url: str, scenario: str) -> None:
        self.port = free_port()
        self.command = [
            *(sys.executable, "manage.py", "run_customs_office_simulator", "--port", str(self.port)),
            *("--state", str(state), "--scenario", scenario),
        ]
        line = {"url": f"{self.url}/SIM", "incoming_secrets": [OFFICE_SECRET], "outgoing_secret": SECRET}
        self.environment = os.environ | {"PUBLIC_URL": public_url, "CUSTOMS_OFFICES": json.dumps({"SIM": line})}
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self.process = subprocess.Popen(self.command, env=self.environment, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                if httpx.get(f"{self.url}/livez", trust_env=False).status_code == 200:
                    return
            except httpx.HTTPError:
                time.sleep(0.05)
        raise AssertionError("the office did not start")

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def office(tmp_path: Path, receiver: Receiver, request: pytest.FixtureRequest) -> Iterator[OfficeProcess]:
    office = OfficeProcess(tmp_path / "office.sqlite", receiver.url, getattr(request, "param", "clean"))
    yield office
    office.kill()


@pytest.fixture
def gateway(office: OfficeProcess) -> Iterator[CustomsOffice]:
    gateway = CustomsOffice(url=f"{office.url}/SIM", secret=SECRET)
    yield gateway
    gateway.close()


def test_send__is_taken_once_and_answered_in_order(gateway: CustomsOffice, receiver: Receiver) -> None:
    assert gateway.find_by_key(OutgoingKind.LODGE, idempotency_key="k-1", at=now()) is None
    first = gateway.send(OutgoingKind.LODGE, idempotency_key="k-1", body=BODY, at=now())
    assert first == Accepted("530100000000000001")
    assert gateway.send(OutgoingKind.LODGE, idempotency_key="k-1", body=BODY, at=now()) == first
    assert gateway.find_by_key(OutgoingKind.LODGE, idempotency_key="k-1", at=now()) == first

    messages = receiver.wait_for(6)
    assert [(one["sequence"], one["status"]) for one in messages] == list(enumerate("7LJTPR", start=1))
    assert {one["declaration_number"] for one in messages} == {DOCUMENT["number"]}


def test_send__tells_that_the_content_is_refused(gateway: CustomsOffice) -> None:
    outcome = gateway.send(OutgoingKind.LODGE, idempotency_key="k-1", body='{"number": "1", "goods": []}', at=now())
    assert isinstance(outcome, RefusedByContent)
    assert "lists goods" in outcome.reason
    assert gateway.find_by_key(OutgoingKind.LODGE, idempotency_key="k-1", at=now()) is None


def test_send__with_a_wrong_secret_is_no_refusal_of_the_content(office: OfficeProcess) -> None:
    gateway = CustomsOffice(url=f"{office.url}/SIM", secret="not the secret")
    assert isinstance(gateway.send(OutgoingKind.LODGE, idempotency_key="k-1", body=BODY, at=now()), Unknown)
    gateway.close()


def test_send__tells_that_nobody_was_reached() -> None:
    gateway = CustomsOffice(url=f"http://127.0.0.1:{free_port()}", secret=SECRET)
    assert isinstance(gateway.send(OutgoingKind.LODGE, idempotency_key="k-1", body=BODY, at=now()), Unreachable)
    gateway.close()


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (429, "", Overloaded("429: ")),
        (503, "", Overloaded("503: ")),
        (500, "", Unknown("500: ")),
        (302, "", Unknown("302: ")),
        (200, "<html>", Unknown("200: <html>")),
        (200, '{"mrn": "M1"}', Accepted("M1")),
        (422, "no", RefusedByContent("422: no")),
    ],
)
def test_send__says_what_is_known(status: int, body: str, outcome: Outcome) -> None:
    gateway = CustomsOffice(
        url="http://office", secret=SECRET, transport=httpx.MockTransport(lambda _: httpx.Response(status, text=body))
    )
    assert gateway.send(OutgoingKind.LODGE, idempotency_key="k-1", body=BODY, at=now()) == outcome
    gateway.close()


def test_send__does_not_know_the_fate_of_a_call_that_broke() -> None:
    def break_off(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("nothing came", request=request)

    gateway = CustomsOffice(url="http://office", secret=SECRET, transport=httpx.MockTransport(break_off))
    assert gateway.send(OutgoingKind.LODGE, idempotency_key="k-1", body=BODY, at=now()) == Unknown(
        "ReadTimeout: nothing came"
    )
    gateway.close()


@pytest.mark.parametrize("office", ["unruly"], indirect=True)
def test_simulator__killed_in_between_and_refused_at_first_still_tells_everything(
    office: OfficeProcess, gateway: CustomsOffice, receiver: Receiver
) -> None:
    receiver.failures = 3
    for number in range(5):
        document = json.dumps(DOCUMENT | {"number": f"D{number}"})
        assert isinstance(
            gateway.send(OutgoingKind.LODGE, idempotency_key=f"k-{number}", body=document, at=now()), Accepted
        )
    receiver.wait_for(4)
    office.kill()
    office.start()
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        told = Counter((one["declaration_number"], one["sequence"]) for one in receiver.messages)
        if len(told) == 30:
            break
        time.sleep(0.05)
    assert set(told) == {(f"D{number}", sequence) for number in range(5) for sequence in range(1, 7)}


def test_deliveries__are_the_same_for_the_same_seed_and_differ_by_scenario() -> None:
    def plan(scenario: str, seed: int = 1) -> list[tuple[str, float]]:
        planned = deliveries(SCENARIOS[scenario], document=DOCUMENT, mrn="M", seed=seed, now=0.0)
        return [(one.message_id, one.due_at) for one in sorted(planned, key=lambda one: one.due_at)]

    assert plan("unruly") == plan("unruly")
    assert plan("unruly") != plan("unruly", seed=2)
    assert [name for name, _ in plan("clean")] == [f"M-{sequence}" for sequence in range(1, 7)]
    assert Counter(name for name, _ in plan("duplicates")) == {f"M-{sequence}": 2 for sequence in range(1, 7)}
    assert [name for name, _ in plan("reorder")] != [f"M-{sequence}" for sequence in range(1, 7)]


def test_deliveries__tell_no_tax_where_none_is_due() -> None:
    document = DOCUMENT | {"procedure": "into_bond"}
    planned = deliveries(SCENARIOS["clean"], document=document, mrn="M", seed=1, now=0.0)
    assert [json.loads(one.body)["status"] for one in planned] == list("7LJPR")
