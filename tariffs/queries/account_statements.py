"""What a company's statement tells of a month, as the books were known at a moment."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from bonded.rules.money import Money
from bonded.rules.permissions import Actor
from tariffs.models.account_statements import AccountStatement as Order
from tariffs.models.debts import DutyDebt
from tariffs.models.ledger import JournalEntry, Posting
from tariffs.queries.ledger import account_balance_as_of
from tariffs.rules.account_statements import AccountStatement, Entry, last_day
from tariffs.rules.ledger import AccountCode, BusinessEvent
from tariffs.rules.payment_terms import PaymentTerm


def statement_of(order: Order, *, actor: Actor) -> AccountStatement:
    """Gather a statement; the same order gives the same one whenever it is asked. Runs five SQL statements."""
    opening = account_balance_as_of(
        code=AccountCode.RECEIVABLE,
        company_id=order.company_id,
        currency=order.currency,
        effective_on=order.month - timedelta(days=1),
        posted_at=order.known_at,
        last_entry_id=order.last_entry_id,
        actor=actor,
    )
    collected, due_on = _collected(order)
    return AccountStatement(
        company=order.company.name,
        currency=order.currency,
        month=order.month,
        known_at=order.known_at,
        opening=opening,
        entries=_entries(order),
        collected=collected,
        due_on=due_on,
    )


def _entries(order: Order) -> tuple[Entry, ...]:
    postings = Posting.objects.filter(
        account__code=AccountCode.RECEIVABLE,
        account__company=order.company_id,
        account__currency=order.currency,
        entry__effective_on__range=(order.month, last_day(order.month)),
        entry__posted_at__lte=order.known_at,
        entry_id__lte=order.last_entry_id,
    ).order_by("entry__effective_on", "entry_id", "pk")
    columns = ("entry__effective_on", "entry__posted_at", "entry__event", "entry__reference", "amount_minor")
    return tuple(
        Entry(effective_on, posted_at, BusinessEvent(event), reference, Money(minor, order.currency))
        for effective_on, posted_at, event, reference, minor in postings.values_list(*columns)
    )


def _collected(order: Order) -> tuple[Money, date | None]:
    """Give the month's charges that are paid in one sum on a day of the next, without those that were withdrawn."""
    debts = DutyDebt.objects.filter(
        company=order.company_id,
        currency=order.currency,
        term=PaymentTerm.FIFTH_WORKING_DAY,
        charged_on__range=(order.month, last_day(order.month)),
    )
    charged = _references(BusinessEvent.DUTY_CHARGED, debts, order)
    kept = charged - _references(BusinessEvent.CHARGE_WITHDRAWN, debts, order)
    counted = [debt for debt in debts if f"duty_debt:{debt.pk}" in kept]
    total = sum((Money(debt.total_minor, debt.currency) for debt in counted), Money(0, order.currency))
    return total, max((debt.due_on for debt in counted), default=None)


def _references(event: BusinessEvent, debts: Iterable[DutyDebt], order: Order) -> frozenset[str]:
    """Give the references of the debts for which an event was posted by a statement's moment."""
    references = [f"duty_debt:{debt.pk}" for debt in debts]
    known = JournalEntry.objects.filter(pk__lte=order.last_entry_id, posted_at__lte=order.known_at)
    found = known.filter(event=event, reference__in=references)
    return frozenset(found.values_list("reference", flat=True))
