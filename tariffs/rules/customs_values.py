"""The customs value of each line of a shipment: the goods and their share of freight, insurance, additions, deductions.

China's Tariff Law, Arts. 24 to 26: the price paid, with carriage and insurance up to unloading at the port of entry.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from bonded.rules.errors import InputInvalid
from bonded.rules.money import Money, apportion
from tariffs.rules.exchange_rates import ExchangeRate, local_amount, rate_of_day
from tariffs.rules.jurisdictions import AssessmentRules
from tariffs.rules.rounding import major_units, minor_units
from tariffs.rules.shipments import GoodsLine, ShareOfCif, ShareOfGoods, Shipment, UnknownInsurance
from tariffs.rules.steps import Figure, Step, exact_step, rounded_step

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
    goods = [_goods_step(line, shipment, rules, rates) for line in shipment.lines]
    values = [Fraction(step.exact) for step in goods]
    steps = [[step] for step in goods]
    for figure, name, whole in _shared_costs(shipment, sum(values, Fraction()), rules, rates):
        shares = _shares(whole, values, shipment.lines, rules.currency)
        for working, share, value in zip(steps, shares, values, strict=True):
            working.append(exact_step(figure, share, {"name": name, "whole": whole, "goods_value": value}))
    return [_valued(line, working, rules) for line, working in zip(shipment.lines, steps, strict=True)]


def _goods_step(line: GoodsLine, shipment: Shipment, rules: AssessmentRules, rates: Sequence[ExchangeRate]) -> Step:
    stated = f"{line.value} {line.value.currency}"
    amount = major_units(line.value)
    if line.value.currency == rules.currency:
        return exact_step(Figure.GOODS_VALUE, amount, {"goods_value": stated})
    rate = rate_of_day(rates, currency=line.value.currency, local_currency=rules.currency, on=shipment.on)
    inputs = {"goods_value": stated, "exchange_rate": f"{rate.rate:f}", "quoted": rate.quoted.value}
    return exact_step(Figure.GOODS_VALUE, rate.local(amount), inputs, version=rate.version)


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


def _valued(line: GoodsLine, working: list[Step], rules: AssessmentRules) -> ValuedLine:
    parts: dict[str, Fraction] = {}
    for step in working:
        parts[step.figure] = parts.get(step.figure, Fraction()) + Fraction(step.exact)
    value = sum(parts.values(), Fraction()) - 2 * parts.get(Figure.DEDUCTION, Fraction())
    if value < 0:
        raise CustomsValueInvalid("The deductions are more than the value of the goods.", line=line.reference)
    customs_value = rules.value_rounding.money(value, rules.currency)
    step = rounded_step(
        Figure.CUSTOMS_VALUE,
        value,
        parts,
        result=customs_value,
        rounding=rules.value_rounding,
        version=rules.version,
    )
    return ValuedLine(line, customs_value, (*working, step))
