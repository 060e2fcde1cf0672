"""Half goes away from zero, and no digit is lost in writing."""

from __future__ import annotations

from fractions import Fraction

import pytest

from bonded.rules.money import Money
from tariffs.rules.rounding import Rounding, RoundingStep, decimal_text, exact_text, half_up


@pytest.mark.parametrize(
    ("amount", "whole"),
    [("0", 0), ("0.4999", 0), ("0.5", 1), ("2.5", 3), ("-0.5", -1), ("-2.5", -3), ("-2.4", -2), ("7/3", 2)],
)
def test_half_up__goes_away_from_zero(amount: str, whole: int) -> None:
    assert half_up(Fraction(amount)) == whole


@pytest.mark.parametrize(("step", "minor"), [(RoundingStep.MINOR_UNIT, 123_457), (RoundingStep.WHOLE_UNIT, 123_500)])
def test_money__rounds_to_the_step(step: RoundingStep, minor: int) -> None:
    assert Rounding(step, "").money(Fraction("1234.565"), "CNY") == Money(minor, "CNY")


def test_money__rounds_a_currency_without_decimals() -> None:
    assert Rounding(RoundingStep.MINOR_UNIT, "").money(Fraction("1234.5"), "JPY") == Money(1235, "JPY")


@pytest.mark.parametrize(
    ("amount", "text"),
    [("0", "0"), ("100", "100"), ("-1.50", "-1.5"), ("1/8", "0.125"), ("1/3", "1/3"), ("-10/7", "-10/7")],
)
def test_exact_text__loses_nothing(amount: str, text: str) -> None:
    assert exact_text(Fraction(amount)) == text
    assert Fraction(text) == Fraction(amount)


@pytest.mark.parametrize(
    ("amount", "text"),
    [("5", "5"), ("-1.50", "-1.5"), ("1/3", "0.33333333…"), ("2/3", "0.66666666…"), ("1/3000000000", "0.00000000…")],
)
def test_decimal_text__cuts_and_says_so(amount: str, text: str) -> None:
    assert decimal_text(Fraction(amount)) == text
