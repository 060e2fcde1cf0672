"""What customs leaves for people: the list with its deadlines, one task, and what is done about it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from bonded.actions.customs_tasks import close_task
from bonded.actions.declaration_changes import answer_customs_query
from bonded.models.customs_tasks import CustomsTask
from bonded.queries.custody import activities_of
from bonded.queries.customs_tasks import task_visible_to
from bonded.rules.customs_offices import OFFICES
from bonded.rules.customs_tasks import ANSWERED_KINDS, TaskKind, due_at
from bonded.rules.errors import InputInvalid
from bonded.rules.permissions import Act, Role, may
from bonded.web.doors import PageRequest, acts, console, done, page
from bonded.web.fields import text_of
from bonded.web.lists import csv_of, listed
from bonded.web.reasons import reason_from

READERS = (Role.BUYER, Role.SUPPLIER, Role.CUSTOMS_OFFICER, Role.ADMINISTRATOR, Role.AUDITOR)
SHOWN = ("open", "late", "closed")
LONGEST_ANSWER = 2000
COLUMNS = {
    "kind": lambda task: task.kind,
    "office": lambda task: task.office,
    "subject": lambda task: task.subject,
    "declaration": lambda task: task.declaration.number if task.declaration else "",
    "opened_at": lambda task: task.opened_at.isoformat(),
    "due_at": lambda task: due_at(TaskKind(task.kind), task.opened_at).isoformat(),
    "closed_at": lambda task: task.closed_at.isoformat() if task.closed_at else "",
    "closing_reason": lambda task: task.closing_reason,
}


def shown(task: CustomsTask, at: datetime) -> dict[str, Any]:
    """Give a task as pages write it: by when it shall be dealt with, and whether that is past."""
    due = due_at(TaskKind(task.kind), task.opened_at)
    return {"task": task, "due_at": due, "is_overdue": task.closed_at is None and due <= at}


@console(*READERS)
def customs_tasks(request: PageRequest) -> HttpResponse:
    """List the open tasks, the oldest first, or those that the address asks for."""
    tasks = CustomsTask.objects.visible_to(request.actor).select_related("declaration")
    show, kind, office = (request.GET.get(name) or "" for name in ("show", "kind", "office"))
    if (show and show not in SHOWN) or (kind and kind not in list(TaskKind)) or (office and office not in OFFICES):
        raise InputInvalid("Choose from what the form offers.")
    tasks = tasks.filter(closed_at__isnull=show != "closed")
    if show == "late":
        tasks = tasks.overdue(request.at)
    tasks = tasks.filter(kind=kind) if kind else tasks
    tasks = tasks.filter(office=office) if office else tasks
    if request.GET.get("format") == "csv":
        return csv_of("customs-tasks", tasks.order_by("id"), COLUMNS)
    found = listed(request, tasks, "-id" if show == "closed" else "id")
    context = {
        "page": found,
        "rows": [shown(task, request.at) for task in found.rows],
        "kinds": list(TaskKind),
        "offices": sorted(OFFICES),
    }
    return page(request, "bonded/everyone/customs_tasks.html", context)


@console(*READERS)
def one_task(request: PageRequest, task_id: int) -> HttpResponse:
    """Show one task, and to who may the forms."""
    task = task_visible_to(request.actor, task_id)
    is_open = task.closed_at is None
    context = {
        **shown(task, request.at),
        "history": activities_of("customstask", str(task.pk)),
        "may_close": is_open and may(request.actor, Act.CLOSE_CUSTOMS_TASK),
        "may_answer": is_open and task.kind in ANSWERED_KINDS and may(request.actor, Act.ANSWER_CUSTOMS_QUERY),
    }
    return page(request, "bonded/everyone/customs_task.html", context)


@acts(Role.CUSTOMS_OFFICER, Role.ADMINISTRATOR, shows=one_task)
def close(request: PageRequest, task_id: int) -> HttpResponse:
    """Mark a task as dealt with."""
    close_task(task_id=task_id, reason=reason_from(request.POST), actor=request.actor, at=request.at)
    return done(request, _("Dealt with."), "customs_task", task_id=task_id)


@acts(Role.BUYER, Role.SUPPLIER, Role.ADMINISTRATOR, shows=one_task)
def answer(request: PageRequest, task_id: int) -> HttpResponse:
    """Answer what an office asks."""
    answer_customs_query(
        task_id=task_id,
        answer=text_of(request, "answer", most=LONGEST_ANSWER),
        actor=request.actor,
        at=request.at,
    )
    return done(request, _("The answer is on its way to customs."), "customs_task", task_id=task_id)
