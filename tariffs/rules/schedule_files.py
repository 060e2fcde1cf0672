"""What a row of the schedule or of the exchange rates may say, in files and over the API: all faults at once."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from bonded.rules.errors import ErrorKind, InputInvalid, Problem, ProblemsFound
from bonded.rules.money import currency_decimals, decimal_from_text
from bonded.rules.validity import Validity
from tariffs.rules.exchange_rates import Quoting
from tariffs.rules.jurisdictions import Jurisdiction
from tariffs.rules.rate_grammar import parse_rate
from tariffs.rules.rates import inclusive_amount_of, units_of
from tariffs.rules.regimes import Regime
from tariffs.rules.schedule import ANY, NO_DOCUMENT, Document, MeasureKind, hs_digits

MOST_ROWS = 20_000
MOST_BYTES = 5_000_000
MOST_FAULTS = 100
LONGEST_SOURCE = 300
OPTIONAL = frozenset({"needs_document"})
# S sourced, G general knowledge, D derived, M made up.
MARKS = ("S", "G", "D", "M")


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


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """One row of the schedule as it is published; `rate` is its text, `hs_code` digits only."""

    jurisdiction: Jurisdiction
    kind: MeasureKind
    hs_code: str
    origin: str
    regime: str
    rate: str
    validity: Validity
    mark: str
    source: str
    needs_document: str = NO_DOCUMENT

    @property
    def key(self) -> tuple[str, ...]:
        """Give what two rows must not share on one day."""
        return (self.jurisdiction, self.kind, self.hs_code, self.origin, self.regime, self.needs_document)


@dataclass(frozen=True, slots=True)
class ExchangeRateRow:
    """One customs exchange rate as it is published."""

    local_currency: str
    currency: str
    rate: Decimal
    quoted: Quoting
    validity: Validity
    mark: str
    source: str

    @property
    def key(self) -> tuple[str, ...]:
        """Give what two rows must not share on one day."""
        return (self.local_currency, self.currency)


Row = MeasureRow | ExchangeRateRow
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
    return _read(rows, _MEASURE, MeasureRow, _measure_problem)


def exchange_rates_of(rows: Sequence[Cells]) -> list[ExchangeRateRow]:
    """Read customs exchange rates; raises ScheduleFileInvalid with every fault of every row."""
    return _read(rows, _EXCHANGE_RATE, ExchangeRateRow, _exchange_rate_problem)


def _read(
    rows: Sequence[Cells], readers: Mapping[str, Callable[[str], Any]], made: Callable[..., Any],
    problem_of: Callable[[Any], tuple[str, str] | None],
) -> list[Any]:  # fmt: skip
    if len(rows) > MOST_ROWS:
        raise _invalid(Problem("too_many_rows", f"At most {MOST_ROWS:,} rows are taken at once.", where=""))
    columns = (*readers, "valid_from", "valid_until")
    problems: list[Problem] = []
    found: list[tuple[Place, Any]] = []
    for place, cells in rows:
        before = len(problems)
        problems += _wrong_columns(place, cells, columns)
        values = {}
        for name, read in readers.items():
            if name in cells:
                values[name] = _value(name, read, place, cells[name], problems)
        values["validity"] = _validity(place, cells, problems)
        if len(problems) == before:
            row = made(**values)
            if problem := problem_of(row):
                problems.append(Problem("value_invalid", problem[1], where=place.of(problem[0])))
            found.append((place, row))
    problems += _overlaps(found)
    if problems:
        raise _invalid(*problems)
    return [row for _, row in found]


def _wrong_columns(place: Place, cells: Mapping[str, str], columns: Iterable[str]) -> Iterator[Problem]:
    for name in sorted(set(cells) - set(columns)):
        yield Problem("column_unknown", f"{name[:40]!r} is no column.", where=place.of(_safe(name)))
    for name in columns:
        if name not in cells and name not in OPTIONAL:
            yield Problem("column_missing", f"The column {name} is missing.", where=place.of(""))
        elif not isinstance(cells.get(name, ""), str):
            yield Problem("value_invalid", "A value is written as text.", where=place.of(name))


def _value(name: str, read: Callable[[str], Any], place: Place, text: Any, problems: list[Problem]) -> Any:
    try:
        return read(text) if isinstance(text, str) else None
    except InputInvalid as error:
        problems.append(Problem(error.code, error.message, where=place.of(name)))
    except ValueError as error:
        problems.append(Problem("value_invalid", str(error), where=place.of(name)))
    return None


def _validity(place: Place, cells: Mapping[str, str], problems: list[Problem]) -> Validity | None:
    days: dict[str, date | None] = {}
    for name in ("valid_from", "valid_until"):
        text = cells.get(name, "")
        try:
            days[name] = date.fromisoformat(text) if text else None
        except (ValueError, TypeError):
            problems.append(Problem("day_invalid", "Write a day as 2026-11-23.", where=place.of(name)))
            return None
    begins = days["valid_from"]
    if begins is None:
        if "valid_from" in cells:
            problems.append(Problem("day_missing", "A row begins on a day.", where=place.of("valid_from")))
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
                yield Problem("validity_overlaps", message, where=place.of("valid_from"))
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


def _one_of(words: Iterable[str]) -> Callable[[str], str]:
    known = tuple(words)

    def read(text: str) -> str:
        if text not in known:
            raise ValueError(f"{text[:40]!r} is none of {', '.join(word or 'empty' for word in known)}.")
        return text

    return read


def _origin(text: str) -> str:
    if text != ANY and not re.fullmatch(r"[A-Z]{2}", text):
        raise ValueError(f"{text[:40]!r} is no country of ISO 3166-1, such as CO, and not empty.")
    return text


def _currency(text: str) -> str:
    currency_decimals(text)
    return text


def _rate(text: str) -> str:
    parse_rate(text)
    return text


def _exchange_rate(text: str) -> Decimal:
    rate = decimal_from_text(text)
    exponent = rate.as_tuple().exponent
    if rate <= 0 or rate >= 10**10 or (isinstance(exponent, int) and exponent < -8):
        raise ValueError("An exchange rate is more than 0, below 10,000,000,000, and has at most 8 decimals.")
    return rate


def _source(text: str) -> str:
    if not 0 < len(text) <= LONGEST_SOURCE or not text.isprintable():
        raise ValueError(f"A row names its source, in 1 to {LONGEST_SOURCE} printable characters.")
    return text


def _measure_problem(row: MeasureRow) -> tuple[str, str] | None:
    """Say what is wrong with a row whose values are all right by themselves: (column, sentence)."""
    rate = parse_rate(row.rate)
    if row.kind is MeasureKind.CONSUMPTION_TAX:
        try:
            inclusive_amount_of(rate, base=Fraction(1), quantities=dict.fromkeys(units_of(rate), Decimal(1)))
        except InputInvalid as error:
            return ("rate", error.message)
    return None


def _exchange_rate_problem(row: ExchangeRateRow) -> tuple[str, str] | None:
    same = row.currency == row.local_currency
    return ("currency", "A currency needs no rate to itself.") if same else None


_MEASURE: dict[str, Callable[[str], Any]] = {
    "jurisdiction": Jurisdiction,
    "kind": MeasureKind,
    "hs_code": hs_digits,
    "origin": _origin,
    "regime": _one_of((ANY, *Regime)),
    "rate": _rate,
    "mark": _one_of(MARKS),
    "source": _source,
    "needs_document": _one_of((NO_DOCUMENT, *Document)),
}
_EXCHANGE_RATE: dict[str, Callable[[str], Any]] = {
    "local_currency": _currency,
    "currency": _currency,
    "rate": _exchange_rate,
    "quoted": Quoting,
    "mark": _one_of(MARKS),
    "source": _source,
}
