"""The grid of slots, by the building's clock."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from inspections.rules.openings import Opening, is_offered
from inspections.rules.slots import (
    DaysInvalid,
    OpenHours,
    SlotTerms,
    slot_from,
    slots_of_day,
    slots_of_days,
)

USUAL = SlotTerms(timedelta(minutes=60), timedelta(minutes=15))
WORKING_DAYS = [OpenHours(weekday, time(9), time(18)) for weekday in range(1, 6)]
MONDAY = date(2026, 11, 23)


def test_slots_of_day__follow_one_another_from_opening_and_end_before_closing() -> None:
    slots = slots_of_day(MONDAY, hours=WORKING_DAYS, terms=USUAL)
    assert [slot.starts_at.strftime("%H:%M") for slot in slots] == [
        "01:00", "02:15", "03:30", "04:45", "06:00", "07:15", "08:30",
    ]  # fmt: skip
    assert slots[-1].ends_at == datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
    assert slots[-1].busy_until == datetime(2026, 11, 23, 9, 45, tzinfo=UTC)


def test_slots_of_day__let_the_last_changeover_run_over_closing() -> None:
    hours = [OpenHours(1, time(9), time(10))]
    assert len(slots_of_day(MONDAY, hours=hours, terms=USUAL)) == 1
    assert slots_of_day(MONDAY, hours=[OpenHours(1, time(9), time(9, 59))], terms=USUAL) == []


def test_slots_of_day__are_none_on_a_day_without_hours() -> None:
    assert slots_of_day(date(2026, 11, 28), hours=WORKING_DAYS, terms=USUAL) == []


def test_slots_of_days__cover_so_many_days() -> None:
    slots = slots_of_days(MONDAY, 14, hours=WORKING_DAYS, terms=USUAL)
    assert len(slots) == 70
    assert slots == sorted(slots)
    for days in (0, 63):
        with pytest.raises(DaysInvalid):
            slots_of_days(MONDAY, days, hours=WORKING_DAYS, terms=USUAL)


def test_is_offered__only_at_the_beginning_of_a_slot() -> None:
    begins = datetime(2026, 11, 23, 2, 15, tzinfo=UTC)
    for minutes, offered in ((0, True), (-1, False), (1, False), (75, True)):
        slot = slot_from(begins + timedelta(minutes=minutes), USUAL)
        assert is_offered(slot, opening=Opening(WORKING_DAYS), grid=USUAL, terms=USUAL) is offered


def test_is_offered__whatever_clock_the_moment_is_written_by() -> None:
    from zoneinfo import ZoneInfo

    in_new_york = datetime(2026, 11, 22, 21, 15, tzinfo=ZoneInfo("America/New_York"))
    assert is_offered(slot_from(in_new_york, USUAL), opening=Opening(WORKING_DAYS), grid=USUAL, terms=USUAL)
