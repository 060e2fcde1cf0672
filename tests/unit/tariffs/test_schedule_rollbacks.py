"""Going back by new rows: once published, every day says what it said, and no day that says it already is touched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bonded.rules.validity import Validity
from tariffs.rules.jurisdictions import Jurisdiction
from tariffs.rules.schedule import ENDED, MeasureKind
from tariffs.rules.schedule_files import Place, measures_of
from tariffs.rules.schedule_rollbacks import rows_back
from tariffs.rules.schedule_rows import MeasureRow, cells_of

FIRST = date(2026, 11, 23)
JANUARY, MARCH = date(2027, 1, 1), date(2027, 3, 1)
DAYS = 40
ROW = MeasureRow(Jurisdiction.CN, MeasureKind.DUTY_MFN, "7103", "", "", "4%", Validity(date(2019, 4, 1)), "S", "notice")


def back(then: Sequence[MeasureRow], now: Sequence[MeasureRow]) -> list[MeasureRow]:
    return rows_back(then, now, from_on=FIRST, reason="rolled back")


def test_rows_back__brings_back_what_was_from_the_day_on() -> None:
    now = [
        replace(ROW, validity=Validity(date(2019, 4, 1), JANUARY)),
        replace(ROW, rate="5%", validity=Validity(JANUARY)),
    ]
    assert back([ROW], now) == [replace(ROW, validity=Validity(JANUARY))]
    assert back([ROW], [replace(ROW, source="another")]) == [replace(ROW, validity=Validity(FIRST))]


def test_rows_back__ends_what_was_not_there() -> None:
    added = replace(ROW, hs_code="710391", validity=Validity(JANUARY, MARCH))
    assert back([ROW], [ROW, added]) == [replace(added, rate=ENDED, mark="D", source="rolled back")]
    halves = [
        replace(added, validity=Validity(JANUARY, date(2027, 2, 1))),
        replace(added, rate="1%", source="later", validity=Validity(date(2027, 2, 1), MARCH)),
    ]
    assert back([ROW], [ROW, *halves]) == [replace(added, rate=ENDED, mark="D", source="rolled back")]


def test_rows_back__leaves_what_is_the_same_and_what_is_past() -> None:
    halves = [replace(ROW, validity=Validity(date(2019, 4, 1), JANUARY)), replace(ROW, validity=Validity(JANUARY))]
    assert back([ROW], [ROW]) == back([ROW], halves) == []
    assert back([replace(ROW, rate="9%", validity=Validity(date(2019, 4, 1), FIRST))], []) == []


lengths = st.one_of(st.none(), st.integers(min_value=1, max_value=15))
keys = st.sampled_from(["7103", "7102"])
drawn = st.lists(
    st.tuples(keys, st.sampled_from(["1%", "2%"]), st.integers(min_value=-5, max_value=DAYS), lengths), max_size=8
)


def schedule(found: Sequence[tuple[str, str, int, int | None]]) -> list[MeasureRow]:
    """Make a schedule of rows that don't overlap: what would overlap another is left out."""
    kept: list[MeasureRow] = []
    for code, rate, begins, length in found:
        first = FIRST + timedelta(days=begins)
        validity = Validity(first, None if length is None else first + timedelta(days=length))
        if not any(one.hs_code == code and one.validity.overlaps(validity) for one in kept):
            kept.append(replace(ROW, hs_code=code, rate=rate, validity=validity))
    return kept


def said(rows: Sequence[MeasureRow], code: str, day: date) -> str | None:
    return next((row.rate for row in rows if row.hs_code == code and row.validity.covers(day)), None)


@given(drawn, drawn)
def test_rows_back__once_published_say_on_every_day_what_was_said(
    one: list[tuple[str, str, int, int | None]], other: list[tuple[str, str, int, int | None]]
) -> None:
    then, now = schedule(one), schedule(other)
    rows = back(then, now)
    for code in ("7103", "7102"):
        for number in range(-10, DAYS + 30):
            day = FIRST + timedelta(days=number)
            published, before = said(rows, code, day), said(now, code, day)
            after = before if published is None else published or None
            assert after == (said(then, code, day) if day >= FIRST else before)
            assert published is None or (published or None) != before


@given(drawn)
def test_cells_of__are_read_again_as_the_same_rows(found: list[tuple[str, str, int, int | None]]) -> None:
    rows = schedule(found)
    rows += [replace(row, rate=ENDED, origin="CO") for row in rows]
    assert measures_of([(Place("", number), cells_of(row)) for number, row in enumerate(rows)]) == rows
