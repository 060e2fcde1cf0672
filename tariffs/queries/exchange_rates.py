"""Exchange rates as the calculator wants them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from tariffs.models.exchange_rates import ExchangeRate
from tariffs.rules import exchange_rates as rules
from tariffs.rules.exchange_rates import Quoting


def rates_for(
    currencies: Collection[str], *, on: date, local_currency: str = "CNY", known_at: datetime | None = None
) -> list[rules.ExchangeRate]:
    """Give the rates of the currencies that are in force on a day, in id order; runs one SQL statement, or none."""
    foreign = set(currencies) - {local_currency}
    if not foreign:
        return []
    condition = "local_currency = %s AND currency = ANY(%s::text[])"
    rows = ExchangeRate.objects.of_day(on, known_at, condition, [local_currency, sorted(foreign)])
    return [rate_of(row) for row in rows]


def rates_between(currencies: Collection[str], *, first: date, last: date) -> list[rules.ExchangeRate]:
    """Give the rates of the currencies to the yuan in force on any of some days, as published, in id order."""
    rows = ExchangeRate.objects.known().in_force_between(first, last)
    return [rate_of(row) for row in rows.filter(local_currency="CNY", currency__in=currencies).order_by("pk")]


def rates_by_version(versions: Collection[str]) -> list[rules.ExchangeRate]:
    """Give rates by the versions that an assessment names, believed still or not, in id order."""
    ids = [int(version.removeprefix("exchangerate:")) for version in versions]
    return [rate_of(row) for row in ExchangeRate.objects.filter(pk__in=ids).order_by("pk")]


def rate_of(row: ExchangeRate) -> rules.ExchangeRate:
    """Turn a row into what the rules know as an exchange rate."""
    return rules.ExchangeRate(
        version=row.version,
        currency=row.currency,
        local_currency=row.local_currency,
        rate=row.rate,
        quoted=Quoting(row.quoted),
        validity=row.days,
        source=row.source,
        is_verified=row.is_verified,
    )
