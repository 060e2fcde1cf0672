"""The vault as a map: what is where, how it is kept, and each place opened to its lots."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bonded.actions.consignments import receive_consignment
from bonded.actions.custody import check_out_lot
from bonded.actions.holds import place_hold
from bonded.actions.seals import break_seal
from bonded.models import Location, Lot
from bonded.queries.locations import expected_holdings, lots_kept, place_by_code, places_with_holdings
from bonded.rules.consignments import Weighing
from bonded.rules.errors import NotFound, NotPermitted
from bonded.rules.holds import HoldKind
from bonded.rules.locations import Keeping, LocationKind
from bonded.rules.lots import LotKind
from tests.cast import Cast
from tests.situations.bonded import an_accepted_consignment, an_announced_consignment
from tests.situations.web_clients import NAUGHTY, said, signed_in, words_of


def a_place(code: str, kind: LocationKind, parent: Location | None = None) -> Location:
    return Location.objects.create(code=code, kind=kind, parent=parent)


def stored(cast: Cast, at: datetime, *codes: str) -> list[Lot]:
    """Sealed lots under bond, each at its place."""
    consignment = an_accepted_consignment(cast, at, lots=[{}] * len(codes))
    lots = list(consignment.lots.order_by("pk"))
    receive_consignment(
        consignment_id=consignment.pk,
        weighings=[
            Weighing(lot.stock_number, lot.declared_pieces, lot.declared_carats, f"S-{lot.pk:06d}", code)
            for lot, code in zip(lots, codes, strict=True)
        ],
        witness_id=cast.vera.user_id or 0,
        scale="BAL-1",
        actor=cast.victor,
        at=at,
    )
    return list(consignment.lots.order_by("pk"))


def opened(cast: Cast, at: datetime, lot: Lot) -> None:
    """The lot's seal is broken before two keepers."""
    witness = cast.vera.user_id or 0
    break_seal(lot_id=lot.pk, seal_number=lot.seal_number, witness_id=witness, actor=cast.victor, at=at)


def a_house(cast: Cast, at: datetime) -> list[Lot]:
    """Three lots in one safe of one vault, one of them on hold, one open on a desk; and one that is expected."""
    vault = a_place("V1", LocationKind.VAULT)
    safe = a_place("V1-S1", LocationKind.SAFE, vault)
    for number in (1, 2):
        a_place(f"V1-S1-T{number}", LocationKind.TRAY, safe)
    desk = a_place("DESK-9", LocationKind.DESK)
    lots = stored(cast, at, "V1-S1-T1", "V1-S1-T2", "V1-S1-T2")
    opened(cast, at, lots[2])
    check_out_lot(
        lot_id=lots[2].pk,
        weight_carats=lots[2].weight_carats,
        pieces=lots[2].pieces,
        witness_id=cast.vera.user_id or 0,
        to_location_id=desk.pk,
        scale="BAL-1",
        actor=cast.victor,
        at=at,
    )
    place_hold(lot_id=lots[1].pk, kind=HoldKind.CUSTOMS, reason="a tip", actor=cast.olga, at=at)
    an_announced_consignment(cast, at)
    return list(Lot.objects.order_by("pk"))


def test_places_with_holdings__sums_each_place_with_what_lies_below_it(cast: Cast, at: datetime) -> None:
    lots = a_house(cast, at)

    places, whole = places_with_holdings(top=None, actor=cast.olga)

    found = {place.code: dict(place.holdings.by_keeping) for place in places if place.holdings.lots}
    assert found == {"V1-S1": {Keeping.SEALED: 1, Keeping.BLOCKED: 1}, "DESK-9": {Keeping.UNSEALED_ON_A_DESK: 1}}
    assert whole.lots == 3
    assert whole.weight_carats == sum((lot.weight_carats for lot in lots[:3]), Decimal(0))
    assert {one.currency: one.minor for one in whole.bonded_value} == {"USD": sum(lot.value_minor for lot in lots[:3])}
    assert dict(expected_holdings(actor=cast.olga).by_keeping) == {Keeping.EXPECTED: 1}


@pytest.mark.parametrize("few", [0, 200])
def test_places_with_holdings__opens_a_place_and_is_narrowed(
    cast: Cast, at: datetime, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bonded.queries.locations.FEW_PLACES", few)
    a_house(cast, at)
    safe = place_by_code("V1-S1", actor=cast.olga)

    places, whole = places_with_holdings(top=safe, keeping=Keeping.BLOCKED, actor=cast.olga)

    assert [(one.code, one.holdings.lots) for one in places] == [("V1-S1", 0), ("V1-S1-T1", 0), ("V1-S1-T2", 1)]
    assert whole.lots == 1
    assert places_with_holdings(top=safe, kind=LotKind.COLOURED_GEM, actor=cast.olga)[1].lots == 0


def test_places_with_holdings__ends_where_a_place_lies_in_itself(cast: Cast, at: datetime) -> None:
    a_house(cast, at)
    vault, safe = Location.objects.get(code="V1"), Location.objects.get(code="V1-S1")
    stored(cast, at, "V1-S1")
    Location.objects.filter(pk=vault.pk).update(parent=safe)

    assert places_with_holdings(top=safe, actor=cast.olga)[1].lots == 3
    assert lots_kept(place=safe, actor=cast.olga).count() == 3


def test_lots_kept__says_how_each_is_kept(cast: Cast, at: datetime) -> None:
    lots = a_house(cast, at)
    vault = place_by_code("V1", actor=cast.vera)

    kept = {lot.pk: lot.keeping for lot in lots_kept(place=vault, actor=cast.vera)}  # type: ignore[attr-defined]

    assert kept == {lots[0].pk: Keeping.SEALED, lots[1].pk: Keeping.BLOCKED}
    opened(cast, at, lots[0])
    assert [lot.pk for lot in lots_kept(place=vault, keeping=Keeping.UNSEALED, actor=cast.vera)] == [lots[0].pk]
    assert [lot.pk for lot in lots_kept(place=None, actor=cast.vera)] == [lots[3].pk]


def test_places__are_told_to_staff_only(cast: Cast) -> None:
    place = a_place("V1", LocationKind.VAULT)

    for actor in (cast.alice, cast.sven):
        with pytest.raises(NotPermitted):
            places_with_holdings(top=place, actor=actor)
        with pytest.raises(NotPermitted):
            lots_kept(place=place, actor=actor)
    with pytest.raises(NotFound):
        place_by_code("V2", actor=cast.olga)
    for username in ("alice", "charlie", "sven"):
        for path in ("/vault", "/vault/expected", "/vault/places/V1", "/vault/places/V1?format=csv"):
            assert signed_in(username).get(path).status_code == 403
    assert signed_in("olga").get("/vault/places/V2").status_code == 404


def test_vault__shows_places_and_opens_them(cast: Cast, at: datetime) -> None:
    lots = a_house(cast, at)

    for username in ("olga", "vera", "ada", "audrey"):
        page = said(signed_in(username), "/vault")
        assert "/vault/places/V1-S1" in page
        assert lots[0].stock_number not in page
        assert "4 lots" in page
    inside = said(signed_in("olga"), "/vault/places/V1-S1")
    assert f"/stones/{lots[0].stock_number}" in inside
    assert lots[0].seal_number in inside
    assert f"/stones/{lots[2].stock_number}" not in inside
    assert lots[3].stock_number in said(signed_in("olga"), "/vault/expected")
    assert "/vault/places/V1-S1-T1" in said(signed_in("olga"), f"/stones/{lots[0].stock_number}")
    assert "/vault/places" not in said(signed_in("alice"), f"/stones/{lots[0].stock_number}")
    assert "/vault/places/V1-S1" in signed_in("olga").get("/find?q=V1-S1")["Location"]
    assert "Nothing here goes by" in said(signed_in("alice"), "/find?q=V1-S1")


def test_vault__is_narrowed_paged_and_written_to_files_by_its_address(cast: Cast, at: datetime) -> None:
    lots = a_house(cast, at)
    client = signed_in("olga")

    narrowed = said(client, "/vault/places/V1?keeping=blocked")
    first = said(client, "/vault/places/V1?limit=1")
    file = csv.DictReader(io.StringIO(words_of(client.get("/vault/places/V1?format=csv")).removeprefix("\ufeff")))
    map_file = csv.DictReader(io.StringIO(words_of(client.get("/vault?format=csv")).removeprefix("\ufeff")))

    assert lots[1].stock_number in narrowed
    assert lots[0].stock_number not in narrowed
    assert "?keeping=blocked" in narrowed
    assert lots[0].stock_number in first
    assert lots[1].stock_number not in first
    assert [(row["stock_number"], row["kept"], row["place"]) for row in file] == [
        (lots[0].stock_number, "sealed", "V1-S1-T1"),
        (lots[1].stock_number, "blocked", "V1-S1-T2"),
    ]
    assert {row["place"]: row["blocked"] for row in map_file if row["place"].startswith("V1")} == {
        "V1": "0", "V1-S1": "1",
    }  # fmt: skip
    for wrong in ("keeping=x", "kind=x", "cursor=x", "limit=0"):
        assert client.get(f"/vault/places/V1?{wrong}").status_code == 400


def test_vault__shows_strange_codes_as_words(cast: Cast) -> None:
    strange = a_place("<script>/1'\"; 🂡", LocationKind.TRAY)
    client = signed_in("olga")

    page = said(client, "/vault")

    assert "<script>/1" not in page
    assert client.get(f"/vault/places/{strange.code}").status_code == 200
    assert client.get("/vault", {"keeping": NAUGHTY}).status_code == 400


def test_vault__takes_as_many_statements_however_much_lies_there(cast: Cast, at: datetime) -> None:
    a_house(cast, at)
    client = signed_in("olga")
    client.get("/vault/places/V1")

    def statements() -> int:
        with CaptureQueriesContext(connection) as asked:
            said(client, "/vault/places/V1")
        return len(asked)

    before = statements()
    stored(cast, at, *["V1-S1-T1"] * 5)
    assert statements() == before


@pytest.mark.parametrize(("most", "is_cut"), [(4, False), (3, True)])
def test_vault__sums_a_house_with_the_places_that_the_page_leaves_out(
    cast: Cast, at: datetime, monkeypatch: pytest.MonkeyPatch, most: int, is_cut: bool
) -> None:
    for module in ("queries", "web"):
        monkeypatch.setattr(f"bonded.{module}.locations.MOST_PLACES", most)
    vault = a_place("V1", LocationKind.VAULT)
    for number in (1, 2, 3):
        a_place(f"V1-T{number}", LocationKind.TRAY, vault)
    stored(cast, at, "V1-T1", "V1-T3", "V1-T3")
    client = signed_in("olga")

    page = client.get("/vault")
    file = words_of(client.get("/vault?format=csv"))

    (house,) = page.context["houses"]
    assert house["holdings"].lots == 3
    assert ("/vault/places/V1-T3" not in words_of(page)) == is_cut
    assert ("There are more places than a page shows" in words_of(page)) == is_cut
    assert "V1-T3" in file


@pytest.mark.parametrize(("most", "is_cut"), [(2, False), (1, True)])
def test_vault_place__says_when_it_leaves_places_out(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, most: int, is_cut: bool
) -> None:
    for module in ("queries", "web"):
        monkeypatch.setattr(f"bonded.{module}.locations.MOST_PLACES", most)
    vault = a_place("V1", LocationKind.VAULT)
    for number in (1, 2):
        a_place(f"V1-T{number}", LocationKind.TRAY, vault)

    page = said(signed_in("olga"), "/vault/places/V1")

    assert ("/vault/places/V1-T2" not in page) == is_cut
    assert ("There are more places than a page shows" in page) == is_cut
