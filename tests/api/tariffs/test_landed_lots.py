"""The catalogue by landed cost over HTTP: found, bounded, ordered, paged, and what published rates will change."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client

from bonded.actions.holds import place_hold
from bonded.models import Lot, User
from bonded.rules.holds import HoldKind
from bonded.rules.permissions import SYSTEM
from tariffs.actions.landed_prices import price_catalogue
from tariffs.actions.versions import publish_versions
from tariffs.api.landed_lots import LandedLotAnswer
from tests.cast import Cast
from tests.situations.bonded import lots_in_the_vault
from tests.situations.tariffs import GEM, a_measure, a_schedule

EMERALD = GEM | {"variety": "emerald"}
STONES: list[dict[str, Any]] = [
    EMERALD | {"value_minor": 3_000_000_00},
    EMERALD | {"value_minor": 1_000_000_00, "origin": "ZM"},
    {"hs_code": "71023900", "kind": "polished_diamond", "currency": "USD", "value_minor": 200_000_00, "shape": "oval"},
    EMERALD | {"value_minor": 2_000_000_00, "weight_carats": "4.100", "declared_carats": "4.100"},
]


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch, at: datetime) -> None:
    monkeypatch.setattr("config.middleware.timezone", SimpleNamespace(now=lambda: at))


@pytest.fixture
def lots(cast: Cast, at: datetime) -> list[Lot]:
    """Three emeralds and a diamond, of 3,917,333.34, 1,305,777.78, 1,604,600.00 and 2,611,555.55 yuan landed."""
    a_schedule(at)
    found = lots_in_the_vault(cast, at, lots=STONES)
    price_catalogue(actor=SYSTEM, at=at)
    return found


def get(cast: Cast, who: str, path: str, **parameters: Any) -> Any:
    client = Client()
    user = User.objects.get(pk=getattr(cast, who).user_id or 0)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client.get(f"/api/v1/tariffs/{path}", parameters)


def landed(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.json()
    return [one["landed"] for one in answer.json()["results"]]


def test_search_landed_lots__gives_the_cheapest_landed_first_with_its_parts(cast: Cast, lots: list[Lot]) -> None:
    answer = get(cast, "alice", "landed-lots")
    assert landed(answer) == ["1305777.78", "1604600.00", "2611555.55", "3917333.34"]
    assert set(answer.json()["results"][0]) == set(LandedLotAnswer().get_fields())
    first = answer.json()["results"][0]
    assert {name: first[name] for name in ("customs_value", "duty", "consumption_tax", "vat", "fees", "total")} == {
        "customs_value": "1000000.00",
        "duty": "40000.00",
        "consumption_tax": "115555.56",
        "vat": "150222.22",
        "fees": "0.00",
        "total": "305777.78",
    }
    assert (first["value"], first["currency"], first["is_stale"]) == ("1000000.00", "CNY", False)
    prices = answer.json()["prices"]
    assert (prices["on"], prices["currency"], prices["lots"]) == ("2026-11-23", "CNY", 4)
    assert (prices["staleness"], prices["unpriced"]) == (None, [])


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"order": "-landed"}, ["3917333.34", "2611555.55", "1604600.00", "1305777.78"]),
        ({"landed_from": "1305777.79", "landed_to": "2611555.55"}, ["1604600.00", "2611555.55"]),
        ({"landed_to": "1305777.77"}, []),
        ({"kind": "coloured_gem", "carats_from": "4"}, ["2611555.55"]),
        ({"origin": "ZM"}, ["1305777.78"]),
        ({"shape": "oval"}, ["1604600.00"]),
        ({"variety": "emerald", "landed_to": "2000000"}, ["1305777.78"]),
        ({"currency": "USD", "value_to": "200000"}, ["1604600.00"]),
        ({"stock_number": "nothing-such"}, []),
    ],
)
def test_search_landed_lots__fulfils_every_condition(
    cast: Cast, lots: list[Lot], parameters: dict[str, str], expected: list[str]
) -> None:
    assert landed(get(cast, "alice", "landed-lots", **parameters)) == expected


@pytest.mark.parametrize("order", ["landed", "-landed"])
def test_search_landed_lots__goes_on_where_the_page_ended(cast: Cast, lots: list[Lot], order: str) -> None:
    seen: list[str] = []
    cursor: dict[str, str] = {}
    for _ in range(5):
        page = get(cast, "alice", "landed-lots", order=order, limit=1, **cursor)
        seen += landed(page)
        if page.json()["next_cursor"] is None:
            break
        cursor = {"cursor": page.json()["next_cursor"]}
    assert seen == sorted(seen, reverse=order == "-landed")
    assert len(seen) == 4


def test_search_landed_lots__says_what_is_not_fresh(cast: Cast, lots: list[Lot], at: datetime) -> None:
    publish_versions([a_measure("vat", "71", "9%")], actor=SYSTEM, at=at + timedelta(minutes=1))
    answer = get(cast, "alice", "landed-lots").json()
    assert answer["prices"]["staleness"] == "rates_published"
    assert len(answer["results"]) == 4


def test_search_landed_lots__leaves_out_what_left_the_offer_since(cast: Cast, lots: list[Lot], at: datetime) -> None:
    place_hold(lot_id=lots[1].pk, kind=HoldKind.CUSTOMS, reason="seal", actor=cast.olga, at=at)
    assert landed(get(cast, "alice", "landed-lots")) == ["1604600.00", "2611555.55", "3917333.34"]
    page = get(cast, "alice", "landed-lots", limit=1)
    assert landed(page) == []
    assert landed(get(cast, "alice", "landed-lots", limit=1, cursor=page.json()["next_cursor"])) == ["1604600.00"]


def test_search_landed_lots__names_every_fault(cast: Cast, lots: list[Lot]) -> None:
    answer = get(
        cast, "alice", "landed-lots", landed_from="NaN", landed_to="-1", order="price", shape="<b>", carats_from="1e3"
    )
    assert answer.status_code == 400
    problems = answer.json()["problems"]
    assert [one["code"] for one in problems] == [
        "number_invalid", "number_invalid", "word_unknown", "word_unknown", "number_invalid",
    ]  # fmt: skip
    assert problems[1]["message"] == "landed_to: An amount is not negative."


@pytest.mark.parametrize("cursor", ["x", "WzFd", "WyJhIiwxXQ"])
def test_search_landed_lots__refuses_a_foreign_cursor(cast: Cast, lots: list[Lot], cursor: str) -> None:
    answer = get(cast, "alice", "landed-lots", cursor=cursor)
    assert (answer.status_code, answer.json()["code"]) == (400, "cursor_invalid")


def test_search_landed_lots__is_for_buyers_and_oversight(cast: Cast, lots: list[Lot]) -> None:
    statuses = {who: get(cast, who, "landed-lots").status_code for who in ("alice", "sven", "victor", "olga", "ada")}
    assert statuses == {"alice": 200, "sven": 403, "victor": 403, "olga": 200, "ada": 200}


def test_search_landed_lots__says_that_nothing_is_priced_yet(cast: Cast, at: datetime) -> None:
    answer = get(cast, "alice", "landed-lots")
    assert (answer.status_code, answer.json()["code"]) == (409, "prices_missing")


def test_rate_changes__name_the_lots_that_a_published_change_moves(cast: Cast, lots: list[Lot], at: datetime) -> None:
    from_december = DateRange(date(2026, 12, 1), None)
    later = at + timedelta(minutes=1)
    publish_versions([a_measure("duty_mfn", "7103", "3%", validity=from_december)], actor=SYSTEM, at=later)
    price_catalogue(actor=SYSTEM, at=later)
    (change,) = get(cast, "alice", "rate-changes").json()["results"]
    assert change == {
        "on": "2026-12-01", "lots": 3, "before": "7834666.67", "after": "7759333.33", "difference": "-75333.34",
    }  # fmt: skip
    moved = get(cast, "alice", "rate-changes/2026-12-01/lots").json()
    assert [(one["before"], one["after"], one["difference"]) for one in moved["results"]] == [
        ("3917333.34", "3879666.66", "-37666.68"),
        ("1305777.78", "1293222.22", "-12555.56"),
        ("2611555.55", "2586444.45", "-25111.10"),
    ]
    assert moved["next_cursor"] is None
    assert get(cast, "alice", "rate-changes/2026-12-02/lots").json()["results"] == []


def test_moved_lots__are_paged_and_are_those_that_a_buyer_may_see(cast: Cast, lots: list[Lot], at: datetime) -> None:
    from_december = DateRange(date(2026, 12, 1), None)
    later = at + timedelta(minutes=1)
    publish_versions([a_measure("duty_mfn", "7103", "3%", validity=from_december)], actor=SYSTEM, at=later)
    place_hold(lot_id=lots[1].pk, kind=HoldKind.CUSTOMS, reason="seal", actor=cast.olga, at=at)
    page = get(cast, "alice", "rate-changes/2026-12-01/lots", limit=1).json()
    assert [one["before"] for one in page["results"]] == ["3917333.34"]
    rest = get(cast, "alice", "rate-changes/2026-12-01/lots", cursor=page["next_cursor"]).json()
    assert [one["before"] for one in rest["results"]] == ["2611555.55"]
    assert len(get(cast, "olga", "rate-changes/2026-12-01/lots").json()["results"]) == 3


def test_moved_lots__refuse_what_is_no_day(cast: Cast, lots: list[Lot]) -> None:
    answer = get(cast, "alice", "rate-changes/tomorrow/lots")
    assert (answer.status_code, answer.json()["code"]) == (400, "day_invalid")
