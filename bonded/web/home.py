"""The first page after sign-in: the panels of the actor's role."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bonded.rules.permissions import Role
from bonded.web.doors import PageRequest, console, page
from bonded.web.panels import panels_for

GREETING: Mapping[Role, str | Promise] = {
    Role.BUYER: _("Find stones, look at them under bond, and take out what you want."),
    Role.SUPPLIER: _("Your consignments and lots."),
    Role.VAULT_KEEPER: _("What comes, what is looked at, what leaves."),
    Role.CUSTOMS_OFFICER: _("What needs your decision."),
    Role.ADMINISTRATOR: _("Duty assessed, charged and paid."),
    Role.AUDITOR: _("Everything, to read."),
    Role.ANONYMOUS: _("You are signed in, but act for no company yet: ask the administrator."),
}


@console()
def home(request: PageRequest) -> HttpResponse:
    """Show the first page; a person without a membership is told whom to ask."""
    role = request.actor.role
    context = {"greeting": GREETING[role], "panels": panels_for(request.actor, request.at)}
    return page(request, "bonded/everyone/home.html", context)
