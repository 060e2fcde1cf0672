"""What late money costs: the surcharge for late payment (滞纳金), for each tax alone.

Tariff Law of 2024, Art. 43: 0.05 % a day of the unpaid tax, from the end of the period for payment;
Art. 70 applies it to consumption tax and VAT that customs collects.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from bonded.rules.money import Money
from tariffs.rules.rounding import major_units, minor_units

# In which order money pays the parts of a debt; fees bear no surcharge.
PARTS = ("duty", "consumption_tax", "vat", "fees")
TAXES = ("duty", "consumption_tax", "vat")


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
    """The late-payment surcharge on one tax; `days` is how late the last of it came."""

    days: int
    amount: Money
    is_waived: bool


def late_surcharge(
    portions: Sequence[tuple[Money, date]], *, due: date, rule: SurchargeRule = SURCHARGE_CN
) -> Surcharge:
    """Work out the surcharge on one tax that was paid in portions, each an amount with its day; one portion or more.

    Every day after `due` counts, the day of payment and weekends too. The portions are added
    exactly and rounded once, half up to the minor unit; a surcharge below the amount is waived.
    """
    currency = portions[0][0].currency
    late = [(major_units(amount), max((paid_on - due).days, 0)) for amount, paid_on in portions]
    exact = sum((amount * rule.daily_share * days for amount, days in late), Fraction())
    amount, days = Money(minor_units(exact, currency), currency), max(days for _, days in late)
    if amount < rule.waived_below:
        return Surcharge(days, Money(0, currency), is_waived=amount.minor > 0)
    return Surcharge(days, amount, is_waived=False)


def surcharges_of(
    parts: Mapping[str, Money], receipts: Sequence[tuple[Money, date]], *, due: date, until: date
) -> dict[str, Surcharge]:
    """Work out the surcharge on each tax of a debt, given the money that came for it, in its order.

    Money pays the parts in the order duty, consumption tax, VAT, fees. What has not come counts as
    unpaid until `until`. `parts` names the amounts as PARTS does.
    """
    left = {name: parts[name].minor for name in PARTS}
    paid: dict[str, list[tuple[Money, date]]] = {name: [] for name in PARTS}
    currency = parts[PARTS[0]].currency
    for received, day in receipts:
        rest = received.minor
        for name in PARTS:
            portion = min(rest, left[name])
            if portion:
                paid[name].append((Money(portion, currency), day))
                left[name] -= portion
                rest -= portion
    for name in TAXES:
        paid[name].append((Money(left[name], currency), until if left[name] else due))
    return {name: late_surcharge(paid[name], due=due) for name in TAXES}
