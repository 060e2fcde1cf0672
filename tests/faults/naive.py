"""The negative control: what a platform does that commits and then sends a task, and trusts the broker with the work.

It is no part of the product. A message is written, then its id is sent with `.delay()`; a worker
with early acknowledgement takes it and counts its effect. Under the faults of the test it must
lose; if it did not, the faults would prove nothing.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time

import psycopg
from celery import Celery

OWNER_URL = "OWNER_DATABASE_URL"
QUEUE = "naive"
EFFECT_SECONDS = 0.015
TABLE = "CREATE TABLE naive_message (id bigserial PRIMARY KEY, effects integer NOT NULL DEFAULT 0)"

app = Celery("naive", broker=os.environ.get("REDIS_URL", ""), set_as_current=False)
app.conf.update(task_acks_late=False, task_ignore_result=True, task_default_queue=QUEUE)
app.conf.update(broker_connection_retry_on_startup=True, worker_hijack_root_logger=False)


@app.task
def take_effect(message_id: int) -> None:
    """Do a little work and count it."""
    time.sleep(EFFECT_SECONDS)
    with psycopg.connect(os.environ[OWNER_URL]) as connection:
        connection.execute("UPDATE naive_message SET effects = effects + 1 WHERE id = %s", [message_id])


class NaiveSender(threading.Thread):
    """Writes messages and sends their ids until stopped; counts those that were committed, as a client would."""

    def __init__(self, *, owner_url: str, redis_url: str, rate: float) -> None:
        super().__init__(daemon=True)
        self.owner_url = owner_url
        self.pause = 1 / rate
        self.stopping = threading.Event()
        app.conf.update(broker_url=redis_url)
        with psycopg.connect(owner_url) as connection:
            connection.execute(TABLE)

    def run(self) -> None:
        """Commit, then delay."""
        while not self.stopping.wait(self.pause):
            try:
                with psycopg.connect(self.owner_url) as connection:
                    row = connection.execute("INSERT INTO naive_message DEFAULT VALUES RETURNING id").fetchone()
            except psycopg.Error:
                continue
            assert row is not None
            # What it does when the broker is away is nothing; that is the point.
            with contextlib.suppress(Exception):
                take_effect.delay(row[0])

    def stop(self) -> None:
        """Stop sending."""
        self.stopping.set()
        self.join()

    def counts(self) -> tuple[int, int, int]:
        """Give how many messages were committed, how many had no effect, and how many had more than one."""
        with psycopg.connect(self.owner_url) as connection:
            row = connection.execute(
                "SELECT count(*), count(*) FILTER (WHERE effects = 0), count(*) FILTER (WHERE effects > 1)"
                "  FROM naive_message"
            ).fetchone()
        assert row is not None
        return row
