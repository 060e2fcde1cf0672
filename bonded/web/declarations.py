"""One declaration: what it is of, and every step that its office told."""

from __future__ import annotations

from django.http import HttpResponse

from bonded.queries.customs_tasks import tasks_of_declaration
from bonded.queries.declarations import declaration_by_number, history_of_declaration
from bonded.web.customs_tasks import shown
from bonded.web.doors import PageRequest, console, page


@console()
def declaration(request: PageRequest, number: str) -> HttpResponse:
    """Show one declaration with its history."""
    one = declaration_by_number(number, actor=request.actor)
    context = {
        "declaration": one,
        "consignment": one.consignment,
        "history": history_of_declaration(one),
        "tasks": [shown(task, request.at) for task in tasks_of_declaration(one.pk, actor=request.actor)],
    }
    return page(request, "bonded/everyone/declaration.html", context)
