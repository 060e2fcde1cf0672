"""Counting working days, given what a calendar says of each day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bonded.rules.errors import RuleViolation

# The clock by which days and months end, wherever the reader sits.
BUSINESS_ZONE = ZoneInfo("Asia/Shanghai")

# Says of a day whether offices work: holidays do not, make-up days on a weekend (调休) do.
IsWorkingDay = Callable[[date], bool]

# The longest holiday of any calendar is shorter than this; beyond it the calendar is broken.
LONGEST_SEARCH = timedelta(days=60)


class CalendarHasNoWorkingDay(RuleViolation):
    """The calendar knows no working day within two months, so no date can be counted by it."""

    code = "calendar_has_no_working_day"


def business_day(at: datetime) -> date:
    """Give the day that an aware moment falls on in Shanghai."""
    return at.astimezone(BUSINESS_ZONE).date()


def working_day_from(day: date, *, is_working_day: IsWorkingDay) -> date:
    """Give the day itself if offices work on it, else the next day on which they do."""
    return nth_working_day(day, n=1, is_working_day=is_working_day)


def nth_working_day(first: date, *, n: int, is_working_day: IsWorkingDay) -> date:
    """Give the n-th working day counted from `first`, which counts if offices work on it; n is 1 or more."""
    assert n >= 1
    day, seen = first, 0
    while day - first <= LONGEST_SEARCH:
        seen += is_working_day(day)
        if seen == n:
            return day
        day += timedelta(days=1)
    raise CalendarHasNoWorkingDay("The calendar has too few working days.", first=first.isoformat(), n=n)


def first_of_next_month(day: date) -> date:
    """Give the first day of the month that follows the day's."""
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1)
