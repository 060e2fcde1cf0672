"""A company's account, month by month: what stood, what moved it, what stands, and what is to be paid by when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from bonded.rules.errors import RuleViolation
from bonded.rules.money import Money
from tariffs.rules.ledger import BusinessEvent
from tariffs.rules.working_days import first_of_next_month


class MonthNotBegun(RuleViolation):
    """The month lies ahead: nothing has happened in it."""

    code = "month_not_begun"


class StatementNotReady(RuleViolation):
    """The statement is still being made."""

    code = "statement_not_ready"


class StatementCancelled(RuleViolation):
    """Somebody stopped the statement before it was made; it has no documents."""

    code = "statement_cancelled"


class StatementState(StrEnum):
    """How far a statement has come."""

    QUEUED = "queued"  # Asked for; a worker may be at it.
    READY = "ready"  # Both documents are kept.
    CANCELLED = "cancelled"  # Somebody stopped it before it was made; no document is kept.


STEPS: dict[StatementState, frozenset[StatementState]] = {
    StatementState.QUEUED: frozenset({StatementState.READY, StatementState.CANCELLED}),
    StatementState.READY: frozenset(),
    StatementState.CANCELLED: frozenset(),
}

# Event → how a statement tells it, in English and Chinese.
EVENT_WORDS: dict[BusinessEvent, tuple[str, str]] = {
    BusinessEvent.DUTY_CHARGED: ("Duty charged", "税款入账"),
    BusinessEvent.CHARGE_WITHDRAWN: ("Charge withdrawn", "税款撤销"),
    BusinessEvent.DUTY_REDUCED: ("Duty reduced", "税款核减"),
    BusinessEvent.OVERPAID_SET_APART: ("Overpaid, set apart", "多缴税款转出"),
    BusinessEvent.OVERPAID_REPAID: ("Overpaid, repaid", "多缴税款退还"),
    BusinessEvent.SURCHARGE_CHARGED: ("Late-payment surcharge", "滞纳金"),
    BusinessEvent.PAYMENT_RECEIVED: ("Payment received", "收到付款"),
    BusinessEvent.CUSTOMS_PAID: ("Paid to customs", "已缴海关"),
    BusinessEvent.REVERSED: ("Reversal", "冲销"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the account; `amount` is signed, debits (what is owed) positive."""

    effective_on: date
    posted_at: datetime
    event: BusinessEvent
    reference: str
    amount: Money


@dataclass(frozen=True, slots=True)
class AccountStatement:
    """What a statement tells, before it is a document; the entries are by effective day.

    `collected` are the month's charges that are paid in one sum by `due_on`, None when there are none.
    """

    company: str
    currency: str
    month: date
    known_at: datetime
    opening: Money
    entries: tuple[Entry, ...]
    collected: Money
    due_on: date | None

    @property
    def closing(self) -> Money:
        """Give what stands after the last entry."""
        return sum((entry.amount for entry in self.entries), self.opening)


def require_begun(month: date, *, today: date) -> None:
    """Refuse a month that begins after today; raises MonthNotBegun."""
    if month > today:
        raise MonthNotBegun("The month has not begun.", month=month.isoformat()[:7])


def last_day(month: date) -> date:
    """Give the last day of the month that begins on a day."""
    return first_of_next_month(month) - timedelta(days=1)


def running(statement: AccountStatement) -> Iterator[tuple[Entry, Money, Money, Money]]:
    """Give each entry with its debit, its credit (both not negative) and what stands after it."""
    nothing, stands = Money(0, statement.currency), statement.opening
    for entry in statement.entries:
        stands += entry.amount
        yield entry, max(entry.amount, nothing), max(-entry.amount, nothing), stands


def safe_cell(text: str) -> str:
    """Give a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
