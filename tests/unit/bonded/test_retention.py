"""The legal term, by whole months."""

from datetime import UTC, date, datetime

import pytest

from bonded.rules.retention import StillInTerm, first_kept_month, require_out_of_term

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def test_first_kept_month__is_the_month_of_the_same_day_so_many_years_ago() -> None:
    assert first_kept_month(kept_years=10, at=AT) == date(2016, 11, 1)


def test_require_out_of_term__lets_a_month_go_when_its_last_day_is_out_of_the_term_and_refuses_one_more() -> None:
    require_out_of_term(date(2016, 11, 1), kept_years=10, at=AT)
    with pytest.raises(StillInTerm) as refusal:
        require_out_of_term(date(2016, 12, 1), kept_years=10, at=AT)
    assert (refusal.value.code, refusal.value.facts) == (
        "still_in_term",
        {"before": "2016-12-01", "first_kept_month": "2016-11-01", "kept_years": 10},
    )
