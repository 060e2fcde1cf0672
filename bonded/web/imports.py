"""Files of consignment lines: how far the import of each is, and the verdict on every line that was refused."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from bonded.models.consignment_files import ConsignmentFile, RefusedLine
from bonded.queries.consignment_files import consignment_file, faults_by_code, files_visible_to, refused_lines
from bonded.rules.consignment_files import STEPS, FileState
from bonded.rules.consignment_lines import SENTENCES, LineFault
from bonded.rules.errors import Problem
from bonded.rules.permissions import Role
from bonded.web.doors import PageRequest, console, page
from bonded.web.jobs import seconds_left
from bonded.web.lists import csv_of, listed

READERS = (Role.SUPPLIER, Role.ADMINISTRATOR, Role.AUDITOR)


def progress_of(file: ConsignmentFile, at: datetime) -> dict[str, Any]:
    """Give how far an import is, and how many seconds the rest takes if it goes on as until now; None if unknown."""
    return {
        "file": file,
        "is_under_way": bool(STEPS[FileState(file.state)]),
        "seconds_left": seconds_left(file.lines_read, file.lines_in_all, begun_at=file.stored_at, at=at),
    }


def fault_problem(code: str) -> Problem:
    """Give a fault of a line as what can be told in the reader's language."""
    return Problem(code, SENTENCES[LineFault(code)])


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
    refused = listed(request, refused_lines(file), "row_number", "id")
    context = {
        **progress_of(file, request.at),
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
