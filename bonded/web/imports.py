"""Files of consignment lines: how far the import of each is, and the verdict on every line that was refused."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bonded.actions.consignment_files import cancel_consignment_file, confirm_consignment_file
from bonded.models.consignment_files import ConsignmentFile, RefusedLine
from bonded.queries.consignment_files import consignment_file, faults_by_code, files_visible_to, refused_lines
from bonded.rules.consignment_files import (
    DECLARED_MEANWHILE,
    GIVEN_UP,
    NOBODY_DECIDED,
    PROPOSAL_STANDS,
    UNDER_WAY,
    FileState,
    digest_of_defaults,
)
from bonded.rules.consignment_lines import SENTENCES, FileUnreadable, LineFault
from bonded.rules.consignments import ConsignmentState
from bonded.rules.errors import Problem
from bonded.rules.permissions import Role
from bonded.web.doors import PageRequest, acts, console, done, page
from bonded.web.jobs import seconds_left
from bonded.web.lists import csv_of, listed
from bonded.web.refusals import refusal_sentence

READERS = (Role.SUPPLIER, Role.ADMINISTRATOR, Role.AUDITOR)
SENDERS = (Role.SUPPLIER, Role.ADMINISTRATOR)
# What the platform writes down in English is told in the reader's language.
REASONS = {
    NOBODY_DECIDED: gettext_lazy("Nobody decided on it within seven days."),
    DECLARED_MEANWHILE: gettext_lazy("The consignment was declared meanwhile; its lines are fixed."),
    GIVEN_UP: gettext_lazy("The file could not be read in three attempts."),
}


def _why(refusal: str) -> str:
    """Tell why a file came to nothing; what only English can say follows what any language can."""
    if not refusal or refusal in REASONS:
        return str(REASONS.get(refusal, ""))
    general = refusal_sentence(FileUnreadable(refusal))
    return refusal if general == refusal else f"{general} ({refusal})"


def progress_of(file: ConsignmentFile, at: datetime) -> dict[str, Any]:
    """Give how far an import is, and how many seconds the rest takes if it goes on as until now; None if unknown."""
    return {
        "file": file,
        "is_under_way": file.state in UNDER_WAY,
        "seconds_left": seconds_left(
            file.lines_read, file.lines_in_all, begun_at=file.started_at or file.stored_at, at=at
        ),
    }


def fault_problem(code: str) -> Problem:
    """Give a fault of a line as what can be told in the reader's language."""
    return Problem(code, SENTENCES[LineFault(code)])


def told_preview(file: ConsignmentFile) -> dict[str, Any]:
    """Give how a file's first lines are read, its faults as what can be told in the reader's language."""
    preview = file.preview
    rows = [{**row, "faults": [fault_problem(code) for code in row["faults"]]} for row in preview["rows"]]
    counts = [{"why": fault_problem(code), "lines": lines} for code, lines in preview["faults"].items()]
    return {**preview, "rows": rows, "counts": counts}


@console(*READERS)
def imports(request: PageRequest) -> HttpResponse:
    """List the files that came, the newest first."""
    found = listed(request, files_visible_to(request.actor), "-stored_at", "-id")
    rows = [progress_of(file, request.at) for file in found.rows]
    return page(request, "bonded/supplier/imports.html", {"page": found, "files": rows})


@console(*READERS)
def one_import(request: PageRequest, file_id: int) -> HttpResponse:
    """Show how far one file is, and what was refused of it; as a file when the address asks."""
    file = consignment_file(file_id, actor=request.actor)
    if request.GET.get("format") == "csv":
        return refused_file(file)
    is_proposed = file.state == FileState.PROPOSED
    refused = listed(request, refused_lines(file), "row_number", "id")
    context = {
        **progress_of(file, request.at),
        "seen": digest_of_defaults(file.defaults),
        "preview": told_preview(file) if is_proposed else None,
        "stands_until": file.stored_at + PROPOSAL_STANDS,
        "refusal": _why(file.refusal),
        "may_decide": request.actor.role in SENDERS,
        "may_come_again": file.state == FileState.CANCELLED and file.consignment.state == ConsignmentState.ANNOUNCED,
        "page": refused,
        "faults": [{"line": line, "why": fault_problem(line.code)} for line in refused.rows],
        "counts": [{"why": fault_problem(code), "lines": lines} for code, lines in faults_by_code(file.pk)],
    }
    return page(request, "bonded/supplier/import.html", context)


@console(*READERS)
def import_progress(request: PageRequest, file_id: int) -> HttpResponse:
    """Give the part of a file's page that is read anew while it is imported; when it is done, the whole page."""
    progress = progress_of(consignment_file(file_id, actor=request.actor), request.at)
    response = render(request, "bonded/supplier/_import_progress.html", progress)
    if not progress["is_under_way"]:
        response["HX-Refresh"] = "true"
    return response


@acts(*SENDERS, shows=one_import)
def confirm(request: PageRequest, file_id: int) -> HttpResponse:
    """Have a file imported whose preview was looked at."""
    file = confirm_consignment_file(
        file_id=file_id, defaults_seen=request.POST.get("seen", ""), actor=request.actor, at=request.at
    )
    told = _("Taken. Each line is judged now; this page tells how far it is.")
    return done(request, told, "import", file_id=file.pk)


@acts(*SENDERS, shows=one_import)
def cancel(request: PageRequest, file_id: int) -> HttpResponse:
    """Stop an import that is not done."""
    file = cancel_consignment_file(file_id=file_id, actor=request.actor, at=request.at)
    return done(request, _("Cancelled; no lot came of this file."), "import", file_id=file.pk)


def refused_file(file: ConsignmentFile) -> HttpResponse:
    """Give the refused lines of a file as a file: to be mended and sent again."""
    rows = RefusedLine.objects.filter(file=file).order_by("row_number", "pk")
    return csv_of(
        f"refused-lines-{file.pk}",
        rows,
        {
            "row_number": lambda one: one.row_number,
            "column": lambda one: one.column,
            "code": lambda one: one.code,
            "sentence": lambda one: SENTENCES[LineFault(one.code)],
            "value": lambda one: one.value,
        },
    )
