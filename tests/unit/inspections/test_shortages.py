"""What is missing, as goods; which papers stones ask for; whether a stone is the same."""

from dataclasses import replace
from decimal import Decimal

import pytest

from bonded.rules.lots import GoodsFacts, LotKind
from bonded.rules.money import Money
from inspections.rules.company_papers import paper_problems
from inspections.rules.sessions import is_same_stone
from inspections.rules.shortages import shortage

LOT = GoodsFacts(
    lot_id=1,
    stock_number="D-1",
    kind=LotKind.POLISHED_DIAMOND,
    hs_code="71023900",
    origin="BW",
    pieces=1,
    weight_carats=Decimal("2.000"),
    value=Money(5_000_00, "USD"),
)


@pytest.mark.parametrize(
    ("weights", "pieces", "expected"),
    [
        (("2.000", "2.000"), (1, 1), None),
        (("2.000", "2.010"), (1, 1), None),
        (("2.000", "2.010"), (1, 2), None),
        (("2.000", "1.900"), (1, 1), ("0.100", 1, 250_00)),
        # The larger share counts: a tenth of the weight, half of the pieces.
        (("2.000", "1.800"), (10, 5), ("0.200", 5, 2_500_00)),
        (("2.000", "2.000"), (10, 9), ("0.200", 1, 500_00)),
        (("3.000", "2.000"), (1, 1), ("1.000", 1, 1_666_67)),
    ],
)
def test_shortage__is_the_missing_part(weights, pieces, expected) -> None:
    out_carats, in_carats = map(Decimal, weights)
    found = shortage(LOT, out_carats=out_carats, in_carats=in_carats, out_pieces=pieces[0], in_pieces=pieces[1])
    if expected is None:
        assert found is None
    else:
        carats, count, minor = expected
        assert found == replace(LOT, weight_carats=Decimal(carats), pieces=count, value=Money(minor, "USD"))


def test_paper_problems__ask_members_only_for_rough() -> None:
    assert paper_problems(["polished_diamond", "coloured_gem"], []) == []
    (problem,) = paper_problems(["rough_diamond", "coloured_gem"], ["insurance"])
    assert (problem.code, problem.overridable_by) == ("kimberley_membership_missing", ())
    assert paper_problems(["rough_diamond"], ["kimberley_membership"]) == []


@pytest.mark.parametrize(
    ("booked", "read", "expected"),
    [("GIA 123", "gia123", True), ("123", "124", False), ("", "123", None), ("123", "", None)],
)
def test_is_same_stone__by_the_number_read_on_it(booked: str, read: str, expected: bool | None) -> None:
    assert is_same_stone(booked, read) is expected
