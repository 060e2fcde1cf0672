"""Reading account statements from CSV, in the one layout that docs/bank-files.md tells."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date

from bonded.rules.money import Money
from tariffs.gateways.bank_texts import at_line, needed_word, plain_text, word
from tariffs.rules.statements import Statement, StatementLine, StatementUnreadable

COLUMNS = (
    "account", "statement", "currency", "kind", "booked_on", "value_on", "amount",
    "counterparty", "counterparty_account", "remittance", "end_to_end_id", "bank_reference", "is_reversal",
)  # fmt: skip
# Python reads weeks and days without hyphens too.
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def read_bank_csv(content: bytes) -> list[Statement]:
    """Read every statement of a file: an opening balance, its lines, its closing balance, one after the other.

    Raises StatementUnreadable, AmountInvalid and CurrencyUnknown, with the line of the file.
    """
    statements: list[Statement] = []
    opened: Statement | None = None
    lines: list[StatementLine] = []
    number = 0
    for number, row in _rows(plain_text(content)):
        with at_line(number):
            amount = Money.from_text(row["amount"], row["currency"])
            one = Statement(*_names(row), amount.currency, amount, None, ())
            if row["kind"] == "opening" and opened is None:
                opened, lines = one, []
            elif opened is None or row["kind"] not in ("line", "closing"):
                raise StatementUnreadable("A statement is an opening, its lines and a closing.", found=row["kind"][:20])
            elif replace(one, opening=opened.opening) != opened:
                raise StatementUnreadable("This row is of another statement than the one that is open.")
            elif row["kind"] == "line":
                lines.append(_line(row, amount, len(lines) + 1))
            else:
                statements.append(replace(opened, closing=amount, lines=tuple(lines)))
                opened = None
    if opened or not statements:
        raise StatementUnreadable("The file ends before a closing balance.", line=number + 1)
    return statements


def _rows(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Give each row below the header with its line, and refuse what is not of the layout."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        if tuple(next(reader, ())) != COLUMNS:
            raise StatementUnreadable("The first row names the columns, in their order.", line=1, known=COLUMNS)
        for cells in reader:
            if len(cells) != len(COLUMNS):
                raise StatementUnreadable(
                    f"A row has {len(COLUMNS)} columns, and this one has {len(cells)}.", line=reader.line_num
                )
            else:
                yield reader.line_num, dict(zip(COLUMNS, (cell.strip() for cell in cells), strict=True))
    except csv.Error as error:
        raise StatementUnreadable(f"This is not CSV: {error}.", line=reader.line_num) from None


def _names(row: Mapping[str, str]) -> tuple[str, str]:
    """Give the name of the statement and of its account."""
    return needed_word(row["statement"], "statement"), needed_word(row["account"], "account")


def _line(row: Mapping[str, str], amount: Money, position: int) -> StatementLine:
    booked_on = _day(row, "booked_on")
    return StatementLine(
        position=position,
        amount=amount,
        booked_on=booked_on,
        value_on=_day(row, "value_on") if row["value_on"] else booked_on,
        counterparty=row["counterparty"][:200],
        counterparty_account=word(row["counterparty_account"], "other account"),
        remittance=row["remittance"],
        end_to_end_id=word(row["end_to_end_id"], "end-to-end id"),
        bank_reference=word(row["bank_reference"], "bank's reference"),
        is_reversal=_is_reversal(row["is_reversal"]),
    )


def _is_reversal(text: str) -> bool:
    if text not in ("", "yes"):
        raise StatementUnreadable("is_reversal is yes or empty.", found=text[:20])
    return text == "yes"


def _day(row: Mapping[str, str], name: str) -> date:
    try:
        if _DAY.fullmatch(row[name]):
            return date.fromisoformat(row[name])
    except ValueError:
        pass
    raise StatementUnreadable(f"{name} is not a day such as 2026-12-07.", found=row[name][:20])
