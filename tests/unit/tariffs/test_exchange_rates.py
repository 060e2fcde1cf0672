"""Rates of the day, exact conversion both ways, and the Wednesday rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from bonded.rules.money import Money
from bonded.rules.validity import Validity
from tariffs.rules.exchange_rates import (
    ExchangeRate,
    ExchangeRateMissing,
    Quoting,
    local_amount,
    publication_day,
    rate_of_day,
)

NOVEMBER = ExchangeRate(
    "rate:11",
    "USD",
    "CNY",
    Decimal("7.1"),
    Quoting.LOCAL_PER_UNIT,
    Validity(date(2026, 11, 1), date(2026, 12, 1)),
    "made up",
)
OCTOBER = replace(NOVEMBER, version="rate:10", validity=Validity(date(2026, 10, 1), date(2026, 11, 1)))


@pytest.mark.parametrize(
    ("on", "version"),
    [(date(2026, 10, 31), "rate:10"), (date(2026, 11, 1), "rate:11"), (date(2026, 11, 30), "rate:11")],
)
def test_rate_of_day__changes_with_the_month(on: date, version: str) -> None:
    rate = rate_of_day([OCTOBER, NOVEMBER], currency="USD", local_currency="CNY", on=on)
    assert rate.version == version


@pytest.mark.parametrize(("currency", "local"), [("EUR", "CNY"), ("USD", "GBP")])
def test_rate_of_day__refuses_another_pair(currency: str, local: str) -> None:
    with pytest.raises(ExchangeRateMissing):
        rate_of_day([NOVEMBER], currency=currency, local_currency=local, on=date(2026, 11, 1))


@pytest.mark.parametrize("quoted", list(Quoting))
def test_local__undoes_foreign_exactly(quoted: Quoting) -> None:
    rate = replace(NOVEMBER, quoted=quoted)
    assert rate.local(rate.foreign(Fraction("12.34"))) == Fraction("12.34")


def test_local__divides_where_units_per_local_are_quoted() -> None:
    pound = replace(NOVEMBER, local_currency="GBP", rate=Decimal("1.25"), quoted=Quoting.UNITS_PER_LOCAL)
    assert pound.local(Fraction(100)) == 80


def test_local_amount__needs_no_rate_for_its_own_currency() -> None:
    assert local_amount(Money(1234, "CNY"), rates=[], local_currency="CNY", on=date(2026, 11, 1)) == Fraction("12.34")


@pytest.mark.parametrize(
    ("month", "day"),
    [
        (date(2020, 1, 15), date(2019, 12, 18)),
        (date(2020, 3, 1), date(2020, 2, 19)),
        (date(2026, 11, 30), date(2026, 10, 21)),
        (date(2026, 5, 1), date(2026, 4, 15)),  # April 2026 begins on a Wednesday.
    ],
)
def test_publication_day__is_the_third_wednesday(month: date, day: date) -> None:
    assert publication_day(month, is_holiday=lambda _: False) == day


def test_publication_day__is_the_fourth_when_the_third_is_a_holiday() -> None:
    assert publication_day(date(2020, 3, 1), is_holiday=lambda day: day == date(2020, 2, 19)) == date(2020, 2, 26)
