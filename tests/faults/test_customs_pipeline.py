"""A declaration's whole way, while everything on it is killed: nothing that was acknowledged is lost or doubled.

Clients declare withdrawals over HTTP and repeat a call until it is acknowledged; relays send the
declarations to the simulated office; it pushes its answers back, shuffled and some twice; workers
apply them. Meanwhile processes are killed, Redis is killed and flushed, connections are cut and
PostgreSQL is stopped at once. FAULT_SECONDS says for how long (10 by default), FAULT_SEED in which order.
"""

from __future__ import annotations

import json
import os
import sqlite3
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from config.local.commands import WORKER_LIMITS
from config.local.platforms import Platform
from config.local.postgres import remove_home
from config.local.processes import Program
from tests.faults.injuries import Injuries
from tests.faults.naive import NaiveSender

pytestmark = [pytest.mark.faults, pytest.mark.platform]

SECONDS = float(os.environ.get("FAULT_SECONDS", "10"))
SEED = int(os.environ.get("FAULT_SEED", "20261123"))
DECLARATIONS_PER_SECOND = 20
CLIENTS = 8
PAUSE_SECONDS = 0.8
SETTLED_WITHIN_SECONDS = 90
ANSWERED_WITHIN_SECONDS = 120
NAIVE_PER_SECOND = 40
# Fewer acknowledged declarations than this would mean that there was nothing to lose.
FEWEST = 20


class Client(threading.Thread):
    """Declares its withdrawals one after the other and repeats each call, under its key, until it is acknowledged."""

    def __init__(self, url: str, token: str, withdrawals: list[str], stopping: threading.Event) -> None:
        super().__init__(daemon=True)
        self.url, self.token, self.withdrawals, self.stopping = url, token, withdrawals, stopping
        self.acknowledged: list[str] = []
        self.refused: list[str] = []

    def run(self) -> None:
        headers = {"Authorization": f"Token {self.token}", "Content-Type": "application/json"}
        with httpx.Client(base_url=self.url, headers=headers, timeout=10, trust_env=False) as http:
            for withdrawal in self.withdrawals:
                if self.stopping.is_set():
                    return
                self.declare(http, withdrawal)
                time.sleep(CLIENTS / DECLARATIONS_PER_SECOND)

    def declare(self, http: httpx.Client, withdrawal: str) -> None:
        until = time.monotonic() + ANSWERED_WITHIN_SECONDS
        while time.monotonic() < until:
            try:
                answer = http.post(
                    f"/api/v1/withdrawals/{withdrawal}/declaration", headers={"Idempotency-Key": withdrawal}
                )
            except httpx.HTTPError:
                time.sleep(0.1)
                continue
            if answer.status_code == 201:
                self.acknowledged.append(answer.json()["number"])
                return
            if answer.status_code < 500 and answer.json().get("code") != "same_call_in_flight":
                self.refused.append(answer.text)
                return
            time.sleep(0.1)
        self.refused.append(f"{withdrawal} was never answered")


class Database:
    """Asks the platform's database."""

    def __init__(self, url: str) -> None:
        self.url = url

    def rows(self, question: str, *parameters: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url) as connection:
            return connection.execute(question, parameters).fetchall()

    def one(self, question: str, *parameters: Any) -> Any:
        return self.rows(question, *parameters)[0][0]


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with Platform(tmp_path_factory.mktemp("faults"), restart=True) as running:
        running.start()
        running.supervisor.start([naive_worker(running)])
        yield running
    remove_home(running.folder)


def naive_worker(platform: Platform) -> Program:
    return Program(
        name="naive-worker",
        command=(
            *(sys.executable, "-m", "celery", "-A", "tests.faults.naive", "worker", "-Q", "naive", "-c", "1"),
            *("-n", "naive@%h", "-l", "WARNING"),
        ),
        environment=platform.environment | WORKER_LIMITS,
    )


def seeded(platform: Platform, count: int) -> dict[str, Any]:
    log = platform.folder.logs / "seed.log"
    assert platform.run(("python", "-m", "tests.faults.seed", str(count)), log=log) == 0, log.read_text()
    last: dict[str, Any] = json.loads(log.read_text().strip().splitlines()[-1])
    return last


def wait_until_settled(database: Database, office: Path, acknowledged: int) -> float:
    """Wait until all that was acknowledged is cleared and the office has nothing left to tell; give the seconds."""
    begun = time.monotonic()
    while time.monotonic() < begun + SETTLED_WITHIN_SECONDS:
        try:
            cleared = database.one("SELECT count(*) FROM bonded_declaration WHERE state = 'cleared'")
            unread = database.one("SELECT count(*) FROM bonded_incomingcustomsmessage WHERE state = 'stored'")
            unsent = database.one("SELECT count(*) FROM bonded_outgoingcustomsmessage WHERE state <> 'sent'")
        except psycopg.OperationalError:
            cleared, unread, unsent = 0, 1, 1
        with sqlite3.connect(office) as files:
            (untold,) = files.execute("SELECT count(*) FROM delivery WHERE is_done = 0").fetchone()
        if cleared >= acknowledged and not (unread or unsent or untold):
            break
        time.sleep(0.2)
    return time.monotonic() - begun


def report(**figures: Any) -> None:
    for name, value in figures.items():
        print(f"  {name.replace('_', ' ')}: {value}")


def test_customs_pipeline__loses_and_doubles_nothing_while_everything_is_killed(platform: Platform) -> None:
    database = Database(platform.environment["OWNER_DATABASE_URL"])
    office = platform.folder.path / "customs-office.sqlite"
    seed = seeded(platform, int(SECONDS * 1.5 * DECLARATIONS_PER_SECOND))
    naive = NaiveSender(
        owner_url=platform.environment["OWNER_DATABASE_URL"],
        redis_url=platform.environment["REDIS_URL"],
        rate=NAIVE_PER_SECOND,
    )
    stopping = threading.Event()
    clients = [
        Client(platform.url, seed["token"], seed["withdrawals"][number::CLIENTS], stopping) for number in range(CLIENTS)
    ]
    for thread in (*clients, naive):
        thread.start()
    injuries = Injuries(platform, naive="naive-worker", seed=SEED)
    injuries.hurt_for(SECONDS, pause=PAUSE_SECONDS)
    stopping.set()
    for client in clients:
        client.join()
    naive.stop()

    acknowledged = [number for client in clients for number in client.acknowledged]
    recovered_seconds = wait_until_settled(database, office, len(acknowledged))
    states = dict(database.rows("SELECT number, state || ' ' || last_sequence FROM bonded_declaration"))
    lost = {number: states.get(number) for number in acknowledged if states.get(number) != "cleared 6"}
    with sqlite3.connect(office) as files:
        taken = files.execute("SELECT idempotency_key, body FROM call WHERE path = '/declarations'").fetchall()
        told = {name for (name,) in files.execute("SELECT message_id FROM delivery WHERE is_done = 1")}
    kept = {name for (name,) in database.rows("SELECT message_id FROM bonded_incomingcustomsmessage")}
    doubled = database.rows(
        "SELECT withdrawal_id, clearance, count(*) FROM bonded_grantedclearance GROUP BY 1, 2 HAVING count(*) > 1"
    ) + database.rows(
        "SELECT target_id, facts->>'clearance', count(*) FROM bonded_activity"
        " WHERE act = 'bonded.clearance.grant' GROUP BY 1, 2 HAVING count(*) > 1"
    )
    # A message's turn comes when it and all before it are here; before that it is the office that is late.
    lags = database.rows(
        "SELECT round((percentile_cont(ARRAY[0.5, 0.95, 0.99, 1.0]) WITHIN GROUP (ORDER BY seconds))[n]::numeric, 3)"
        "  FROM (SELECT extract(epoch FROM settled_at - max(received_at)"
        "                       OVER (PARTITION BY declaration_id ORDER BY sequence)) AS seconds"
        "          FROM bonded_incomingcustomsmessage WHERE state = 'applied') AS lag, generate_series(1, 4) AS n"
        " GROUP BY n ORDER BY n"
    )
    naive_sent, naive_lost, naive_doubled = naive.counts()
    report(
        seed=SEED,
        faults=sum(injuries.done.values()),
        by_kind=dict(injuries.done),
        restarts=platform.supervisor.restarts,
        acknowledged=len(acknowledged),
        messages_applied=database.one("SELECT count(*) FROM bonded_customsstatuschange WHERE sequence IS NOT NULL"),
        lost=len(lost),
        doubled=len(doubled),
        seconds_to_settle=round(recovered_seconds, 1),
        lag_turn_to_applied_seconds_p50_p95_p99_max=[str(lag) for (lag,) in lags],
        naive_sent=naive_sent,
        naive_lost=naive_lost,
        naive_doubled=naive_doubled,
    )

    assert [client.refused for client in clients if client.refused] == []
    assert len(acknowledged) == len(set(acknowledged)) >= FEWEST
    assert lost == {}
    assert doubled == []
    assert told <= kept
    numbers = [json.loads(body)["number"] for _, body in taken]
    assert sorted(numbers) == sorted(states)
    inbox = database.rows("SELECT state, count(*) FROM bonded_incomingcustomsmessage GROUP BY state")
    assert inbox == [("applied", 6 * len(states))]
    outbox = database.rows("SELECT DISTINCT state FROM bonded_outgoingcustomsmessage")
    assert outbox == [("sent",)]
    log = platform.folder.logs / "replay.log"
    assert platform.run(("python", "manage.py", "replay_customs_messages"), log=log) == 0, log.read_text()
    for table in ("bonded_customsstatuschange", "bonded_activity"):
        assert database.rows("SELECT * FROM broken_chain_rows(%s::regclass)", table) == []
    # The negative control: the same faults at the same time, without the rows as the queue.
    assert naive_lost > 0, "the faults were too mild to prove anything"
