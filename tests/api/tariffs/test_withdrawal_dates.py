"""The best day to withdraw over HTTP: by published rates only, bounded, for who sees the lots."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from pytest_django import DjangoAssertNumQueries

from bonded.models import BondEntry, Lot
from bonded.rules.permissions import SYSTEM
from tariffs.actions.versions import publish_versions
from tariffs.queries.withdrawal_dates import withdrawal_dates_of_lots
from tariffs.rules.schedule import ENDED
from tests.api.tariffs.test_tariffs import EVERYBODY, get, statuses
from tests.cast import Cast
from tests.situations.bonded import lots_in_the_vault
from tests.situations.tariffs import GEM, a_measure, a_schedule, an_exchange_rate

STONES: list[dict[str, Any]] = [
    GEM,
    GEM | {"currency": "EUR", "value_minor": 100_000_00},
    GEM | {"currency": "USD", "value_minor": 100_000_00},
]


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch, at: datetime) -> None:
    monkeypatch.setattr("config.middleware.timezone", SimpleNamespace(now=lambda: at))


@pytest.fixture
def lots(cast: Cast, at: datetime) -> list[Lot]:
    """Three emeralds, priced in yuan, in euros, whose rate is published to the end of November, and in dollars."""
    a_schedule(at - timedelta(days=1))
    november = an_exchange_rate("8.0", "EUR", validity=DateRange(date(2026, 11, 1), date(2026, 12, 1)))
    publish_versions([november], actor=SYSTEM, at=at)
    return lots_in_the_vault(cast, at, lots=STONES)


def path_of(*lots: Lot) -> str:
    return "/tariffs/withdrawal-dates?" + "&".join(f"lot={lot.stock_number}" for lot in lots)


def spans(cast: Cast, *lots: Lot) -> list[tuple[str, str, str, str]]:
    answer = get(cast, "alice", path_of(*lots))
    assert answer.status_code == 200, answer.content
    return [(one["from_on"], one["until_on"], one["landed"], one["saves"]) for one in answer.json()["spans"]]


def test_get_withdrawal_dates__finds_the_cheapest_days(cast: Cast, at: datetime, lots: list[Lot]) -> None:
    less = a_measure("vat", "71", "9%", validity=DateRange(date(2026, 12, 10), date(2026, 12, 20)))
    publish_versions([less], actor=SYSTEM, at=at)
    body = get(cast, "alice", path_of(lots[0])).json()
    assert [(one["from_on"], one["until_on"], one["landed"]) for one in body["spans"]][:2] == [
        ("2026-11-23", "2026-12-09", "1305777.78"), ("2026-12-10", "2026-12-19", "1259555.56"),
    ]  # fmt: skip
    assert body["cheapest"] == body["spans"][1]
    assert (body["cheapest"]["saves"], body["cheapest"]["total"], body["currency"]) == ("46222.22", "259555.56", "CNY")
    assert body["storage_limits"] == [{"stock_number": lots[0].stock_number, "on": "2027-11-23"}]


def test_get_withdrawal_dates__never_uses_a_rate_that_is_not_published(
    cast: Cast, at: datetime, lots: list[Lot]
) -> None:
    december = an_exchange_rate("7.9", "EUR", validity=DateRange(date(2026, 12, 1), date(2027, 1, 1)))
    publish_versions([december], actor=SYSTEM, at=at)
    body = get(cast, "alice", path_of(lots[1])).json()
    assert [one["until_on"] for one in body["spans"]] == ["2026-11-30", "2026-12-31"]
    assert (body["last_on"], body["ends_because"]) == ("2026-12-31", "not_published")
    assert [one["code"] for one in body["not_known"]] == ["exchange_rate_missing"]
    assert len(spans(cast, lots[0])) == 1
    assert spans(cast, lots[0])[0][1] == "2027-01-22"


def test_get_withdrawal_dates__ends_where_a_tax_is_ended_and_no_other_published(
    cast: Cast, at: datetime, lots: list[Lot]
) -> None:
    ended = a_measure("vat", "71", ENDED, validity=DateRange(date(2026, 12, 10), None))
    publish_versions([ended], actor=SYSTEM, at=at)
    body = get(cast, "alice", path_of(lots[0])).json()
    assert (body["last_on"], body["ends_because"]) == ("2026-12-09", "not_published")
    assert [one["code"] for one in body["not_known"]] == ["measure_missing"]


def test_get_withdrawal_dates__ends_with_the_first_storage_limit(cast: Cast, at: datetime, lots: list[Lot]) -> None:
    BondEntry.objects.filter(lot=lots[0]).update(storage_limit_on=date(2026, 12, 4))
    BondEntry.objects.filter(lot=lots[2]).update(storage_limit_on=date(2026, 12, 5))
    assert get(cast, "alice", path_of(lots[0], lots[1])).json()["last_on"] == "2026-11-30"
    body = get(cast, "alice", path_of(lots[0], lots[2])).json()
    assert (body["last_on"], body["ends_because"]) == ("2026-12-04", "storage_limit")
    assert [one["code"] for one in body["not_known"]] == ["rate_may_be_replaced"]


def test_get_withdrawal_dates__refuses_a_today_without_rates(cast: Cast, at: datetime, lots: list[Lot]) -> None:
    Lot.objects.filter(pk=lots[0].pk).update(hs_code="99999999")
    answer = get(cast, "alice", path_of(*lots))
    assert (answer.status_code, answer.json()["code"]) == (409, "measure_missing")


def test_get_withdrawal_dates__is_the_buyers_and_oversights(cast: Cast, at: datetime, lots: list[Lot]) -> None:
    Lot.objects.filter(pk=lots[0].pk).update(trade_state="held", buyer=cast.alder)
    assert statuses(cast, path_of(*lots)) == dict.fromkeys(EVERYBODY, 200) | {
        "charlie": 404, "victor": 403, "sven": 403, None: 401,
    }  # fmt: skip


@pytest.mark.parametrize("query", ["", "?lot=", "?lot=NOBODY-1", "?" + "&".join(f"lot={n}" for n in range(201))])
def test_get_withdrawal_dates__refuses_no_lots_and_unknown_ones(cast: Cast, query: str) -> None:
    assert get(cast, "alice", f"/tariffs/withdrawal-dates{query}").status_code in {400, 404}


def test_withdrawal_dates_of_lots__runs_as_many_statements_however_many_days(
    cast: Cast, at: datetime, lots: list[Lot], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for n in range(1, 9):
        vat = a_measure("vat", "71", f"{n}%", validity=DateRange(date(2026, 12, n), date(2026, 12, n + 1)))
        publish_versions([vat], actor=SYSTEM, at=at + timedelta(seconds=n))
    with django_assert_num_queries(6):
        found = withdrawal_dates_of_lots([lots[0].stock_number, lots[2].stock_number], actor=cast.alice, at=at)
    assert (found.dates.cheapest.from_on, len(found.dates.spans)) == (date(2026, 12, 1), 10)
