"""Which days offices work: the published calendar, with our own word on top."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

import holidays

from tariffs.models.calendars import CalendarDay
from tariffs.rules.working_days import IsWorkingDay

# No due date lies further ahead than this from the day that it is counted from.
HORIZON = timedelta(days=120)


def working_days_after(first: date, *, country: str = "CN") -> IsWorkingDay:
    """Give the calendar of a country for the months that follow a day.

    The `holidays` library knows public holidays and, for China, the weekends that are worked in
    exchange; a CalendarDay row overrides it. Runs one SQL statement.
    """
    rows = CalendarDay.objects.filter(country=country, day__range=(first, first + HORIZON))
    overrides = dict(rows.values_list("day", "is_working"))
    published = _published(country, (first.year, (first + HORIZON).year))

    def is_working_day(day: date) -> bool:
        return overrides[day] if day in overrides else published.is_working_day(day)

    return is_working_day


def public_holidays(first: date, last: date, *, country: str = "CN") -> frozenset[date]:
    """Give the public holidays from a day to a day, both included; a CalendarDay row overrides what is published.

    Weekends are none unless they are part of a holiday. Runs one SQL statement.
    """
    said = CalendarDay.objects.where("country = %s AND day BETWEEN %s AND %s", [country, first, last])
    overrides = {one.day: one.is_working for one in said}
    published = _published(country, (first.year, last.year))
    days = (first + timedelta(days=offset) for offset in range((last - first).days + 1))
    return frozenset(day for day in days if not overrides.get(day, day not in published))


# Working a calendar out takes milliseconds, and few are asked for.
@lru_cache(maxsize=64)
def _published(country: str, years: tuple[int, ...]) -> holidays.HolidayBase:
    return holidays.country_holidays(country, years=years)
