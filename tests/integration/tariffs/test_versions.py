"""Publishing: what is replaced is superseded, other days are believed on, and nothing is lost."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.db.backends.postgresql.psycopg_any import DateRange

from bonded.rules.errors import NotPermitted
from bonded.rules.permissions import SYSTEM
from tariffs.actions.versions import publish_versions
from tariffs.models import ExchangeRate, Measure
from tariffs.queries.schedule import measures_for
from tariffs.rules.schedule import ENDED, SupersededTooSoon
from tests.cast import Cast
from tests.situations.tariffs import a_measure

VAT = DateRange(date(2020, 1, 1), None)
HOLIDAY = DateRange(date(2026, 3, 1), date(2026, 4, 1))


def rates(on: date, known_at=None) -> list[str]:
    versions = {measure.version for measure in measures_for(["71039100"], on=on, known_at=known_at)}
    return [row.rate for row in Measure.objects.order_by("pk") if row.version in versions]


def test_publish_versions__supersedes_some_days_and_believes_the_others_on(cast: Cast, at) -> None:
    publish_versions([a_measure("vat", "71", "13%", validity=VAT)], actor=SYSTEM, at=at)
    later = at + timedelta(days=1)
    publish_versions([a_measure("vat", "71", "9%", validity=HOLIDAY)], actor=cast.ada, at=later)
    days = [date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 31), date(2026, 4, 1)]
    assert [rates(day) for day in days] == [["13%"], ["9%"], ["9%"], ["13%"]]
    assert [rates(day, known_at=at) for day in days] == [["13%"]] * 4
    assert Measure.objects.count() == 4


def test_publish_versions__again_changes_nothing(cast: Cast, at) -> None:
    publish_versions([a_measure("vat", "71", "13%", validity=VAT)], actor=SYSTEM, at=at)
    part = a_measure("vat", "71", "13%", validity=HOLIDAY)
    assert publish_versions([part], actor=SYSTEM, at=at + timedelta(days=1)) == []
    assert Measure.objects.count() == 1


@pytest.mark.parametrize("earlier", [timedelta(), timedelta(microseconds=1)])
def test_publish_versions__refuses_to_supersede_what_was_published_just_now_or_later(
    cast: Cast, at, earlier: timedelta
) -> None:
    publish_versions([a_measure("vat", "71", "13%")], actor=SYSTEM, at=at)
    with pytest.raises(SupersededTooSoon) as refusal:
        publish_versions([a_measure("vat", "71", "9%")], actor=SYSTEM, at=at - earlier)
    assert refusal.value.facts == {"published_at": at.isoformat()}
    assert list(Measure.objects.known().values_list("rate", flat=True)) == ["13%"]


def test_publish_versions__puts_several_rows_of_one_key_in_the_place_of_one(cast: Cast, at) -> None:
    publish_versions([a_measure("vat", "71", "13%", validity=VAT)], actor=SYSTEM, at=at)
    march, april, may = date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1)
    rows = [
        a_measure("vat", "71", "11%", validity=DateRange(may, None)),
        a_measure("vat", "71", "9%", validity=DateRange(march, april)),
        a_measure("vat", "71", "13%", validity=DateRange(april, may)),
    ]
    later = at + timedelta(days=1)
    assert publish_versions(rows, actor=cast.ada, at=later) == rows[:2]
    days = [date(2026, 2, 28), march, april, may]
    assert [rates(day) for day in days] == [["13%"], ["9%"], ["13%"], ["11%"]]
    assert [rates(day, known_at=at) for day in days] == [["13%"]] * 4
    assert (Measure.objects.known().count(), Measure.objects.count()) == (4, 5)


def test_publish_versions__ends_a_measure_and_begins_it_again(cast: Cast, at) -> None:
    publish_versions([a_measure("vat", "71", "13%", validity=VAT)], actor=SYSTEM, at=at)
    march, june = date(2026, 3, 1), date(2026, 6, 1)
    ended = a_measure("vat", "71", ENDED, validity=DateRange(march, None), source="notice 2")
    later = at + timedelta(days=1)
    assert publish_versions([ended], actor=cast.ada, at=later) == [ended]
    again = a_measure("vat", "71", ENDED, validity=DateRange(june, None), source="notice 3")
    assert publish_versions([again], actor=cast.ada, at=later) == []
    days = [date(2026, 2, 28), march, june]
    assert [rates(day) for day in days] == [["13%"], [], []]
    assert [rates(day, known_at=at) for day in days] == [["13%"]] * 3
    publish_versions(
        [a_measure("vat", "71", "9%", validity=DateRange(june, None))], actor=SYSTEM, at=at + timedelta(days=2)
    )
    assert [rates(day) for day in days] == [["13%"], [], ["9%"]]
    assert Measure.objects.known().count() == 3


def test_publish_versions__does_not_end_what_never_began(cast: Cast, at) -> None:
    assert publish_versions([a_measure("vat", "71", ENDED)], actor=SYSTEM, at=at) == []
    assert Measure.objects.count() == 0


def test_publish_versions__keeps_other_keys(cast: Cast, at) -> None:
    rows = [
        a_measure("vat", "71", "13%"),
        a_measure("vat", "7103", "12%"),
        a_measure("vat", "71", "11%", origin="CO"),
        a_measure("vat", "71", "10%", regime="sde"),
        a_measure("fee", "71", "9%"),
        a_measure("vat", "71", "8%", jurisdiction="UK"),
    ]
    assert publish_versions(rows, actor=SYSTEM, at=at) == rows
    assert Measure.objects.known().count() == 6


@pytest.mark.parametrize("name", ["alice", "olga", "victor", "sven", "audrey"])
def test_publish_versions__is_the_administrators(cast: Cast, at, name: str) -> None:
    with pytest.raises(NotPermitted):
        publish_versions([a_measure("vat", "71", "13%")], actor=getattr(cast, name), at=at)
    assert Measure.objects.count() == 0


@pytest.mark.django_db
def test_load_tariffs__loads_the_projects_files_once(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("load_tariffs")
    counts = (Measure.objects.count(), ExchangeRate.objects.count())
    call_command("load_tariffs")
    assert (Measure.objects.count(), ExchangeRate.objects.count()) == counts
    assert counts == (44, 19)


@pytest.mark.django_db
def test_load_tariffs__labels_what_nobody_verified() -> None:
    call_command("load_tariffs")
    assert set(ExchangeRate.objects.values_list("mark", "is_verified")) == {("M", False)}
    assert set(Measure.objects.values_list("mark", "is_verified")) == {("S", True), ("G", False)}
