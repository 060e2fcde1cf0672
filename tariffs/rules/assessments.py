"""THE CALCULATOR: what goods owe on a day, with the working of every figure.

Pure: shipment, schedule, exchange rates and rules in, charges and steps out. The same input
gives the same digits for ever, so a stored assessment can be run again and compared.
Formulas: Tariff Law of 2024, Art. 23 (duty); Provisional Regulation on Consumption Tax,
Arts. 5 and 9; VAT Law of 2024, Art. 14.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import reduce
from operator import add

from bonded.rules.money import Money
from bonded.rules.withdrawals import Procedure
from tariffs.rules.charges import Charges
from tariffs.rules.choices import Choices, ChoicesOfSchedule
from tariffs.rules.customs_values import ValuedLine, customs_values
from tariffs.rules.exchange_rates import ExchangeRate
from tariffs.rules.jurisdictions import AssessmentRules
from tariffs.rules.rate_grammar import rate_text
from tariffs.rules.rates import Rate, amount_of, inclusive_amount_of, units_of
from tariffs.rules.rounding import major_units
from tariffs.rules.schedule import Choice, Measure, MeasureKind, MeasureMissing
from tariffs.rules.shipments import Shipment
from tariffs.rules.steps import Figure, Inputs, Step, exact_step, rounded_step


@dataclass(frozen=True, slots=True)
class LineAssessment:
    """What one line owes, which measures said so, the working, and every measure that was looked at for it."""

    reference: str
    charges: Charges
    choices: tuple[Choice, ...]
    steps: tuple[Step, ...]
    considered: tuple[Measure, ...]


@dataclass(frozen=True, slots=True)
class Assessment:
    """What a shipment owes; `rules_version` names the rules that it was made by."""

    lines: tuple[LineAssessment, ...]
    totals: Charges
    rules_version: str


def assess(
    shipment: Shipment, *, rules: AssessmentRules, schedule: Sequence[Measure], rates: Sequence[ExchangeRate]
) -> Assessment:
    """Assess a shipment, in the currency of the rules; each tax is rounded once per line, as the rules say.

    Only goods for home use owe anything: what is re-exported or moved to another bond is valued
    and charged nothing (Tariff Law, Art. 36). Raises MeasureMissing, ExchangeRateMissing,
    QuantityMissing, RateNotSolvable, CustomsValueInvalid.
    """
    choices = ChoicesOfSchedule(schedule)
    valued = customs_values(shipment, rules=rules, rates=rates)
    if shipment.procedure is Procedure.HOME_USE:
        sheets = [_Sheet(line, shipment, rules, choices.about(line.line, on=shipment.on)) for line in valued]
        duties = sum((sheet.duty for sheet in sheets), Money(0, rules.currency))
        is_exempt = rules.exempt_duty_up_to is not None and duties <= rules.exempt_duty_up_to
        lines = tuple(sheet.finished(is_duty_exempt=is_exempt) for sheet in sheets)
    else:
        lines = tuple(_uncharged(line) for line in valued)
    totals = reduce(add, (line.charges for line in lines)) if lines else Charges.nothing(rules.currency)
    return Assessment(lines, totals, rules.version)


def _uncharged(valued: ValuedLine) -> LineAssessment:
    nothing = Charges.nothing(valued.customs_value.currency)
    charges = replace(nothing, customs_value=valued.customs_value)
    return LineAssessment(valued.line.reference, charges, (), valued.steps, ())


class _Sheet:
    """The working of one line: each figure is written down as it comes about, and the next stands on it."""

    def __init__(self, valued: ValuedLine, shipment: Shipment, rules: AssessmentRules, choices: Choices) -> None:
        self.line, self.rules, self.on, self.value = valued.line, rules, shipment.on, valued.customs_value
        self.steps, self.charged = list(valued.steps), list[Choice]()
        self.choices = choices
        self.duty = self._charge(Figure.DUTY, self._duty_choice(), base=self.value)
        self.duty += self._charge(Figure.ANTI_DUMPING_DUTY, self._choice(MeasureKind.ANTI_DUMPING), base=self.value)

    def finished(self, *, is_duty_exempt: bool) -> LineAssessment:
        """Work out the taxes that stand on the duty, and give the line."""
        duty = self._exempt(self.duty) if is_duty_exempt else self.duty
        consumption_tax = self._consumption_tax(duty)
        fees = self._charge(Figure.FEES, self._choice(MeasureKind.FEE), base=self.value)
        vat_levied, vat_refunded = self._vat(duty, consumption_tax, fees)
        charges = Charges(self.value, duty, consumption_tax, fees, vat_levied, vat_refunded)
        self._note(
            Figure.TOTAL,
            charges.total,
            {"duty": duty, "consumption_tax": consumption_tax, "vat": charges.vat, "fees": fees},
        )
        considered = self.choices.measures
        return LineAssessment(self.line.reference, charges, tuple(self.charged), tuple(self.steps), considered)

    def _choice(self, kind: MeasureKind) -> Choice | None:
        return self._required(self.choices.of(kind), kind)

    def _duty_choice(self) -> Choice | None:
        def comes_to(rate: Rate) -> Fraction:
            return amount_of(rate, base=major_units(self.value), quantities=self.line.quantities)

        return self._required(self.choices.duty(comes_to), MeasureKind.DUTY_MFN)

    def _required(self, choice: Choice | None, kind: MeasureKind) -> Choice | None:
        """Refuse a gap in the schedule: a code without a rate is not a code that is free."""
        if choice is None and not self.choices.is_stated and kind in self.rules.required:
            raise MeasureMissing(
                f"The schedule has no {kind.value} for {self.line.hs_code} on {self.on.isoformat()}.",
                kind=kind.value,
                hs_code=self.line.hs_code,
                origin=self.line.origin,
                on=self.on.isoformat(),
            )
        return choice

    def _charge(self, figure: Figure, choice: Choice | None, *, base: Money) -> Money:
        if choice is None:
            return Money(0, base.currency)
        amount = amount_of(choice.measure.rate, base=major_units(base), quantities=self.line.quantities)
        return self._levy(figure, choice, amount, {"base": base})

    def _consumption_tax(self, duty: Money) -> Money:
        choice = self._choice(MeasureKind.CONSUMPTION_TAX)
        if choice is None:
            return Money(0, duty.currency)
        base = major_units(self.value + duty)
        amount = inclusive_amount_of(choice.measure.rate, base=base, quantities=self.line.quantities)
        composite = base + amount
        rate = rate_text(choice.measure.rate)
        self._note(Figure.COMPOSITE_VALUE, composite, {"customs_value": self.value, "duty": duty, "rate": rate})
        return self._levy(Figure.CONSUMPTION_TAX, choice, amount, {"composite_value": composite})

    def _vat(self, duty: Money, consumption_tax: Money, fees: Money) -> tuple[Money, Money]:
        """Give the VAT levied, and how much of it is refunded in the same moment."""
        parts = {"customs_value": self.value, "duty": duty, "consumption_tax": consumption_tax}
        if self.rules.vat_base_includes_fees:
            parts["fees"] = fees
        base = sum(parts.values(), Money(0, duty.currency))
        self._note(Figure.VAT_BASE, base, parts)
        levied = self._charge(Figure.VAT_LEVIED, self._choice(MeasureKind.VAT), base=base)
        limit = self._choice(MeasureKind.VAT_REFUND_ABOVE)
        if limit is None:
            return levied, Money(0, base.currency)
        borne = amount_of(limit.measure.rate, base=major_units(base), quantities=self.line.quantities)
        refund = max(major_units(levied) - borne, Fraction())
        return levied, self._levy(Figure.VAT_REFUNDED, limit, refund, {"vat_levied": levied, "base": base})

    def _exempt(self, duty: Money) -> Money:
        self._note(Figure.EXEMPTION, duty, {"duty": duty}, version=self.rules.version)
        return Money(0, duty.currency)

    def _note(self, figure: Figure, amount: Fraction | Money, inputs: Inputs, *, version: str = "") -> None:
        self.steps.append(exact_step(figure, amount, inputs, version=version))

    def _levy(self, figure: Figure, choice: Choice, amount: Fraction, inputs: Inputs) -> Money:
        """Round what a measure comes to, and write the step down with every quantity that the rate is charged by."""
        measure, rounding = choice.measure, self.rules.tax_rounding
        result = rounding.money(amount, self.value.currency)
        quantities = {unit: f"{self.line.quantities[unit]:f}" for unit in sorted(units_of(measure.rate))}
        self.charged.append(choice)
        self.steps.append(
            rounded_step(
                figure,
                amount,
                {**inputs, "rate": rate_text(measure.rate), **quantities},
                result=result,
                rounding=rounding,
                version=measure.version,
                why=choice.why,
            )
        )
        return result
