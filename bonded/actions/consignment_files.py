"""Importing a consignment's lines from a file: stored first, then judged in sets, then all good lines at once."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db import connection, transaction
from django.db.models import F, QuerySet

from bonded.actions.activity import record_activity
from bonded.actions.consignment_lines import (
    FORGET_STAGE,
    INSERT_LOTS,
    JUDGE_COLUMNS,
    JUDGE_LINES,
    LIST_FAULTS,
    MAKE_STAGE,
    STAGE_COLUMNS,
)
from bonded.actions.locks import lock_consignment
from bonded.models.consignment_files import ConsignmentFile
from bonded.rules.consignment_files import FileState
from bonded.rules.consignment_lines import LONGEST_VALUE, FileUnreadable, LineFault, columns_of_header, require_defaults
from bonded.rules.consignments import ConsignmentNotOpen, ConsignmentState
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
    actor: Actor,
    at: datetime,
) -> ConsignmentFile:
    """Keep a file of lines as it came, to be imported next.

    `defaults` are values for columns that the file does not have; the consignment's origin and
    currency are always among them. The same bytes for the same consignment give the first file.
    Raises ConsignmentNotOpen when the consignment's lines are fixed already.
    """
    require(actor, Act.IMPORT_CONSIGNMENT)
    assert actor.user_id is not None
    require_defaults(defaults)
    consignment = lock_consignment(consignment_id, actor=actor)
    sha256 = hashlib.sha256(content).hexdigest()
    first = (
        ConsignmentFile.objects.defer("content")
        .filter(consignment=consignment, sha256=sha256)
        .exclude(state=FileState.REFUSED)
        .first()
    )
    if first is not None:
        return first
    if consignment.state != ConsignmentState.ANNOUNCED:
        raise ConsignmentNotOpen("The consignment is declared; its lines are fixed.", state=consignment.state)
    file = ConsignmentFile.objects.create(
        consignment=consignment,
        file_name=file_name[-200:],
        content=content,
        sha256=sha256,
        defaults={"origin": consignment.origin, "currency": consignment.currency, "pieces": "1", **defaults},
        stored_by_id=actor.user_id,
        stored_by_role=actor.role.value,
        stored_at=at,
    )
    consignment_file_stored.send(ConsignmentFile, file_id=file.pk, at=at)
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
        state=FileState.RUNNING, heartbeat_at=now(), attempts=F("attempts") + 1
    ):
        return ConsignmentFile.objects.defer("content").get(pk=file_id)
    file = ConsignmentFile.objects.select_related("consignment").get(pk=file_id)
    try:
        with connection.cursor() as cursor:
            cursor.execute(FORGET_STAGE)
            cursor.execute(MAKE_STAGE)
        _stage(file, now=now, on_progress=on_progress)
        return _judge_and_make_lots(file, at=now())
    except FileUnreadable as error:
        _mine(file).update(state=FileState.REFUSED, refusal=error.message.replace("\0", "")[:500], finished_at=now())
        file.refresh_from_db(fields=["state", "refusal", "finished_at"])
        return file
    except AnotherWorkerHasIt:
        file.refresh_from_db(fields=["state", "lines_read", "lots_made", "lines_refused", "finished_at"])
        return file
    finally:
        with connection.cursor() as cursor:
            cursor.execute(FORGET_STAGE)


class AnotherWorkerHasIt(Exception):
    """This worker stood still for so long that another began the file anew."""


def _mine(file: ConsignmentFile) -> QuerySet[ConsignmentFile]:
    """Give the file's row for as long as it is in this worker's hands."""
    return ConsignmentFile.objects.filter(pk=file.pk, state=FileState.RUNNING, attempts=file.attempts)


def _lines(content: bytes) -> Iterator[list[str]]:
    """Read the file's lines one by one; raises FileUnreadable where it is no CSV text in UTF-8."""
    text = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig", newline="")
    try:
        yield from csv.reader(text, strict=True)
    except UnicodeDecodeError as error:
        raise FileUnreadable(f"The file is not UTF-8 text, at byte {error.start} of a block.") from error
    except csv.Error as error:
        raise FileUnreadable(f"The file is not CSV: {error}.") from error


def _stage(file: ConsignmentFile, *, now: Callable[[], datetime], on_progress: Progress | None) -> None:
    """Copy the lines as text into the connection's own table, and note how far it is."""
    content = bytes(file.content)
    file.lines_in_all = max(0, content.count(b"\n") - (1 if content.endswith(b"\n") else 0))
    lines = _lines(content)
    header = next(lines, [])
    if not any(header):
        raise FileUnreadable("The file is empty; its first line must name its columns.")
    names = columns_of_header(header, list(file.defaults))
    stage = _Stage(
        width=len(names),
        # Past the end of a line stands one empty value, for the columns that the file does not have.
        places=[names.index(column) if column in names else len(names) for column in STAGE_COLUMNS],
        defaults=[str(file.defaults.get(column, "")) for column in STAGE_COLUMNS],
        prefix=file.consignment.reference,
    )
    read = 0
    while step := list(islice(stage.rows(lines, row_number=read + 2), LINES_A_STEP)):
        with transaction.atomic(), connection.cursor() as cursor:
            with cursor.copy("COPY consignment_line FROM STDIN") as copy:
                for row in step:
                    copy.write_row(row)
            read += len(step)
            if not _mine(file).update(lines_read=read, lines_in_all=file.lines_in_all, heartbeat_at=now()):
                raise AnotherWorkerHasIt
        if on_progress:
            on_progress(read, file.lines_in_all)
    if not read:
        raise FileUnreadable("The file has a header but no lines.")
    file.lines_in_all = file.lines_read = read


@dataclass(frozen=True, slots=True)
class _Stage:
    """How a file's lines become rows of the stage: where each column stands, and what fills an empty one."""

    width: int
    places: list[int]
    defaults: list[str]
    prefix: str

    def rows(self, lines: Iterator[list[str]], *, row_number: int) -> Iterator[tuple[object, ...]]:
        """Give row number, fault, whether the line bears a stock number, and the columns, line by line."""
        number_at = STAGE_COLUMNS.index("stock_number")
        for row, line in enumerate(lines, row_number):
            fault = self._fault(line)
            values = [*line, ""] if fault is None else [""] * (self.width + 1)
            columns = [
                values[place].strip() or default for place, default in zip(self.places, self.defaults, strict=True)
            ]
            is_numbered = bool(columns[number_at])
            columns[number_at] = columns[number_at] or f"{self.prefix}-{row - 1:06d}"
            yield (row, fault, is_numbered, *columns)

    def _fault(self, line: list[str]) -> LineFault | None:
        if len(line) != self.width:
            return LineFault.WRONG_NUMBER_OF_COLUMNS
        if len("".join(line)) > LONGEST_VALUE and max(map(len, line)) > LONGEST_VALUE:
            return LineFault.UNREADABLE
        return LineFault.UNREADABLE if any("\0" in value for value in line) else None


@transaction.atomic
def _judge_and_make_lots(file: ConsignmentFile, *, at: datetime) -> ConsignmentFile:
    """List every fault, make a lot of every line without one, and finish the file."""
    actor = Actor(file.stored_by_id, Role(file.stored_by_role))
    consignment = lock_consignment(file.consignment_id, actor=SYSTEM)
    if not _mine(file).select_for_update().exists():
        raise AnotherWorkerHasIt
    if consignment.state != ConsignmentState.ANNOUNCED:
        raise FileUnreadable("The consignment was declared meanwhile; its lines are fixed.")
    names = {
        "file_id": file.pk,
        "consignment_id": consignment.pk,
        "supplier_id": consignment.supplier_id,
        "is_made_up": file.defaults.get("is_made_up") == "true",
    }
    with connection.cursor() as cursor:
        # A million lines take longer than a page may; the worker's own time limit still holds.
        cursor.execute("SET LOCAL statement_timeout = '300s'")
        cursor.execute("ANALYZE consignment_line")
        cursor.execute(JUDGE_COLUMNS)
        cursor.execute("ANALYZE line_fault")
        cursor.execute(JUDGE_LINES)
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
        state=FileState.REFUSED, refusal="The file could not be read in three attempts.", finished_at=F("heartbeat_at")
    )
    return stuck.update(state=FileState.WAITING, lines_read=0)
