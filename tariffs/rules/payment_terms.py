"""When duty is due, and what late money costs.

Tariff Law of 2024, Art. 43: within 15 days of completing the declaration, or, with a guarantee,
in one sum by the end of the fifth working day of the next month; 0.05 % a day when late.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction

from bonded.rules.money import Money
from tariffs.rules.rounding import major_units, minor_units
from tariffs.rules.working_days import IsWorkingDay, first_of_next_month, nth_working_day, working_day_from


class DayCount(StrEnum):
    """Whether the day that begins a period is the first of it. Sources disagree, so both are kept."""

    START_NOT_COUNTED = "start_not_counted"  # The textbooks, and general civil law.
    START_COUNTED = "start_counted"  # One published exam answer.


class PaymentTerm(StrEnum):
    """By which rule a debt falls due."""

    DAYS_AFTER_COMPLETION = "days_after_completion"  # China: 15 days after the declaration is complete.
    FIFTH_WORKING_DAY = "fifth_working_day"  # China, with a guarantee: month by month.
    FIFTEENTH_OF_MONTH = "fifteenth_of_month"  # United Kingdom: duty deferment.
    FIFTEENTH_WORKING_DAY = "fifteenth_working_day"  # United States: periodic monthly statement.


# In force here, because it is the reading of more and better sources.
DAY_COUNT_IN_FORCE = DayCount.START_NOT_COUNTED
DAYS_AFTER_COMPLETION = 15
# Term → who says so.
TERM_SOURCES: dict[PaymentTerm, str] = {
    PaymentTerm.DAYS_AFTER_COMPLETION: "Tariff Law of 2024, Art. 43: 15 days; sources disagree on the first day",
    PaymentTerm.FIFTH_WORKING_DAY: "Tariff Law of 2024, Art. 43: fifth working day of the next month, with a guarantee",
    PaymentTerm.FIFTEENTH_OF_MONTH: "gov.uk, duty deferment accounts: the 15th of the next month",
    PaymentTerm.FIFTEENTH_WORKING_DAY: "19 CFR 24.25: periodic monthly statement, fifteenth working day",
}


def due_on(
    term: PaymentTerm, *, charged_on: date, is_working_day: IsWorkingDay, day_count: DayCount = DAY_COUNT_IN_FORCE
) -> date:
    """Give the last day on which a debt of `charged_on` can be paid in time.

    `charged_on` is the business day (Asia/Shanghai for China) on which the declaration was
    completed or the goods were released; a month ends by that same clock. A last day that is not
    a working day moves to the next one. Sources for the UK's day also say 16th; gov.uk's text
    for account holders says 15th, which is what stands here.
    """
    next_month = first_of_next_month(charged_on)
    match term:
        case PaymentTerm.DAYS_AFTER_COMPLETION:
            days = DAYS_AFTER_COMPLETION - (day_count is DayCount.START_COUNTED)
            return working_day_from(charged_on + timedelta(days=days), is_working_day=is_working_day)
        case PaymentTerm.FIFTH_WORKING_DAY:
            return nth_working_day(next_month, n=5, is_working_day=is_working_day)
        case PaymentTerm.FIFTEENTH_OF_MONTH:
            return working_day_from(next_month.replace(day=15), is_working_day=is_working_day)
        case PaymentTerm.FIFTEENTH_WORKING_DAY:
            return nth_working_day(next_month, n=15, is_working_day=is_working_day)


@dataclass(frozen=True, slots=True)
class SurchargeRule:
    """What late money costs: a share of each tax for each day, not charged below an amount."""

    version: str
    daily_share: Fraction
    waived_below: Money
    source: str


SURCHARGE_CN = SurchargeRule(
    version="CN-late-2024-12",
    daily_share=Fraction(5, 10_000),
    waived_below=Money(50_00, "CNY"),
    source="Tariff Law of 2024, Art. 43; the waiver below 50 yuan is said by two secondary sources.",
)


@dataclass(frozen=True, slots=True)
class Surcharge:
    """The late-payment surcharge on one tax."""

    days: int
    amount: Money
    is_waived: bool


def late_surcharge(tax: Money, *, due: date, paid_on: date, rule: SurchargeRule = SURCHARGE_CN) -> Surcharge:
    """Work out the surcharge (滞纳金) on one unpaid tax, rounded half up to the minor unit.

    Every day after `due` counts, the day of payment and weekends too. Duty, consumption tax and
    VAT are each taken alone, and each alone is waived when its surcharge is below the amount.
    """
    days = max((paid_on - due).days, 0)
    amount = Money(minor_units(major_units(tax) * rule.daily_share * days, tax.currency), tax.currency)
    if amount < rule.waived_below:
        return Surcharge(days, Money(0, tax.currency), is_waived=amount.minor > 0)
    return Surcharge(days, amount, is_waived=False)
