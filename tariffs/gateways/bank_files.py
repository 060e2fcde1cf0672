"""Reading a file of the bank, whichever of the three forms it has; the form is known by how the file begins."""

from __future__ import annotations

from dataclasses import replace

from tariffs.gateways.bank import LARGEST_FILE, read_camt053
from tariffs.gateways.bank_csv import read_bank_csv
from tariffs.gateways.bank_mt940 import read_mt940
from tariffs.rules.statements import BankForm, Statement, StatementUnreadable, require_statement_adds_up

# What may stand before the first sign: marks of the character set, and space.
_MARKS = b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"
_FORMS = (
    (b"<", BankForm.CAMT053, read_camt053),
    (b":20:", BankForm.MT940, read_mt940),
    (b"{1:", BankForm.MT940, read_mt940),
    (b"account,", BankForm.CSV, read_bank_csv),
)


def read_bank_file(content: bytes) -> list[Statement]:
    """Read the statements of a camt.053, MT940 or CSV file, each of which leads to its closing balance.

    Raises StatementUnreadable, with the line where there is one; StatementDoesNotAddUp.
    """
    if len(content) > LARGEST_FILE:
        raise StatementUnreadable(f"A file has at most {LARGEST_FILE // 1024**2} MB.", bytes=len(content))
    begins = content[:64].lstrip(_MARKS)
    for sign, form, read in _FORMS:
        if begins.startswith(sign):
            statements = [replace(statement, form=form) for statement in read(content)]
            for statement in statements:
                require_statement_adds_up(statement)
            return statements
    raise StatementUnreadable(
        "This is no file of the bank that can be read here.", line=1, known=("camt.053", "MT940", "CSV")
    )
