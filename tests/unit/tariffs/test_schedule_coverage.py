"""Gaps in the schedule, found along the bounds of what is in force; a look at every single day finds the same."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bonded.rules.validity import Validity
from tariffs.rules.schedule import MeasureKind
from tariffs.rules.schedule_coverage import Cover, gaps_of, gaps_opened

FIRST = date(2026, 11, 23)
DAYS = 60


def cover(kind: str, hs_code: str = "71", *, begins: date = FIRST, ends: date | None = None, **columns: str) -> Cover:
    named = {"origin": "", "regime": ""} | columns
    return Cover(MeasureKind(kind), hs_code, validity=Validity(begins, ends), **named)


def test_gaps_of__names_the_code_the_charge_and_the_days() -> None:
    february = date(2027, 2, 1)
    covers = [
        cover("duty_mfn"),
        cover("consumption_tax", "7103", ends=date(2027, 1, 1)),
        cover("vat", "7103", ends=date(2027, 1, 1)),
        cover("vat", "710391", begins=february),
    ]
    assert [gap.sentence for gap in gaps_of(covers, hs_codes=["71039100"], begins=FIRST)] == [
        "71039100 has no consumption tax from 2027-01-01.",
        "71039100 has no VAT from 2027-01-01 until 2027-02-01.",
    ]


def test_gaps_of__counts_only_what_is_for_every_origin_and_the_usual_regime() -> None:
    others = [cover("consumption_tax"), cover("vat")]
    named = [
        cover("duty_mfn", origin="CO"),
        cover("duty_agreement"),
        cover("duty_general"),
        cover("duty_mfn", regime="sde"),
    ]
    assert [gap.charge for gap in gaps_of([*others, *named], hs_codes=["71039100"], begins=FIRST)] == ["duty"]
    assert gaps_of([*others, *named], hs_codes=["71023900"], begins=FIRST) == []


def test_gaps_of__does_not_ask_for_days_that_are_past() -> None:
    covers = [cover(kind, begins=FIRST) for kind in ("duty_mfn", "consumption_tax", "vat")]
    assert gaps_of(covers, hs_codes=["71039100"], begins=FIRST) == []
    assert len(gaps_of(covers, hs_codes=["71039100"], begins=FIRST - timedelta(days=1))) == 3


def test_gaps_opened__names_the_codes_that_an_end_leaves_without_a_rate() -> None:
    january = date(2027, 1, 1)
    covers = [cover("duty_mfn"), cover("consumption_tax", "7103"), cover("vat"), cover("vat", "7102")]
    codes = ["710231", "71039100"]

    def opened(*ends: Cover, added: tuple[Cover, ...] = ()) -> list[str]:
        return [gap.sentence for gap in gaps_opened(covers, ends, added=added, in_bond=codes, begins=FIRST)]

    end = cover("vat", begins=january)
    assert opened(end) == ["71039100 has no VAT from 2027-01-01."]
    assert opened(cover("vat", begins=january, ends=date(2027, 2, 1))) == [
        "71039100 has no VAT from 2027-01-01 until 2027-02-01."
    ]
    assert opened(end, added=(cover("vat", "7103", begins=january),)) == []
    assert opened(cover("vat", "7102", begins=january)) == []
    assert opened(cover("vat", begins=january, origin="CO"), cover("duty_agreement")) == []
    assert opened(cover("duty_mfn", "7103", begins=january)) == []


def test_gaps_opened__looks_at_what_the_schedule_still_names() -> None:
    covers = [cover(kind, "7105") for kind in ("duty_mfn", "consumption_tax", "vat")]
    beneath = cover("duty_mfn", "710510", begins=FIRST + timedelta(days=1))

    def opened(*ends: Cover, in_bond: tuple[str, ...] = (), added: tuple[Cover, ...] = ()) -> list[str]:
        gaps = gaps_opened([*covers, *added], ends, added=[], in_bond=in_bond, begins=FIRST)
        return [gap.hs_code + " " + gap.charge for gap in gaps]

    assert opened(covers[2]) == ["7105 VAT"]
    assert opened(covers[2], added=(beneath,)) == ["710510 VAT"]
    assert opened(covers[2], beneath, added=(beneath,)) == ["7105 VAT"]
    assert opened(*covers) == []
    assert opened(*covers, in_bond=("71051000",)) == ["71051000 duty", "71051000 consumption tax", "71051000 VAT"]


days = st.integers(min_value=-10, max_value=DAYS)
spans = st.lists(st.tuples(days, st.one_of(st.none(), st.integers(min_value=1, max_value=20))), max_size=6)


def validity(begins: int, length: int | None) -> Validity:
    first = FIRST + timedelta(days=begins)
    return Validity(first, None if length is None else first + timedelta(days=length))


@given(spans)
def test_gaps_of__are_those_that_a_look_at_every_day_finds(found: list[tuple[int, int | None]]) -> None:
    covers = [Cover(MeasureKind.VAT, "7103", "", "", validity(begins, length)) for begins, length in found]
    always = [cover("duty_mfn"), cover("consumption_tax")]
    gaps = gaps_of([*covers, *always], hs_codes=["71039100"], begins=FIRST)
    for number in range(DAYS + 30):
        day = FIRST + timedelta(days=number)
        is_covered = any(one.validity.covers(day) for one in covers)
        is_in_a_gap = any(gap.begins <= day and (gap.ends is None or day < gap.ends) for gap in gaps)
        assert is_covered != is_in_a_gap


@given(spans, spans, spans)
def test_gaps_opened__are_the_days_that_only_the_ends_leave_bare(
    said: list[tuple[int, int | None]], ended: list[tuple[int, int | None]], anew: list[tuple[int, int | None]]
) -> None:
    covers, ends, added = (
        [Cover(MeasureKind.VAT, "7103", "", "", validity(*one)) for one in found] for found in (said, ended, anew)
    )
    always = [cover("duty_mfn"), cover("consumption_tax")]
    gaps = gaps_opened([*covers, *always], ends, added=added, in_bond=["71039100"], begins=FIRST)

    def is_covered(day: date, *, after: bool) -> bool:
        left = any(one.validity.covers(day) for one in covers) and not (
            after and any(one.validity.covers(day) for one in ends)
        )
        return left or (after and any(one.validity.covers(day) for one in added))

    for number in range(DAYS + 30):
        day = FIRST + timedelta(days=number)
        is_in_a_gap = any(gap.begins <= day and (gap.ends is None or day < gap.ends) for gap in gaps)
        if is_covered(day, after=False) and not is_covered(day, after=True):
            assert is_in_a_gap
        if is_in_a_gap:
            assert not is_covered(day, after=True)
