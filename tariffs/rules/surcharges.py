"""The late-payment surcharge of a debt that is paid in parts: each part counts for the days that it was late."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from bonded.rules.money import Money
from tariffs.rules.payment_terms import SURCHARGE_CN, PaymentTerm, Surcharge, SurchargeRule
from tariffs.rules.rounding import major_units, minor_units


class Tax(StrEnum):
    """What late money is charged for, each alone; a fee is no tax."""

    DUTY = "duty"
    CONSUMPTION_TAX = "consumption_tax"
    VAT = "vat"


# Term → what late money costs. Elsewhere the customer's contract with the authority says it, and nothing is charged.
SURCHARGE_RULES: dict[PaymentTerm, SurchargeRule] = {
    PaymentTerm.DAYS_AFTER_COMPLETION: SURCHARGE_CN,
    PaymentTerm.FIFTH_WORKING_DAY: SURCHARGE_CN,
}


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that came for a debt, on the day that the bank booked it."""

    amount: Money
    booked_on: date


def taxes_paid(payments: Iterable[Payment], *, total: Money) -> list[Payment]:
    """Give the part of each payment that paid taxes: the first money does, until they are paid; then surcharge."""
    left, parts = total, []
    for payment in payments:
        part = min(payment.amount, left)
        if part.minor:
            parts.append(Payment(part, payment.booked_on))
        left -= part
    return parts


def late_surcharges(
    taxes: Mapping[Tax, Money], *, total: Money, payments: Iterable[Payment], due: date, rule: SurchargeRule
) -> dict[Tax, Surcharge]:
    """Work out the surcharge (滞纳金) on each tax of a debt whose payments, in all, are its `total`.

    A payment pays every tax in proportion, so each tax was unpaid for the days of each payment to that
    payment's share. Every day after `due` counts, the day of payment too. Rounded once per tax, half up to
    the minor unit, and then waived below the rule's amount; a tax of zero has none. `days` are those of the
    last payment.
    """
    late = [(payment.amount, max((payment.booked_on - due).days, 0)) for payment in payments]
    unpaid_days = Fraction(sum(amount.minor * days for amount, days in late), total.minor)
    last = max((days for _, days in late), default=0)
    found = {}
    for tax, base in taxes.items():
        if not base.minor:
            continue
        amount = Money(minor_units(major_units(base) * rule.daily_share * unpaid_days, base.currency), base.currency)
        is_waived = Money(0, base.currency) < amount < rule.waived_below
        found[tax] = Surcharge(last, Money(0, base.currency) if is_waived else amount, is_waived=is_waived)
    return found
