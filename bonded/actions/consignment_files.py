"""Importing a consignment's lines from a file: stored first, then judged in sets, then all good lines at once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from itertools import islice

from django.db import connection, transaction
from django.db.models import F, QuerySet

from bonded.actions.activity import record_activity
from bonded.actions.consignment_lines import INSERT_LOTS, LIST_FAULTS
from bonded.actions.consignment_previews import lines_below_header, preview_of
from bonded.actions.locks import lock_consignment, lock_consignment_file
from bonded.actions.staged_lines import (
    copy_to_stage,
    forget_stage,
    judge_stage,
    lines_of,
    make_stage,
    stage_of,
)
from bonded.models.consignment_files import ConsignmentFile
from bonded.models.consignments import Consignment
from bonded.rules.consignment_files import (
    CAME_TO_NOTHING,
    DECLARED_MEANWHILE,
    GIVEN_UP,
    STEPS,
    FileNotProposed,
    FileReadAnew,
    FileState,
    digest_of_defaults,
)
from bonded.rules.consignment_lines import FileUnreadable, require_defaults
from bonded.rules.consignments import ConsignmentNotOpen, ConsignmentState
from bonded.rules.lifecycle import require_step
from bonded.rules.permissions import SYSTEM, Act, Actor, Role, require
from bonded.signals import consignment_file_stored

LINES_A_STEP = 5_000
MOST_ATTEMPTS = 3
Progress = Callable[[int, int], None]


@transaction.atomic
def store_consignment_file(
    *,
    consignment_id: int,
    file_name: str,
    content: bytes,
    defaults: Mapping[str, str],
    is_proposal: bool = False,
    actor: Actor,
    at: datetime,
) -> ConsignmentFile:
    """Keep a file of lines as it came, to be imported next; a proposal waits until its sender has seen how it is read.

    `defaults` are values for columns that the file does not have; the consignment's origin and
    currency are always among them. The same bytes for the same consignment give the first file, but for a proposal.
    Raises ConsignmentNotOpen when the consignment's lines are fixed already; for a proposal FileUnreadable.
    """
    require(actor, Act.IMPORT_CONSIGNMENT)
    assert actor.user_id is not None
    require_defaults(defaults)
    consignment = lock_consignment(consignment_id, actor=actor)
    sha256 = hashlib.sha256(content).hexdigest()
    same = ConsignmentFile.objects.defer("content").filter(consignment=consignment, sha256=sha256)
    if first := same.exclude(state__in=CAME_TO_NOTHING | {FileState.PROPOSED}).first():
        return first
    _require_open(consignment)
    filled = {"origin": consignment.origin, "currency": consignment.currency, "pieces": "1", **defaults}
    columns = {
        "file_name": file_name[-200:],
        "content": content,
        "defaults": filled,
        "state": FileState.PROPOSED if is_proposal else FileState.WAITING,
        "preview": preview_of(content, defaults=filled, prefix=consignment.reference) if is_proposal else {},
        "lines_in_all": lines_below_header(content),
        "stored_by_id": actor.user_id,
        "stored_by_role": actor.role.value,
        "stored_at": at,
    }
    # A proposal that comes again, perhaps with other defaults, takes the place of the one before.
    file, _ = ConsignmentFile.objects.update_or_create(
        consignment=consignment, sha256=sha256, state=FileState.PROPOSED, defaults=columns
    )
    if not is_proposal:
        consignment_file_stored.send(ConsignmentFile, file_id=file.pk, at=at)
    return file


def _require_open(consignment: Consignment) -> None:
    if consignment.state != ConsignmentState.ANNOUNCED:
        raise ConsignmentNotOpen("The consignment is declared; its lines are fixed.", state=consignment.state)


@transaction.atomic
def confirm_consignment_file(*, file_id: int, defaults_seen: str, actor: Actor, at: datetime) -> ConsignmentFile:
    """Have a proposed file imported next, as it was seen: by the `digest_of_defaults` that it was read with.

    Raises NotFound, FileNotProposed, FileReadAnew, ConsignmentNotOpen.
    """
    require(actor, Act.CONFIRM_IMPORT)
    consignment, file = lock_consignment_file(file_id, actor=actor)
    if file.state != FileState.PROPOSED:
        raise FileNotProposed("The file is stored or cancelled already.", state=file.state)
    if digest_of_defaults(file.defaults) != defaults_seen:
        raise FileReadAnew(
            "This file was sent again with other values since you opened the page: look at it again, then store it.",
            stored_at=file.stored_at.isoformat(),
        )
    _require_open(consignment)
    file.state = FileState.WAITING
    file.save(update_fields=["state"])
    record_activity(Act.CONFIRM_IMPORT, consignment, actor=actor, at=at, sha256=file.sha256, defaults=defaults_seen)
    consignment_file_stored.send(ConsignmentFile, file_id=file.pk, at=at)
    return file


@transaction.atomic
def cancel_consignment_file(*, file_id: int, actor: Actor, at: datetime) -> ConsignmentFile:
    """Stop the import of a file that is not done: nothing comes of it, and the same bytes may come again.

    A worker that is at it finds out at its next step; until then it has written to a table of its own. While it makes
    the lots, all in one transaction, this waits for its end. Raises NotFound, StepNotAllowed once it is over.
    """
    require(actor, Act.CANCEL_IMPORT)
    consignment, file = lock_consignment_file(file_id, actor=actor)
    require_step(STEPS, FileState(file.state), FileState.CANCELLED)
    file.state, file.finished_at = FileState.CANCELLED, at
    file.save(update_fields=["state", "finished_at"])
    record_activity(Act.CANCEL_IMPORT, consignment, actor=actor, at=at, sha256=file.sha256, lines_read=file.lines_read)
    return file


def import_stored_file(
    *, file_id: int, now: Callable[[], datetime], on_progress: Progress | None = None
) -> ConsignmentFile:
    """Turn a stored file's good lines into lots and list what is wrong with the others.

    Reading commits its progress every few thousand lines; judging and making lots is one
    transaction, so that all good lines are there or none. May be run again after any crash.
    Gives the file with its counts; a file that can't be taken as a whole is REFUSED with the reason.
    """
    if not ConsignmentFile.objects.filter(pk=file_id, state=FileState.WAITING).update(
        state=FileState.RUNNING, started_at=(began_at := now()), heartbeat_at=began_at, attempts=F("attempts") + 1
    ):
        return ConsignmentFile.objects.defer("content").get(pk=file_id)
    file = ConsignmentFile.objects.select_related("consignment").get(pk=file_id)
    try:
        make_stage()
        _stage(file, now=now, on_progress=on_progress)
        return _judge_and_make_lots(file, at=now())
    except FileUnreadable as error:
        _mine(file).update(state=FileState.REFUSED, refusal=error.message.replace("\0", "")[:500], finished_at=now())
        file.refresh_from_db(fields=["state", "refusal", "finished_at"])
        return file
    except FileTakenAway:
        file.refresh_from_db(fields=["state", "lines_read", "lots_made", "lines_refused", "finished_at"])
        return file
    finally:
        forget_stage()


class FileTakenAway(Exception):
    """The file was cancelled, or this worker stood still for so long that another began it anew."""


def _mine(file: ConsignmentFile) -> QuerySet[ConsignmentFile]:
    """Give the file's row for as long as it is in this worker's hands."""
    return ConsignmentFile.objects.filter(pk=file.pk, state=FileState.RUNNING, attempts=file.attempts)


def _stage(file: ConsignmentFile, *, now: Callable[[], datetime], on_progress: Progress | None) -> None:
    """Copy the lines as text into the connection's own table, and note how far it is."""
    content = bytes(file.content)
    file.lines_in_all = lines_below_header(content)
    lines = lines_of(content)
    stage = stage_of(next(lines, []), defaults=file.defaults, prefix=file.consignment.reference)
    read = 0
    while step := list(islice(stage.rows(lines, row_number=read + 2), LINES_A_STEP)):
        with transaction.atomic():
            copy_to_stage(step)
            read += len(step)
            if not _mine(file).update(lines_read=read, lines_in_all=file.lines_in_all, heartbeat_at=now()):
                raise FileTakenAway
        if on_progress:
            on_progress(read, file.lines_in_all)
    if not read:
        raise FileUnreadable("The file has a header but no lines.")
    file.lines_in_all = file.lines_read = read


@transaction.atomic
def _judge_and_make_lots(file: ConsignmentFile, *, at: datetime) -> ConsignmentFile:
    """List every fault, make a lot of every line without one, and finish the file."""
    actor = Actor(file.stored_by_id, Role(file.stored_by_role))
    consignment = lock_consignment(file.consignment_id, actor=SYSTEM)
    if not _mine(file).select_for_update().exists():
        raise FileTakenAway
    if consignment.state != ConsignmentState.ANNOUNCED:
        raise FileUnreadable(DECLARED_MEANWHILE)
    names = {
        "file_id": file.pk,
        "consignment_id": consignment.pk,
        "supplier_id": consignment.supplier_id,
        "is_made_up": file.defaults.get("is_made_up") == "true",
    }
    with connection.cursor() as cursor:
        # A million lines take longer than a page may; the worker's own time limit still holds.
        cursor.execute("SET LOCAL statement_timeout = '300s'")
        judge_stage()
        cursor.execute(LIST_FAULTS, names)
        cursor.execute(INSERT_LOTS, names)
        file.lots_made = cursor.rowcount
    file.lines_refused = file.lines_read - file.lots_made
    file.state, file.finished_at = FileState.DONE, at
    file.save(update_fields=["state", "lines_in_all", "lines_read", "lots_made", "lines_refused", "finished_at"])
    record_activity(
        Act.IMPORT_CONSIGNMENT,
        consignment,
        actor=actor,
        at=at,
        sha256=file.sha256,
        lots_made=file.lots_made,
        lines_refused=file.lines_refused,
    )
    return file


@transaction.atomic
def rearm_stuck_files(*, stuck_before: datetime) -> int:
    """Let files be taken again whose worker has not moved since then; gives how many.

    A file that stopped its workers three times is refused, so that it stops no more.
    """
    stuck = ConsignmentFile.objects.filter(state=FileState.RUNNING, heartbeat_at__lt=stuck_before)
    stuck.filter(attempts__gte=MOST_ATTEMPTS).update(
        state=FileState.REFUSED, refusal=GIVEN_UP, finished_at=F("heartbeat_at")
    )
    return stuck.update(state=FileState.WAITING, lines_read=0)
