"""The customs value of each line of a shipment: the goods and their share of freight, insurance, additions, deductions.

China's Tariff Law, Arts. 24 to 26: the price paid, with carriage and insurance up to unloading at the port of entry.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from bonded.rules.errors import InputInvalid
from bonded.rules.money import Money, apportion
from tariffs.rules.exchange_rates import ExchangeRate, local_amount, rate_of_day
from tariffs.rules.jurisdictions import AssessmentRules
from tariffs.rules.rounding import major_units, minor_units
from tariffs.rules.shipments import GoodsLine, ShareOfCif, ShareOfGoods, Shipment, UnknownInsurance
from tariffs.rules.steps import Figure, Inputs, Step, exact_step, rounded_step

_Local = Callable[[Money], Fraction]


class CustomsValueInvalid(InputInvalid):
    """Costs, deductions or shares lead to no sensible value."""

    code = "customs_value_invalid"


@dataclass(frozen=True, slots=True)
class ValuedLine:
    """A line with its customs value in local currency, and how that came about."""

    line: GoodsLine
    customs_value: Money
    steps: tuple[Step, ...]


def customs_values(shipment: Shipment, *, rules: AssessmentRules, rates: Sequence[ExchangeRate]) -> list[ValuedLine]:
    """Work out the customs value of every line, in the order of the lines.

    Values are rounded once, per line, as `rules` say. Shared costs are split by the goods' value;
    a single line bears them unrounded. Raises ExchangeRateMissing, CustomsValueInvalid.
    """
    sheets = [_Sheet(line, shipment.on, rules, rates) for line in shipment.lines]
    values = [sheet.goods_value for sheet in sheets]
    for figure, name, whole in _shared_costs(shipment, sum(values, Fraction()), rules, rates):
        shares = _shares(whole, values, shipment.lines, rules.currency)
        for sheet, share in zip(sheets, shares, strict=True):
            sheet.add(figure, share, {"name": name, "whole": whole, "goods_value": sheet.goods_value})
    return [sheet.valued() for sheet in sheets]


class _Sheet:
    """The working of one line's value: the goods, then their share of each cost."""

    def __init__(self, line: GoodsLine, on: date, rules: AssessmentRules, rates: Sequence[ExchangeRate]) -> None:
        self.line, self.rules = line, rules
        self.parts, self.steps = dict[Figure, Fraction](), list[Step]()
        self.goods_value, inputs = major_units(line.value), {"goods_value": f"{line.value} {line.value.currency}"}
        version = ""
        if line.value.currency != rules.currency:
            rate = rate_of_day(rates, currency=line.value.currency, local_currency=rules.currency, on=on)
            self.goods_value, version = rate.local(self.goods_value), rate.version
            inputs |= {"exchange_rate": f"{rate.rate:f}", "quoted": rate.quoted.value}
        if line.evidence:
            inputs["evidence"] = line.evidence
        self.add(Figure.GOODS_VALUE, self.goods_value, inputs, version=version)

    def add(self, figure: Figure, amount: Fraction, inputs: Inputs, *, version: str = "") -> None:
        """Write a part of the value down; parts of one figure add up."""
        self.parts[figure] = self.parts[figure] + amount if figure in self.parts else amount
        self.steps.append(exact_step(figure, amount, inputs, version=version))

    def valued(self) -> ValuedLine:
        """Add the parts up, take the deductions off, and round."""
        rounding = self.rules.value_rounding
        signed = (-part if figure is Figure.DEDUCTION else part for figure, part in self.parts.items())
        value = sum(signed, Fraction()) if len(self.parts) > 1 else self.goods_value
        if value < 0:
            raise CustomsValueInvalid("The deductions are more than the value of the goods.", line=self.line.reference)
        customs_value = rounding.money(value, self.rules.currency)
        parts = {figure.value: part for figure, part in self.parts.items()}
        step = rounded_step(
            Figure.CUSTOMS_VALUE, value, parts, result=customs_value, rounding=rounding, version=self.rules.version
        )
        return ValuedLine(self.line, customs_value, (*self.steps, step))


def _shared_costs(
    shipment: Shipment, goods: Fraction, rules: AssessmentRules, rates: Sequence[ExchangeRate]
) -> Iterator[tuple[Figure, str, Fraction]]:
    """Give each shared cost in local currency; freight and insurance only where the value includes them."""

    def local(money: Money) -> Fraction:
        return local_amount(money, rates=rates, local_currency=rules.currency, on=shipment.on)

    if rules.value_includes_carriage:
        freight = _freight(shipment.freight, goods, local)
        insurance = _insurance(shipment.insurance, goods + freight, rules, local)
        if shipment.freight is not None:
            yield Figure.FREIGHT, "freight", freight
        if shipment.insurance is not None:
            yield Figure.INSURANCE, "insurance", insurance
    for figure, costs in ((Figure.ADDITION, shipment.additions), (Figure.DEDUCTION, shipment.deductions)):
        for cost in costs:
            yield figure, cost.name, local(cost.amount)


def _freight(freight: Money | ShareOfGoods | None, goods: Fraction, local: _Local) -> Fraction:
    if isinstance(freight, ShareOfGoods):
        return goods * Fraction(freight.share)
    return local(freight) if freight else Fraction()


def _insurance(
    insurance: Money | ShareOfCif | UnknownInsurance | None, insured: Fraction, rules: AssessmentRules, local: _Local
) -> Fraction:
    match insurance:
        case UnknownInsurance():
            return insured * rules.insurance_when_unknown
        case ShareOfCif(share):
            if share >= 1:
                raise CustomsValueInvalid("Insurance is less than the whole of the value.", rate_of_cif=f"{share:f}")
            return insured / (1 - Fraction(share)) - insured
    return local(insurance) if insurance else Fraction()


def _shares(whole: Fraction, values: Sequence[Fraction], lines: Sequence[GoodsLine], currency: str) -> list[Fraction]:
    """Split a cost by the goods' value, in minor units that add up; which line stands first makes no difference."""
    if len(lines) == 1:
        return [whole]
    order = sorted(range(len(lines)), key=lambda i: (values[i], lines[i].hs_code, lines[i].origin, lines[i].reference))
    parts = apportion(minor_units(whole, currency), [minor_units(values[i], currency) for i in order])
    shares = {i: major_units(Money(part, currency)) for i, part in zip(order, parts, strict=True)}
    return [shares[i] for i in range(len(lines))]
