"""However visits stand and share, after an overrun none shares a moment with another, and none waits for nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from inspections.rules.claims import Resource, ResourceKind
from inspections.rules.overruns import Standing, delays

BEGIN = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DESKS = [Resource(ResourceKind.DESK, number) for number in range(3)]
SCALES = [Resource(ResourceKind.SCALE, number) for number in range(3)]


@st.composite
def days(draw: st.DrawFn) -> list[Standing]:
    """Visits of one day that never share a thing at one moment, the first of them running."""
    made: list[Standing] = []
    for number in range(draw(st.integers(1, 8))):
        resources = {draw(st.sampled_from(DESKS)), draw(st.sampled_from(SCALES))}
        earliest = max((one.busy_until for one in made if resources & set(one.resources)), default=BEGIN)
        earliest = max(earliest, made[-1].starts_at if made else BEGIN)
        begins = earliest + draw(st.integers(0, 40)) * MINUTE
        made.append(Standing(UUID(int=number), resources, begins, begins + draw(st.integers(5, 90)) * MINUTE))
    return made


@given(days(), st.integers(0, 120))
def test_delays__leave_no_two_on_one_thing_at_once(day: list[Standing], minutes: int) -> None:
    running, until = day[0], day[0].busy_until + minutes * MINUTE
    following = [one for one in day[1:] if one.starts_at >= running.busy_until]
    found = delays(running, until, following)
    after = [(running.resources, running.starts_at, until)] + [
        (one.resources, one.starts_at + delay, one.busy_until + delay)
        for one in following
        for delay in [found.get(one.booking_id, timedelta())]
    ]
    for number, (resources, begins, ends) in enumerate(after):
        for others, other_begins, other_ends in after[:number]:
            assert not set(resources) & set(others) or ends <= other_begins or other_ends <= begins
    assert all(timedelta() < delay <= minutes * MINUTE for delay in found.values())


def test_delays__reach_only_who_shares_something_and_only_as_far_as_needed() -> None:
    def standing(number: int, begins: int, *resources: Resource) -> Standing:
        return Standing(UUID(int=number), resources, BEGIN + begins * MINUTE, BEGIN + (begins + 60) * MINUTE)

    running = standing(0, 0, DESKS[0], SCALES[0])
    day = [
        standing(1, 60, DESKS[0], SCALES[1]),
        standing(2, 60, DESKS[1], SCALES[2]),
        standing(3, 125, DESKS[2], SCALES[1]),
        standing(4, 240, DESKS[0], SCALES[0]),
    ]
    assert delays(running, BEGIN + 75 * MINUTE, day) == {
        UUID(int=1): 15 * MINUTE,
        UUID(int=3): 10 * MINUTE,
    }
