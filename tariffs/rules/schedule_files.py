"""What a row of the schedule or of the exchange rates may say, in files and over the API: all faults at once."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from bonded.rules.errors import ErrorKind, InputInvalid, Problem, ProblemsFound
from bonded.rules.validity import Validity
from tariffs.rules.schedule_rows import ExchangeRateRow, MeasureRow, Shape, exchange_rate_shape, measure_shape

MOST_ROWS = 20_000
MOST_BYTES = 5_000_000
MOST_FAULTS = 100


class ScheduleFileInvalid(ProblemsFound):
    """Rows of a schedule can't be taken; the problems say which, where and why."""

    code = "schedule_file_invalid"
    kind = ErrorKind.INVALID


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands: `number` is a file's line, counted from 1 with the heading, or a list's place from 0."""

    prefix: str
    number: int

    def of(self, column: str) -> str:
        """Give the place of one value as a JSON pointer, such as `/12/rate`."""
        return f"{self.prefix}/{self.number}" + (f"/{column}" if column else "")


Cells = tuple[Place, Mapping[str, str]]


def rows_of_csv(content: bytes) -> list[Cells]:
    """Read a file with a heading into its lines; raises ScheduleFileInvalid when it is no such file."""
    if len(content) > MOST_BYTES:
        raise _invalid(Problem("file_too_large", f"A file has at most {MOST_BYTES:,} bytes.", where=""))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _invalid(
            Problem("not_text", f"The file is not UTF-8 text from byte {error.start} on.", where="")
        ) from None
    if "\0" in text:
        raise _invalid(Problem("not_text", "The file holds a NUL character.", where=""))
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        heading = next(reader, [])
        found: list[Cells] = []
        for cells in reader:
            # A value too many is a column without a name, a value too few is a column that is missing.
            names = [*heading, *(f"column {number}" for number in range(len(heading) + 1, len(cells) + 1))]
            if cells:
                found.append((Place("", reader.line_num), dict(zip(names, cells, strict=False))))
    except csv.Error as error:
        raise _invalid(Problem("not_csv", f"Line {reader.line_num}: {error}.", where="")) from None
    return found


def measures_of(rows: Sequence[Cells]) -> list[MeasureRow]:
    """Read rows of the schedule; raises ScheduleFileInvalid with every fault of every row."""
    return _read(rows, measure_shape)


def exchange_rates_of(rows: Sequence[Cells]) -> list[ExchangeRateRow]:
    """Read customs exchange rates; raises ScheduleFileInvalid with every fault of every row."""
    return _read(rows, exchange_rate_shape)


def _read(rows: Sequence[Cells], shape_of: Callable[[Mapping[str, str]], Shape]) -> list[Any]:
    if len(rows) > MOST_ROWS:
        raise _invalid(Problem("too_many_rows", f"At most {MOST_ROWS:,} rows are taken at once.", where=""))
    problems: list[Problem] = []
    found: list[tuple[Place, Any]] = []
    for place, cells in rows:
        shape = shape_of(cells)
        before = len(problems)
        problems += _wrong_columns(place, cells, shape)
        values = {}
        for name, read in shape.readers.items():
            if name in cells:
                values[name] = _value(name, read, place, cells[name], problems)
        values["validity"] = _validity(place, cells, shape.first_day, problems)
        if len(problems) == before:
            row = shape.made(**values)
            if problem := shape.problem_of(row):
                problems.append(Problem("value_invalid", problem[1], where=place.of(problem[0])))
            found.append((place, row))
    problems += _overlaps(found)
    if problems:
        raise _invalid(*problems)
    return [row for _, row in found]


def _wrong_columns(place: Place, cells: Mapping[str, str], shape: Shape) -> Iterator[Problem]:
    columns = (*shape.readers, shape.first_day, "valid_until")
    for name in sorted(set(cells) - {*columns, *shape.silent}):
        yield Problem("column_unknown", f"{name[:40]!r} is no column.", where=place.of(_safe(name)))
    for name in columns:
        if name not in cells and name not in shape.optional:
            yield Problem("column_missing", f"The column {name} is missing.", where=place.of(""))
        elif not isinstance(cells.get(name, ""), str):
            yield Problem("value_invalid", "A value is written as text.", where=place.of(name))
    for name in sorted(shape.silent):
        if cells.get(name, "") != "":
            yield Problem("value_invalid", f"A row with {shape.first_day} has no {name}.", where=place.of(name))


def _value(name: str, read: Callable[[str], Any], place: Place, text: Any, problems: list[Problem]) -> Any:
    try:
        return read(text) if isinstance(text, str) else None
    except InputInvalid as error:
        problems.append(Problem(error.code, error.message, where=place.of(name)))
    except ValueError as error:
        problems.append(Problem("value_invalid", str(error), where=place.of(name)))
    return None


def _validity(place: Place, cells: Mapping[str, str], first_day: str, problems: list[Problem]) -> Validity | None:
    days: dict[str, date | None] = {}
    for name in (first_day, "valid_until"):
        text = cells.get(name, "")
        try:
            days[name] = date.fromisoformat(text) if text else None
        except (ValueError, TypeError):
            problems.append(Problem("day_invalid", "Write a day as 2026-11-23.", where=place.of(name)))
            return None
    begins = days[first_day]
    if begins is None:
        if first_day in cells:
            problems.append(Problem("day_missing", "A row begins on a day.", where=place.of(first_day)))
        return None
    try:
        return Validity(begins, days["valid_until"])
    except InputInvalid as error:
        problems.append(Problem("validity_invalid", error.message, where=place.of("valid_until")))
        return None


def _overlaps(found: Sequence[tuple[Place, Any]]) -> Iterator[Problem]:
    """Name each row whose days another of the same key before it has already."""
    by_key: dict[tuple[str, ...], list[tuple[Place, Any]]] = {}
    for place, row in found:
        by_key.setdefault(row.key, []).append((place, row))
    for rows in by_key.values():
        rows.sort(key=lambda one: one[1].validity.from_on)
        furthest = rows[0]
        for place, row in rows[1:]:
            if furthest[1].validity.overlaps(row.validity):
                message = f"Row {furthest[0].number} is about the same on some of these days."
                first_day = "ends" if row.is_end else "valid_from"
                yield Problem("validity_overlaps", message, where=place.of(first_day))
            ends, furthest_ends = row.validity.until_on, furthest[1].validity.until_on
            if furthest_ends is not None and (ends is None or ends > furthest_ends):
                furthest = (place, row)


def _invalid(*problems: Problem) -> ScheduleFileInvalid:
    told = problems[:MOST_FAULTS]
    more = f" The first {MOST_FAULTS} are named." if len(problems) > len(told) else ""
    count = "1 fault was" if len(problems) == 1 else f"{len(problems)} faults were"
    return ScheduleFileInvalid(f"{count} found.{more}", told, faults=len(problems))


def _safe(name: str) -> str:
    """Write a name as a part of a JSON pointer."""
    return name[:40].replace("~", "~0").replace("/", "~1")
