"""Reads which declarations have waited for their office for too long."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef

from bonded.models.customs_tasks import CustomsTask
from bonded.models.declarations import Declaration
from bonded.rules.customs_tasks import TaskKind
from bonded.rules.declarations import DeclarationState


def silent_declarations(
    office: str, state: DeclarationState, *, before: datetime, limit: int
) -> list[tuple[int, str, datetime]]:
    """Give id, number and last step of declarations in a state since before a moment, of which no task tells.

    A task about the silence counts until the next step, even when it was closed.
    """
    told = CustomsTask.objects.filter(
        declaration=OuterRef("pk"), kind=TaskKind.SILENCE, opened_at__gte=OuterRef("status_changed_at")
    )
    rows = Declaration.objects.filter(
        ~Exists(told), is_under_way=True, office=office, state=state, status_changed_at__lte=before
    ).order_by("pk")
    return list(rows.values_list("pk", "number", "status_changed_at")[:limit])
