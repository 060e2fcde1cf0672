"""What goods would owe if they were such and such: a question is answered, and nothing is stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max
from django.db.models.functions import Greatest, Lower, Upper

from bonded.rules.errors import Problem, RuleViolation
from bonded.rules.money import LARGEST_MINOR, AmountInvalid
from bonded.rules.withdrawals import Procedure
from tariffs.models.schedule import Measure
from tariffs.queries.exchange_rates import rates_for
from tariffs.queries.schedule import measures_for
from tariffs.rules import schedule
from tariffs.rules.assessments import Assessment, assess
from tariffs.rules.exchange_rates import ExchangeRate
from tariffs.rules.jurisdictions import AssessmentRules, rules_of_day
from tariffs.rules.quote_requests import Quote, QuoteInvalid, said_of
from tariffs.rules.shipments import Shipment


@dataclass(frozen=True, slots=True)
class Answer:
    """An assessment that is not stored, with the exchange rates that it converts by and the schedule's version.

    `schedule_version` is the moment at which the schedule was last published; None when no line asked it.
    """

    assessment: Assessment
    currency: str
    rates: tuple[ExchangeRate, ...]
    schedule_version: datetime | None


def answer(quote: Quote) -> Answer:
    """Assess what a question describes; runs at most three SQL statements.

    What the question gives itself goes before what is kept here. Raises QuoteInvalid with every
    line that can't be assessed, and why.
    """
    shipment = quote.shipment
    rules = rules_of_day(quote.jurisdiction, on=shipment.on)
    is_charged = shipment.procedure is Procedure.HOME_USE
    asked = {line.hs_code for line in shipment.lines if line.measures is None and is_charged}
    measures = measures_for(asked, on=shipment.on, jurisdiction=quote.jurisdiction) if asked else []
    currencies = quote.currencies(rules)
    needed = currencies - {rules.currency, *(rate.currency for rate in quote.rates)}
    kept = rates_for(needed, on=shipment.on, local_currency=rules.currency)
    rates = [rate for rate in (*quote.rates, *kept) if rate.currency in currencies]
    assessment = _assessed(shipment, rules, measures, rates)
    version = _last_published() if asked else None
    return Answer(assessment, rules.currency, tuple(rates), version)


def _assessed(
    shipment: Shipment, rules: AssessmentRules, measures: Sequence[schedule.Measure], rates: Sequence[ExchangeRate]
) -> Assessment:
    """Assess, or say of each line what is wrong with it alone, and else what is wrong with the whole."""
    try:
        return _bounded(assess(shipment, rules=rules, schedule=measures, rates=rates))
    except RuleViolation as refusal:
        problems = []
        for line in shipment.lines:
            try:
                # Without what the lines share: that is no line's fault.
                _bounded(
                    assess(
                        Shipment(shipment.on, shipment.procedure, (line,)), rules=rules, schedule=measures, rates=rates
                    )
                )
            except RuleViolation as error:
                problems.append(Problem(error.code, error.message, where=line.reference))
        problems = problems or [Problem(refusal.code, refusal.message, where="")]
        raise QuoteInvalid(said_of(problems), problems) from refusal


def _bounded(assessment: Assessment) -> Assessment:
    """Refuse figures beyond what any amount of the platform may be."""
    if max(assessment.totals.customs_value.minor, assessment.totals.total.minor) > LARGEST_MINOR:
        raise AmountInvalid("This comes to more than any amount that is kept here.")
    return assessment


def _last_published() -> datetime | None:
    changed = Greatest(Lower("known"), Upper("known"))
    found: datetime | None = Measure.objects.aggregate(at=Max(changed))["at"]
    return found
