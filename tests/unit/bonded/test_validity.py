"""Half-open spans of days."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bonded.rules.errors import InputInvalid
from bonded.rules.validity import Validity

DAY = date(2026, 11, 23)
validities = st.builds(
    lambda start, days: Validity(DAY + timedelta(start), DAY + timedelta(start + days) if days else None),
    st.integers(-50, 50),
    st.integers(0, 30),
)


def test_covers__the_first_day_but_not_the_last() -> None:
    span = Validity(DAY, DAY + timedelta(2))

    assert [span.covers(DAY + timedelta(n)) for n in (-1, 0, 1, 2)] == [False, True, True, False]
    assert Validity(DAY).covers(date.max)


@pytest.mark.parametrize("end", [DAY, DAY - timedelta(1)])
def test_validity__must_end_after_it_begins(end: date) -> None:
    with pytest.raises(InputInvalid):
        Validity(DAY, end)


@given(validities, validities)
def test_overlaps__exactly_when_some_day_lies_in_both(one: Validity, other: Validity) -> None:
    days = [DAY + timedelta(n) for n in range(-60, 140)]

    assert one.overlaps(other) == any(one.covers(day) and other.covers(day) for day in days)


@given(validities, validities)
def test_without__leaves_the_days_of_the_one_that_are_not_of_the_other(one: Validity, other: Validity) -> None:
    left = one.without(other)
    for day in (DAY + timedelta(n) for n in range(-60, 140)):
        assert sum(days.covers(day) for days in left) == (one.covers(day) and not other.covers(day))
