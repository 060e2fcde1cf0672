"""How long a visit takes, and when a room admits it."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from inspections.rules.bookings import missing_resources
from inspections.rules.openings import Opening, is_offered, offered_slots
from inspections.rules.slots import DaysInvalid, OpenHours, SlotTerms, slot_from
from inspections.rules.visit_terms import InstrumentKind, KindTerms, VisitTerms, terms_of_visit

USUAL = SlotTerms(timedelta(minutes=60), timedelta(minutes=15))
LONG = SlotTerms(timedelta(minutes=100), timedelta(minutes=10))
HOURS = [OpenHours(weekday, time(9), time(18)) for weekday in range(1, 6)]
MONDAY = date(2026, 11, 23)
ROUGH = KindTerms("rough_diamond", None, LONG, True, frozenset({InstrumentKind.MICROSCOPE}))
GEMS = KindTerms("coloured_gem", None, USUAL, False, frozenset({InstrumentKind.UV_LAMP}))
GEMS_AT_7 = KindTerms("coloured_gem", 7, SlotTerms(timedelta(minutes=30), timedelta()), False, frozenset())


def times(slots) -> list[str]:
    return [slot.starts_at.strftime("%H:%M") for slot in slots]


def test_terms_of_visit__are_the_longest_of_all_and_everything_needed() -> None:
    terms = terms_of_visit(1, USUAL, ["rough_diamond", "coloured_gem", "polished_diamond"], [ROUGH, GEMS, GEMS_AT_7])
    assert terms == VisitTerms(
        SlotTerms(timedelta(minutes=100), timedelta(minutes=15)),
        needs_officer=True,
        instruments=frozenset({InstrumentKind.MICROSCOPE, InstrumentKind.UV_LAMP}),
    )


def test_terms_of_visit__of_the_desk_go_first_and_never_below_the_desks_own() -> None:
    assert terms_of_visit(7, USUAL, ["coloured_gem"], [GEMS, GEMS_AT_7]) == VisitTerms(USUAL)
    assert terms_of_visit(1, USUAL, ["polished_diamond"], [ROUGH, GEMS]) == VisitTerms(USUAL)


def test_offered_slots__of_a_long_visit_begin_by_the_desks_grid_and_end_before_closing() -> None:
    opening = Opening(HOURS)
    usual = offered_slots(MONDAY, 1, opening=opening, grid=USUAL, terms=USUAL)
    long = offered_slots(MONDAY, 1, opening=opening, grid=USUAL, terms=LONG)
    assert times(usual) == ["01:00", "02:15", "03:30", "04:45", "06:00", "07:15", "08:30"]
    assert times(long) == ["01:00", "02:15", "03:30", "04:45", "06:00", "07:15", "08:30"][:-1]
    assert long[0].busy_until - long[0].starts_at == timedelta(minutes=110)
    with pytest.raises(DaysInvalid):
        offered_slots(MONDAY, 0, opening=opening, grid=USUAL, terms=USUAL)


def test_offered_slots__leave_out_holidays_and_closures() -> None:
    noon = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
    closed = Opening(HOURS, holidays={date(2026, 11, 24)}, closures=[(noon, noon + timedelta(hours=1))])
    assert times(offered_slots(MONDAY, 2, opening=closed, grid=USUAL, terms=USUAL)) == [
        "01:00", "02:15", "06:00", "07:15", "08:30",
    ]  # fmt: skip
    # A visit may end at the moment in which the closure begins: the changeover is the house's own.
    until = Opening(HOURS, closures=[(datetime(2026, 11, 23, 2, 0, tzinfo=UTC), noon)])
    assert times(offered_slots(MONDAY, 1, opening=until, grid=USUAL, terms=USUAL))[:2] == ["01:00", "04:45"]


def test_is_offered__by_the_opening_of_its_day() -> None:
    slot = slot_from(datetime(2026, 11, 23, 2, 15, tzinfo=UTC), LONG)
    assert is_offered(slot, opening=Opening(HOURS), grid=USUAL, terms=LONG)
    assert not is_offered(slot, opening=Opening(HOURS, holidays={MONDAY}), grid=USUAL, terms=LONG)
    assert not is_offered(slot, opening=Opening([]), grid=USUAL, terms=LONG)


def test_missing_resources__names_officer_and_instruments() -> None:
    terms = VisitTerms(USUAL, needs_officer=True, instruments=frozenset(InstrumentKind))
    problems = missing_resources(terms, has_officer=False, instruments=["loupe", "microscope"])
    assert [(one.code, one.message) for one in problems] == [
        ("officer_not_on_duty", "No customs officer is on duty then, and one has to attend."),
        ("instrument_not_in_service", "Out of service: daylight lamp, uv lamp."),
    ]
    assert missing_resources(terms, has_officer=True, instruments=list(InstrumentKind)) == []
    assert missing_resources(VisitTerms(USUAL), has_officer=False, instruments=[]) == []
