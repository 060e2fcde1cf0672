"""Load on an HTTP server of this machine: keep-alive connections that each ask again once they are answered."""

from __future__ import annotations

import contextlib
import os
import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from config.local.ports import HOST, answers_ok, free_port

END_OF_HEAD = b"\r\n\r\n"
LAST_CHUNK = b"0\r\n\r\n"
WARM_UP_SECONDS = 1.5
OTHER_WORKER_SECONDS = 6


@dataclass(frozen=True, slots=True)
class Load:
    """What a server answered: requests a second, milliseconds at the middle and at the 99th of a hundred."""

    per_second: float
    p50_ms: float
    p99_ms: float


class _Client:
    """One connection: what it has asked, since when, and what has come so far."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection((HOST, port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.answer = b""
        self.begun = 0.0

    def ask(self, request: bytes) -> None:
        self.answer, self.begun = b"", time.perf_counter()
        self.socket.sendall(request)

    def is_answered(self) -> bool:
        """Take what has come; say whether the answer is whole, and refuse one that does not say yes."""
        block = self.socket.recv(262_144)
        assert block, "the server closed a connection"
        self.answer += block
        head, found, body = self.answer.partition(END_OF_HEAD)
        if not found:
            return False
        assert head.startswith(b"HTTP/1.1 20"), self.answer[:500]
        length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
        return len(body) >= int(length) if length else body.endswith(LAST_CHUNK)


def measure(
    port: int, paths: Sequence[str], *, connections: int, seconds: float, headers: Mapping[str, str] | None = None
) -> Load:
    """Ask for the paths in turn over so many connections, for so long; the first moments are not counted."""
    head = "".join(f"{name}: {value}\r\n" for name, value in {"Host": f"{HOST}:{port}", **(headers or {})}.items())
    requests = [f"GET {path} HTTP/1.1\r\n{head}\r\n".encode() for path in paths]
    return measure_requests(port, requests, connections=connections, seconds=seconds)


def measure_requests(port: int, requests: Sequence[bytes], *, connections: int, seconds: float) -> Load:
    """Send the requests, whole as they are, in turn over so many connections, for so long; else as above."""
    spent: list[float] = []
    asked = 0
    with contextlib.ExitStack() as stack, selectors.DefaultSelector() as selector:
        for _ in range(connections):
            client = _Client(port)
            stack.callback(client.socket.close)
            selector.register(client.socket, selectors.EVENT_READ, client)
            client.ask(requests[asked % len(requests)])
            asked += 1
        counted_from = time.perf_counter() + WARM_UP_SECONDS
        ends = counted_from + seconds
        while time.perf_counter() < ends:
            for key, _ in selector.select(timeout=1):
                client = key.data
                if client.is_answered():
                    now = time.perf_counter()
                    if now >= counted_from:
                        spent.append(now - client.begun)
                    client.ask(requests[asked % len(requests)])
                    asked += 1
    spent.sort()
    assert spent, "nothing was answered in time"
    return Load(len(spent) / seconds, percentile(spent, 50) * 1e3, percentile(spent, 99) * 1e3)


def paced(port: int, requests: Sequence[bytes], *, rate: float, connections: int) -> float:
    """Send so many requests a second, each whole as it is and at its time, or as soon as a connection is free.

    Gives the moment of perf_counter at which the first was due; number n was due n / rate later.
    """
    with contextlib.ExitStack() as stack, selectors.DefaultSelector() as selector:
        free = []
        for _ in range(connections):
            free.append(client := _Client(port))
            stack.callback(client.socket.close)
            selector.register(client.socket, selectors.EVENT_READ, client)
        begun, asked = time.perf_counter() + 0.2, 0
        while asked < len(requests) or len(free) < connections:
            wait = begun + asked / rate - time.perf_counter() if asked < len(requests) and free else 1.0
            if wait <= 0:
                free.pop(0).ask(requests[asked])
                asked += 1
                continue
            free += [key.data for key, _ in selector.select(timeout=wait) if key.data.is_answered()]
        return begun


def percentile(ordered: Sequence[float], percent: int) -> float:
    """Give the value that so many percent of the ordered values do not exceed."""
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


@contextlib.contextmanager
def served(application: str, ready_path: str, **environment: str) -> Iterator[int]:
    """Run granian as the platform does, two workers of one thread each, and give its port."""
    port = free_port()
    command = [
        *(str(Path(sys.executable).with_name("granian")), "--interface", "wsgi", "--host", HOST, "--port", str(port)),
        *("--workers", "2", "--blocking-threads", "1", "--backpressure", "64", "--log-level", "warning", application),
    ]
    server = subprocess.Popen(command, env=os.environ | {"LOG_LEVEL": "WARNING"} | environment)
    try:
        deadline = time.monotonic() + 60
        while not answers_ok(port, ready_path):
            assert server.poll() is None, "the server ended by itself"
            assert time.monotonic() < deadline, "the server did not become ready"
            time.sleep(0.1)
        # The first worker answers; the other is still importing, and takes a whole core for it.
        time.sleep(OTHER_WORKER_SECONDS)
        yield port
    finally:
        server.terminate()
        server.wait(20)
