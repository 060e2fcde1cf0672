"""How long it took after each injury until things worked again, measured beside the injuries, which do not wait for it.

A recovery has two times, both from the moment of the injury:

* **itself**: until the hurt part gave a sign of its own work that is younger than the injury. A worker, a relay or
  the killed child of a pool: it has finished a task. Beat: it has rung for a sweep. The web or its child: a new child
  has started and /readyz answers. The office: /livez answers. Redis, killed or flushed: it answers a PING and a
  worker or relay has received a task. PostgreSQL, stopped or its connections cut: it answers a query and a worker or
  relay has finished a task.
* **whole**: until itself is over and a customs message that the platform stored after the injury has been applied, and
  a reader sees that.

Injuries overlap, so both hold whatever else was away meanwhile: a flushed Redis that is followed by a killed web is
whole when that web is back. They are looked for five times a second.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from statistics import median

import psycopg
from django.utils import timezone

from tests.faults.signs import Sign

LOOKED_FOR_SECONDS = 0.2
# RELIABILITY's figures, for itself. They are printed, not asserted: a slow machine is no fault of the platform.
GOAL_SECONDS = {
    **dict.fromkeys(("worker", "pool child", "relay 1", "relay 2"), 30),
    **dict.fromkeys(("redis", "redis flushed"), 10),
    **dict.fromkeys(("postgres", "database connections"), 15),
}


@dataclass(slots=True)
class Recovery:
    """One injury, and the seconds until it was over; None while it is not."""

    kind: str
    hurt_at: datetime
    begun: float
    signs: list[Sign]
    itself_seconds: float | None = None
    whole_seconds: float | None = None

    def look(self, newest_applied_at: datetime | None) -> None:
        """Look whether it is over by now."""
        if self.itself_seconds is None and all(sign() for sign in self.signs):
            self.itself_seconds = time.monotonic() - self.begun
        if self.itself_seconds is not None and newest_applied_at is not None and newest_applied_at > self.hurt_at:
            self.whole_seconds = time.monotonic() - self.begun


class Recoveries(threading.Thread):
    """Looks after all injuries of one platform until stopped."""

    def __init__(self, database_url: str) -> None:
        super().__init__(name="recoveries", daemon=True)
        self.database_url = database_url
        self.all: list[Recovery] = []
        self.stopping = threading.Event()

    def begin(self, kind: str, signs: list[Sign]) -> None:
        """Count from now; called when the injury is done."""
        self.all.append(Recovery(kind, timezone.now(), time.monotonic(), signs))

    def run(self) -> None:
        """Look."""
        while not self.stopping.wait(LOOKED_FOR_SECONDS):
            under_way = self.under_way()
            newest_applied_at = self._newest_applied_at() if under_way else None
            for one in under_way:
                one.look(newest_applied_at)

    def under_way(self) -> list[Recovery]:
        """Give those that are not over."""
        return [one for one in list(self.all) if one.whole_seconds is None]

    def wait_until_over(self, *, within_seconds: float) -> None:
        """Wait for those that are not over, and stop; what still is not stays under way."""
        until = time.monotonic() + within_seconds
        while self.under_way() and time.monotonic() < until:
            time.sleep(LOOKED_FOR_SECONDS)
        self.stopping.set()
        self.join()

    def table(self) -> list[str]:
        """Give a line for each kind: how often, and the seconds, the median and the longest, beside the goal."""
        lines = [f"{'recovery, seconds':24} times   itself: median    max   whole: median    max   goal"]
        for kind in dict.fromkeys(one.kind for one in self.all):
            mine = [one for one in self.all if one.kind == kind]
            itself = _median_and_longest([one.itself_seconds for one in mine])
            whole = _median_and_longest([one.whole_seconds for one in mine])
            goal = GOAL_SECONDS.get(kind)
            lines.append(f"{kind:24} {len(mine):5} {itself:>24} {whole:>22}   {f'< {goal}' if goal else ''}".rstrip())
        return lines

    def _newest_applied_at(self) -> datetime | None:
        """Give when the newest of the applied messages had been stored; None when nobody can say."""
        with suppress(psycopg.Error), psycopg.connect(self.database_url, connect_timeout=1) as connection:
            row = connection.execute(
                "SELECT received_at FROM bonded_incomingcustomsmessage WHERE state = 'applied' ORDER BY id DESC LIMIT 1"
            ).fetchone()
            return row[0] if row else None
        return None


def _median_and_longest(seconds: Sequence[float | None]) -> str:
    known = [one for one in seconds if one is not None]
    return f"{median(known):.1f} {max(known):6.1f}" if known else "never"
