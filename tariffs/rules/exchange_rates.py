"""Customs exchange rates: which one applies on a day, and exact conversion whichever way it is quoted."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from bonded.rules.errors import RuleViolation
from bonded.rules.money import Money
from bonded.rules.validity import Validity
from tariffs.rules.rounding import major_units

WEDNESDAY = 2


class ExchangeRateMissing(RuleViolation):
    """No rate is known for that currency on that day."""

    code = "exchange_rate_missing"


class Quoting(StrEnum):
    """Which way round a rate is written."""

    LOCAL_PER_UNIT = "local_per_unit"  # China: 7.1 yuan for one dollar; multiply.
    UNITS_PER_LOCAL = "units_per_local"  # United Kingdom: 1.27 dollars for one pound; divide.


@dataclass(frozen=True, slots=True)
class ExchangeRate:
    """One period's rate of a currency; never edited, only followed by another version."""

    version: str
    currency: str
    local_currency: str
    rate: Decimal
    quoted: Quoting
    validity: Validity
    source: str
    is_verified: bool = True

    def local(self, amount: Fraction) -> Fraction:
        """Convert an amount of the foreign currency into the local one, exactly."""
        if self.quoted is Quoting.LOCAL_PER_UNIT:
            return amount * Fraction(self.rate)
        return amount / Fraction(self.rate)

    def foreign(self, amount: Fraction) -> Fraction:
        """Convert an amount of the local currency into the foreign one, exactly."""
        if self.quoted is Quoting.LOCAL_PER_UNIT:
            return amount / Fraction(self.rate)
        return amount * Fraction(self.rate)


def rate_of_day(rates: Iterable[ExchangeRate], *, currency: str, local_currency: str, on: date) -> ExchangeRate:
    """Find the rate of a currency that covers the day; raises ExchangeRateMissing."""
    for rate in rates:
        if (rate.currency, rate.local_currency) == (currency, local_currency) and rate.validity.covers(on):
            return rate
    raise ExchangeRateMissing(
        f"No customs exchange rate from {currency} to {local_currency} is known for {on.isoformat()}.",
        currency=currency,
        local_currency=local_currency,
        on=on.isoformat(),
    )


def local_amount(money: Money, *, rates: Iterable[ExchangeRate], local_currency: str, on: date) -> Fraction:
    """Convert money into major units of the local currency, exactly; its own currency needs no rate."""
    amount = major_units(money)
    if money.currency == local_currency:
        return amount
    return rate_of_day(rates, currency=money.currency, local_currency=local_currency, on=on).local(amount)


def publication_day(month: date, *, is_holiday: Callable[[date], bool]) -> date:
    """Give the day whose rate holds for a whole calendar month in China: the third Wednesday of the month before.

    The fourth when the third is a public holiday. `month` is any day of the month in which
    declarations are made. Source: GAC Order 124, Art. 16; its successor of 2024 was not read.
    """
    last_day_of_month_before = month.replace(day=1) - timedelta(days=1)
    first = last_day_of_month_before.replace(day=1)
    first_wednesday = first + timedelta(days=(WEDNESDAY - first.weekday()) % 7)
    third = first_wednesday + timedelta(weeks=2)
    return third + timedelta(weeks=1) if is_holiday(third) else third
