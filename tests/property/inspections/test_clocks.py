"""Whatever clock somebody goes by, and however it was just changed, every moment is the same moment.

Rooms go by Shanghai's clock; people sit in London and New York too, whose clocks change twice a year.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import example, given
from hypothesis import strategies as st
from icalendar import Calendar

from bonded.gateways.calendars import feed, invitation
from bonded.rules.calendars import CalendarEntry, EntryStatus, entry_document, entry_from_document
from bonded.rules.notices import Preference, digest_moment, quiet_until
from inspections.rules.availability import Choice, free_visits
from inspections.rules.booking_passes import visiting_time
from inspections.rules.openings import Opening, is_offered, offered_slots
from inspections.rules.slots import OpenHours, SlotTerms, slot_from

ZONES = [ZoneInfo(name) for name in ("Asia/Shanghai", "Europe/London", "America/New_York")]
# Around every change of 2026: New York 8 March and 1 November, London 29 March and 25 October.
CHANGES = [
    datetime(2026, 3, 8, 7, tzinfo=UTC),
    datetime(2026, 3, 29, 1, tzinfo=UTC),
    datetime(2026, 10, 25, 1, tzinfo=UTC),
    datetime(2026, 11, 1, 6, tzinfo=UTC),
]
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
ALWAYS = Opening([OpenHours(weekday, time(0, 30), time(23, 30)) for weekday in range(1, 8)])
TERMS = SlotTerms(30 * MINUTE, 15 * MINUTE)

zones = st.sampled_from(ZONES)
near_a_change = st.builds(
    lambda change, minutes: change + minutes * MINUTE, st.sampled_from(CHANGES), st.integers(-1500, 1500)
)


def at_home(moment: datetime, zone: ZoneInfo) -> datetime:
    """Give a moment as somebody's clock shows it, and as they would write it."""
    return moment.astimezone(zone)


@given(near_a_change, zones)
def test_slots__are_the_same_however_they_are_asked_for(moment: datetime, zone: ZoneInfo) -> None:
    written = at_home(moment, zone)
    for asked in (written, datetime.fromisoformat(written.isoformat())):
        slot = slot_from(asked, TERMS)
        assert slot == slot_from(moment, TERMS)
        assert (slot.ends_at - moment, slot.busy_until - moment) == (30 * MINUTE, 45 * MINUTE)
        assert is_offered(slot, opening=ALWAYS, grid=TERMS, terms=TERMS) == is_offered(
            slot_from(moment, TERMS), opening=ALWAYS, grid=TERMS, terms=TERMS
        )


@given(st.sampled_from([change.date() for change in CHANGES]), zones)
def test_slots__of_a_day_of_change_are_offered_to_whoever_reads_them(day: date, zone: ZoneInfo) -> None:
    slots = offered_slots(day - timedelta(days=1), 3, opening=ALWAYS, grid=TERMS, terms=TERMS)
    # Shanghai's clock does not change: 23 hours hold thirty visits with their changeover, and one more without.
    assert len(slots) == 3 * 31
    for slot in slots:
        asked = slot_from(datetime.fromisoformat(at_home(slot.starts_at, zone).isoformat()), TERMS)
        assert asked == slot
        assert is_offered(asked, opening=ALWAYS, grid=TERMS, terms=TERMS)


@given(near_a_change, st.integers(1, 300), zones, zones)
def test_availability__is_the_same_by_whatever_clock_things_are_taken(
    begins: datetime, minutes: int, zone: ZoneInfo, other: ZoneInfo
) -> None:
    slots = offered_slots(begins.date() - timedelta(days=1), 3, opening=ALWAYS, grid=TERMS, terms=TERMS)
    taken = (begins, begins + minutes * MINUTE)
    there = (begins - 3 * HOUR, begins + 9 * HOUR)

    def free(by: ZoneInfo | None) -> list[object]:
        (since, until), (comes, goes) = (
            (at_home(first, by), at_home(last, by)) if by else (first, last) for first, last in (taken, there)
        )
        choice = Choice([1], {}, {1: [(comes, goes)]})
        return list(free_visits(slots, all_of=[[(since, until)]], one_of=[choice]))

    assert free(zone) == free(other) == free(None)


@given(near_a_change, st.integers(5, 480), zones, zones)
def test_calendar_files__name_the_same_instants(
    begins: datetime, minutes: int, zone: ZoneInfo, other: ZoneInfo
) -> None:
    ends = begins + minutes * MINUTE

    def entry(starts_at: datetime, ends_at: datetime) -> CalendarEntry:
        return CalendarEntry("1@p", 1, EntryStatus.CONFIRMED, starts_at, ends_at, "Viewing", "Room")

    told = entry(at_home(begins, zone), at_home(ends, other))
    kept = entry_from_document(entry_document(told))
    for one in (told, kept):
        for content in (
            feed([one], at=begins),
            invitation(one, organizer="p@example.com", attendee="a@example.com", at=begins).content,
        ):
            event: Any = Calendar.from_ical(content).walk("VEVENT")[0]
            assert (event["dtstart"].dt, event["dtend"].dt) == (begins, ends)
    expected = feed([entry(begins, ends)], at=begins)
    assert feed([told], at=at_home(begins, zone)) == feed([kept], at=at_home(begins, other)) == expected


@given(near_a_change, st.times(), st.times(), zones, zones)
@example(datetime(2026, 10, 25, 1, 10, tzinfo=UTC), time(1), time(1, 30), ZONES[1], ZONES[1])
def test_quiet_hours__end_at_one_instant_by_whatever_clock_it_is_asked(
    moment: datetime, quiet_from: time, ends: time, zone: ZoneInfo, other: ZoneInfo
) -> None:
    preference = Preference(quiet_from=quiet_from, quiet_until=ends, zone=zone.key)
    expected = quiet_until(preference, at=moment)
    for by in (zone, other):
        end = quiet_until(preference, at=at_home(moment, by))
        assert (end and end.astimezone(UTC)) == (expected and expected.astimezone(UTC))
    if expected:
        assert expected.astimezone(UTC) > moment


@given(near_a_change, st.times(), zones, zones)
def test_digests__come_at_one_instant_and_once_a_day(
    moment: datetime, digest_at: time, zone: ZoneInfo, other: ZoneInfo
) -> None:
    preference = Preference(zone=zone.key, digest_at=digest_at)
    first = digest_moment(preference, after=moment)
    assert first is not None
    assert first == digest_moment(preference, after=at_home(moment, other))
    assert moment <= first <= moment + 25 * HOUR
    following = digest_moment(preference, after=first + timedelta(microseconds=1))
    assert following is not None
    assert 23 * HOUR <= following - first <= 25 * HOUR


@given(near_a_change, zones)
def test_visiting_time__is_the_buildings_whoever_asks(begins: datetime, zone: ZoneInfo) -> None:
    ends = begins + HOUR
    assert visiting_time(at_home(begins, zone), at_home(ends, zone)) == visiting_time(begins, ends)
