"""Carats to 0.001, trade carats to 0.01 and up only from a nine."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bonded.rules.quantities import WeightInvalid, carats_from_text, grams, kilograms, trade_carats


@pytest.mark.parametrize(
    ("weighed", "traded"),
    [("1.768", "1.76"), ("1.769", "1.77"), ("0.999", "1.00"), ("0.009", "0.01"), ("0.008", "0.00"), ("1.000", "1.00")],
)
def test_trade_carats__rounds_up_only_from_a_nine(weighed: str, traded: str) -> None:
    assert trade_carats(Decimal(weighed)) == Decimal(traded)


@given(st.integers(1, 10**9))
def test_trade_carats__is_never_more_than_a_thousandth_above(thousandths: int) -> None:
    weighed = Decimal(thousandths).scaleb(-3)

    gap = trade_carats(weighed) - weighed
    assert Decimal("-0.008") <= gap <= Decimal("0.001")


def test_grams_and_kilograms__are_exact() -> None:
    assert grams(Decimal("1.005")) == Decimal("0.2010")
    assert kilograms(Decimal("5")) == Decimal("0.001")


def test_carats_from_text__reads_what_a_scale_shows() -> None:
    assert [str(carats_from_text(text)) for text in ("1.768", "1", "0.001", "999999.999")] == [
        "1.768",
        "1.000",
        "0.001",
        "999999.999",
    ]


@pytest.mark.parametrize("text", ["0", "-1", "0.0001", "1000000", "1e3", "NaN", "", "1,5", "1.7680001"])
def test_carats_from_text__refuses_what_no_scale_shows(text: str) -> None:
    with pytest.raises(WeightInvalid):
        carats_from_text(text)
