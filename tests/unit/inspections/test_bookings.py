"""What may stand against a booking, one by one and all at once."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bonded.rules.errors import Problem
from inspections.rules.bookings import (
    BookingFacts,
    CheckInNotOpen,
    booking_problems,
    require_check_in_open,
)
from inspections.rules.slots import Slot

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def slot_at(starts_at: datetime) -> Slot:
    return Slot(starts_at, starts_at + timedelta(minutes=60), starts_at + timedelta(minutes=75))


GOOD = BookingFacts(
    at=AT,
    slot=slot_at(AT + timedelta(minutes=15)),
    is_offered=True,
    visitors=("Alice",),
    lot_count=1,
    company_is_in_good_standing=True,
    desk_is_in_use=True,
    escort_is_on_duty=True,
    scale_is_in_service=True,
    scale_calibrated_until=date(2026, 11, 23),
    lot_problems=(),
    duty_problem=None,
)
HELD = Problem("lot_not_viewable", "D-1 can't be viewed now.")
BROKE = Problem("headroom_missing", "1.00 is missing.")
ONE_BY_ONE: list[tuple[dict[str, Any], str, tuple[str, ...]]] = [
    ({"slot": slot_at(AT)}, "slot_in_the_past", ()),
    ({"is_offered": False}, "slot_not_offered", ("administrator",)),
    ({"desk_is_in_use": False}, "desk_not_in_use", ()),
    ({"escort_is_on_duty": False}, "escort_not_on_duty", ()),
    ({"scale_is_in_service": False}, "scale_not_in_service", ()),
    ({"scale_calibrated_until": date(2026, 11, 22)}, "scale_not_calibrated", ()),
    ({"visitors": ()}, "visitors_missing", ()),
    ({"visitors": ("A", "B", "C")}, "too_many_visitors", ("vault_keeper", "administrator")),
    ({"lot_count": 21}, "too_many_lots", ("vault_keeper", "administrator")),
    ({"company_is_in_good_standing": False}, "company_not_in_good_standing", ("administrator",)),
    ({"lot_problems": (HELD,)}, "lot_not_viewable", ()),
    ({"duty_problem": BROKE}, "headroom_missing", ()),
]


def test_booking_problems__are_none_when_all_is_well() -> None:
    assert booking_problems(GOOD) == []
    assert booking_problems(replace(GOOD, visitors=("A", "B"), lot_count=20)) == []
    furthest = slot_at(AT + timedelta(days=90))
    assert booking_problems(replace(GOOD, slot=furthest, scale_calibrated_until=date(2027, 2, 21))) == []


@pytest.mark.parametrize(("change", "code", "overridable_by"), ONE_BY_ONE)
def test_booking_problems__name_one(change: dict[str, Any], code: str, overridable_by: tuple[str, ...]) -> None:
    assert [(one.code, one.overridable_by) for one in booking_problems(replace(GOOD, **change))] == [
        (code, overridable_by)
    ]


def test_booking_problems__name_a_slot_too_far_ahead() -> None:
    far = slot_at(AT + timedelta(days=90, minutes=1))
    facts = replace(GOOD, slot=far, scale_calibrated_until=date(2028, 1, 1))
    assert [(one.code, one.overridable_by) for one in booking_problems(facts)] == [
        ("slot_too_far_ahead", ("administrator",))
    ]


def test_booking_problems__name_all_at_once_in_one_order() -> None:
    changes = {name: value for change, _, _ in ONE_BY_ONE for name, value in change.items()}
    codes = [one.code for one in booking_problems(replace(GOOD, **changes))]
    assert codes == [code for _, code, _ in ONE_BY_ONE if code != "visitors_missing"]


@pytest.mark.parametrize(("minutes", "is_open"), [(-31, False), (-30, True), (0, True), (59, True), (60, False)])
def test_require_check_in_open__from_half_an_hour_before_until_the_end(minutes: int, is_open: bool) -> None:
    slot = GOOD.slot
    moment = slot.starts_at + timedelta(minutes=minutes)
    if is_open:
        require_check_in_open(slot.starts_at, slot.ends_at, at=moment)
    else:
        with pytest.raises(CheckInNotOpen):
            require_check_in_open(slot.starts_at, slot.ends_at, at=moment)
