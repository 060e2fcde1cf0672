"""A declaration's whole way, while everything on it is killed: nothing that was acknowledged is lost or doubled.

Clients declare withdrawals over HTTP to all three offices and repeat a call until it is acknowledged; relays send the
declarations to the simulated offices; these push their answers back, each in its own form, shuffled and some twice;
workers apply them. Meanwhile processes are killed, Redis is killed and flushed, connections are cut and PostgreSQL is
stopped at once. FAULT_SECONDS says for how long (30 by default), FAULT_SEED in which order.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from bonded.rules.customs_offices import OFFICES
from config.local.commands import WORKER_LIMITS
from config.local.platforms import Platform
from config.local.postgres import remove_home
from config.local.processes import Program
from tests.faults.clients import Client
from tests.faults.injuries import Injuries
from tests.faults.naive import NaiveSender
from tests.faults.outcomes import Database, OfficeFile, outcomes
from tests.faults.recoveries import Recoveries

pytestmark = [pytest.mark.faults, pytest.mark.platform]

SECONDS = float(os.environ.get("FAULT_SECONDS", "30"))
SEED = int(os.environ.get("FAULT_SEED", "20261123"))
# Seven sendings by the office follow from each.
DECLARATIONS_PER_SECOND = 6
CLIENTS = 8
# Three hundred in ten minutes, and some over.
PAUSE_SECONDS = 1.8
RECOVERED_WITHIN_SECONDS = 90
# A relay that dies keeps its hold on a message for forty seconds, and a message that failed waits longer each time.
LONGEST_STANDSTILL_SECONDS = 90
NAIVE_PER_SECOND = 20
# Fewer acknowledged declarations than this would mean that there was nothing to lose.
FEWEST = 20
MOST_TOLD = 50

DOUBLED = {
    "a message in the history": (
        "SELECT message_id, count(*) FROM bonded_customsstatuschange WHERE message_id IS NOT NULL"
        " GROUP BY declaration_id, message_id HAVING count(*) > 1"
    ),
    "a clearance": (
        "SELECT withdrawal_id, clearance, count(*) FROM bonded_grantedclearance GROUP BY 1, 2 HAVING count(*) > 1"
    ),
    "the record of a clearance": (
        "SELECT target_id, facts->>'clearance', count(*) FROM bonded_activity"
        " WHERE act = 'bonded.clearance.grant' GROUP BY 1, 2 HAVING count(*) > 1"
    ),
}
UNCLEARED = (
    "SELECT number FROM bonded_declaration d WHERE state IN ('released', 'cleared') AND 2 <>"
    " (SELECT count(*) FROM bonded_grantedclearance g WHERE g.withdrawal_id = d.withdrawal_id AND revoked_at IS NULL"
    "     AND clearance IN ('customs_accepted', 'customs_released'))"
)
# A message's turn comes when it and all before it are here; before that it is the office that is late. Without numbers
# the three seconds for which it is waited whether another comes are part of it.
LAGS = """
    SELECT office, percentile_cont(ARRAY[0.5, 0.95, 0.99, 1.0]) WITHIN GROUP (ORDER BY seconds)
      FROM (SELECT office, extract(epoch FROM settled_at - max(received_at)
                                   OVER (PARTITION BY declaration_id ORDER BY sequence))::float8 AS seconds
              FROM bonded_incomingcustomsmessage WHERE state = 'applied') AS lag
     GROUP BY office ORDER BY office
"""
LAGS_FROM_ISSUE = """
    SELECT office, percentile_cont(ARRAY[0.5, 0.95, 0.99, 1.0])
                   WITHIN GROUP (ORDER BY extract(epoch FROM changed_at - issued_at)::float8)
      FROM bonded_customsstatuschange JOIN bonded_declaration d ON d.id = declaration_id
     WHERE message_id IS NOT NULL GROUP BY office ORDER BY office
"""


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


def ran(platform: Platform, *command: str) -> str:
    log = platform.folder.logs / "command.log"
    log.unlink(missing_ok=True)
    assert platform.run(("python", *command), log=log) == 0, log.read_text()
    return log.read_text().strip()


def clients_of(platform: Platform, stopping: threading.Event) -> list[Client]:
    """Give the clients; a third of what each declares goes to each office."""
    # As many as they can declare until the last recovery.
    count = int((SECONDS + RECOVERED_WITHIN_SECONDS) * DECLARATIONS_PER_SECOND)
    seed = json.loads(ran(platform, "-m", "tests.faults.seed", str(count)).splitlines()[-1])
    codes = list(OFFICES)
    declared = [(withdrawal, codes[place % len(codes)]) for place, withdrawal in enumerate(seed["withdrawals"])]
    pause = CLIENTS / DECLARATIONS_PER_SECOND
    return [
        Client(platform.url, seed["token"], declared[number::CLIENTS], pause=pause, stopping=stopping)
        for number in range(CLIENTS)
    ]


def wait_until_settled(database: Database, offices: OfficeFile) -> float:
    """Wait until all has been sent, answered and settled, or nothing moves any more; give the seconds."""
    begun = moved = time.monotonic()
    fewest = None
    while time.monotonic() < moved + LONGEST_STANDSTILL_SECONDS:
        unsent = database.one("SELECT count(*) FROM bonded_outgoingcustomsmessage WHERE state <> 'sent'")
        untold = offices.untold()
        unsettled = database.one(
            "SELECT count(*) FROM bonded_incomingcustomsmessage WHERE state IN ('stored', 'waiting')"
        )
        left = (unsent, untold, unsettled)
        if left == (0, 0, 0):
            break
        if fewest is None or left < fewest:
            fewest, moved = left, time.monotonic()
        time.sleep(0.5)
    return time.monotonic() - begun


def report(**figures: Any) -> None:
    for name, value in figures.items():
        print(f"  {name.replace('_', ' ')}: {value}")


def lags(database: Database, question: str) -> str:
    return "; ".join(
        f"{office} " + " ".join(f"{one:.2f}" for one in figures) for office, figures in database.rows(question)
    )


def test_customs_pipeline__loses_and_doubles_nothing_while_everything_is_killed(platform: Platform) -> None:
    database = Database(platform.environment["OWNER_DATABASE_URL"])
    offices = OfficeFile(platform.folder.path / "customs-office.sqlite")
    naive = NaiveSender(
        owner_url=platform.environment["OWNER_DATABASE_URL"],
        redis_url=platform.environment["REDIS_URL"],
        rate=NAIVE_PER_SECOND,
    )
    stopping = threading.Event()
    clients = clients_of(platform, stopping)
    recoveries = Recoveries(platform.environment["OWNER_DATABASE_URL"])
    for thread in (*clients, naive, recoveries):
        thread.start()
    print()
    injuries = Injuries(platform, recoveries, naive="naive-worker", seed=SEED)
    injuries.hurt_for(SECONDS, pause=PAUSE_SECONDS)
    # The traffic goes on, because it is what shows that the last injury is over.
    recoveries.wait_until_over(within_seconds=RECOVERED_WITHIN_SECONDS)
    stopping.set()
    for client in clients:
        client.join()
    naive.stop()

    settled_seconds = wait_until_settled(database, offices)
    acknowledged = [number for client in clients for number in client.acknowledged]
    found = outcomes(database, offices)
    kept = {name for (name,) in database.rows("SELECT message_id FROM bonded_incomingcustomsmessage")}
    lost = {number: "there is no such declaration" for number in acknowledged if number not in found}
    lost |= dict.fromkeys(offices.told() - kept, "the office was told that it is stored")
    lost |= {number: "; ".join(faults) for number, one in found.items() if (faults := list(one.faults()))}
    doubled = {what: rows for what, question in DOUBLED.items() if (rows := database.rows(question))}
    naive_sent, naive_lost, naive_doubled = naive.counts()
    report(
        seed=SEED,
        faults=f"{sum(injuries.done.values())} of {len(injuries.done)} kinds: {dict(injuries.done)}",
        restarts=platform.supervisor.restarts,
        acknowledged=f"{len(acknowledged)} declarations: {dict(Counter(one.office for one in found.values()))}",
        messages=dict(Counter(one.state for each in found.values() for one in each.kept.values())),
        applied=database.one("SELECT count(*) FROM bonded_customsstatuschange WHERE message_id IS NOT NULL"),
        lost=len(lost),
        doubled=len(doubled),
        seconds_to_settle=round(settled_seconds, 1),
        lag_turn_to_applied_seconds_p50_p95_p99_max=lags(database, LAGS),
        lag_issued_to_applied_seconds_p50_p95_p99_max=lags(database, LAGS_FROM_ISSUE),
        naive_sent=naive_sent,
        naive_lost=naive_lost,
        naive_doubled=naive_doubled,
    )
    print("\n".join(f"  {line}" for line in recoveries.table()))
    print("\n".join(f"  LOST {what}: {why}" for what, why in sorted(lost.items())[:MOST_TOLD]))

    assert [client.refused for client in clients if client.refused] == []
    assert len(acknowledged) == len(set(acknowledged)) >= FEWEST
    assert lost == {}
    assert doubled == {}
    assert database.rows(UNCLEARED) == []
    assert sorted(offices.taken()) == sorted(found)
    assert {one.office for one in found.values()} == set(OFFICES)
    assert database.rows("SELECT DISTINCT state FROM bonded_outgoingcustomsmessage") == [("sent",)]
    assert [one.kind for one in recoveries.under_way()] == []
    ran(platform, "manage.py", "replay_customs_messages")
    # Chains of history, balances of goods and money: every sentence that must hold.
    ran(platform, "manage.py", "verify")
    # The negative control: the same faults at the same time, without the rows as the queue.
    assert naive_lost > 0, "the faults were too mild to prove anything"
