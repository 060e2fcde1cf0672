"""Lots over HTTP: who finds and sees what, what is refused, what a buyer never learns."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bonded.actions.custody import check_out_lot, return_lot
from bonded.actions.holds import place_hold
from bonded.actions.seals import affix_seal, break_seal
from bonded.actions.withdrawals import request_withdrawal
from bonded.models import Company, Lot, User
from bonded.rules.holds import HoldKind
from bonded.rules.parties import CompanyKind
from bonded.rules.permissions import Actor
from bonded.rules.withdrawals import Procedure
from tests.cast import Cast
from tests.factories import ConsignmentFactory, LocationFactory, LotFactory, make_lot
from tests.situations.bonded import a_sealed_lot, an_announced_consignment, lots_in_the_vault

LOTS = "/api/v1/lots"
FACETS = "/api/v1/lots/facets"
EVERYBODY = ["alice", "sven", "olga", "victor", "ada", "audrey"]


def signed_in(actor: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=actor.user_id or 0))
    return client


def found(client: Client, address: str = LOTS) -> list[str]:
    answer = client.get(address)
    assert answer.status_code == 200
    return [row["stock_number"] for row in answer.json()["results"]]


def look_at(lot: Lot, cast: Cast, at: datetime) -> None:
    """A viewing: seal broken, weighed out to a desk."""
    break_seal(lot_id=lot.pk, seal_number=lot.seal_number, witness_id=cast.vera.user_id or 0, actor=cast.victor, at=at)
    check_out_lot(
        lot_id=lot.pk,
        weight_carats=lot.weight_carats,
        pieces=lot.pieces,
        witness_id=cast.vera.user_id or 0,
        to_location_id=LocationFactory(kind="desk").pk,
        scale="BAL-1",
        actor=cast.victor,
        at=at,
    )


def put_back(lot: Lot, cast: Cast, at: datetime) -> None:
    """The viewing's end: weighed in, sealed with a new number."""
    return_lot(
        lot_id=lot.pk,
        weight_carats=lot.weight_carats,
        pieces=lot.pieces,
        witness_id=cast.vera.user_id or 0,
        to_location_id=LocationFactory().pk,
        scale="BAL-1",
        actor=cast.victor,
        at=at,
    )
    affix_seal(
        lot_id=lot.pk, seal_number=f"{lot.seal_number}-B", witness_id=cast.vera.user_id or 0, actor=cast.victor, at=at
    )


def test_list_lots__tells_a_lot_with_exact_numbers(cast: Cast, at: datetime) -> None:
    lot = a_sealed_lot(cast, at, weight_carats="1.768", value_minor=123_456, treatment="N", lab="GIA")
    answer = signed_in(cast.alice).get(LOTS)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    assert answer.json() == {
        "results": [
            {
                "stock_number": lot.stock_number,
                "kind": "polished_diamond",
                "origin": "BW",
                "shape": "round",
                "colour": "E",
                "clarity": "VS1",
                "cut": "Ideal",
                "variety": "",
                "treatment": "N",
                "lab": "GIA",
                "report_number": "",
                "pieces": 1,
                "weight_carats": "1.768",
                "trade_carats": "1.76",
                "value": "1234.56",
                "currency": "USD",
                "is_made_up": False,
            }
        ],
        "next_cursor": None,
    }


def test_list_lots__filters_orders_and_pages(cast: Cast, at: datetime) -> None:
    columns: list[dict[str, Any]] = [
        {"stock_number": "P-1", "value_minor": 300, "shape": "oval", "weight_carats": "0.500"},
        {"stock_number": "P-2", "value_minor": 200, "weight_carats": "2.000"},
        {"stock_number": "P-3", "value_minor": 100, "colour": "J", "weight_carats": "1.000"},
        {"stock_number": "P-4", "value_minor": 100, "currency": "EUR", "weight_carats": "1.500"},
    ]
    lots_in_the_vault(cast, at, lots=columns)
    client = signed_in(cast.alice)
    assert found(client) == ["P-4", "P-3", "P-2", "P-1"]
    assert found(client, f"{LOTS}?order=-carats") == ["P-2", "P-4", "P-3", "P-1"]
    assert found(client, f"{LOTS}?shape=ROUND&colour=E,F") == ["P-4", "P-2"]
    assert found(client, f"{LOTS}?value_from=1&value_to=2.00") == ["P-3", "P-2"]
    assert found(client, f"{LOTS}?carats_from=1.001&stock_number=P-") == ["P-4", "P-2"]
    first = client.get(f"{LOTS}?limit=3").json()
    assert found(client, f"{LOTS}?limit=3&cursor={first['next_cursor']}") == ["P-1"]


def test_list_lots__shows_each_role_its_own(cast: Cast, at: datetime) -> None:
    lots = lots_in_the_vault(cast, at, lots=[{"stock_number": f"V-{n}"} for n in range(3)])
    request_withdrawal(lot_ids=[lots[0].pk], procedure=Procedure.HOME_USE, actor=cast.alice, at=at)
    place_hold(lot_id=lots[1].pk, kind=HoldKind.CUSTOMS, reason="to be examined", actor=cast.olga, at=at)
    an_announced_consignment(cast, at, lots=[{"stock_number": "V-9"}])
    other = Company.objects.create(name="Other", kind=CompanyKind.SUPPLIER, registration_number="O", country="BE")
    make_lot(ConsignmentFactory(supplier=other), stock_number="W-1")
    everything = ["W-1", "V-9", "V-2", "V-1", "V-0"]
    for who, expected in {
        "alice": ["V-2"],
        "charlie": ["V-2"],
        "sven": ["V-9", "V-2", "V-1", "V-0"],
        "olga": everything,
        "victor": everything,
        "ada": everything,
        "audrey": everything,
    }.items():
        assert (who, found(signed_in(getattr(cast, who)))) == (who, expected)
    for address in (f"{LOTS}?stock_number=V-0", f"{LOTS}?order=price&stock_number=V-1"):
        assert found(signed_in(cast.charlie), address) == []


def test_count_lots__counts_what_is_on_offer_and_nothing_else(cast: Cast, at: datetime) -> None:
    lots = lots_in_the_vault(
        cast, at, lots=[{"shape": "round"}, {"shape": "oval"}, {"shape": "oval", "origin": "CA"}, {"shape": "pear"}]
    )
    request_withdrawal(lot_ids=[lots[3].pk], procedure=Procedure.HOME_USE, actor=cast.charlie, at=at)
    answer = {
        "lots": 3,
        "facets": {
            "kind": {"polished_diamond": 3},
            "shape": {"oval": 2, "round": 1},
            "colour": {"E": 3},
            "clarity": {"VS1": 3},
            "cut": {"Ideal": 3},
            "origin": {"BW": 2, "CA": 1},
        },
    }
    for who in EVERYBODY:
        assert signed_in(getattr(cast, who)).get(FACETS).json() == answer
    narrowed = signed_in(cast.alice).get(f"{FACETS}?shape=oval,pear").json()
    assert (narrowed["lots"], narrowed["facets"]["shape"]) == (2, {"oval": 2})
    assert signed_in(cast.alice).get(f"{FACETS}?shape=pear").json()["lots"] == 0


@pytest.mark.parametrize("address", [LOTS, FACETS, f"{LOTS}/D-1", f"{LOTS}/D-1/story"])
def test_lots__are_shown_to_nobody_who_is_not_signed_in(cast: Cast, address: str) -> None:
    answer = Client().get(address)
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


@pytest.mark.parametrize("address", [LOTS, FACETS])
def test_lots__a_malformed_search_is_refused_with_all_its_faults(cast: Cast, address: str) -> None:
    answer = signed_in(cast.alice).get(f"{address}?color=D&clarity=VS9&carats_from=x")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert answer.json()["code"] == "lot_search_invalid"
    assert [(one["code"], one["message"]) for one in answer.json()["problems"]] == [
        ("parameter_unknown", "'color' is no parameter of this search."),
        ("word_unknown", "'VS9' is no clarity."),
        ("number_invalid", "carats_from: Write a weight in carats such as 1.768."),
    ]


@pytest.mark.parametrize("who", ["alice", "olga"])
@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("limit=0", "page_size_invalid"),
        ("limit=201", "page_size_invalid"),
        ("cursor=x", "cursor_invalid"),
        # Of another order, and of a weight that is none.
        ("cursor=WyJVU0QiLDEsMV0&order=carats", "cursor_invalid"),
        ("cursor=WyJ4IiwxXQ&order=carats", "cursor_invalid"),
        ("cursor=WyIxLjAwMCIsMV0&order=price", "cursor_invalid"),
    ],
)
def test_list_lots__a_malformed_page_is_refused(cast: Cast, who: str, query: str, code: str) -> None:
    answer = signed_in(getattr(cast, who)).get(f"{LOTS}?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, code)


FOR_BUYERS = {
    *("stock_number", "kind", "origin", "shape", "colour", "clarity", "cut", "variety", "treatment", "lab"),
    *("report_number", "pieces", "weight_carats", "trade_carats", "value", "currency", "is_made_up", "hs_code"),
    *("declared_pieces", "declared_carats", "depth_percent", "table_percent", "length_mm", "width_mm", "depth_mm"),
    *("kimberley_number", "customs_state", "trade_state", "is_on_offer"),
}
FOR_SUPPLIERS = FOR_BUYERS | {"consignment", "goods_state", "is_on_hold"}
FOR_STAFF = FOR_SUPPLIERS | {"location", "seal_number"}


@pytest.mark.parametrize(
    ("who", "names"),
    [
        ("alice", FOR_BUYERS),
        ("sven", FOR_SUPPLIERS),
        *((who, FOR_STAFF) for who in ("olga", "victor", "ada", "audrey")),
    ],
)
def test_get_lot__tells_each_role_what_it_may_know(cast: Cast, at: datetime, who: str, names: set[str]) -> None:
    lot = a_sealed_lot(cast, at, weight_carats="2.009", length_mm="6.41")
    told = signed_in(getattr(cast, who)).get(f"{LOTS}/{lot.stock_number}").json()
    assert set(told) == names
    assert (told["weight_carats"], told["trade_carats"], told["value"]) == ("2.009", "2.01", "5000.00")
    assert (told["length_mm"], told["customs_state"], told["is_on_offer"]) == ("6.41", "bonded", True)
    if "location" in names:
        location = Lot.objects.select_related("location").get(pk=lot.pk).location
        assert (told["location"], told["seal_number"]) == (location.code if location else None, lot.seal_number)


@pytest.mark.parametrize("address", ["{}", "{}/story"])
def test_get_lot__of_another_company_is_not_there(cast: Cast, at: datetime, address: str) -> None:
    held, free = lots_in_the_vault(cast, at, lots=[{}, {}])
    request_withdrawal(lot_ids=[held.pk], procedure=Procedure.HOME_USE, actor=cast.alice, at=at)
    address = f"{LOTS}/{address}"
    answers = [signed_in(cast.charlie).get(address.format(number)) for number in (held.stock_number, "NOT-THERE")]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert {answer.json()["title"] for answer in answers} == {"There is no such lot."}
    for who in ("alice", "bob", "sven", "olga"):
        assert signed_in(getattr(cast, who)).get(address.format(held.stock_number)).status_code == 200
    assert signed_in(cast.charlie).get(address.format(free.stock_number)).status_code == 200


def test_get_lot__answers_304_until_something_changes(cast: Cast, at: datetime) -> None:
    lot = a_sealed_lot(cast, at)
    client = signed_in(cast.olga)
    address = f"{LOTS}/{lot.stock_number}"
    tag = client.get(address)["ETag"]
    unchanged = client.get(address, headers={"If-None-Match": tag})
    assert (unchanged.status_code, unchanged.content, unchanged["ETag"]) == (304, b"", tag)
    assert client.get(address, headers={"If-None-Match": '"other"'}).status_code == 200
    place_hold(lot_id=lot.pk, kind=HoldKind.CUSTOMS, reason="to be examined", actor=cast.olga, at=at)
    changed = client.get(address, headers={"If-None-Match": tag})
    assert (changed.status_code, changed.json()["is_on_hold"]) == (200, True)


def test_get_lot_story__is_whole_for_staff(cast: Cast, at: datetime) -> None:
    lot = a_sealed_lot(cast, at)
    look_at(lot, cast, at)
    place_hold(lot_id=lot.pk, kind=HoldKind.CUSTOMS, reason="to be examined", actor=cast.olga, at=at)
    story = signed_in(cast.audrey).get(f"{LOTS}/{lot.stock_number}/story").json()
    assert [one["kind"] for one in story["movements"]] == ["received", "sealed", "stored", "seal_broken", "checked_out"]
    last = story["movements"][-1]
    assert (last["recorded_by"], last["witness"], last["scale"]) == ("victor", "vera", "BAL-1")
    assert last["hash"] == bytes(lot.movements.order_by("-position")[0].hash).hex()
    assert [(one["kind"], one["reason"]) for one in story["holds"]] == [("customs", "to be examined")]
    assert [one["act"] for one in story["activities"]][-2:] == ["bonded.lot.check_out", "bonded.hold.place"]


def test_get_lot_story__names_nobody_to_its_supplier(cast: Cast, at: datetime) -> None:
    lot = a_sealed_lot(cast, at)
    look_at(lot, cast, at)
    answer = signed_in(cast.sven).get(f"{LOTS}/{lot.stock_number}/story")
    assert set(answer.json()) == {"stock_number", "is_kept_under_seal", "under_bond_since", "movements"}
    assert len(answer.json()["movements"]) == 5
    assert not {"recorded_by", "witness", "location", "scale"} & set(answer.json()["movements"][-1])
    assert b"victor" not in answer.content
    assert b"vera" not in answer.content


def test_get_lot__and_its_story_never_tell_a_buyer_that_somebody_looks(cast: Cast, at: datetime) -> None:
    lot = a_sealed_lot(cast, at)
    client = signed_in(cast.charlie)

    def all_that_is_told() -> list[bytes]:
        addresses = (LOTS, FACETS, f"{LOTS}/{lot.stock_number}", f"{LOTS}/{lot.stock_number}/story")
        return [client.get(address).content for address in addresses]

    before = all_that_is_told()
    assert client.get(f"{LOTS}/{lot.stock_number}/story").json() == {
        "stock_number": lot.stock_number,
        "is_kept_under_seal": True,
        "under_bond_since": "2026-11-23",
    }
    look_at(lot, cast, at)
    assert all_that_is_told() == before
    put_back(lot, cast, at)
    assert all_that_is_told() == before


@pytest.mark.breaks_invariants
def test_list_lots__takes_as_many_statements_for_many_lots_as_for_few(cast: Cast, at: datetime) -> None:
    location = LocationFactory()
    consignment = ConsignmentFactory(supplier=cast.stones)
    stands = {"goods_state": "in_vault", "customs_state": "bonded", "location": location}
    for count in (50, 4_950):
        lots = LotFactory.build_batch(count, consignment=consignment, supplier=cast.stones, **stands)
        Lot.objects.bulk_create(lots)
        for who in ("alice", "sven", "olga"):
            client = signed_in(getattr(cast, who))
            for address in (LOTS, f"{LOTS}?order=price", FACETS):
                with CaptureQueriesContext(connection) as statements:
                    assert client.get(address).status_code == 200
                # The session, its user, the membership, and the search itself.
                assert len(statements) == 4
