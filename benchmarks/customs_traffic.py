"""Status messages over HTTP: how many are accepted a second, and how long each takes until it is applied (G14).

The whole way, by real processes: a client signs and posts, granian's workers prove who sends and
store, a Celery worker is woken and applies. The lag ends when another connection can see the step.
Beside it: the statements of one message run bare, and one Celery task for each message, which is
given its row in advance and only has to be sent and to run.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from benchmarks import _customs_tasks as tasks
from benchmarks._customs_backlog import drain, empty_again, fill, message, truncate
from benchmarks._load import measure_requests, paced, percentile, served
from benchmarks._statements import bare_connection, recorded, replay
from benchmarks.customs_messages import FIRST_STATEMENT
from benchmarks.figures import Figure, Measure
from bonded.actions.customs_messages import store_customs_message
from bonded.models import IncomingCustomsMessage
from bonded.rules.customs_offices import OFFICE_HEADER, SIMULATOR
from bonded.rules.permissions import SYSTEM
from bonded.rules.signatures import signed_headers
from config.local.ports import HOST

PATH = "/api/v1/customs/messages"
PLAIN, WHOLE = "7L7", "LJTPR"
CONNECTIONS, ACCEPTING_SECONDS, MOST_ACCEPTED = 16, 8.0, 40_000
SECONDS, PEER_SECONDS, PEER_RATE = 20, 10, 300
TOGETHER = 100
PERCENTS = (50, 95, 99)
ALONE = 1_500
LOOK_EVERY_SECONDS, LOOK_BACK = 0.004, 100
LOOK = "SELECT id, message_id FROM bonded_customsstatuschange WHERE id > %s AND message_id IS NOT NULL"
SETTLED_WITHIN_SECONDS = 120
# A message's id, its declaration's number, its sequence and its code.
Turn = tuple[str, str, int, str]


def run() -> list[Figure]:
    """Measure what the door takes, then the lag at 300 and at 500 messages a second."""
    call_command("grant_privileges", stdout=open(os.devnull, "w"))  # noqa: PTH123, SIM115
    secret = settings.CUSTOMS_OFFICES[SIMULATOR]["incoming_secrets"][0]
    database = {"DATABASE_URL": os.environ.get("APP_RW_DATABASE_URL", os.environ["DATABASE_URL"])}
    with served("config.wsgi:application", "/readyz", **database) as port:
        accepted = _accepted(port, secret)
        with tasks.celery_worker("-A", "config.celery", "worker", "-Q", "work", "-c", "1"):
            ours = {
                f"{what} at {rate}/s": _lags(codes, rate, port, secret)
                for what, codes, rate in (
                    ("status messages", PLAIN, 300),
                    ("status messages of whole journeys", WHOLE, 300),
                    ("status messages", PLAIN, 500),
                )
            }
    bare = _bare_seconds()
    peers = {
        "Celery, one ORM task a message": _lags_of_tasks(tasks.apply_by_orm),
        "Celery, one task of one statement a message": _lags_of_tasks(tasks.apply_by_statement),
    }
    truncate()
    return [accepted, *(figure for what, lags in ours.items() for figure in _figures(what, lags, bare, peers))]


def _accepted(port: int, secret: str) -> Figure:
    """Post as many messages as the door takes; beside it the same statements bare, and a task sent for each."""
    at = timezone.now()
    bodies = {f"A{number}": message(f"A{number}", f"B{number:012d}", 1, "L") for number in range(MOST_ACCEPTED)}
    requests = [_request(port, secret, name, body, at) for name, body in bodies.items()]
    load = measure_requests(port, requests, connections=CONNECTIONS, seconds=ACCEPTING_SECONDS)
    assert IncomingCustomsMessage.objects.filter(message_id__startswith="A").count() < MOST_ACCEPTED
    with recorded("INSERT INTO bonded_customsmessageid") as transactions:
        for number in range(ALONE):
            store_customs_message(
                office=SIMULATOR, message_id=f"bare{number}", raw=bodies["A1"], headers={}, actor=SYSTEM, at=at
            )
    truncate()
    bare, _ = replay(transactions)
    truncate()
    begun = time.perf_counter()
    for number in range(ALONE):
        tasks.do_nothing.delay(number)
    sent = time.perf_counter() - begun
    with tasks.app.connection_for_write() as broker:
        broker.default_channel.client.delete(tasks.QUEUE)
    return Figure(
        "",
        f"status messages accepted over HTTP, {CONNECTIONS} connections, signed and stored",
        load.per_second,
        "/s",
        Measure("the same statements run bare, one connection", ALONE / sum(bare)),
        [Measure("a Celery task sent and nothing stored, one process", ALONE / sent)],
        [Measure("p50 ms", load.p50_ms), Measure("p99 ms", load.p99_ms)],
    )


def _request(port: int, secret: str, name: str, body: bytes, at: datetime) -> bytes:
    headers = {
        "Host": f"{HOST}:{port}",
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        OFFICE_HEADER: SIMULATOR,
        **signed_headers(secret=secret, message_id=name, body=body, at=at),
    }
    head = "".join(f"{header}: {value}\r\n" for header, value in headers.items())
    return f"POST {PATH} HTTP/1.1\r\n{head}\r\n".encode() + body


def _lags(codes: str, rate: int, port: int, secret: str) -> list[float]:
    """Post so many messages a second; give the ordered seconds from when each was due until it was seen applied."""
    declarations = rate * SECONDS // len(codes)
    fill("", declarations)
    at = timezone.now()
    turns = _turns(codes, declarations)
    requests = [_request(port, secret, turn[0], message(*turn, at), at) for turn in turns]
    return _seen_after(turns, rate, lambda: paced(port, requests, rate=rate, connections=CONNECTIONS))


def _lags_of_tasks(task: tasks.Task[..., None]) -> list[float]:
    """Do the same by a task for each message, which is stored already."""
    declarations = PEER_RATE * PEER_SECONDS // len(PLAIN)
    fill(PLAIN, declarations)
    keys = dict(IncomingCustomsMessage.objects.values_list("message_id", "pk"))
    turns = _turns(PLAIN, declarations)

    def send() -> float:
        begun = time.perf_counter()
        for place, turn in enumerate(turns):
            time.sleep(max(0.0, begun + place / PEER_RATE - time.perf_counter()))
            task.delay(keys[turn[0]])
        return begun

    with tasks.celery_worker("-A", "benchmarks._customs_tasks", "worker", "-Q", tasks.QUEUE, "-c", str(tasks.POOL)):
        return _seen_after(turns, PEER_RATE, send)


def _turns(codes: str, declarations: int) -> list[Turn]:
    """Give the messages in the order of their sending: some declarations together, each of them step by step."""
    return [
        (f"M{number:012d}-{sequence}", f"B{number:012d}", sequence, code)
        for first in range(1, declarations + 1, TOGETHER)
        for sequence, code in enumerate(codes, start=1)
        for number in range(first, min(first + TOGETHER, declarations + 1))
    ]


def _seen_after(turns: Sequence[Turn], rate: int, send: Callable[[], float]) -> list[float]:
    """Have all sent, and give the ordered seconds from when each was due until its step was seen."""
    seen: dict[str, float] = {}
    looking = threading.Thread(target=_look, args=(seen, len(turns)), daemon=True)
    looking.start()
    begun = send()
    looking.join(SETTLED_WITHIN_SECONDS)
    assert len(seen) == len(turns), f"{len(turns)} sent, {len(seen)} applied"
    return sorted(seen[turn[0]] - begun - place / rate for place, turn in enumerate(turns))


def _look(seen: dict[str, float], count: int) -> None:
    """Note when each message's step can first be seen by another connection."""
    last = 0
    until = time.perf_counter() + SETTLED_WITHIN_SECONDS + SECONDS
    with bare_connection() as bare:
        while len(seen) < count and time.perf_counter() < until:
            # From some rows back, because a later transaction may commit before an earlier one.
            rows = bare.execute(LOOK, [last - LOOK_BACK]).fetchall()
            now = time.perf_counter()
            for key, name in rows:
                seen.setdefault(name, now)
                last = max(last, key)
            time.sleep(LOOK_EVERY_SECONDS)


def _bare_seconds() -> list[float]:
    """Give the ordered seconds of the statements that apply one message alone, run bare."""
    fill(PLAIN, ALONE // len(PLAIN))
    with recorded(FIRST_STATEMENT) as transactions:
        drain(1)
    empty_again()
    seconds, _ = replay(transactions)
    return sorted(seconds)


def _figures(what: str, lags: list[float], bare: list[float], peers: Mapping[str, list[float]]) -> list[Figure]:
    return [
        Figure(
            "G14",
            f"lag of {what}, due to be sent to applied, p{percent}",
            percentile(lags, percent) * 1e3,
            "ms",
            Measure("the statements of one message run bare", percentile(bare, percent) * 1e3),
            [Measure(f"{name}, at {PEER_RATE}/s", percentile(peer, percent) * 1e3) for name, peer in peers.items()],
            [Measure("slowest ms", lags[-1] * 1e3)] if percent == PERCENTS[-1] else [],
        )
        for percent in PERCENTS
    ]
