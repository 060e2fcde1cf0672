"""A file of the bank is known by how it begins, whatever its name."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings

from bonded.rules.money import Money
from tariffs.gateways.bank import LARGEST_FILE
from tariffs.gateways.bank_files import read_bank_file
from tariffs.rules.statements import StatementDoesNotAddUp, StatementUnreadable

SAMPLES = Path(settings.BASE_DIR) / "tariffs/samples/bank"


def test_read_bank_file__reads_the_sample_alike_in_its_three_forms() -> None:
    xml, sta, table = (read_bank_file((SAMPLES / f"statement.{form}").read_bytes()) for form in ("xml", "sta", "csv"))
    assert xml == sta == table
    assert [one[0].form for one in (xml, sta, table)] == ["camt053", "mt940", "csv"]
    assert xml[0].closing == Money(1_298_185_06, "CNY")
    assert [line.amount.minor for line in xml[0].lines] == [305_777_78, 48_210_06, -305_777_78, -25_00]


@pytest.mark.parametrize("form", ["xml", "sta", "csv"])
def test_read_bank_file__refuses_a_closing_balance_that_does_not_fit(form: str) -> None:
    content = (SAMPLES / f"statement.{form}").read_bytes()
    wrong = content.replace(b"1298185.06", b"1298185.07").replace(b"1298185,06", b"1298185,07")
    assert wrong != content
    with pytest.raises(StatementDoesNotAddUp) as refusal:
        read_bank_file(wrong)
    assert refusal.value.facts["computed"] == "1298185.06"


@pytest.mark.parametrize(
    "content", [b"", b"   ", b"hello", b"PK\x03\x04", "account,statement".encode("utf-16"), b":21:X\n"]
)
def test_read_bank_file__refuses_what_it_does_not_know(content: bytes) -> None:
    with pytest.raises(StatementUnreadable) as refusal:
        read_bank_file(content)
    assert refusal.value.facts["line"] == 1


def test_read_bank_file__refuses_a_file_beyond_its_limit() -> None:
    with pytest.raises(StatementUnreadable) as refusal:
        read_bank_file(b":20:" + b" " * LARGEST_FILE)
    assert refusal.value.facts == {"bytes": LARGEST_FILE + 4}
