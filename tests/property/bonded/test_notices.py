"""Quiet hours, whatever they are, wherever: they end, later than now, and are over then."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from bonded.rules.notices import Preference, quiet_until

# Clocks that never change, that change by an hour, by half an hour, and where a day was left out.
ZONES = ("Asia/Shanghai", "Europe/Brussels", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "UTC")
MINUTES = st.times().map(lambda one: one.replace(second=0, microsecond=0))
MOMENTS = st.datetimes(datetime(2010, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(quiet_from=MINUTES, ends=MINUTES, zone=st.sampled_from(ZONES), at=MOMENTS)
def test_quiet_until__is_later_than_now_and_quiet_no_more(quiet_from, ends, zone, at) -> None:
    assume(quiet_from != ends)
    preference = Preference(quiet_from=quiet_from, quiet_until=ends, zone=zone)
    end = quiet_until(preference, at=at)
    if end is None:
        return
    assert at < end <= at + timedelta(days=2)
    assert quiet_until(preference, at=end.astimezone(UTC)) is None
