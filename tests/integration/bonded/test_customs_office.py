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

from bonded.gateways import customs_office
from bonded.gateways.customs_message_forms import read_stored_message
from bonded.gateways.customs_office import (
    Accepted,
    CustomsOffice,
    Outcome,
    Overloaded,
    RefusedByContent,
    Unknown,
    Unreachable,
)
from bonded.rules.customs_messages import CustomsMessage, MessageUnreadable, OutgoingKind
from bonded.rules.customs_offices import OFFICE_HEADER, OFFICES
from bonded.rules.signatures import require_signature
from config.local.ports import free_port

SECRET = "the platform's"
OFFICE_SECRET = "the office's"
DOCUMENT = {"number": "202603020000000001", "procedure": "home_use", "goods": [{"hs_code": "71023900"}]}
BODY = json.dumps(DOCUMENT)


def now() -> datetime:
    return datetime.fromtimestamp(time.time(), UTC)


class Receiver:
    """Stands for the platform: stores signed messages, fails the first `failures` times, takes no id for two bodies."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.raw: dict[str, bytes] = {}
        self.messages: list[CustomsMessage] = []
        self.unreadable: list[str] = []
        self.reused: list[str] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                message_id = require_signature(secrets=[OFFICE_SECRET], headers=headers, body=body, at=now())
                self.send_response(receiver.take(headers[OFFICE_HEADER], message_id, body))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def take(self, office: str, message_id: str, body: bytes) -> int:
        if self.failures:
            self.failures -= 1
            return 503
        if self.raw.setdefault(message_id, body) != body:
            self.reused.append(message_id)
            return 409
        try:
            message = read_stored_message(office=office, message_id=message_id, raw=body, received_at=now())
        except MessageUnreadable:
            self.unreadable.append(message_id)
        else:
            self.messages.append(message)
        return 202

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def wait_for(self, count: int) -> list[CustomsMessage]:
        deadline = time.monotonic() + 60
        while len(self.messages) < count and time.monotonic() < deadline:
            time.sleep(0.02)
        return self.messages

    def statuses(self) -> list[str]:
        return [one.status for one in self.messages]

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


class OfficeProcess:
    """The simulated offices as a process, on a port of its own."""

    def __init__(self, state: Path, public_url: str, scenario: str) -> None:
        self.port = free_port()
        self.command = [
            *(sys.executable, "manage.py", "run_customs_office_simulator", "--port", str(self.port)),
            *("--state", str(state), "--scenario", scenario),
        ]
        lines = {
            code: {"url": f"{self.url}/{code}", "incoming_secrets": [OFFICE_SECRET], "outgoing_secret": SECRET}
            for code in OFFICES
        }
        self.environment = os.environ | {"PUBLIC_URL": public_url, "CUSTOMS_OFFICES": json.dumps(lines)}
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self.process = subprocess.Popen(self.command, env=self.environment, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
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
    office = OfficeProcess(tmp_path / "office.sqlite", receiver.url, getattr(request, "param", "accept"))
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
    assert isinstance(first, Accepted)
    assert first.mrn.startswith("5301")
    assert len(first.mrn) == 18
    assert gateway.send(OutgoingKind.LODGE, idempotency_key="k-1", body=BODY, at=now()) == first
    assert gateway.find_by_key(OutgoingKind.LODGE, idempotency_key="k-1", at=now()) == first

    messages = receiver.wait_for(6)
    assert [(one.sequence, one.status) for one in messages] == list(enumerate("7LJTPR", start=1))
    assert {(one.declaration_number, one.mrn) for one in messages} == {(DOCUMENT["number"], first.mrn)}


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
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        told = Counter((one.declaration_number, one.sequence) for one in receiver.messages)
        if len(told) == 30:
            break
        time.sleep(0.05)
    assert set(told) == {(f"D{number}", sequence) for number in range(5) for sequence in range(1, 7)}


@pytest.mark.parametrize(
    ("code", "said"), [("CNSW", list("7LJTPR")), ("GBCDS", ["02", "01", "13", "08", "09"])], ids=["CNSW", "GBCDS"]
)
def test_simulator__plays_the_other_offices_too(
    office: OfficeProcess, receiver: Receiver, code: str, said: list[str]
) -> None:
    gateway = CustomsOffice(url=f"{office.url}/{code}", secret=SECRET)
    outcome = gateway.send(OutgoingKind.LODGE, idempotency_key="k-1", body=BODY, at=now())
    gateway.close()
    assert isinstance(outcome, Accepted)
    messages = receiver.wait_for(len(said))
    assert [one.status for one in messages] == said
    assert {(one.office, one.mrn, one.sequence) for one in messages} == {(code, outcome.mrn, None)}
    moments = [one.issued_at.replace(microsecond=0) for one in messages]
    assert moments == sorted(set(moments))


@pytest.mark.parametrize("office", ["pull"], indirect=True)
def test_simulator__keeps_messages_until_they_are_fetched(
    office: OfficeProcess, gateway: CustomsOffice, receiver: Receiver
) -> None:
    gateway.send(OutgoingKind.LODGE, idempotency_key="k-1", body=BODY, at=now())
    deadline = time.monotonic() + 60
    while len(first := gateway.fetch(after="", at=now())) < 6 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert [json.loads(one.body)["status"] for one in first] == list("7LJTPR")
    assert [one.cursor for one in first] == list("123456")
    office.kill()
    office.start()
    assert gateway.fetch(after="2", at=now()) == first[2:]
    assert gateway.fetch(after="6", at=now()) == []
    assert receiver.raw == {}


@pytest.mark.parametrize("office", ["error500"], indirect=True)
def test_simulator__fails_although_it_took_the_message(gateway: CustomsOffice, receiver: Receiver) -> None:
    assert isinstance(gateway.send(OutgoingKind.LODGE, idempotency_key="k-1", body=BODY, at=now()), Unknown)
    known = gateway.find_by_key(OutgoingKind.LODGE, idempotency_key="k-1", at=now())
    assert isinstance(known, Accepted)
    assert gateway.send(OutgoingKind.LODGE, idempotency_key="k-1", body=BODY, at=now()) == known
    receiver.wait_for(6)
    assert receiver.statuses() == list("7LJTPR")


@pytest.mark.parametrize("office", ["error500_lost"], indirect=True)
def test_simulator__fails_and_took_nothing_and_counts_on_after_a_kill(
    office: OfficeProcess, gateway: CustomsOffice
) -> None:
    assert isinstance(gateway.send(OutgoingKind.LODGE, idempotency_key="k-1", body=BODY, at=now()), Unknown)
    assert gateway.find_by_key(OutgoingKind.LODGE, idempotency_key="k-1", at=now()) is None
    office.kill()
    office.start()
    again = CustomsOffice(url=f"{office.url}/SIM", secret=SECRET)
    sent = [type(again.send(OutgoingKind.LODGE, idempotency_key="k-1", body=BODY, at=now())) for _ in range(2)]
    again.close()
    assert sent == [Unknown, Accepted]


@pytest.mark.parametrize("office", ["hang"], indirect=True)
def test_simulator__hangs_although_it_took_the_message(office: OfficeProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(customs_office, "TIMEOUT", httpx.Timeout(0.5))
    gateway = CustomsOffice(url=f"{office.url}/SIM", secret=SECRET)
    outcome = gateway.send(OutgoingKind.LODGE, idempotency_key="k-1", body=BODY, at=now())
    assert isinstance(outcome, Unknown)
    assert outcome.reason.startswith("ReadTimeout")
    assert isinstance(gateway.find_by_key(OutgoingKind.LODGE, idempotency_key="k-1", at=now()), Accepted)
    gateway.close()


@pytest.mark.parametrize("office", ["overloaded"], indirect=True)
def test_simulator__is_overloaded_for_ten_calls(gateway: CustomsOffice) -> None:
    sent = [
        type(gateway.send(OutgoingKind.LODGE, idempotency_key=f"k-{number}", body=BODY, at=now()))
        for number in range(11)
    ]
    assert sent == [Overloaded] * 10 + [Accepted]


@pytest.mark.parametrize("office", ["corrupt"], indirect=True)
def test_simulator__cuts_a_message_off_and_sends_it_whole(gateway: CustomsOffice, receiver: Receiver) -> None:
    outcome = gateway.send(OutgoingKind.LODGE, idempotency_key="k-1", body=BODY, at=now())
    assert isinstance(outcome, Accepted)
    receiver.wait_for(6)
    assert receiver.statuses() == list("7LJTPR")
    assert receiver.unreadable == [f"{outcome.mrn}-3-cut"]


@pytest.mark.parametrize("office", ["id_reused"], indirect=True)
def test_simulator__uses_an_id_twice_and_gives_up_on_it(gateway: CustomsOffice, receiver: Receiver) -> None:
    outcome = gateway.send(OutgoingKind.LODGE, idempotency_key="k-1", body=BODY, at=now())
    assert isinstance(outcome, Accepted)
    receiver.wait_for(6)
    assert receiver.statuses() == list("7LJTPR")
    time.sleep(0.5)
    assert receiver.reused == [f"{outcome.mrn}-2"]


@pytest.mark.parametrize("office", ["documents"], indirect=True)
def test_simulator__goes_on_when_it_is_answered(office: OfficeProcess, receiver: Receiver) -> None:
    gateway = CustomsOffice(url=f"{office.url}/GBCDS", secret=SECRET)
    first = gateway.send(OutgoingKind.LODGE, idempotency_key="k-1", body=BODY, at=now())
    receiver.wait_for(2)
    time.sleep(1.5)
    assert receiver.statuses() == ["02", "06"]
    assert gateway.send(OutgoingKind.ANSWER, idempotency_key="k-2", body=BODY, at=now()) == first
    receiver.wait_for(6)
    gateway.close()
    assert receiver.statuses() == ["02", "06", "01", "13", "08", "09"]


@pytest.mark.parametrize("office", ["query"], indirect=True)
def test_simulator__takes_an_amendment_and_deletes_what_it_is_asked_to(
    gateway: CustomsOffice, receiver: Receiver
) -> None:
    first = gateway.send(OutgoingKind.LODGE, idempotency_key="k-1", body=BODY, at=now())
    assert isinstance(first, Accepted)
    receiver.wait_for(3)
    for key in ("k-2", "k-2"):
        assert gateway.send(OutgoingKind.AMEND, idempotency_key=key, body=BODY, at=now()) == first
    receiver.wait_for(4)
    assert gateway.send(OutgoingKind.CANCEL, idempotency_key="k-2", body=BODY, at=now()) == first
    messages = receiver.wait_for(5)
    assert [(one.sequence, one.status) for one in messages] == list(enumerate("7LHJD", start=1))
    assert gateway.send(OutgoingKind.ANSWER, idempotency_key="k-3", body=BODY, at=now()) == first
    time.sleep(0.5)
    assert receiver.statuses() == list("7LHJD")
