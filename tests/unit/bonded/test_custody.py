"""When two weighings are the same weight, and that two keepers are two."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bonded.rules.custody import Difference, TwoKeepersNeeded, difference, require_two_keepers, weight_tolerance


@pytest.mark.parametrize(
    ("carats", "pieces", "tolerance"),
    [
        ("1.000", 1, "0.002"),
        ("500.000", 1, "0.002"),
        ("1.000", 2, "0.005"),
        ("25.000", 10, "0.005"),
        ("30.000", 10, "0.006"),
        ("1000.000", 999, "0.200"),
    ],
)
def test_weight_tolerance__is_fixed_for_a_stone_and_grows_for_a_parcel(
    carats: str, pieces: int, tolerance: str
) -> None:
    assert weight_tolerance(Decimal(carats), pieces) == Decimal(tolerance)


@pytest.mark.parametrize(
    ("found", "pieces", "is_within"),
    [
        ("1.000", 1, True),
        ("1.002", 1, True),
        ("0.998", 1, True),
        ("1.003", 1, False),
        ("0.997", 1, False),
        ("1.000", 2, False),
    ],
)
def test_difference__is_within_tolerance_or_not(found: str, pieces: int, is_within: bool) -> None:
    assert difference(
        expected_carats=Decimal("1.000"), expected_pieces=1, found_carats=Decimal(found), found_pieces=pieces
    ) == Difference(Decimal(found) - Decimal("1.000"), pieces - 1, is_within)


@given(st.integers(1, 10**6), st.integers(1, 10**6), st.integers(1, 50))
def test_difference__is_the_same_seen_from_either_side_for_stones(a: int, b: int, pieces: int) -> None:
    first, second = Decimal(a).scaleb(-3), Decimal(b).scaleb(-3)
    there = difference(expected_carats=first, expected_pieces=1, found_carats=second, found_pieces=1)
    back = difference(expected_carats=second, expected_pieces=1, found_carats=first, found_pieces=1)

    assert there.weight_carats == -back.weight_carats
    assert there.is_within_tolerance == back.is_within_tolerance


@pytest.mark.parametrize(("actor", "witness"), [(1, 1), (None, 1), (1, None), (None, None)])
def test_require_two_keepers__refuses_one(actor: int | None, witness: int | None) -> None:
    with pytest.raises(TwoKeepersNeeded):
        require_two_keepers(actor, witness)
