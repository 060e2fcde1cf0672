"""Charging late money: tax by tax, in the moment in which the taxes are paid."""

from __future__ import annotations

from datetime import date, datetime

from bonded.actions.activity import record_activity
from bonded.rules.money import Money
from bonded.rules.permissions import Actor
from tariffs.actions.ledger import fresh_reference, post_entry, reverse_entry
from tariffs.models.debts import DutyDebt
from tariffs.models.surcharges import DebtSurcharge
from tariffs.queries.debts import payments_of_debts, surcharges_if_paid
from tariffs.rules.ledger import BusinessEvent
from tariffs.rules.payment_terms import PaymentTerm
from tariffs.rules.permissions import Act, require
from tariffs.rules.surcharges import SURCHARGE_RULES


def charge_surcharge(*, debt: DutyDebt, paid_on: date, actor: Actor, at: datetime) -> Money:
    """Charge what a debt owes now that the last of its taxes is paid; the debt is locked, and saved by who asks.

    Gives the surcharge of all taxes together: zero when it is in time, waived, or of a term that knows none.
    """
    require(actor, Act.CHARGE_SURCHARGE)
    paid = payments_of_debts([debt]).get(debt.pk, [])
    found = surcharges_if_paid(debt, paid=paid, on=paid_on)
    total = sum((one.amount for one in found.values()), Money(0, debt.currency))
    if not any(one.days for one in found.values()):
        return total
    entry = None
    if total.minor:
        entry = post_entry(
            event=BusinessEvent.SURCHARGE_CHARGED,
            reference=fresh_reference(event=BusinessEvent.SURCHARGE_CHARGED, reference=f"duty_debt:{debt.pk}"),
            amounts={"surcharge": total},
            company_id=debt.company_id,
            effective_on=paid_on,
            actor=actor,
            at=at,
        )
    charge = debt.surcharges.values("charge").distinct().count() + 1
    rule = SURCHARGE_RULES[PaymentTerm(debt.term)]
    for tax, one in found.items():
        DebtSurcharge.objects.create(
            stream=f"duty_debt:{debt.pk}",
            debt=debt,
            charge=charge,
            tax=tax,
            days=one.days,
            base_minor=getattr(debt, f"{tax}_minor"),
            amount_minor=one.amount.minor,
            is_waived=one.is_waived,
            rule_version=rule.version,
            charged_at=at,
            entry=entry,
        )
    debt.surcharge_minor = total.minor
    record_activity(
        Act.CHARGE_SURCHARGE, debt, actor=actor, at=at, amount=str(total), currency=debt.currency,
        rule_version=rule.version, paid_on=paid_on.isoformat(),
    )  # fmt: skip
    return total


def take_surcharge_back(*, debt: DutyDebt, effective_on: date, reason: str, actor: Actor, at: datetime) -> None:
    """Reverse the surcharge of a debt whose taxes are no longer paid; the debt is locked, and saved by who asks."""
    if debt.surcharge_minor:
        last = debt.surcharges.filter(entry__isnull=False).order_by("-charge").first()
        assert last is not None
        assert last.entry_id is not None
        reverse_entry(entry_id=last.entry_id, effective_on=effective_on, reason=reason, actor=actor, at=at)
        debt.surcharge_minor = 0
