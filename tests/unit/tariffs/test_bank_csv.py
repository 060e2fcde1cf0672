"""Statements in the layout of docs/bank-files.md, and tables that are not in it."""

from __future__ import annotations

from datetime import date

import pytest

from bonded.rules.errors import InputInvalid
from bonded.rules.money import Money
from tariffs.gateways.bank_csv import COLUMNS, read_bank_csv
from tariffs.gateways.bank_texts import MOST_LINES
from tariffs.rules.statements import Statement, StatementLine

HEADER = ",".join(COLUMNS)
OPENING = "A1,S1,CNY,opening,2026-12-07,,100.00,,,,,,"
LINE = 'A1,S1,CNY,line,2026-12-07,2026-12-08,12.50,"Alder, Ltd",X1,=cmd(),E1,B1,yes'
CLOSING = "A1,S1,CNY,closing,,,112.50,,,,,,"


def table(*rows: str) -> bytes:
    return "".join(f"{row}\n" for row in rows).encode()


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "with the mark"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_read_bank_csv__reads_a_statement_to_the_last_column(mark: bytes, end: bytes) -> None:
    content = mark + table(HEADER, OPENING, LINE, CLOSING).replace(b"\n", end)
    line = StatementLine(
        position=1,
        amount=Money(12_50, "CNY"),
        booked_on=date(2026, 12, 7),
        value_on=date(2026, 12, 8),
        counterparty="Alder, Ltd",
        counterparty_account="X1",
        remittance="=cmd()",
        end_to_end_id="E1",
        bank_reference="B1",
        is_reversal=True,
    )
    assert read_bank_csv(content) == [Statement("S1", "A1", "CNY", Money(100_00, "CNY"), Money(112_50, "CNY"), (line,))]


def test_read_bank_csv__reads_several_statements_and_a_text_over_two_lines() -> None:
    other = [row.replace("S1", "S2") for row in (OPENING, LINE.replace("=cmd()", '"two\nlines"'), CLOSING)]
    statements = read_bank_csv(table(HEADER, OPENING, CLOSING, *other))
    assert [(one.identification, len(one.lines)) for one in statements] == [("S1", 0), ("S2", 1)]
    assert statements[1].lines[0].remittance == "two\nlines"


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"", 1),
        (table(HEADER), 1),
        (table(HEADER.replace("kind", "sort"), OPENING, CLOSING), 1),
        (table(HEADER, OPENING, LINE), 4),  # Half a file.
        (table(HEADER, OPENING, LINE[:-30]), 3),
        (table(HEADER, OPENING, LINE.replace('Ltd"', "Ltd"), CLOSING), 4),
        (table(HEADER, LINE, CLOSING), 2),
        (table(HEADER, OPENING, OPENING, CLOSING), 3),
        (table(HEADER, OPENING, LINE.replace("S1", "S2"), CLOSING), 3),
        (table(HEADER, OPENING, LINE, CLOSING.replace("CNY", "USD")), 4),
        (table(HEADER, OPENING, LINE.replace("line", "pending"), CLOSING), 3),
        (table(HEADER, OPENING, LINE.replace("12.50", "=1+1"), CLOSING), 3),
        (table(HEADER, OPENING, LINE.replace("12.50", "1e5"), CLOSING), 3),
        (table(HEADER, OPENING, LINE.replace("12.50", "12.505"), CLOSING), 3),
        (table(HEADER, OPENING, LINE.replace("2026-12-07", "2026-13-07"), CLOSING), 3),
        (table(HEADER, OPENING, LINE.replace("2026-12-07", "20261207"), CLOSING), 3),
        (table(HEADER, OPENING, LINE.replace("2026-12-07", "2026-W50-1"), CLOSING), 3),
        (table(HEADER, OPENING, LINE.replace("2026-12-07", "２026-12-07"), CLOSING), 3),
        (table(HEADER.replace("account,statement", '"account\naccount",statement'), OPENING, CLOSING), 1),
        (table(HEADER, OPENING, LINE.replace("B1", "9" * 36), CLOSING), 3),
        (table(HEADER, OPENING, LINE.replace("yes", "maybe"), CLOSING), 3),
        (table(HEADER, OPENING.replace("A1", ""), CLOSING), 2),
        (table(HEADER, OPENING.replace("CNY", "XXX"), CLOSING), 2),
        (table(HEADER, OPENING, LINE.replace("Alder", "翡翠"), CLOSING).decode().encode("gb18030"), 3),
        (table(HEADER, OPENING, LINE.replace("Alder", "\x1b[31m"), CLOSING), 3),
        (table(HEADER, OPENING, *[LINE] * 1_000_000)[:10_000_000], MOST_LINES + 1),
        (table(HEADER, OPENING, LINE.replace("Alder", "x" * 200_000), CLOSING), 3),
    ],
)
def test_read_bank_csv__tells_the_line_of_what_it_can_not_read(content: bytes, line: int) -> None:
    with pytest.raises(InputInvalid) as refusal:
        read_bank_csv(content)
    assert refusal.value.facts["line"] == line
