"""Which days offices work: the published calendar, with our own word on top."""

from __future__ import annotations

from datetime import date, timedelta

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
    published = holidays.country_holidays(country, years=(first.year, (first + HORIZON).year))

    def is_working_day(day: date) -> bool:
        return overrides[day] if day in overrides else published.is_working_day(day)

    return is_working_day
