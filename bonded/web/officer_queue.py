"""The officer's queue: everything that needs a decision, the oldest first, with clocks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from bonded.queries.officer_queue import QueueKind, QueueRow, officer_queue
from bonded.queries.pages import page_size_from_text
from bonded.rules.declarations import SelectivityLane
from bonded.rules.errors import InputInvalid
from bonded.rules.permissions import Role
from bonded.web.doors import PageRequest, console, page
from bonded.web.find import address_of
from bonded.web.sections import Section
from bonded.web.words import word_of

AGES = (1, 4, 24, 72)
FIRST_ROWS = 10


def _href(row: QueueRow) -> str:
    """Give where the thing that waits is decided on."""
    if row.kind == QueueKind.WITHDRAWAL:
        return address_of("release", withdrawal_id=row.key)
    if row.kind == QueueKind.HOLD:
        return address_of("stone", stock_number=row.label)
    if row.kind == QueueKind.MESSAGE:
        return address_of("incoming_message", message_id=row.key)
    return address_of("customs_task", task_id=row.key)


def _alternatives(demand: str) -> str:
    """Give the words of what would meet a demand, as `missing_clearances` names it."""
    return f" {_('or')} ".join(word_of(one) for one in demand.split(" or "))


def shown(rows: Sequence[QueueRow], at: datetime) -> list[dict[str, Any]]:
    """Give rows as the page writes them: where each leads, how long it has waited, and whether it is overdue."""
    return [
        {
            "row": row,
            "href": _href(row),
            "hours": int((at - row.since).total_seconds()) // 3600,
            "is_overdue": row.due_at is not None and row.due_at <= at,
            "missing": [_alternatives(demand) for demand in row.missing or ()],
        }
        for row in rows
    ]


def _asked(request: PageRequest) -> dict[str, Any]:
    """Read what the address keeps of the queue."""
    typed = request.GET
    try:
        kind = QueueKind(typed["kind"]) if typed.get("kind") else None
        lane = SelectivityLane(typed["lane"]) if typed.get("lane") else None
        hours = int(typed["hours"]) if typed.get("hours") else 0
    except ValueError:
        raise InputInvalid("Choose from what the form offers.") from None
    if hours and hours not in AGES:
        raise InputInvalid("Choose from what the form offers.")
    return {
        "kind": kind,
        "lane": lane,
        "before": request.at - timedelta(hours=hours) if hours else None,
        "is_held": typed.get("risk") == "held",
        "is_overdue": typed.get("risk") == "overdue",
    }


@console(Role.CUSTOMS_OFFICER)
def queue(request: PageRequest) -> HttpResponse:
    """List what needs an officer, as far as the address asks for it."""
    found = officer_queue(
        actor=request.actor,
        at=request.at,
        cursor=request.GET.get("cursor") or None,
        limit=page_size_from_text(request.GET.get("limit")),
        **_asked(request),
    )
    context = {
        "page": found,
        "rows": shown(found.rows, request.at),
        "kinds": list(QueueKind),
        "lanes": list(SelectivityLane),
        "ages": AGES,
    }
    return page(request, "bonded/officer/queue.html", context)


def first_of_queue(request: PageRequest, _subject: Any) -> dict[str, Any]:
    """Give the first rows of the queue, for the officer's first page."""
    found = officer_queue(actor=request.actor, at=request.at, limit=FIRST_ROWS)
    return {"rows": shown(found.rows, request.at), "has_more": found.next_cursor is not None}


FIRST_OF_QUEUE = Section(
    "home", "bonded/officer/_first_of_queue.html", frozenset({Role.CUSTOMS_OFFICER}), first_of_queue, order=10
)
