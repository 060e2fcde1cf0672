"""Reads what customs leaves for people."""

from __future__ import annotations

from bonded.models.customs_tasks import CustomsTask
from bonded.rules.errors import NotFound
from bonded.rules.permissions import Actor


def task_visible_to(actor: Actor, task_id: int) -> CustomsTask:
    """Give one task that the actor may see, with its declaration; raises NotFound."""
    for task in CustomsTask.objects.visible_to(actor).filter(pk=task_id).select_related("declaration", "closed_by"):
        return task
    raise NotFound("There is no such task.", task_id=str(task_id)[:40])


def tasks_of_declaration(declaration_id: int, *, actor: Actor) -> list[CustomsTask]:
    """Give the tasks of one declaration, the first one first."""
    return list(CustomsTask.objects.visible_to(actor).filter(declaration=declaration_id).order_by("pk"))
