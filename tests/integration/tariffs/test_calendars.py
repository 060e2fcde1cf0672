"""Due days by the real calendar of China, and by our own word on top of it.

The State Council's notice for 2026: 1 to 7 October off, Saturday 10 October worked.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from tariffs.models import CalendarDay, JournalEntry
from tariffs.queries.calendars import working_days_after
from tariffs.rules.payment_terms import PaymentTerm, due_on
from tests.cast import Cast
from tests.situations.tariffs import a_charged_debt, a_guarantee, a_schedule

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


@pytest.mark.parametrize(
    ("charged_on", "due_day"),
    [
        (date(2025, 1, 31), date(2025, 2, 10)),  # Spring Festival to 4 February; Saturday the 8th is worked.
        (date(2025, 9, 1), date(2025, 10, 14)),  # National Day to the 8th; Saturday the 11th is worked.
        (date(2026, 1, 15), date(2026, 2, 6)),  # Spring Festival begins later, on the 15th.
        (date(2026, 9, 30), date(2026, 10, 13)),
        (date(2027, 1, 4), date(2027, 2, 11)),  # By the days of the law alone: 5 to 10 February are off.
    ],
)
def test_due_on__of_real_months_is_their_fifth_working_day(charged_on: date, due_day: date) -> None:
    assert due(charged_on) == due_day


@pytest.mark.parametrize(
    ("charged_on", "due_day"),
    [
        (date(2025, 1, 14), date(2025, 2, 5)),  # The 29th of January lies in the Spring Festival.
        (date(2025, 1, 11), date(2025, 1, 26)),  # A Sunday that is worked.
        (date(2025, 9, 16), date(2025, 10, 9)),
        (date(2026, 2, 1), date(2026, 2, 24)),  # The 16th lies in the Spring Festival, which ends on Monday the 23rd.
        (date(2026, 1, 30), date(2026, 2, 14)),  # A Saturday that is worked.
        (date(2027, 1, 22), date(2027, 2, 11)),
    ],
)
def test_due_on__of_real_days_is_fifteen_days_on_or_when_offices_open(charged_on: date, due_day: date) -> None:
    calendar = working_days_after(charged_on)
    assert due_on(PaymentTerm.DAYS_AFTER_COMPLETION, charged_on=charged_on, is_working_day=calendar) == due_day


def test_due_on__takes_a_year_s_notice_when_it_is_published() -> None:
    assert due(date(2027, 9, 1)) == date(2027, 10, 12)
    for day, is_working in ((6, False), (7, False), (9, True)):
        CalendarDay.objects.create(day=date(2027, 10, day), is_working=is_working, source="notice, made up here")
    assert due(date(2027, 9, 1)) == date(2027, 10, 13)


@pytest.mark.parametrize(
    ("released_at", "charged_on", "due_day"),
    [
        (datetime(2026, 11, 30, 15, 59, 59, 999_000, tzinfo=UTC), date(2026, 11, 30), date(2026, 12, 7)),
        (datetime(2026, 11, 30, 16, 0, tzinfo=UTC), date(2026, 12, 1), date(2027, 1, 8)),
    ],
    ids=["23:59:59.999 in Shanghai", "midnight in Shanghai"],
)
def test_charge_duty__ends_the_month_in_shanghai(
    cast: Cast, released_at: datetime, charged_on: date, due_day: date
) -> None:
    a_schedule(released_at)
    a_guarantee(cast, released_at)
    debt = a_charged_debt(cast, released_at)
    assert (debt.charged_on, debt.due_on) == (charged_on, due_day)
    assert JournalEntry.objects.get().effective_on == charged_on


def test_charge_duty__keeps_its_day_when_the_calendar_changes_later(cast: Cast, at: datetime) -> None:
    a_schedule(at)
    a_guarantee(cast, at, limit="700000.00")
    before = a_charged_debt(cast, at)
    CalendarDay.objects.create(day=date(2026, 12, 7), is_working=False, source="typhoon")
    after = a_charged_debt(cast, at)
    before.refresh_from_db()
    assert (before.due_on, after.due_on) == (date(2026, 12, 7), date(2026, 12, 8))
