"""Watching over offices that should have spoken."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from bonded.actions.customs_tasks import NewTask, open_tasks
from bonded.queries.office_silence import silent_declarations
from bonded.rules.customs_offices import OFFICES
from bonded.rules.customs_tasks import TaskKind
from bonded.rules.permissions import Act, Actor, require


@transaction.atomic
def watch_offices(*, limit: int, actor: Actor, at: datetime) -> int:
    """Open a task for each declaration whose next status did not come in its office's time; returns how many.

    A silence that a person has looked at is not told again until the declaration has moved.
    """
    require(actor, Act.WATCH_OFFICES)
    found = [
        NewTask(
            TaskKind.SILENCE,
            office.code,
            number,
            {"state": state.value, "since": since.isoformat(), "expected_within_hours": term // timedelta(hours=1)},
            declaration_id,
        )
        for office in OFFICES.values()
        for state, term in office.expects.items()
        for declaration_id, number, since in silent_declarations(office.code, state, before=at - term, limit=limit)
    ]
    open_tasks(found, at=at)
    return len(found)
