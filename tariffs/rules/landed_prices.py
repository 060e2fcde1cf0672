"""Landed prices of a whole catalogue: which rates goods of one sort are priced by, and from which day others apply.

Lots of one HS code, origin and currency are charged by the same rates, so the law's choice of
measures is made once for each such sort, and only the arithmetic once for each lot.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from bonded.rules.errors import RuleViolation
from bonded.rules.money import Money
from bonded.rules.validity import Validity
from bonded.rules.withdrawals import Procedure
from tariffs.rules.assessments import assess
from tariffs.rules.exchange_rates import ExchangeRate
from tariffs.rules.jurisdictions import AssessmentRules
from tariffs.rules.rates import Least, Rate, quantities_of
from tariffs.rules.regimes import usual_regime
from tariffs.rules.schedule import Measure, MeasureKind, applicable_duty, covering, unlocked
from tariffs.rules.shipments import GoodsLine, Shipment


class PricesMissing(RuleViolation):
    """The catalogue has not been priced yet."""

    code = "prices_missing"


class Staleness(StrEnum):
    """Why landed prices may not be those of today."""

    RATES_PUBLISHED = "rates_published"  # Rates or measures were published since.
    ANOTHER_DAY = "another_day"  # Other rates are in force today than on the day of the prices.


@dataclass(frozen=True, slots=True, order=True)
class Sort:
    """What the choice of rates depends on: an HS code (digits), an origin and the currency of the invoice."""

    hs_code: str
    origin: str
    currency: str


@dataclass(frozen=True, slots=True)
class Formula:
    """How lots of one sort are priced: the exchange rate, and the rate of every charge, None where there is none."""

    exchange: ExchangeRate | None
    duty: Rate | None
    anti_dumping: Rate | None
    consumption_tax: Rate | None
    fee: Rate | None
    vat: Rate | None
    vat_refund_above: Rate | None

    def charges_as(self, other: Formula) -> bool:
        """Say whether both price every lot alike, whatever versions they come from."""
        return self._terms() == other._terms()

    def _terms(self) -> tuple[object, ...]:
        exchange = self.exchange and (self.exchange.rate, self.exchange.quoted)
        charged = (self.anti_dumping, self.consumption_tax, self.fee, self.vat, self.vat_refund_above)
        return (exchange, self.duty, *charged)


def formula_of(
    sort: Sort, *, on: date, rules: AssessmentRules, schedule: Sequence[Measure], rates: Sequence[ExchangeRate]
) -> Formula:
    """Choose the rates for lots of one sort by letting the calculator assess one of them.

    So what it refuses is refused here in the same words: raises MeasureMissing,
    ExchangeRateMissing, QuantityMissing, RateNotSolvable.
    """
    line = GoodsLine(
        reference="",
        hs_code=sort.hs_code,
        origin=sort.origin,
        regime=usual_regime(sort.hs_code),
        value=Money.from_text("1000", sort.currency),
        quantities=quantities_of(pieces=1, weight_carats=Decimal(1)),
    )
    (assessed,) = assess(Shipment(on, Procedure.HOME_USE, (line,)), rules=rules, schedule=schedule, rates=rates).lines
    chosen = {choice.measure.kind: choice.measure.rate for choice in assessed.choices}
    return Formula(
        exchange=next((rate for rate in rates if rate.currency == sort.currency and rate.validity.covers(on)), None),
        duty=_duty_rate(schedule, line, on=on),
        anti_dumping=chosen.get(MeasureKind.ANTI_DUMPING),
        consumption_tax=chosen.get(MeasureKind.CONSUMPTION_TAX),
        fee=chosen.get(MeasureKind.FEE),
        vat=chosen.get(MeasureKind.VAT),
        vat_refund_above=chosen.get(MeasureKind.VAT_REFUND_ABOVE),
    )


def _duty_rate(schedule: Sequence[Measure], line: GoodsLine, *, on: date) -> Rate | None:
    """Give the rate of duty that applies; where the lower of two does, which one that is differs from lot to lot."""
    compared: list[Rate] = []

    def compare(rate: Rate) -> Fraction:
        compared.append(rate)
        return Fraction()

    measures = covering(schedule, hs_code=line.hs_code, origin=line.origin, regime=line.regime, on=on)
    choice = applicable_duty(unlocked(measures, line.documents), origin=line.origin, amount=compare)
    if compared:
        return Least(tuple(compared))
    return choice.measure.rate if choice else None


def days_of_change(validities: Iterable[Validity], *, after: date) -> list[date]:
    """Give the days after `after` on which something that is published already begins or ends to be in force."""
    bounds = {day for validity in validities for day in (validity.from_on, validity.until_on) if day is not None}
    return sorted(day for day in bounds if day > after)


def staleness_of(*, is_outdated: bool, good_until: date | None, today: date) -> Staleness | None:
    """Say why prices of an earlier moment may not be today's; None when they are.

    `good_until` is the first day after that of the prices on which other rates may be in force.
    """
    if is_outdated:
        return Staleness.RATES_PUBLISHED
    return Staleness.ANOTHER_DAY if good_until is not None and today >= good_until else None
