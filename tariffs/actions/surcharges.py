"""Charging late money: tax by tax, in the moment in which the taxes are paid."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from bonded.actions.activity import record_activity
from bonded.rules.money import Money
from bonded.rules.permissions import Actor
from tariffs.actions.ledger import fresh_reference
from tariffs.models.debts import DutyDebt
from tariffs.models.ledger import JournalEntry
from tariffs.models.surcharges import DebtSurcharge
from tariffs.queries.debts import payments_of_debts, surcharges_if_paid
from tariffs.rules.ledger import BusinessEvent
from tariffs.rules.payment_terms import PaymentTerm, Surcharge
from tariffs.rules.permissions import Act, require
from tariffs.rules.postings import Draft, draft_of
from tariffs.rules.surcharges import SURCHARGE_RULES, Tax


def surcharge_owed(debt: DutyDebt, *, paid_on: date) -> dict[Tax, Surcharge]:
    """Work out the surcharge of a debt whose last taxes are paid now, tax by tax, also of those that are waived.

    Empty when they are paid in time, or by a term that knows no surcharge. Runs two SQL statements.
    """
    paid = payments_of_debts([debt]).get(debt.pk, [])
    found = surcharges_if_paid(debt, paid=paid, on=paid_on)
    return found if any(one.days for one in found.values()) else {}


def surcharge_draft(debt: DutyDebt, *, paid_on: date) -> Draft:
    """Draft the entry that charges a debt's surcharge, above zero, to be posted with the payment that was late."""
    reference = fresh_reference(event=BusinessEvent.SURCHARGE_CHARGED, reference=f"duty_debt:{debt.pk}")
    return draft_of(
        BusinessEvent.SURCHARGE_CHARGED,
        reference=reference,
        amounts={"surcharge": Money(debt.surcharge_minor, debt.currency)},
        company_id=debt.company_id,
        effective_on=paid_on,
    )


def charge_surcharge(
    *,
    debt: DutyDebt,
    surcharges: Mapping[Tax, Surcharge],
    entry: JournalEntry | None,
    paid_on: date,
    actor: Actor,
    at: datetime,
) -> None:
    """Keep what a locked debt was charged, tax by tax, with its entry; without one when all of it is waived."""
    require(actor, Act.CHARGE_SURCHARGE)
    charge = debt.surcharges.values("charge").distinct().count() + 1
    rule = SURCHARGE_RULES[PaymentTerm(debt.term)]
    for tax, one in surcharges.items():
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
    total = Money(debt.surcharge_minor, debt.currency)
    record_activity(
        Act.CHARGE_SURCHARGE, debt, actor=actor, at=at, amount=str(total), currency=debt.currency,
        rule_version=rule.version, paid_on=paid_on.isoformat(),
    )  # fmt: skip


def surcharge_entry_id(debt: DutyDebt) -> int:
    """Give the entry of the surcharge that a debt owes now, to be reversed with a payment of its taxes."""
    last = debt.surcharges.filter(entry__isnull=False).order_by("-charge").first()
    assert last is not None
    assert last.entry_id is not None
    return last.entry_id
