"""Work in the background, of every app, on one page: what it is, whose, how far, and how long it will take."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bonded.models.consignment_files import ConsignmentFile
from bonded.models.invariants import InvariantReport
from bonded.queries.consignment_files import files_visible_to
from bonded.rules.consignment_files import UNDER_WAY, FileState
from bonded.rules.permissions import Role
from bonded.web.doors import PageRequest, console, page
from bonded.web.find import address_of
from bonded.web.words import word_of

READERS = (Role.ADMINISTRATOR, Role.AUDITOR)
MOST_OF_A_KIND = 20


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work, as its row says: `done` of `total` are counted in what the kind counts, None when unknown.

    `cancels_at` is the address that a form without fields is sent to in order to stop it; empty when it can't be.
    """

    name: str
    state: str
    begun_at: datetime
    href: str = ""
    who: str = ""
    done: int | None = None
    total: int | None = None
    is_under_way: bool = False
    cancels_at: str = ""


@dataclass(frozen=True, slots=True)
class JobKind:
    """A kind of work, and who gives its newest jobs, at most so many, those under way first."""

    label: str | Promise
    jobs: Callable[[PageRequest, int], Sequence[Job]]


_KINDS: list[JobKind] = []


def register_job_kinds(*kinds: JobKind) -> None:
    """Add an app's kinds of work; called once, when the app is ready."""
    _KINDS.extend(kinds)


def seconds_left(done: int | None, total: int | None, *, begun_at: datetime, at: datetime) -> int | None:
    """Give how many seconds the rest takes if it goes on as until now, to the second; None if that is unknown."""
    gone = (at - begun_at).total_seconds()
    if not done or total is None or total <= done or gone <= 0:
        return None
    return round(gone * (total - done) / done)


def _row(label: str | Promise, job: Job, at: datetime) -> dict[str, Any]:
    left = seconds_left(job.done, job.total, begun_at=job.begun_at, at=at) if job.is_under_way else None
    return {"kind": label, "job": job, "seconds_left": left}


@console(*READERS)
def jobs(request: PageRequest) -> HttpResponse:
    """List the work that is under way, then what ended last, by kind."""
    kinds = [(kind.label, kind.jobs(request, MOST_OF_A_KIND)) for kind in _KINDS]
    rows = [_row(label, job, request.at) for label, some in kinds for job in some]
    rows.sort(key=lambda row: (row["job"].is_under_way, row["job"].begun_at), reverse=True)
    context = {
        "rows": rows,
        "is_under_way": any(row["job"].is_under_way for row in rows),
        "may_act": request.actor.role is Role.ADMINISTRATOR,
    }
    return page(request, "bonded/administrator/jobs.html", context)


def import_job(file: ConsignmentFile) -> Job:
    """Give the import of a file, counted in lines; until it is done it can be stopped."""
    is_under_way = file.state in UNDER_WAY
    return Job(
        name=file.file_name,
        state=word_of(file.state),
        begun_at=file.started_at or file.stored_at,
        href=address_of("import", file_id=file.pk),
        who=file.stored_by.username,
        done=file.lines_read,
        total=file.lines_in_all or None,
        is_under_way=is_under_way,
        cancels_at=address_of("cancel_import", file_id=file.pk) if is_under_way else "",
    )


def _imports(request: PageRequest, most: int) -> list[Job]:
    # Nobody works on a file that is only looked at.
    files = files_visible_to(request.actor).exclude(state=FileState.PROPOSED).select_related("stored_by")
    # A file that is not finished has no such moment, and stands before all others.
    return [import_job(file) for file in files.order_by("-finished_at", "-stored_at")[:most]]


def _verifications(request: PageRequest, most: int) -> list[Job]:
    return [
        Job(
            name=str(_("Every question")),
            state=word_of("done") if not one.broken else str(_("some do not hold")),
            begun_at=one.asked_at,
            href=address_of("health"),
            done=one.questions,
            total=one.questions,
        )
        for one in InvariantReport.objects.order_by("-asked_at")[: min(most, 3)]
    ]


JOB_KINDS = (
    JobKind(_("File of lots"), _imports),
    JobKind(_("Sentences that must hold"), _verifications),
)
