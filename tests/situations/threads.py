"""Acts that happen at the same moment, on threads and connections of their own."""

from __future__ import annotations

import threading
from collections.abc import Callable

from django.db import connection


def outcomes_at_once(*acts: Callable[[], object]) -> list[object]:
    """Run acts on a thread each, all let go at the same moment; give what each gave or raised, in their order."""
    barrier, outcomes = threading.Barrier(len(acts)), list[object]([None] * len(acts))

    def run(number: int, act: Callable[[], object]) -> None:
        connection.ensure_connection()
        barrier.wait()
        try:
            outcomes[number] = act()
        except BaseException as error:
            outcomes[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number, act)) for number, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def at_once(*acts: Callable[[], object]) -> None:
    """Run acts as above; whatever the first of them raised is raised here."""
    for outcome in outcomes_at_once(*acts):
        if isinstance(outcome, BaseException):
            raise outcome
