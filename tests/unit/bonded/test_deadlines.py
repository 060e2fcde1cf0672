"""How near a day is."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bonded.rules.deadlines import threshold_days

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("left", "expected"), [(-1, None), (0, 1), (1, 1), (2, 7), (7, 7), (8, 14), (14, 14), (15, None)]
)
def test_threshold_days__is_the_nearest_that_the_day_has_come_under(left: int, expected: int | None) -> None:
    assert threshold_days(TODAY + timedelta(days=left), today=TODAY) == expected
