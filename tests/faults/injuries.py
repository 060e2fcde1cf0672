"""The ways in which a running platform is hurt, and the order in which they come: by seed, each kind at least once."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg
import redis

from config.local.platforms import Platform
from tests.faults.recoveries import Recoveries
from tests.faults.signs import (
    TASK_DONE,
    TASK_RECEIVED,
    TASK_RUNG,
    WEB_CHILD_STARTED,
    Sign,
    WrittenInLog,
    any_of,
    database_answers,
    redis_answers,
    web_answers,
)

WEB_BACK_WITHIN_SECONDS = 60
WORKERS = ("worker", "relay-1", "relay-2")


@dataclass(frozen=True, slots=True)
class Kind:
    """One way to hurt. `signs` gives, after it is done, what has to be seen until the hurt part works again.

    `weight` says how often it comes beside the others: what the machine mends at little cost comes twice as often,
    or it would do nothing but start processes. `is_of_web` keeps it away while the web does not answer, else a
    machine that starts the web slowly would see no traffic to hurt.
    """

    hurt: Callable[[], None]
    signs: Callable[[], list[Sign]]
    weight: int = 1
    is_of_web: bool = False


def children_of(pid: int) -> list[int]:
    """Give the direct children of a process."""
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


class Injuries:
    """Hurts one platform; `naive` names a worker of the negative control that shares the workers' fate.

    An injury does not wait for the one before it to be mended: they overlap, and what is being started is killed again.
    The seed gives the draws; a web that comes back late shifts them, so the log says what was done and when.
    """

    def __init__(self, platform: Platform, recoveries: Recoveries, *, naive: str, seed: int) -> None:
        self.platform = platform
        self.recoveries = recoveries
        self.chance = random.Random(seed)
        self.done: Counter[str] = Counter()
        self.web_answers = web_answers(platform.port, "/readyz")
        mended_web = self._signs(self._log("web", WEB_CHILD_STARTED), self.web_answers)
        office = web_answers(platform.customs_office_port, "/livez")
        broker = redis_answers(platform.environment["REDIS_URL"])
        database = database_answers(platform.environment["DATABASE_URL"])
        with_broker = self._signs(self._log_of_any(TASK_RECEIVED), broker)
        with_database = self._signs(self._log_of_any(TASK_DONE), database)
        self.kinds = {
            "worker": Kind(lambda: self._kill("worker", naive), self._signs(self._log("worker", TASK_DONE))),
            "redis flushed": Kind(self._flush, with_broker, weight=2),
            "pool child": Kind(
                lambda: self._kill_child("worker", naive), self._signs(self._log("worker", TASK_DONE)), weight=2
            ),
            "relay 1": Kind(lambda: self._kill("relay-1"), self._signs(self._log("relay-1", TASK_DONE))),
            "redis": Kind(lambda: self._kill("redis"), with_broker, weight=2),
            "relay 2": Kind(lambda: self._kill("relay-2"), self._signs(self._log("relay-2", TASK_DONE))),
            "web": Kind(lambda: self._kill("web"), mended_web, is_of_web=True),
            "simulator": Kind(lambda: self._kill("simulator"), lambda: [office]),
            "database connections": Kind(self._terminate_backends, with_database, weight=2),
            "beat": Kind(lambda: self._kill("beat"), self._signs(self._log("beat", TASK_RUNG))),
            "web child": Kind(lambda: self._kill_child("web"), mended_web, is_of_web=True),
            "postgres": Kind(self._stop_postgres, with_database),
        }

    def hurt_for(self, seconds: float, *, pause: float) -> None:
        """Hurt the platform every `pause` seconds, all kinds in their order once, then by chance; log each."""
        begun = time.monotonic()
        first, due = list(self.kinds), begun
        while first or due < begun + seconds:
            time.sleep(max(0.0, due - time.monotonic()))
            due = max(due, time.monotonic() - pause) + pause * self.chance.uniform(0.5, 1.5)
            is_up = self.web_answers()
            assert is_up or time.monotonic() < begun + seconds + WEB_BACK_WITHIN_SECONDS, "the web stays away"
            may = [name for name in self.kinds if is_up or not self.kinds[name].is_of_web]
            name = next((name for name in first if name in may), None) or self._drawn(may)
            first = [one for one in first if one != name]
            print(f"  {time.monotonic() - begun:6.1f} s  {name}", flush=True)
            self.kinds[name].hurt()
            self.recoveries.begin(name, self.kinds[name].signs())
            self.done[name] += 1

    def _drawn(self, names: list[str]) -> str:
        return self.chance.choices(names, [self.kinds[name].weight for name in names])[0]

    def _log(self, name: str, words: bytes) -> Callable[[], Sign]:
        return lambda: WrittenInLog(self.platform.folder.logs / f"{name}.log", words)

    def _log_of_any(self, words: bytes) -> Callable[[], Sign]:
        return lambda: any_of(*(self._log(name, words)() for name in WORKERS))

    def _signs(self, log: Callable[[], Sign], *others: Sign) -> Callable[[], list[Sign]]:
        return lambda: [log(), *others]

    def _kill(self, *names: str) -> None:
        for name in names:
            self.platform.kill(name)

    def _kill_child(self, *names: str) -> None:
        for name in names:
            for child in children_of(self.platform.processes[name].pid)[:1]:
                os.kill(child, signal.SIGKILL)

    def _flush(self) -> None:
        try:
            with redis.Redis.from_url(self.platform.environment["REDIS_URL"]) as client:
                client.flushall()
        except redis.RedisError:
            pass

    def _terminate_backends(self) -> None:
        try:
            with psycopg.connect(self.platform.environment["DATABASE_URL"]) as connection:
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE usename = current_user AND pid <> pg_backend_pid()"
                )
        except psycopg.Error:
            pass

    def _stop_postgres(self) -> None:
        # SIGQUIT ends the server at once and without a checkpoint, as a crash does; it recovers from its log.
        os.kill(self.platform.processes["postgres"].pid, signal.SIGQUIT)
