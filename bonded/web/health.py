"""How the platform is, for the administrator: broken sentences, customs messages, failed mails, background work."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _

from bonded.actions.invariants import want_invariants
from bonded.queries.consignment_files import files_visible_to
from bonded.queries.customs_messages import figures_by_office
from bonded.queries.health import failed_mails, last_report
from bonded.queries.office_lines import office_lines
from bonded.rules.consignment_files import UNDER_WAY
from bonded.rules.permissions import Role
from bonded.web.doors import PageRequest, acts, console, done, page
from bonded.web.imports import progress_of

READERS = (Role.ADMINISTRATOR, Role.AUDITOR)
MOST_ROWS = 20


@console(*READERS)
def health(request: PageRequest) -> HttpResponse:
    """Show what of the platform needs somebody."""
    lines = {line.office: line for line in office_lines()}
    running = files_visible_to(request.actor).filter(state__in=UNDER_WAY)
    context = {
        "report": last_report(actor=request.actor),
        "offices": [
            {"office": office, "figures": figures, "line": lines.get(office)}
            for office, figures in figures_by_office().items()
        ],
        "mails": failed_mails(actor=request.actor)[:MOST_ROWS],
        "files": [progress_of(file, request.at) for file in running.order_by("stored_at", "pk")[:MOST_ROWS]],
    }
    return page(request, "bonded/administrator/health.html", context)


@acts(*READERS, shows=health)
def ask(request: PageRequest) -> HttpResponse:
    """Let a worker ask every sentence that must hold."""
    want_invariants(actor=request.actor, at=request.at)
    return done(request, _("A worker asks now; read this page again in a minute."), "health")
