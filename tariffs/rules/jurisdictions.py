"""What differs from one customs territory and one year to the next, as dated rows with their sources.

A stored assessment names the row it was made by, so a row is never changed: another follows it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from bonded.rules.errors import RuleViolation
from bonded.rules.money import Money
from bonded.rules.validity import Validity
from tariffs.rules.rounding import Rounding, RoundingStep
from tariffs.rules.schedule import MeasureKind


class Jurisdiction(StrEnum):
    """A customs territory."""

    CN = "CN"
    UK = "UK"
    EU = "EU"
    US = "US"


class RulesMissing(RuleViolation):
    """How that territory assesses goods on that day is not known here."""

    code = "assessment_rules_missing"


@dataclass(frozen=True, slots=True)
class AssessmentRules:
    """How one territory assesses goods, for some days.

    `exempt_duty_up_to`: a shipment whose duty is not more than this pays none.
    `insurance_when_unknown`: the share of goods and freight that stands for it.
    """

    version: str
    jurisdiction: Jurisdiction
    currency: str
    validity: Validity
    source: str
    value_rounding: Rounding
    tax_rounding: Rounding
    value_includes_carriage: bool = True
    vat_base_includes_fees: bool = False
    required: tuple[MeasureKind, ...] = (MeasureKind.DUTY_MFN, MeasureKind.VAT)
    insurance_when_unknown: Fraction = Fraction(3, 1000)
    exempt_duty_up_to: Money | None = None


_FEN = Rounding(RoundingStep.MINOR_UNIT, "Practice; one weak page says that taxes are rounded half up to the fen.")
_CENT = Rounding(RoundingStep.MINOR_UNIT, "No published rule asks for more.")

RULES: tuple[AssessmentRules, ...] = (
    AssessmentRules(
        version="CN-2004",
        jurisdiction=Jurisdiction.CN,
        currency="CNY",
        validity=Validity(date(2004, 1, 1), date(2024, 12, 1)),
        source="Regulation on Import and Export Duties, Art. 45(1): no duty on a shipment of up to 50 yuan of duty.",
        value_rounding=_FEN,
        tax_rounding=_FEN,
        exempt_duty_up_to=Money(50_00, "CNY"),
    ),
    AssessmentRules(
        version="CN-2024-12",
        jurisdiction=Jurisdiction.CN,
        currency="CNY",
        validity=Validity(date(2024, 12, 1)),
        # The Tariff Law leaves the exempt amount to the State Council; no text that sets it was found, so none applies.
        source="Tariff Law of 26 April 2024, Arts. 23-26 and 32(1); VAT Law of 25 December 2024, Art. 14.",
        value_rounding=_FEN,
        tax_rounding=_FEN,
    ),
    AssessmentRules(
        version="UK-2021",
        jurisdiction=Jurisdiction.UK,
        currency="GBP",
        validity=Validity(date(2021, 1, 1)),
        source="Goods, freight and insurance to the border; VAT on value, duty and costs to the first destination.",
        value_rounding=_CENT,
        tax_rounding=_CENT,
        vat_base_includes_fees=True,
    ),
    AssessmentRules(
        version="EU-2016",
        jurisdiction=Jurisdiction.EU,
        currency="EUR",
        validity=Validity(date(2016, 5, 1)),
        source="Union Customs Code, Art. 101(3): rounding of duty is allowed, not asked for.",
        value_rounding=_CENT,
        tax_rounding=_CENT,
    ),
    AssessmentRules(
        version="US-1980",
        jurisdiction=Jurisdiction.US,
        currency="USD",
        validity=Validity(date(1980, 7, 1)),
        source="Value of the goods without carriage and insurance; no VAT; merchandise and harbour fees.",
        value_rounding=_CENT,
        tax_rounding=_CENT,
        value_includes_carriage=False,
        required=(MeasureKind.DUTY_MFN,),
    ),
)


def rules_of_day(jurisdiction: Jurisdiction, *, on: date) -> AssessmentRules:
    """Find the rules of a territory that are in force on the day; raises RulesMissing."""
    for rules in RULES:
        if rules.jurisdiction is jurisdiction and rules.validity.covers(on):
            return rules
    raise RulesMissing(
        f"How {jurisdiction.value} assesses goods on {on.isoformat()} is not known here.",
        jurisdiction=jurisdiction.value,
        on=on.isoformat(),
    )


def rules_by_version(version: str) -> AssessmentRules:
    """Find the rules that a stored assessment names; a version never goes away."""
    return next(rules for rules in RULES if rules.version == version)
