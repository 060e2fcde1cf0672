"""Opening what a person has to look at, and closing it with what was done."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime

import orjson
from django.db import connection, transaction

from bonded.actions.activity import record_activity
from bonded.models.customs_tasks import CustomsTask
from bonded.rules.customs_messages import MessageFact
from bonded.rules.customs_tasks import TaskKind, TaskNotOpen
from bonded.rules.errors import NotFound
from bonded.rules.permissions import Act, Actor, require


@dataclass(frozen=True, slots=True)
class NewTask:
    """One trouble that was found; the same kind of the same subject opens one task only."""

    kind: TaskKind
    office: str
    subject: str
    facts: dict[str, MessageFact] = field(default_factory=dict)
    declaration_id: int | None = None


def open_tasks(tasks: Sequence[NewTask], *, at: datetime) -> None:
    """Open a task for each, except where the same is open already. Runs in the caller's transaction."""
    if not tasks:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO bonded_customstask (kind, office, subject, facts, declaration_id, opened_at, closing_reason)"
            " SELECT u.kind, u.office, u.subject, u.facts, u.declaration_id, %s, ''"
            "   FROM json_to_recordset(%s::json)"
            "     AS u (kind text, office text, subject text, facts jsonb, declaration_id bigint)"
            " ON CONFLICT DO NOTHING",
            [at, orjson.dumps([asdict(one) for one in tasks]).decode()],
        )


def close_answered(kind: TaskKind, declaration_ids: Collection[int], *, answer: str, at: datetime) -> None:
    """Close the tasks that the office itself has settled. Runs in the caller's transaction."""
    if not declaration_ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE bonded_customstask SET closed_at = %s, closing_reason = %s"
            " WHERE kind = %s AND closed_at IS NULL AND declaration_id = ANY(%s)",
            [at, answer, kind.value, list(declaration_ids)],
        )


@transaction.atomic
def close_task(*, task_id: int, reason: str, actor: Actor, at: datetime) -> CustomsTask:
    """Mark a task as dealt with, and say how. Raises NotFound, TaskNotOpen."""
    require(actor, Act.CLOSE_CUSTOMS_TASK)
    for task in CustomsTask.objects.filter(pk=task_id).locked():
        if task.closed_at is not None:
            raise TaskNotOpen("The task is closed.", closed_at=task.closed_at.isoformat(), reason=task.closing_reason)
        task.closed_at, task.closed_by_id, task.closing_reason = at, actor.user_id, reason
        task.save(update_fields=["closed_at", "closed_by", "closing_reason"])
        record_activity(Act.CLOSE_CUSTOMS_TASK, task, actor=actor, at=at, reason=reason)
        return task
    raise NotFound("There is no such task.", task_id=task_id)
