"""Numbers of a feed: read or refused, and none is left out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tariffs.rules.schedule_feeds import FeedInvalid, FeedNumberMissing, feed_from_text, require_next


@pytest.mark.parametrize(
    ("feed", "sequence", "read"),
    [("", "", ("", None)), ("gacc.tariff-2026", "1", ("gacc.tariff-2026", 1)), ("x", "999999999", ("x", 999_999_999))],
)
def test_feed_from_text__reads_both_or_neither(feed: str, sequence: str, read: tuple[str, int | None]) -> None:
    assert feed_from_text(feed, sequence) == read


@pytest.mark.parametrize(
    ("feed", "sequence"),
    [
        ("gacc", ""), ("", "1"), ("GACC", "1"), ("ga cc", "1"), ("g" * 41, "1"), ("gacc\n", "1"), (".gacc", "1"),
        ("gacc", "0"), ("gacc", "-1"), ("gacc", "01"), ("gacc", "1.0"), ("gacc", "one"), ("gacc", "1" * 10),
        ("gacc", "١"),
    ],
)  # fmt: skip
def test_feed_from_text__refuses_what_is_no_number_of_a_feed(feed: str, sequence: str) -> None:
    with pytest.raises(FeedInvalid):
        feed_from_text(feed, sequence)


def test_require_next__names_the_first_number_that_is_missing() -> None:
    with pytest.raises(FeedNumberMissing) as refusal:
        require_next(6, {1, 2, 4, 5}, feed="gacc")
    assert refusal.value.facts == {"feed": "gacc", "missing": 3}
    require_next(3, {1, 2, 4, 5}, feed="gacc")
    require_next(1, set(), feed="gacc")


@given(st.sets(st.integers(min_value=1, max_value=12)), st.integers(min_value=1, max_value=14))
def test_require_next__takes_a_number_exactly_when_all_before_it_are_there(taken: set[int], number: int) -> None:
    if set(range(1, number)) <= taken:
        require_next(number, taken, feed="gacc")
    else:
        with pytest.raises(FeedNumberMissing):
            require_next(number, taken, feed="gacc")
