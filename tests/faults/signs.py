"""Signs that a part of the platform works again; each is asked for again and again until it is given."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg
import redis

from config.local.ports import answers_ok

Sign = Callable[[], bool]

# Celery's and granian's own words. A task is told as received by a worker, and as succeeded by its pool child.
TASK_RECEIVED = b"] received"
TASK_DONE = b"] succeeded in"
TASK_RUNG = b"Sending due task"
WEB_CHILD_STARTED = b"Started worker-"
# Whoever asks asks for other parts too, and is not held up by one that hangs.
ANSWERED_WITHIN_SECONDS = 1


class WrittenInLog:
    """Given when a log tells `words`, written after this sign was made; it stays given."""

    def __init__(self, log: Path, words: bytes) -> None:
        self.log, self.words = log, words
        self.read_to = log.stat().st_size
        self.is_given = False

    def __call__(self) -> bool:
        """Read what was added since the last time."""
        if not self.is_given:
            with self.log.open("rb") as log:
                log.seek(self.read_to)
                added = log.read()
            self.is_given = self.words in added
            # The words may be half written.
            self.read_to += max(0, len(added) - len(self.words))
        return self.is_given


def any_of(*signs: Sign) -> Sign:
    """Give a sign that is given when one of these is."""
    return lambda: any(sign() for sign in signs)


def web_answers(port: int, path: str) -> Sign:
    """Give the sign that GET of a path on a port of this machine answers 200 within a second."""
    return lambda: answers_ok(port, path, within_seconds=ANSWERED_WITHIN_SECONDS)


def redis_answers(url: str) -> Sign:
    """Give the sign that Redis answers a PING."""

    def is_given() -> bool:
        try:
            with redis.Redis.from_url(url, socket_timeout=ANSWERED_WITHIN_SECONDS) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    return is_given


def database_answers(url: str) -> Sign:
    """Give the sign that PostgreSQL answers a query on a new connection."""

    def is_given() -> bool:
        try:
            with psycopg.connect(url, connect_timeout=ANSWERED_WITHIN_SECONDS) as connection:
                return connection.execute("SELECT 1").fetchone() == (1,)
        except psycopg.Error:
            return False

    return is_given
