"""When duty is due.

Tariff Law of 2024, Art. 43: within 15 days of completing the declaration, or, with a guarantee,
in one sum by the end of the fifth working day of the next month.
"""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

from tariffs.rules.working_days import IsWorkingDay, first_of_next_month, nth_working_day, working_day_from


class DayCount(StrEnum):
    """Whether the day that begins a period is the first of it. Sources disagree, so both are kept."""

    START_NOT_COUNTED = "start_not_counted"  # The textbooks, and general civil law.
    START_COUNTED = "start_counted"  # One published exam answer.


class PaymentTerm(StrEnum):
    """By which rule a debt falls due."""

    DAYS_AFTER_COMPLETION = "days_after_completion"  # China: 15 days after the declaration is complete.
    FIFTH_WORKING_DAY = "fifth_working_day"  # China, with a guarantee: month by month.
    FIFTEENTH_OF_MONTH = "fifteenth_of_month"  # United Kingdom: duty deferment.
    FIFTEENTH_WORKING_DAY = "fifteenth_working_day"  # United States: periodic monthly statement.


# In force here, because it is the reading of more and better sources.
DAY_COUNT_IN_FORCE = DayCount.START_NOT_COUNTED
DAYS_AFTER_COMPLETION = 15


def due_on(
    term: PaymentTerm, *, charged_on: date, is_working_day: IsWorkingDay, day_count: DayCount = DAY_COUNT_IN_FORCE
) -> date:
    """Give the last day on which a debt of `charged_on` can be paid in time.

    `charged_on` is the business day (Asia/Shanghai for China) on which the declaration was
    completed or the goods were released; a month ends by that same clock. A last day that is not
    a working day moves to the next one. Sources for the UK's day also say 16th; gov.uk's text
    for account holders says 15th, which is what stands here.
    """
    next_month = first_of_next_month(charged_on)
    match term:
        case PaymentTerm.DAYS_AFTER_COMPLETION:
            days = DAYS_AFTER_COMPLETION - (day_count is DayCount.START_COUNTED)
            return working_day_from(charged_on + timedelta(days=days), is_working_day=is_working_day)
        case PaymentTerm.FIFTH_WORKING_DAY:
            return nth_working_day(next_month, n=5, is_working_day=is_working_day)
        case PaymentTerm.FIFTEENTH_OF_MONTH:
            return working_day_from(next_month.replace(day=15), is_working_day=is_working_day)
        case PaymentTerm.FIFTEENTH_WORKING_DAY:
            return nth_working_day(next_month, n=15, is_working_day=is_working_day)
