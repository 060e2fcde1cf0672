"""The bell at the workers' door: it goes by the broker, which may be away."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import structlog

PAUSE_SECONDS = 1.0
REST_SECONDS = 0.05

log = structlog.get_logger(__name__)


class Bell:
    """Rings for one task from a thread of its own, so that nobody who commits waits for the broker.

    With Redis away, one try to connect takes six seconds. The first ring goes at once, and those
    that come until a moment later become one: a task for each of 300 messages a second would cost
    more than the messages. A ring that is lost costs the time until the next sweep.
    """

    def __init__(self, name: str, call: Callable[[], object]) -> None:
        self.name = name
        self._call = call
        self._is_wanted = threading.Event()
        self._guard = threading.Lock()
        self._ringer: threading.Thread | None = None

    def ring(self) -> None:
        """Have a worker woken soon, if that is possible; returns at once and never raises."""
        self._is_wanted.set()
        with self._guard:
            # A process that was forked has no such thread yet.
            if self._ringer is None or not self._ringer.is_alive():
                self._ringer = threading.Thread(target=self._keep_ringing, name=f"bell {self.name}", daemon=True)
                self._ringer.start()

    def _keep_ringing(self) -> None:
        while self._is_wanted.wait():
            self._is_wanted.clear()
            try:
                self._call()
                time.sleep(REST_SECONDS)
            except Exception as error:
                # The act is done and committed; whatever is wrong with the broker is not its fault.
                log.warning("bell_not_rung", task=self.name, error=str(error))
                time.sleep(PAUSE_SECONDS)
