"""A file's lines as rows of the connection's own table, where they are judged."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.db import connection

from bonded.actions.consignment_lines import FORGET_STAGE, JUDGE_COLUMNS, JUDGE_LINES, MAKE_STAGE, STAGE_COLUMNS
from bonded.rules.consignment_lines import LONGEST_VALUE, FileUnreadable, LineFault, columns_of_header


def lines_of(content: bytes) -> Iterator[list[str]]:
    """Read the file's lines one by one; raises FileUnreadable where it is no CSV text in UTF-8."""
    text = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig", newline="")
    try:
        yield from csv.reader(text, strict=True)
    except UnicodeDecodeError as error:
        raise FileUnreadable(f"The file is not UTF-8 text, at byte {error.start} of a block.") from error
    except csv.Error as error:
        raise FileUnreadable(f"The file is not CSV: {error}.") from error


@dataclass(frozen=True, slots=True)
class Stage:
    """How a file's lines become rows of the stage: where each column stands, and what fills an empty one."""

    names: list[str]
    places: list[int]
    defaults: list[str]
    prefix: str

    def rows(self, lines: Iterator[list[str]], *, row_number: int) -> Iterator[tuple[object, ...]]:
        """Give row number, fault, whether the line bears a stock number, and the columns, line by line."""
        number_at = STAGE_COLUMNS.index("stock_number")
        for row, line in enumerate(lines, row_number):
            fault = self._fault(line)
            values = [*line, ""] if fault is None else [""] * (len(self.names) + 1)
            columns = [
                values[place].strip() or default for place, default in zip(self.places, self.defaults, strict=True)
            ]
            is_numbered = bool(columns[number_at])
            columns[number_at] = columns[number_at] or f"{self.prefix}-{row - 1:06d}"
            yield (row, fault, is_numbered, *columns)

    def _fault(self, line: list[str]) -> LineFault | None:
        if len(line) != len(self.names):
            return LineFault.WRONG_NUMBER_OF_COLUMNS
        if len("".join(line)) > LONGEST_VALUE and max(map(len, line)) > LONGEST_VALUE:
            return LineFault.UNREADABLE
        return LineFault.UNREADABLE if any("\0" in value for value in line) else None


def stage_of(header: list[str], *, defaults: Mapping[str, object], prefix: str) -> Stage:
    """Give how lines below this header are read; lines without a stock number get one that begins with the prefix.

    Raises FileUnreadable.
    """
    if not any(header):
        raise FileUnreadable("The file is empty; its first line must name its columns.")
    names = columns_of_header(header, list(defaults))
    return Stage(
        names=names,
        # Past the end of a line stands one empty value, for the columns that the file does not have.
        places=[names.index(column) if column in names else len(names) for column in STAGE_COLUMNS],
        defaults=[str(defaults.get(column, "")) for column in STAGE_COLUMNS],
        prefix=prefix,
    )


def make_stage() -> None:
    """Make the connection's own table for lines, empty."""
    with connection.cursor() as cursor:
        cursor.execute(FORGET_STAGE)
        cursor.execute(MAKE_STAGE)


def forget_stage() -> None:
    """Take the table for lines and their faults away."""
    with connection.cursor() as cursor:
        cursor.execute(FORGET_STAGE)


def copy_to_stage(rows: Iterable[tuple[object, ...]]) -> None:
    """Copy rows into the table for lines."""
    with connection.cursor() as cursor, cursor.copy("COPY consignment_line FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def judge_stage() -> None:
    """List every fault of every line of the stage in the table `line_fault`."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE consignment_line")
        cursor.execute(JUDGE_COLUMNS)
        cursor.execute("ANALYZE line_fault")
        cursor.execute(JUDGE_LINES)
