"""The ways in which a running platform is hurt, and the order in which they come: by seed, each kind at least once."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import psycopg
import redis

from config.local.platforms import Platform
from config.local.ports import answers_ok

WEB_BACK_WITHIN_SECONDS = 60


def children_of(pid: int) -> list[int]:
    """Give the direct children of a process."""
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


class Injuries:
    """Hurts one platform; `naive` names a worker of the negative control that shares the workers' fate."""

    def __init__(self, platform: Platform, *, naive: str, seed: int) -> None:
        self.platform = platform
        self.naive = naive
        self.chance = random.Random(seed)
        self.done: Counter[str] = Counter()
        self.kinds: dict[str, Callable[[], None]] = {
            "worker": lambda: self._kill("worker", naive),
            "redis flushed": self._flush,
            "pool child": lambda: self._kill_child("worker", naive),
            "relay 1": lambda: self._kill("relay-1"),
            "redis": lambda: self._kill("redis"),
            "relay 2": lambda: self._kill("relay-2"),
            "web": lambda: self._kill("web"),
            "web child": lambda: self._kill_child("web"),
            "simulator": lambda: self._kill("simulator"),
            "database connections": self._terminate_backends,
            "beat": lambda: self._kill("beat"),
            "postgres": self._stop_postgres,
        }

    def hurt_for(self, seconds: float, *, pause: float) -> None:
        """Hurt the platform every `pause` seconds: all kinds in their order once, then by chance.

        Each time the web answers first; else a machine that starts it slowly would see no traffic to hurt.
        """
        until = time.monotonic() + seconds
        first = list(self.kinds)
        while first or time.monotonic() < until:
            self._wait_for_web()
            kind = first.pop(0) if first else self.chance.choice(list(self.kinds))
            self.kinds[kind]()
            self.done[kind] += 1
            time.sleep(pause * self.chance.uniform(0.5, 1.5))

    def _wait_for_web(self) -> None:
        deadline = time.monotonic() + WEB_BACK_WITHIN_SECONDS
        while not answers_ok(self.platform.port, "/readyz") and time.monotonic() < deadline:
            time.sleep(0.1)

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
