"""Status messages applied per second from a backlog, beside the same statements run bare and a task per message (G13).

The product does all of it: it claims, reads and checks each message, settles each lane by the
rules, writes message, declaration and chained history, and, in the last figure, grants the
clearances that follow. The bare side repeats the very statements that the product sent, with
their parameters ready, on a connection without Django. The peers are the usual way, see
benchmarks/_customs_tasks.py: a Celery task for each message, by two pool children.
"""

from __future__ import annotations

import time
from collections import Counter

from benchmarks import _customs_tasks as tasks
from benchmarks._customs_backlog import BATCH, drain, drain_by, empty_again, fill, require_all, truncate
from benchmarks._statements import recorded, replay, timed_statements
from benchmarks.figures import Figure, Measure
from bonded.models import GrantedClearance, IncomingCustomsMessage

PLAIN, PLAIN_DECLARATIONS = "7L7", 100_000  # Taken in, entered, said again: nothing else follows from these.
WHOLE, WHOLE_DECLARATIONS = "7LJTPR", 5_000
PEER_MESSAGES = 3_000
FIRST_STATEMENT = "lock_timeout = '50ms'"


def run() -> list[Figure]:
    """Measure messages from which nothing else follows, by one process and by two, and whole journeys."""
    return [*_plain(), _whole()]


def _plain() -> list[Figure]:
    count = PLAIN_DECLARATIONS * len(PLAIN)
    fill(PLAIN, PLAIN_DECLARATIONS)
    one, limit, parts = _beside_bare(count)
    empty_again()
    two = drain_by(2)
    require_all("applied", count)
    name = f"status messages applied from a backlog of {count:,}, {BATCH} a batch"
    peers = [
        Measure(f"Celery, {what} a message", _by_tasks(task))
        for what, task in (
            ("one ORM task", tasks.apply_by_orm),
            ("one task of one statement", tasks.apply_by_statement),
            ("one task that does nothing", tasks.do_nothing),
        )
    ]
    return [
        Figure("G13", f"{name}, one process", count / one, "/s", limit, peers, parts),
        Figure("G13", f"{name}, two processes", count / two, "/s", limit, peers),
    ]


def _whole() -> Figure:
    count = WHOLE_DECLARATIONS * len(WHOLE)
    fill(WHOLE, WHOLE_DECLARATIONS)
    seconds, limit, parts = _beside_bare(count)
    granted = GrantedClearance.objects.count()
    assert granted == 2 * WHOLE_DECLARATIONS
    truncate()
    name = f"status messages of whole journeys, with the {granted:,} clearances that {count:,} grant, one process"
    return Figure("", name, count / seconds, "/s", limit, parts=parts)


def _beside_bare(count: int) -> tuple[float, Measure, list[Measure]]:
    """Apply a backlog; give the seconds, the bare statements per second, and where the time goes."""
    with recorded(FIRST_STATEMENT) as batches:
        drain()
    empty_again()
    bare, bare_spent = replay(batches)
    require_all("applied", count)
    del batches
    empty_again()
    with timed_statements() as spent:
        begun = time.perf_counter()
        drain()
        seconds = time.perf_counter() - begun
    require_all("applied", count)
    rest = Measure("reading, rules and Python µs a message", (seconds - sum(spent.values())) / count * 1e6)
    parts = [rest, *_parts(spent, count, ""), *_parts(bare_spent, count, "bare ")]
    return seconds, Measure("the same statements run bare", count / sum(bare)), parts


def _parts(spent: Counter[str], count: int, prefix: str) -> list[Measure]:
    return [Measure(f"{prefix}{name} µs", seconds / count * 1e6) for name, seconds in spent.most_common(10)]


def _by_tasks(task: tasks.Task[..., None]) -> float:
    """Give how many messages a second a Celery worker applies, one task each."""
    empty_again()
    keys = list(IncomingCustomsMessage.objects.order_by("pk").values_list("pk", flat=True)[:PEER_MESSAGES])
    per_second = tasks.tasks_per_second(task, keys)
    if task is not tasks.do_nothing:
        require_all("applied", len(keys))
    return per_second
