"""What stones would cost landed: value and everything owed, for a day, with the working."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bonded.rules.lots import GoodsFacts
from bonded.rules.money import Money
from bonded.rules.withdrawals import Procedure
from tariffs.queries.exchange_rates import rates_for
from tariffs.queries.schedule import measures_for
from tariffs.rules.assessments import Assessment, LineAssessment, assess
from tariffs.rules.charges import Charges
from tariffs.rules.exchange_rates import ExchangeRate
from tariffs.rules.jurisdictions import AssessmentRules, Jurisdiction, rules_of_day
from tariffs.rules.rates import quantities_of
from tariffs.rules.regimes import usual_regime
from tariffs.rules.schedule import Measure
from tariffs.rules.shipments import GoodsLine, Shipment


@dataclass(frozen=True, slots=True)
class LandedCost:
    """What goods would cost landed on a day, in local currency, with the versions that say so.

    `total` is what would be owed (duty, consumption tax, VAT, fees); `landed` is that and the customs value.
    """

    on: date
    assessment: Assessment
    schedule: tuple[Measure, ...]
    rates: tuple[ExchangeRate, ...]

    @property
    def charges(self) -> Charges:
        """Give the figures of all lines together."""
        return self.assessment.totals

    @property
    def lines(self) -> tuple[LineAssessment, ...]:
        """Give the lines, each with its measures and its working."""
        return self.assessment.lines

    @property
    def total(self) -> Money:
        """Give what would be owed."""
        return self.charges.total

    @property
    def landed(self) -> Money:
        """Give the customs value and what would be owed."""
        return self.charges.landed


def landed_cost_of_goods(
    goods: Sequence[GoodsFacts],
    *,
    on: date,
    procedure: Procedure = Procedure.HOME_USE,
    evidence: Mapping[int, str] | None = None,
) -> LandedCost:
    """Assess goods in bond by the schedule and exchange rates of a day; runs at most two SQL statements.

    Line references are lot ids; `evidence` says by lot what its value stands on. Raises MeasureMissing,
    ExchangeRateMissing and what else `assess` raises.
    """
    rules = rules_of_day(Jurisdiction.CN, on=on)
    schedule = measures_for({facts.hs_code for facts in goods}, on=on)
    rates = rates_for({facts.value.currency for facts in goods}, on=on, local_currency=rules.currency)
    shipment = shipment_of(goods, on=on, procedure=procedure, evidence=evidence)
    return landed_cost_by(shipment, rules=rules, schedule=schedule, rates=rates)


def landed_cost_by(
    shipment: Shipment, *, rules: AssessmentRules, schedule: Sequence[Measure], rates: Sequence[ExchangeRate]
) -> LandedCost:
    """Assess a shipment by given rules, measures and rates, and keep them with the result; runs no SQL."""
    assessment = assess(shipment, rules=rules, schedule=schedule, rates=rates)
    return LandedCost(shipment.on, assessment, tuple(schedule), tuple(rates))


def shipment_of(
    goods: Sequence[GoodsFacts], *, on: date, procedure: Procedure, evidence: Mapping[int, str] | None = None
) -> Shipment:
    """Turn goods in bond into what is assessed; their invoice value stands at the border, carriage included."""
    return Shipment(on, procedure, tuple(line_of(facts, (evidence or {}).get(facts.lot_id, "")) for facts in goods))


def line_of(facts: GoodsFacts, evidence: str = "") -> GoodsLine:
    """Turn one lot into a line, under the regime by which such goods clear."""
    return GoodsLine(
        reference=str(facts.lot_id),
        hs_code=facts.hs_code,
        origin=facts.origin,
        regime=usual_regime(facts.hs_code),
        value=facts.value,
        quantities=quantities_of(pieces=facts.pieces, weight_carats=facts.weight_carats),
        evidence=evidence,
    )
