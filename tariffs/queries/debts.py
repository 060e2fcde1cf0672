"""What came for a debt, and what its lateness costs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bonded.rules.money import Money
from tariffs.models.bank_statements import PaymentMatch
from tariffs.models.debts import DutyDebt
from tariffs.models.ledger import Posting
from tariffs.rules.debts import DebtState
from tariffs.rules.ledger import AccountCode
from tariffs.rules.payment_terms import PaymentTerm, Surcharge
from tariffs.rules.surcharges import SURCHARGE_RULES, Payment, Tax, late_surcharges, taxes_paid


def payments_of_debt(debt: DutyDebt) -> list[Payment]:
    """Give what was booked on the debt, first come first, without what was too much and what was taken back."""
    booked = PaymentMatch.objects.filter(debt=debt, entry__isnull=False, line__amount_minor__gt=0)
    days = dict(booked.values_list("entry_id", "line__booked_on"))
    legs = Posting.objects.filter(entry__in=days, account__code=AccountCode.RECEIVABLE).order_by("entry_id")
    return [Payment(Money(-leg.amount_minor, leg.currency), days[leg.entry_id]) for leg in legs]


def surcharges_if_paid(debt: DutyDebt, *, on: date) -> dict[Tax, Surcharge]:
    """Work out the surcharge on each tax of a debt if what is unpaid of its taxes were paid on a day.

    Empty when the debt's term knows no surcharge. Runs two SQL statements.
    """
    rule = SURCHARGE_RULES.get(PaymentTerm(debt.term))
    if rule is None or debt.currency != rule.waived_below.currency:
        return {}
    total = Money(debt.total_minor, debt.currency)
    payments = taxes_paid([*payments_of_debt(debt), Payment(total, on)], total=total)
    taxes = {tax: Money(getattr(debt, f"{tax}_minor"), debt.currency) for tax in Tax}
    return late_surcharges(taxes, total=total, payments=payments, due=debt.due_on, rule=rule)


def is_running_late(debt: DutyDebt, *, on: date) -> bool:
    """Say whether a surcharge is growing: taxes are unpaid and their day is over."""
    return debt.state == DebtState.OPEN and debt.due_on < on and debt.paid_minor < debt.total_minor


@dataclass(frozen=True, slots=True)
class TaxSurcharge:
    """The surcharge on one tax of a debt, as it was charged or as it would be."""

    tax: Tax
    days: int
    base: Money
    amount: Money
    is_waived: bool
    rule_version: str


def surcharges_of_debt(debt: DutyDebt, *, on: date) -> list[TaxSurcharge]:
    """Give the surcharge on each tax: what was charged, or what paying a late debt on a day would cost.

    For a late debt runs two SQL statements; else reads the debt's rows and their entries.
    """
    if is_running_late(debt, on=on):
        version = SURCHARGE_RULES[PaymentTerm(debt.term)].version if debt.term in SURCHARGE_RULES else ""
        return [
            TaxSurcharge(
                tax,
                one.days,
                Money(getattr(debt, f"{tax}_minor"), debt.currency),
                one.amount,
                one.is_waived,
                version,
            )
            for tax, one in surcharges_if_paid(debt, on=on).items()
        ]
    rows = sorted(debt.surcharges.all(), key=lambda row: (row.charge, row.pk))
    return [
        TaxSurcharge(
            Tax(row.tax),
            row.days,
            Money(row.base_minor, debt.currency),
            Money(row.amount_minor, debt.currency),
            row.is_waived,
            row.rule_version,
        )
        for row in rows
        if row.charge == rows[-1].charge and debt.paid_minor >= debt.total_minor
    ]
