"""Whatever is searched, the pages are what a plain filter and sort over all lots would give."""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bonded.models import Consignment, Lot
from bonded.queries import lot_searches
from bonded.queries.lot_searches import FACETS, counts_of_lots, page_of_lots
from bonded.rules.lot_searches import SIZE_BOUNDS, LotOrder, LotSearch
from bonded.rules.permissions import Actor, Role
from tests.cast import make_cast
from tests.factories import ConsignmentFactory, LocationFactory, LotFactory

WORDS: dict[str, tuple[str, ...]] = {
    "kind": ("polished_diamond", "coloured_gem"),
    "shape": ("round", "oval", "pear", ""),
    "colour": ("D", "E", "F", "vivid red"),
    "clarity": ("IF", "VS1", "SI1", ""),
    "cut": ("Ideal", "Good", ""),
    "origin": ("BW", "CA", "MM"),
    "variety": ("", "ruby"),
    "treatment": ("", "N", "H", "H,F", "FH"),
    "lab": ("", "GIA", "SSEF"),
}
# Few different values, so that ties are common and the id must decide.
CARATS = [Decimal(text) for text in ("0.299", "0.3", "0.5", "0.999", "1", "1.001", "2", "11")]
VALUES = [1, 100, 101, 5_000, 5_001, 900_000]
TREATMENTS = ("N", "H", "F", "FH")


def made_up_lots(consignment: Consignment, count: int = 400) -> list[Lot]:
    """Lots of every sort, one in four not on offer, from a seeded die."""
    die = random.Random(2026)
    lots = []
    location = LocationFactory()
    for number in range(count):
        columns: dict[str, Any] = {name: die.choice(words) for name, words in WORDS.items()}
        lots.append(
            LotFactory.build(
                consignment=consignment,
                supplier=consignment.supplier,
                stock_number=f"{die.choice('AB')}-{number:04d}",
                report_number=die.choice(("", f"10{number}", f"22{number}")),
                weight_carats=die.choice(CARATS),
                value_minor=die.choice(VALUES),
                currency=die.choice(("USD", "EUR")),
                goods_state="in_vault",
                customs_state=die.choice(("bonded", "bonded", "bonded", "released")),
                location=location,
                **columns,
            )
        )
    return Lot.objects.bulk_create(lots)


@pytest.fixture
def lots(db: None) -> Iterator[list[Lot]]:
    cast = make_cast()
    consignment = ConsignmentFactory(supplier=cast.stones)
    made_up_lots(consignment)
    yield list(Lot.objects.all())
    Lot.objects.all().delete()


def some(words: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from([word for word in words if word]), max_size=3, unique=True).map(tuple)


@st.composite
def searches(draw: st.DrawFn, *, with_beginnings: bool) -> LotSearch:
    words = {name: found for name, all_ in WORDS.items() if name != "treatment" and (found := draw(some(all_)))}
    if draw(st.booleans()) and (treatments := draw(some(TREATMENTS))):
        words["treatment"] = treatments
    carats = sorted(draw(st.lists(st.sampled_from([*CARATS, *SIZE_BOUNDS]), min_size=2, max_size=2)))
    values = sorted(draw(st.lists(st.sampled_from(VALUES), min_size=2, max_size=2)))
    has_value = draw(st.booleans())
    beginnings = {}
    if with_beginnings:
        beginnings = draw(
            st.fixed_dictionaries({}, optional={"stock_number": st.just("A-0"), "report_number": st.just("10")})
        )
    return LotSearch(
        # At most three sorts of words, or nothing would ever be found.
        words=dict(draw(st.permutations(sorted(words.items())))[:3]),
        carats_from=draw(st.sampled_from([None, carats[0]])),
        carats_to=draw(st.sampled_from([None, carats[1]])),
        value_from_minor=values[0] if has_value else None,
        value_to_minor=draw(st.sampled_from([None, values[1]])) if has_value else None,
        currency="USD" if has_value else draw(st.sampled_from([None, "EUR"])),
        beginnings=beginnings,
        order=draw(st.sampled_from([None, *LotOrder])),
    )


def fits(search: LotSearch, lot: Lot) -> bool:
    """Judge one lot in plain Python."""
    for name, words in search.words.items():
        found = set(lot.treatment.split(",")) if name == "treatment" else {getattr(lot, name)}
        if not found & set(words):
            return False
    return (
        (search.carats_from is None or lot.weight_carats >= search.carats_from)
        and (search.carats_to is None or lot.weight_carats <= search.carats_to)
        and (search.value_from_minor is None or lot.value_minor >= search.value_from_minor)
        and (search.value_to_minor is None or lot.value_minor <= search.value_to_minor)
        and (search.currency is None or lot.currency == search.currency)
        and all(getattr(lot, name).startswith(text) for name, text in search.beginnings.items())
    )


def in_order(lots: list[Lot], order: LotOrder | None, *, usual: LotOrder | None) -> list[int]:
    order = order or usual
    if order is None:
        return sorted((lot.pk for lot in lots), reverse=True)
    if order.is_by_price:
        ordered = sorted(lots, key=lambda lot: (lot.currency, lot.value_minor, lot.pk), reverse=order.is_backwards)
    else:
        ordered = sorted(lots, key=lambda lot: (lot.weight_carats, lot.pk), reverse=order.is_backwards)
    return [lot.pk for lot in ordered]


def all_pages(search: LotSearch, actor: Actor, limit: int) -> list[int]:
    found: list[int] = []
    cursor = None
    while True:
        page = page_of_lots(search, actor=actor, cursor=cursor, limit=limit)
        found += [row["id"] for row in page.rows]
        cursor = page.next_cursor
        if cursor is None:
            return found
        assert len(page.rows) == limit
        assert len(found) == len(set(found)), "a page repeats a lot"


ROUNDS = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.breaks_invariants
def test_page_of_lots__pages_of_a_buyer_are_what_is_on_offer_filtered_and_sorted(lots: list[Lot]) -> None:
    buyer = Actor(None, Role.BUYER, frozenset({-1}))

    @ROUNDS
    @given(
        search=st.booleans().flatmap(lambda with_beginnings: searches(with_beginnings=with_beginnings)),
        limit=st.sampled_from([1, 7, 50, 200]),
        most_pieces=st.sampled_from([0, 20, 160, 10_000]),
    )
    def check(search: LotSearch, limit: int, most_pieces: int) -> None:
        with pytest.MonkeyPatch.context() as patch, transaction.atomic():
            patch.setattr(lot_searches, "MOST_PIECES", most_pieces)
            fitting = [lot for lot in lots if lot.is_on_offer and fits(search, lot)]
            found = all_pages(search, buyer, max(limit, len(fitting) // 10))
        assert found == in_order(fitting, search.order, usual=LotOrder.PRICE)

    check()


@pytest.mark.breaks_invariants
def test_page_of_lots__pages_of_staff_are_all_lots_filtered_and_sorted(lots: list[Lot]) -> None:
    keeper = Actor(None, Role.VAULT_KEEPER)

    @ROUNDS
    @given(search=searches(with_beginnings=True), limit=st.sampled_from([7, 50]))
    def check(search: LotSearch, limit: int) -> None:
        with transaction.atomic():
            fitting = [lot for lot in lots if fits(search, lot)]
            found = all_pages(search, keeper, max(limit, len(fitting) // 10))
        assert found == in_order(fitting, search.order, usual=None)

    check()


@pytest.mark.breaks_invariants
def test_counts_of_lots__are_those_of_the_lots_found(lots: list[Lot]) -> None:
    buyer = Actor(None, Role.BUYER, frozenset({-1}))

    @ROUNDS
    @given(search=searches(with_beginnings=True))
    def check(search: LotSearch) -> None:
        with transaction.atomic():
            counts = counts_of_lots(search, actor=buyer)
        fitting = [lot for lot in lots if lot.is_on_offer and fits(search, lot)]
        expected: dict[str, dict[str, int]] = {name: {} for name in FACETS}
        for lot in fitting:
            for name in FACETS:
                if word := getattr(lot, name):
                    expected[name][word] = expected[name].get(word, 0) + 1
        assert counts.lots == len(fitting)
        assert counts.facets == expected

    check()


@pytest.mark.breaks_invariants
def test_lot_grades__list_every_grade_that_a_lot_has_or_had(lots: list[Lot]) -> None:
    Lot.objects.filter(pk=lots[0].pk).update(colour="Z")
    grades = {(lot.kind, lot.shape, lot.colour, lot.clarity) for lot in lots}
    grades.add((lots[0].kind, lots[0].shape, "Z", lots[0].clarity))
    with connection.cursor() as cursor:
        cursor.execute("SELECT kind, shape, colour, clarity FROM bonded_lotgrade")
        assert set(cursor.fetchall()) == grades
