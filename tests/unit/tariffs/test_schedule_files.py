"""Rows of the schedule as they come: what is right is read, and everything that is wrong is named with its place."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bonded.rules.validity import Validity
from tariffs.rules.schedule_files import (
    MOST_FAULTS,
    MOST_ROWS,
    ScheduleFileInvalid,
    exchange_rates_of,
    measures_of,
    rows_of_csv,
)

HEADING = "jurisdiction,kind,hs_code,origin,regime,rate,valid_from,valid_until,mark,source"
GOOD = "CN,duty_mfn,7103.91,CO,,4% + 2/ct,2026-01-01,2027-01-01,S,notice 1"
RATES_HEADING = "local_currency,currency,rate,quoted,valid_from,valid_until,mark,source"
GOOD_RATE = "CNY,USD,7.1032,local_per_unit,2026-11-01,2026-12-01,M,made up"
DATA = Path(__file__).resolve().parents[3] / "tariffs/data"


def faults_of(content: bytes, *, rates: bool = False) -> list[tuple[str, str]]:
    with pytest.raises(ScheduleFileInvalid) as refusal:
        (exchange_rates_of if rates else measures_of)(rows_of_csv(content))
    return [(one.where or "", one.code) for one in refusal.value.problems]


def file_of(*lines: str, heading: str = HEADING) -> bytes:
    return "\n".join([heading, *lines]).encode()


def with_cells(line: str, **cells: str) -> str:
    heading = HEADING if line is GOOD else RATES_HEADING
    values = dict(zip(heading.split(","), line.split(","), strict=True)) | cells
    return ",".join(values.values())


def test_measures_of__reads_what_is_right() -> None:
    (row,) = measures_of(rows_of_csv(file_of(GOOD)))
    assert (row.hs_code, row.origin, row.rate, row.mark) == ("710391", "CO", "4% + 2/ct", "S")
    assert row.validity == Validity(date(2026, 1, 1), date(2027, 1, 1))


def test_exchange_rates_of__reads_what_is_right() -> None:
    (row,) = exchange_rates_of(rows_of_csv(file_of(GOOD_RATE, heading=RATES_HEADING)))
    assert (row.currency, str(row.rate), row.quoted) == ("USD", "7.1032", "local_per_unit")


def test_measures_of__reads_the_projects_own_files() -> None:
    assert len(measures_of(rows_of_csv((DATA / "measures.csv").read_bytes()))) > 40
    assert len(exchange_rates_of(rows_of_csv((DATA / "exchange_rates.csv").read_bytes()))) > 10


@pytest.mark.parametrize(
    ("cells", "place", "code"),
    [
        ({"jurisdiction": "XX"}, "/2/jurisdiction", "value_invalid"),
        ({"kind": "duty"}, "/2/kind", "value_invalid"),
        ({"hs_code": "7"}, "/2/hs_code", "hs_code_invalid"),
        ({"hs_code": "71O391"}, "/2/hs_code", "hs_code_invalid"),
        ({"origin": "Colombia"}, "/2/origin", "value_invalid"),
        ({"origin": "co"}, "/2/origin", "value_invalid"),
        ({"regime": "free"}, "/2/regime", "value_invalid"),
        ({"rate": ""}, "/2/rate", "rate_unreadable"),
        ({"rate": "-4%"}, "/2/rate", "rate_unreadable"),
        ({"rate": "NaN"}, "/2/rate", "rate_unreadable"),
        ({"rate": "1e3%"}, "/2/rate", "rate_unreadable"),
        ({"rate": "9" * 40 + "%"}, "/2/rate", "rate_unreadable"),
        ({"rate": "max(4%"}, "/2/rate", "rate_unreadable"),
        ({"rate": "min(" * 10 + "1%" + ")" * 10}, "/2/rate", "rate_unreadable"),
        ({"rate": "rate"}, "/2/rate", "rate_unreadable"),
        ({"rate": "duty"}, "/2/rate", "rate_unreadable"),
        ({"rate": "4%/ct"}, "/2/rate", "rate_unreadable"),
        ({"rate": "2/parsec"}, "/2/rate", "rate_unreadable"),
        ({"kind": "consumption_tax", "rate": "100%"}, "/2/rate", "value_invalid"),
        ({"kind": "consumption_tax", "rate": "1% + max(2%; 3%)"}, "/2/rate", "rate_unreadable"),
        ({"valid_from": ""}, "/2/valid_from", "day_missing"),
        ({"valid_from": "1 May"}, "/2/valid_from", "day_invalid"),
        ({"valid_from": "2026-02-30"}, "/2/valid_from", "day_invalid"),
        ({"valid_until": "2026-01-01"}, "/2/valid_until", "validity_invalid"),
        ({"valid_until": "2025-01-01"}, "/2/valid_until", "validity_invalid"),
        ({"mark": "X"}, "/2/mark", "value_invalid"),
        ({"source": ""}, "/2/source", "value_invalid"),
        ({"source": "a\x07b"}, "/2/source", "value_invalid"),
        ({"source": "s" * 301}, "/2/source", "value_invalid"),
    ],
)
def test_measures_of__names_the_fault_and_its_place(cells: dict[str, str], place: str, code: str) -> None:
    assert faults_of(file_of(with_cells(GOOD, **cells))) == [(place, code)]


END_HEADING = HEADING + ",ends"
END = "CN,duty_mfn,7103.91,CO,,,,,S,notice 2,2027-01-01"


def test_measures_of__reads_the_end_of_a_measure() -> None:
    ended, limited, row = measures_of(
        rows_of_csv(
            file_of(END, END.replace(",,,,S", ",,,2028-01-01,S").replace("CO", "LK"), GOOD + ",", heading=END_HEADING)
        )
    )
    assert (ended.is_end, ended.says, ended.hs_code, ended.validity) == (
        True, "ended", "710391", Validity(date(2027, 1, 1)),
    )  # fmt: skip
    assert (limited.is_end, limited.validity) == (True, Validity(date(2027, 1, 1), date(2028, 1, 1)))
    assert (row.is_end, row.says) == (False, "4% + 2/ct")


@pytest.mark.parametrize(
    ("line", "place", "code"),
    [
        (END.replace(",,,,S", ",4%,,,S"), "/2/rate", "value_invalid"),
        (END.replace(",,,,S", ",,2026-01-01,,S"), "/2/valid_from", "value_invalid"),
        (END.replace(",,,,S", ",,,2027-01-01,S"), "/2/valid_until", "validity_invalid"),
        (END.replace("2027-01-01", "New Year"), "/2/ends", "day_invalid"),
        (END.replace("2027-01-01", ""), "/2/rate", "rate_unreadable"),
        (f"{GOOD},\n{END.replace('2027', '2026')}", "/3/ends", "validity_overlaps"),
    ],
)
def test_measures_of__names_what_is_wrong_with_an_end(line: str, place: str, code: str) -> None:
    assert faults_of(file_of(line, heading=END_HEADING))[0] == (place, code)


@pytest.mark.parametrize(
    ("cells", "place", "code"),
    [
        ({"currency": "XYZ"}, "/2/currency", "currency_unknown"),
        ({"local_currency": "yuan"}, "/2/local_currency", "currency_unknown"),
        ({"currency": "CNY"}, "/2/currency", "value_invalid"),
        ({"rate": "0"}, "/2/rate", "value_invalid"),
        ({"rate": "-7.1"}, "/2/rate", "value_invalid"),
        ({"rate": "NaN"}, "/2/rate", "amount_invalid"),
        ({"rate": "Infinity"}, "/2/rate", "amount_invalid"),
        ({"rate": "7" * 40}, "/2/rate", "amount_invalid"),
        ({"rate": "1.123456789"}, "/2/rate", "value_invalid"),
        ({"quoted": "both"}, "/2/quoted", "value_invalid"),
    ],
)
def test_exchange_rates_of__names_the_fault_and_its_place(cells: dict[str, str], place: str, code: str) -> None:
    content = file_of(with_cells(GOOD_RATE, **cells), heading=RATES_HEADING)
    assert faults_of(content, rates=True) == [(place, code)]


def test_measures_of__names_every_fault_of_every_row_at_once() -> None:
    bad = with_cells(GOOD, rate="-1", origin="??", valid_from="soon")
    assert faults_of(file_of(GOOD, bad, with_cells(GOOD, kind="tax", source=""))) == [
        ("/3/origin", "value_invalid"),
        ("/3/rate", "rate_unreadable"),
        ("/3/valid_from", "day_invalid"),
        ("/4/kind", "value_invalid"),
        ("/4/source", "value_invalid"),
    ]


def test_measures_of__names_days_that_two_rows_claim() -> None:
    first = with_cells(GOOD, valid_until="")
    content = file_of(first, with_cells(GOOD, valid_from="2027-01-01", valid_until=""), with_cells(GOOD, origin="ZM"))
    with pytest.raises(ScheduleFileInvalid) as refusal:
        measures_of(rows_of_csv(content))
    (problem,) = refusal.value.problems
    assert (problem.where, problem.code) == ("/3/valid_from", "validity_overlaps")
    assert problem.message == "Row 2 is about the same on some of these days."


def test_measures_of__lets_rows_follow_each_other() -> None:
    content = file_of(GOOD, with_cells(GOOD, valid_from="2027-01-01", valid_until=""))
    assert len(measures_of(rows_of_csv(content))) == 2


@pytest.mark.parametrize(
    ("content", "place", "code"),
    [
        (b"\xff\xfe", "", "not_text"),
        (b"a\0b", "", "not_text"),
        (HEADING.encode() + b'\n"CN,duty', "", "not_csv"),
        (b"x" * 5_000_001, "", "file_too_large"),
    ],
)
def test_rows_of_csv__refuses_what_is_no_such_file(content: bytes, place: str, code: str) -> None:
    assert faults_of(content) == [(place, code)]


def test_measures_of__names_columns_that_lack_or_are_too_many() -> None:
    heading = HEADING.replace(",mark", "").replace("origin", "country")
    line = ",".join([*GOOD.split(",")[:8], "notice"])
    assert faults_of(file_of(line, line + ",more", heading=heading)) == [
        ("/2/country", "column_unknown"),
        ("/2", "column_missing"),
        ("/2", "column_missing"),
        ("/3/column 10", "column_unknown"),
        ("/3/country", "column_unknown"),
        ("/3", "column_missing"),
        ("/3", "column_missing"),
    ]


def test_measures_of__tells_the_first_hundred_faults_and_their_number() -> None:
    with pytest.raises(ScheduleFileInvalid) as refusal:
        measures_of(rows_of_csv(file_of(*[with_cells(GOOD, mark="?", source="")] * 500)))
    assert len(refusal.value.problems) == MOST_FAULTS
    assert refusal.value.facts == {"faults": 1000}
    assert refusal.value.message == "1000 faults were found. The first 100 are named."


def test_measures_of__takes_no_more_rows_than_it_says() -> None:
    assert faults_of(file_of(*[GOOD] * (MOST_ROWS + 1))) == [("", "too_many_rows")]
