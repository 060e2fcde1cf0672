"""Whose calls are counted together, and for how long."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bonded.rules.call_limits import window_of

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("address", "caller"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2::1", "2001:db8:1:2::"),
        ("", "unknown"),
        ("nobody\r\n", "unknown"),
    ],
)
def test_window_of__counts_by_address(address: str, caller: str) -> None:
    assert window_of("feeds", address, at=AT).name.split(":", 2)[2].rpartition(":")[0] == caller


@given(st.integers(0, 3600))
def test_window_of__lasts_a_minute_and_says_how_much_is_left(seconds: int) -> None:
    at = AT + timedelta(seconds=seconds)
    window = window_of("feeds", "203.0.113.9", at=at)
    assert 1 <= window.seconds_left <= 60
    last, next_one = (
        window_of("feeds", "203.0.113.9", at=at + timedelta(seconds=left))
        for left in (
            window.seconds_left - 1,
            window.seconds_left,
        )
    )
    assert last.name == window.name != next_one.name
    assert window_of("links", "203.0.113.9", at=at).name != window.name
