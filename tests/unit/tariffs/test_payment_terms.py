"""When duty is due, by a calendar with holidays and make-up days, and what late money costs.

The calendars below are the parts of published ones that the cases need: China's State Council
notice for the National Day of 2026 (1 to 7 October off; Saturday 10 October worked), and weekends.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from bonded.rules.money import Money
from tariffs.rules.payment_terms import DayCount, PaymentTerm, due_on, late_surcharge
from tariffs.rules.working_days import CalendarHasNoWorkingDay, business_day, nth_working_day, working_day_from

NATIONAL_DAY = {date(2026, 10, day) for day in range(1, 8)}
MADE_UP = {date(2026, 10, 10)}


def works(day: date) -> bool:
    return day in MADE_UP or (day.weekday() < 5 and day not in NATIONAL_DAY)


@pytest.mark.parametrize(
    ("charged_on", "due"),
    [
        (date(2026, 9, 1), date(2026, 10, 13)),  # 8, 9, 10 (made up), 12, 13 October.
        (date(2026, 9, 30), date(2026, 10, 13)),
        (date(2026, 10, 1), date(2026, 11, 6)),
        (date(2026, 11, 24), date(2026, 12, 7)),
        (date(2026, 12, 31), date(2027, 1, 7)),  # Without the holidays of January 2027.
    ],
)
def test_due_on__is_the_fifth_working_day_of_the_next_month(charged_on: date, due: date) -> None:
    assert due_on(PaymentTerm.FIFTH_WORKING_DAY, charged_on=charged_on, is_working_day=works) == due


@pytest.mark.parametrize(
    ("charged_on", "due"),
    [
        (date(2026, 11, 2), date(2026, 11, 17)),
        (date(2026, 11, 6), date(2026, 11, 23)),  # The 21st is a Saturday.
        (date(2026, 9, 16), date(2026, 10, 8)),  # The 1st is a holiday.
        (date(2026, 9, 25), date(2026, 10, 10)),  # A Saturday that is worked.
    ],
)
def test_due_on__is_fifteen_days_after_completion(charged_on: date, due: date) -> None:
    assert due_on(PaymentTerm.DAYS_AFTER_COMPLETION, charged_on=charged_on, is_working_day=works) == due


@pytest.mark.parametrize(
    ("charged_on", "due"),
    [(date(2026, 9, 3), date(2026, 10, 15)), (date(2026, 10, 3), date(2026, 11, 16))],
    ids=["a Thursday", "the 15th is a Sunday"],
)
def test_due_on__is_the_fifteenth_for_british_deferment(charged_on: date, due: date) -> None:
    assert due_on(PaymentTerm.FIFTEENTH_OF_MONTH, charged_on=charged_on, is_working_day=works) == due


def test_due_on__is_the_fifteenth_working_day_for_american_statements() -> None:
    # January 2025 without New Year's Day and Martin Luther King's day: the 15th working day is the 23rd.
    holidays = {date(2025, 1, 1), date(2025, 1, 20)}
    due = due_on(
        PaymentTerm.FIFTEENTH_WORKING_DAY,
        charged_on=date(2024, 12, 5),
        is_working_day=lambda day: day.weekday() < 5 and day not in holidays,
    )
    assert due == date(2025, 1, 23)


@pytest.mark.parametrize(
    ("day_count", "due", "days", "amount"),
    [
        (DayCount.START_NOT_COUNTED, date(2015, 1, 27), 10, "160.00"),
        (DayCount.START_COUNTED, date(2015, 1, 26), 11, "176.00"),
    ],
)
def test_due_on__keeps_both_readings_of_the_contested_day_count(
    day_count: DayCount, due: date, days: int, amount: str
) -> None:
    """32,000 yuan, notice of 12 January 2015, paid on 6 February: textbooks say 160, one exam answer 176."""
    found = due_on(
        PaymentTerm.DAYS_AFTER_COMPLETION,
        charged_on=date(2015, 1, 12),
        is_working_day=lambda day: day.weekday() < 5,
        day_count=day_count,
    )
    surcharge = late_surcharge(Money(32_000_00, "CNY"), due=found, paid_on=date(2015, 2, 6))
    assert (found, surcharge.days, str(surcharge.amount)) == (due, days, amount)


def test_due_on__counts_as_the_textbooks_do_unless_told() -> None:
    due = due_on(
        PaymentTerm.DAYS_AFTER_COMPLETION, charged_on=date(2015, 1, 12), is_working_day=lambda day: day.weekday() < 5
    )
    assert due == date(2015, 1, 27)


@pytest.mark.parametrize(
    ("tax", "days", "amount", "is_waived"),
    [
        ("100000.00", 0, "0.00", False),
        ("100000.00", -3, "0.00", False),
        ("100000.00", 1, "50.00", False),
        ("99999.00", 1, "50.00", False),  # 49.9995 is rounded first.
        ("99989.99", 1, "0.00", True),  # 49.994995
        ("123456.78", 10, "617.28", False),
    ],
)
def test_late_surcharge__is_waived_below_fifty_yuan(tax: str, days: int, amount: str, is_waived: bool) -> None:
    due = date(2026, 12, 7)
    surcharge = late_surcharge(Money.from_text(tax, "CNY"), due=due, paid_on=due + timedelta(days=days))
    assert (str(surcharge.amount), surcharge.is_waived) == (amount, is_waived)


def test_working_day_from__is_the_day_itself_when_offices_work() -> None:
    assert working_day_from(date(2026, 10, 10), is_working_day=works) == date(2026, 10, 10)


def test_nth_working_day__refuses_a_calendar_without_working_days() -> None:
    with pytest.raises(CalendarHasNoWorkingDay):
        nth_working_day(date(2026, 1, 1), n=1, is_working_day=lambda _: False)


def test_business_day__ends_at_midnight_in_shanghai() -> None:
    assert business_day(datetime(2026, 11, 30, 15, 59, tzinfo=UTC)) == date(2026, 11, 30)
    assert business_day(datetime(2026, 11, 30, 16, 0, tzinfo=UTC)) == date(2026, 12, 1)
