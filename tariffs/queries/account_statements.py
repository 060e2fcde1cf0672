"""What a company's statement tells of a month, as the books were known at a moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from uuid import UUID

from bonded.rules.errors import NotFound
from bonded.rules.money import Money
from bonded.rules.permissions import Actor
from tariffs.models.account_statements import AccountStatement as Order
from tariffs.models.debts import DutyDebt
from tariffs.models.ledger import JournalEntry, Posting
from tariffs.queries.ledger import account_balance_as_of
from tariffs.rules.account_statements import (
    AccountStatement,
    Entry,
    StatementCancelled,
    StatementNotReady,
    StatementState,
    last_day,
)
from tariffs.rules.ledger import AccountCode, BusinessEvent
from tariffs.rules.payment_terms import PaymentTerm
from tariffs.rules.permissions import Act, require


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
    charged, withdrawn = _charged(order), _withdrawn(debts, order)
    counted = [debt for debt in debts if str(debt.pk) in charged.keys() - withdrawn]
    total = sum(charged[str(debt.pk)] for debt in counted)
    return Money(total, order.currency), max((debt.due_on for debt in counted), default=None)


def _charged(order: Order) -> dict[str, int]:
    """Give what was charged since the month began, less what amendments took off it, by debt, in minor units."""
    postings = Posting.objects.filter(
        account__code=AccountCode.RECEIVABLE,
        account__company=order.company_id,
        account__currency=order.currency,
        entry__event__in=[BusinessEvent.DUTY_CHARGED, BusinessEvent.DUTY_REDUCED],
        entry__effective_on__gte=order.month,
        entry__pk__lte=order.last_entry_id,
        entry__posted_at__lte=order.known_at,
    )
    charged: defaultdict[str, int] = defaultdict(int)
    for reference, minor in postings.values_list("entry__reference", "amount_minor"):
        charged[reference.split(":")[1]] += minor
    return charged


def _withdrawn(debts: Iterable[DutyDebt], order: Order) -> frozenset[str]:
    """Name the debts whose charge was withdrawn by a statement's moment."""
    references = [f"duty_debt:{debt.pk}" for debt in debts]
    known = JournalEntry.objects.filter(pk__lte=order.last_entry_id, posted_at__lte=order.known_at)
    found = known.filter(event=BusinessEvent.CHARGE_WITHDRAWN, reference__in=references)
    return frozenset(reference.split(":")[1] for reference in found.values_list("reference", flat=True))


def statement_visible_to(statement_id: UUID, *, actor: Actor) -> Order:
    """Give one ordered statement; raises NotFound when it is not there or not this actor's."""
    require(actor, Act.READ_ACCOUNT_STATEMENT)
    found = Order.objects.visible_to(actor).filter(pk=statement_id).first()
    if found is None:
        raise NotFound("There is no such statement.", statement_id=str(statement_id))
    return found


def document_of_statement(statement_id: UUID, form: str, *, actor: Actor) -> tuple[bytes, str]:
    """Give a statement's document, `pdf` or `csv`, as it was made, and the name of its file.

    Raises NotFound, StatementNotReady, StatementCancelled.
    """
    statement = statement_visible_to(statement_id, actor=actor)
    assert form in ("pdf", "csv")
    if statement.state == StatementState.CANCELLED:
        raise StatementCancelled("The statement was cancelled before it was made.", state=statement.state)
    if statement.state != StatementState.READY:
        raise StatementNotReady("The statement is still being made.", state=statement.state)
    name = f"statement-{statement.company_id}-{statement.currency}-{statement.month:%Y-%m}.{form}"
    return bytes(getattr(statement, form)), name
