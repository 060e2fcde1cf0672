"""What rates come to, exactly; expected values are worked by hand."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from tariffs.rules.rate_grammar import parse_rate
from tariffs.rules.rates import (
    QuantityMissing,
    RateNotSolvable,
    amount_of,
    inclusive_amount_of,
    quantities_of,
    units_of,
)

GOODS = quantities_of(pieces=3, weight_carats=Decimal("1.768"), counted={"jewel": Decimal(4)})


def test_quantities_of__gives_every_unit_of_one_weight() -> None:
    goods = quantities_of(pieces=3, weight_carats=Decimal("1.768"), counted={"jewel": Decimal(4)})
    assert goods == {
        "piece": Decimal(3),
        "ct": Decimal("1.768"),
        "trade_ct": Decimal("1.76"),
        "g": Decimal("0.3536"),
        "kg": Decimal("0.0003536"),
        "unit:jewel": Decimal(4),
    }


@pytest.mark.parametrize(
    ("text", "base", "amount"),
    [
        ("8%", 1000, "80"),
        ("2/ct", 0, "3.536"),
        ("2/trade_ct", 0, "3.52"),
        ("5/kg", 0, "0.001768"),
        ("3/g", 0, "1.0608"),
        ("31.67", 0, "31.67"),
        ("4% + 2/ct", 1000, "43.536"),
        ("0.45/piece + 7% + 0.025/unit:jewel", 100, "8.45"),
        ("max(0.004/piece + 6.1%, 0.03/piece + 5.4%)", 10, "0.63"),
        ("max(0.004/piece + 6.1%, 0.03/piece + 5.4%)", 100, "6.112"),
        ("min(max(0.3464%, 31.67), 614.35)", 1000, "31.67"),
        ("min(max(0.3464%, 31.67), 614.35)", 100_000, "346.4"),
        ("min(max(0.3464%, 31.67), 614.35)", 1_000_000, "614.35"),
    ],
)
def test_amount_of__is_exact(text: str, base: int, amount: str) -> None:
    assert amount_of(parse_rate(text), base=Fraction(base), quantities=GOODS) == Fraction(amount)


def test_amount_of__asks_for_the_quantity_that_is_missing() -> None:
    with pytest.raises(QuantityMissing) as refusal:
        amount_of(parse_rate("2/unit:case"), base=Fraction(), quantities=GOODS)
    assert refusal.value.facts == {"unit": "unit:case"}


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("25%", Fraction(110)),  # 330 / 0.75 × 0.25
        ("3%", Fraction(330 * 3, 97)),  # does not end: kept as a fraction
        ("10% + 3/piece", Fraction(339 * 10, 90) + 9),  # (330 + 9) / 0.9 × 0.1 + 9
        ("9/piece", Fraction(27)),
        ("max(10%, 9/piece)", Fraction(330, 9)),
        ("min(10%, 9/piece)", Fraction(27)),
        ("0%", Fraction(0)),
    ],
)
def test_inclusive_amount_of__solves_a_tax_that_is_part_of_its_own_base(text: str, amount: Fraction) -> None:
    assert inclusive_amount_of(parse_rate(text), base=Fraction(330), quantities=GOODS) == amount


@pytest.mark.parametrize("text", ["100%", "60% + 40%", "1% + min(2%, 3)"])
def test_inclusive_amount_of__refuses_what_has_no_solution(text: str) -> None:
    with pytest.raises(RateNotSolvable):
        inclusive_amount_of(parse_rate(text), base=Fraction(330), quantities=GOODS)


def test_units_of__names_each_unit_once() -> None:
    assert units_of(parse_rate("min(1/ct + 2/ct, 3/piece) + 4%")) == {"ct", "piece"}
