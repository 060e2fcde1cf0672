"""The first page after sign-in: the panels of the actor's role."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from bonded.rules.permissions import Role
from bonded.web.base import panels_for

GREETING = {
    Role.BUYER: "Find stones, look at them under bond, and take out what you want.",
    Role.SUPPLIER: "Your consignments and lots.",
    Role.VAULT_KEEPER: "What comes, what is looked at, what leaves.",
    Role.CUSTOMS_OFFICER: "What needs your decision.",
    Role.ADMINISTRATOR: "Duty assessed, charged and paid.",
    Role.AUDITOR: "Everything, to read.",
}


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Show the first page; a person without a membership is told whom to ask."""
    actor = request.actor  # type: ignore[attr-defined]
    at = request.at  # type: ignore[attr-defined]
    context = {
        "role": actor.role.replace("_", " ").capitalize(),
        "greeting": GREETING.get(actor.role, "You are signed in, but act for no company yet: ask the administrator."),
        "panels": panels_for(actor, at),
    }
    return render(request, "bonded/home.html", context)
