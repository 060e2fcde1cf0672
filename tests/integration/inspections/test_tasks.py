"""What the timetable calls."""

from __future__ import annotations

from config.celery import TIMETABLE
from inspections import tasks


def test_timetable__names_every_task_of_inspections() -> None:
    named = {name for name in TIMETABLE if name.startswith("inspections.")}
    assert named == {
        tasks.end_overdue_bookings.name,
        tasks.extend_overruns.name,
        tasks.lapse_offers.name,
        tasks.offer_freed_places.name,
        tasks.price_visits.name,
        tasks.sweep_waiting_list.name,
    }
    assert {TIMETABLE[name][1] for name in named} == {"work"}


def test_timetable__leaves_each_sweep_to_be_done_by_the_next(db: None) -> None:
    """With nothing to do, every one of them ends at once and says so; run twice, it does the same."""
    sweeps = [
        tasks.end_overdue_bookings,
        tasks.extend_overruns,
        tasks.lapse_offers,
        tasks.offer_freed_places,
        tasks.price_visits,
        tasks.sweep_waiting_list,
    ]
    assert [sweep() for sweep in sweeps * 2] == [0] * 12
