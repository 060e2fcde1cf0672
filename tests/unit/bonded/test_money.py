"""Money is exact, in one currency, and splits without loss."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bonded.rules.money import (
    AmountInvalid,
    CurrenciesDiffer,
    CurrencyUnknown,
    Money,
    apportion,
    decimal_from_text,
)


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [("12.50", "CNY", 1250), ("12.5", "USD", 1250), ("-0.01", "EUR", -1), ("7", "JPY", 7), ("0", "CNY", 0)],
)
def test_from_text__reads_plain_decimals(text: str, currency: str, minor: int) -> None:
    assert Money.from_text(text, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("12.505", "CNY"),
        ("7.5", "JPY"),
        ("1e3", "CNY"),
        ("NaN", "CNY"),
        ("Infinity", "CNY"),
        ("1,000", "CNY"),
        ("", "CNY"),
        ("-", "CNY"),
        (".", "CNY"),
        (" 1", "CNY"),
        ("１２", "CNY"),
        ("1_000", "CNY"),
        ("9" * 40, "CNY"),
        ("10000000000001.00", "CNY"),
    ],
)
def test_from_text__refuses_what_is_no_amount(text: str, currency: str) -> None:
    with pytest.raises(AmountInvalid):
        Money.from_text(text, currency)


@pytest.mark.parametrize("currency", ["XXX", "cny", "", "CNYX"])
def test_money__refuses_unknown_currencies(currency: str) -> None:
    with pytest.raises(CurrencyUnknown):
        Money(1, currency)


@pytest.mark.parametrize(
    ("amount", "minor"), [("0.005", 1), ("-0.005", -1), ("0.0049999", 0), ("2.675", 268), ("1e30", 10**32)]
)
def test_rounded__rounds_half_up_to_the_minor_unit(amount: str, minor: int) -> None:
    assert Money.rounded(Decimal(amount), "CNY") == Money(minor, "CNY")


def test_money__never_mixes_currencies() -> None:
    for mixed in (
        lambda: Money(1, "CNY") + Money(1, "USD"),
        lambda: Money(1, "CNY") - Money(1, "USD"),
        lambda: Money(1, "CNY") < Money(1, "USD"),
        lambda: Money(1, "CNY") <= Money(1, "USD"),
    ):
        with pytest.raises(CurrenciesDiffer):
            mixed()


def test_money__adds_subtracts_negates_compares_and_shows() -> None:
    assert Money(150, "CNY") + Money(-50, "CNY") == Money(100, "CNY")
    assert Money(150, "CNY") - Money(50, "CNY") == Money(100, "CNY")
    assert -Money(1, "CNY") == Money(-1, "CNY")
    assert Money(1, "CNY") < Money(2, "CNY")
    assert Money(2, "CNY") <= Money(2, "CNY")
    assert (str(Money(5, "CNY")), str(Money(-1234, "USD")), str(Money(7, "JPY"))) == ("0.05", "-12.34", "7")


@given(st.integers(-(10**15), 10**15), st.sampled_from(["CNY", "USD", "JPY"]))
def test_money__reads_back_what_it_shows(minor: int, currency: str) -> None:
    assert Money.from_text(str(Money(minor, currency)), currency) == Money(minor, currency)


@pytest.mark.parametrize(
    ("total", "weights", "parts"),
    [
        (100, [1, 1, 1], [34, 33, 33]),
        (100, [0, 0], [50, 50]),
        (7, [1, 0, 2], [2, 0, 5]),
        (0, [3, 4], [0, 0]),
        (0, [], []),
    ],
)
def test_apportion__gives_what_is_left_over_to_the_largest_remainders(
    total: int, weights: list[int], parts: list[int]
) -> None:
    assert apportion(total, weights) == parts


@given(st.integers(0, 10**12), st.lists(st.integers(0, 10**9), min_size=1, max_size=50))
def test_apportion__loses_nothing_and_is_within_one_unit_of_the_share(total: int, weights: list[int]) -> None:
    parts = apportion(total, weights)

    assert sum(parts) == total
    whole = sum(weights) or len(weights)
    for part, weight in zip(parts, weights if sum(weights) else [1] * len(weights), strict=True):
        assert abs(part * whole - total * weight) < whole


@given(st.text(max_size=40))
def test_decimal_from_text__reads_or_refuses_any_text(text: str) -> None:
    try:
        amount = decimal_from_text(text)
    except AmountInvalid:
        return
    assert amount.is_finite()
