"""The peer of customs messages: the usual way, one Celery task for each message, with early acknowledgement.

Three tasks: one by the ORM, as such tasks are written; one that does all by a single statement,
which is the least that a task can do; and one that does nothing, which is what Celery itself costs.
None of them orders messages, knows their codes from data, refuses, parks or has effects.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import django
from celery import Celery, Task

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from bonded.models import CustomsStatusChange, Declaration, IncomingCustomsMessage  # noqa: E402
from bonded.rules.customs_messages import MessageState, read_envelope  # noqa: E402
from bonded.rules.customs_offices import office_of  # noqa: E402
from bonded.rules.declarations import STEPS, DeclarationState  # noqa: E402

QUEUE = "benchmark"
# Where Celery's transport keeps what was taken and is not done.
UNACKNOWLEDGED = "unacked"
POOL = 2
READY_WITHIN_SECONDS = 60

app = Celery("benchmark", broker=settings.REDIS_URL, set_as_current=False)
app.conf.update(task_default_queue=QUEUE, task_ignore_result=True, task_acks_late=True, worker_prefetch_multiplier=4)
app.conf.update(worker_hijack_root_logger=False, broker_connection_retry_on_startup=True)

BY_ONE_STATEMENT = """
    WITH told AS (
        SELECT id, message_id, convert_from(raw, 'UTF8')::jsonb AS said FROM bonded_incomingcustomsmessage
         WHERE id = %s AND state = 'stored' FOR UPDATE),
    moved AS (
        UPDATE bonded_declaration d
           SET state = 'received', last_sequence = (said->>'sequence')::int, mrn = said->>'mrn',
               last_issued_at = (said->>'issued_at')::timestamptz
          FROM told WHERE d.number = said->>'declaration_number'
     RETURNING d.id, old.state AS before),
    settled AS (
        UPDATE bonded_incomingcustomsmessage m
           SET state = 'applied', declaration_id = moved.id, sequence = (said->>'sequence')::int,
               read_at = now(), waits_until = now(), settled_at = now()
          FROM told, moved WHERE m.id = told.id)
    INSERT INTO bonded_customsstatuschange
           (stream, declaration_id, before, after, message_id, sequence, code_list, status, issued_at, changed_at)
    SELECT 'declaration:' || moved.id, moved.id, moved.before, 'received', told.message_id,
           (said->>'sequence')::int, 'channel', said->>'status', (said->>'issued_at')::timestamptz, now()
      FROM told, moved
"""


@app.task
def do_nothing(message_key: int) -> None:
    """Do nothing with a message."""


@app.task
def apply_by_statement(message_key: int) -> None:
    """Apply one message by one statement."""
    with connection.cursor() as cursor:
        cursor.execute(BY_ONE_STATEMENT, [message_key])


@app.task
def apply_by_orm(message_key: int) -> None:
    """Apply one message by the ORM, in a transaction of its own."""
    with transaction.atomic():
        row = IncomingCustomsMessage.objects.select_for_update().get(pk=message_key)
        message = read_envelope(bytes(row.raw))
        declaration = Declaration.objects.select_for_update().get(number=message.declaration_number)
        at = timezone.now()
        meaning = office_of(message.office).meaning_of(
            message.code_list, message.status, on=message.issued_at.date(), at=at
        )
        before = DeclarationState(declaration.state)
        assert meaning is not None
        target = meaning.goods
        assert target is not None
        assert message.sequence is not None
        assert target is before or target in STEPS[before]
        declaration.state, declaration.last_sequence, declaration.mrn = target, message.sequence, message.mrn
        declaration.save()
        CustomsStatusChange.objects.create(
            stream=f"declaration:{declaration.pk}",
            declaration=declaration,
            before=before,
            after=target,
            message_id=message.message_id,
            sequence=message.sequence,
            code_list=message.code_list,
            status=message.status,
            issued_at=message.issued_at,
            changed_at=at,
        )
        row.state, row.declaration, row.sequence = MessageState.APPLIED, declaration, message.sequence
        row.read_at = row.waits_until = row.settled_at = at
        row.save()


@contextmanager
def celery_worker(*options: str) -> Iterator[None]:
    """Run a Celery worker with these options until it is needed no more; give it once it answers."""
    command = [str(Path(sys.executable).with_name("celery")), "-q", *options, "-l", "WARNING", "--without-gossip"]
    command += ["--without-mingle", "-n", f"benchmark-{time.monotonic_ns()}@%h"]
    worker = subprocess.Popen(command)
    try:
        deadline = time.monotonic() + READY_WITHIN_SECONDS
        while not app.control.ping(timeout=1):
            assert worker.poll() is None, "the worker ended by itself"
            assert time.monotonic() < deadline, "the worker did not become ready"
        yield
    finally:
        worker.terminate()
        worker.wait(60)


def tasks_per_second(task: Task[..., None], keys: Sequence[int]) -> float:
    """Send a task for each key to a worker that is ready, and give how many a second it did until all were done."""
    with celery_worker("-A", "benchmarks._customs_tasks", "worker", "-Q", QUEUE, "-c", str(POOL)):
        begun = time.perf_counter()
        for key in keys:
            task.delay(key)
        with app.connection_for_read() as broker:
            redis = broker.default_channel.client
            while redis.llen(QUEUE) or redis.hlen(UNACKNOWLEDGED):
                time.sleep(0.005)
        return len(keys) / (time.perf_counter() - begun)
