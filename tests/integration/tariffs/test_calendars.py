"""Due days by the real calendar of China, and by our own word on top of it.

The State Council's notice for 2026: 1 to 7 October off, Saturday 10 October worked.
"""

from __future__ import annotations

from datetime import date

import pytest

from tariffs.models import CalendarDay
from tariffs.queries.calendars import working_days_after
from tariffs.rules.payment_terms import PaymentTerm, due_on

pytestmark = pytest.mark.django_db


def due(charged_on: date) -> date:
    calendar = working_days_after(charged_on)
    return due_on(PaymentTerm.FIFTH_WORKING_DAY, charged_on=charged_on, is_working_day=calendar)


def test_working_days_after__knows_holidays_and_make_up_days() -> None:
    works = working_days_after(date(2026, 9, 1))
    october = [day for day in range(1, 14) if works(date(2026, 10, day))]
    assert october == [8, 9, 10, 12, 13]
    assert due(date(2026, 9, 15)) == date(2026, 10, 13)


def test_working_days_after__crosses_the_year() -> None:
    works = working_days_after(date(2025, 12, 15))
    # 1 to 3 January 2026 off, Sunday the 4th worked.
    assert [day for day in range(1, 9) if works(date(2026, 1, day))] == [4, 5, 6, 7, 8]
    assert due(date(2025, 12, 15)) == date(2026, 1, 8)


def test_working_days_after__takes_our_word_first() -> None:
    CalendarDay.objects.create(day=date(2026, 12, 1), is_working=False, source="typhoon")
    CalendarDay.objects.create(day=date(2026, 12, 5), is_working=True, source="made up for it")
    CalendarDay.objects.create(country="UK", day=date(2026, 12, 2), is_working=False, source="elsewhere")
    assert due(date(2026, 11, 24)) == date(2026, 12, 7)
    works = working_days_after(date(2026, 11, 24))
    assert [day for day in range(1, 8) if works(date(2026, 12, day))] == [2, 3, 4, 5, 7]


def test_working_days_after__asks_the_database_once(django_assert_num_queries) -> None:
    with django_assert_num_queries(1):
        due(date(2026, 11, 24))
