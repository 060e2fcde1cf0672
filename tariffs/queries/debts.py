"""What came for a debt, and what its lateness costs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import F, Q, Sum

from bonded.rules.money import Money
from tariffs.models.bank_statements import PaymentMatch
from tariffs.models.debts import OWED, DutyDebt, DutyDebtQuerySet
from tariffs.models.ledger import Posting
from tariffs.rules.debts import DebtState
from tariffs.rules.ledger import AccountCode
from tariffs.rules.payment_terms import PaymentTerm, Surcharge
from tariffs.rules.surcharges import SURCHARGE_RULES, Payment, Tax, late_surcharges, taxes_paid


def payments_of_debts(debts: Iterable[DutyDebt]) -> Mapping[UUID, list[Payment]]:
    """Give what was booked on debts, by debt, first come first, without what was too much and what was taken back.

    Runs two SQL statements however many debts there are, none when there are none.
    """
    booked = PaymentMatch.objects.filter(debt__in=list(debts), entry__isnull=False, line__amount_minor__gt=0)
    matches = {match.entry_id: match for match in booked.select_related("line")}
    payments: dict[UUID, list[Payment]] = defaultdict(list)
    for leg in Posting.objects.filter(entry__in=matches, account__code=AccountCode.RECEIVABLE).order_by("entry_id"):
        match = matches[leg.entry_id]
        payments[match.debt_id].append(Payment(Money(-leg.amount_minor, leg.currency), match.line.booked_on))
    return payments


def surcharges_if_paid(debt: DutyDebt, *, paid: Sequence[Payment], on: date) -> dict[Tax, Surcharge]:
    """Work out the surcharge on each tax of a debt if what is unpaid of its taxes were paid on a day.

    `paid` is what was booked on it, as `payments_of_debts` gives it. Empty when the debt's term knows no surcharge.
    """
    rule = SURCHARGE_RULES.get(PaymentTerm(debt.term))
    if rule is None or debt.currency != rule.waived_below.currency:
        return {}
    total = Money(debt.total_minor, debt.currency)
    payments = taxes_paid([*paid, Payment(total, on)], total=total)
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


def surcharges_of_debts(debts: Sequence[DutyDebt], *, on: date) -> dict[UUID, list[TaxSurcharge]]:
    """Give the surcharge on each tax, by debt: what was charged, or what paying a late debt on a day would cost.

    Runs two SQL statements for all that are late, and one for each other whose surcharges are not fetched yet.
    """
    late = [debt for debt in debts if is_running_late(debt, on=on)]
    paid = payments_of_debts(late)
    growing = {debt.pk: _as_if_paid(debt, paid=paid.get(debt.pk, []), on=on) for debt in late}
    return {debt.pk: growing[debt.pk] if debt.pk in growing else _as_charged(debt) for debt in debts}


def _as_if_paid(debt: DutyDebt, *, paid: Sequence[Payment], on: date) -> list[TaxSurcharge]:
    return [
        TaxSurcharge(
            tax,
            one.days,
            Money(getattr(debt, f"{tax}_minor"), debt.currency),
            one.amount,
            one.is_waived,
            SURCHARGE_RULES[PaymentTerm(debt.term)].version,
        )
        for tax, one in surcharges_if_paid(debt, paid=paid, on=on).items()
    ]


def _as_charged(debt: DutyDebt) -> list[TaxSurcharge]:
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


AGES = (30, 60, 90)


def outstanding_by_age(debts: DutyDebtQuerySet, *, currency: str, on: date) -> list[tuple[int, int | None, Money]]:
    """Sum what open debts in a currency still want, by how many days they are late on a day; one SQL statement.

    Each part gives its first and its last day of lateness, (0, 0) for what is not late and None for no last day.
    """
    edges: list[tuple[int, int | None]] = [(0, 0), (1, AGES[0])]
    edges += [(age + 1, later) for age, later in zip(AGES, [*AGES[1:], None], strict=True)]
    sums = {f"from_{first}": Sum(OWED - F("paid_minor"), filter=_late_by(first, last, on=on)) for first, last in edges}
    found = debts.open().filter(currency=currency).aggregate(**sums)
    return [(first, last, Money(found[f"from_{first}"] or 0, currency)) for first, last in edges]


def _late_by(first: int, last: int | None, *, on: date) -> Q:
    if not last:
        return Q(due_on__gte=on) if last == 0 else Q(due_on__lte=on - timedelta(days=first))
    return Q(due_on__range=(on - timedelta(days=last), on - timedelta(days=first)))
