"""Ordering statements of accounts, stopping them, and keeping what a worker made of them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from hashlib import sha256
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from bonded.actions.activity import record_activity
from bonded.queries.parties import require_company
from bonded.rules.lifecycle import require_step
from bonded.rules.money import currency_decimals
from bonded.rules.permissions import Actor
from tariffs.actions.locks import lock_account_statement, lock_receivable
from tariffs.models.account_statements import AccountStatement
from tariffs.models.ledger import JournalEntry
from tariffs.rules.account_statements import STEPS, StatementState, require_begun
from tariffs.rules.permissions import Act, require
from tariffs.rules.working_days import business_day

# Longer than a worker takes between two words of how far it is.
CLAIM = timedelta(seconds=60)


@transaction.atomic
def order_account_statement(
    *, company_id: int, currency: str, month: date, actor: Actor, at: datetime
) -> AccountStatement:
    """Ask for the statement of a company's account for the month of a day, as the books are known now.

    Waits for who is posting to the account, so that what is in the statement is settled with the order.
    Raises NotFound for a company that the actor may not see, MonthNotBegun, CurrencyUnknown.
    """
    require(actor, Act.ORDER_ACCOUNT_STATEMENT)
    require_company(company_id, actor=actor)
    first = month.replace(day=1)
    require_begun(first, today=business_day(at))
    currency_decimals(currency)
    lock_receivable(company_id, currency)
    last_entry_id = JournalEntry.objects.aggregate(last=Max("pk"))["last"] or 0
    standing = AccountStatement.objects.exclude(state=StatementState.CANCELLED)
    statement, is_new = standing.get_or_create(
        company_id=company_id,
        currency=currency,
        month=first,
        known_at=at,
        defaults={"ordered_by_id": actor.user_id, "last_entry_id": last_entry_id},
    )
    if is_new:
        record_activity(Act.ORDER_ACCOUNT_STATEMENT, statement, actor=actor, at=at, month=first.isoformat()[:7])
    return statement


@transaction.atomic
def cancel_account_statement(*, statement_id: UUID, actor: Actor, at: datetime) -> AccountStatement:
    """Stop a statement that is not made: no document comes of it, and the month may be asked for again.

    A worker that is at it finds out at its next step. Raises NotFound, StepNotAllowed once it is over.
    """
    require(actor, Act.CANCEL_ACCOUNT_STATEMENT)
    statement = lock_account_statement(statement_id, actor=actor)
    require_step(STEPS, StatementState(statement.state), StatementState.CANCELLED)
    statement.state, statement.cancelled_at, statement.claimed_until = StatementState.CANCELLED, at, None
    statement.save(update_fields=["state", "cancelled_at", "claimed_until"])
    record_activity(
        Act.CANCEL_ACCOUNT_STATEMENT, statement, actor=actor, at=at,
        month=statement.month.isoformat()[:7], entries_done=statement.entries_done,
    )  # fmt: skip
    return statement


class StatementTakenAway(Exception):
    """The statement was cancelled, or this worker stood still for so long that another began it anew."""


@transaction.atomic
def claim_account_statement(*, actor: Actor, at: datetime) -> AccountStatement | None:
    """Take the statement that waits longest, so that no other worker makes it; None when none waits."""
    require(actor, Act.MAKE_ACCOUNT_STATEMENT)
    waiting = AccountStatement.objects.due(at).select_related("company").defer("pdf", "csv")
    for statement in waiting.select_for_update(of=("self",), skip_locked=True)[:1]:
        statement.attempt += 1
        statement.claimed_until, statement.entries_done = at + CLAIM, 0
        statement.save(update_fields=["attempt", "claimed_until", "entries_done"])
        return statement
    return None


def tell_progress(*, statement: AccountStatement, done: int, total: int, actor: Actor, at: datetime) -> None:
    """Say how many entries are in the statement, and hold on to it for another while.

    Raises StatementTakenAway when it is no longer in this worker's hands.
    """
    require(actor, Act.MAKE_ACCOUNT_STATEMENT)
    ours = AccountStatement.objects.filter(pk=statement.pk, attempt=statement.attempt, state=StatementState.QUEUED)
    if not ours.update(entries_done=done, entries_total=total, claimed_until=at + CLAIM):
        raise StatementTakenAway


@transaction.atomic
def keep_account_statement(
    *, statement_id: UUID, attempt: int, pdf: bytes, csv: bytes, actor: Actor, at: datetime
) -> bool:
    """Keep both documents of a statement; false when it was cancelled, or taken by another worker, whose are kept."""
    require(actor, Act.MAKE_ACCOUNT_STATEMENT)
    statement = AccountStatement.objects.filter(pk=statement_id).locked().get()
    if statement.attempt != attempt or statement.state != StatementState.QUEUED:
        return False
    require_step(STEPS, StatementState(statement.state), StatementState.READY)
    statement.state, statement.made_at, statement.claimed_until = StatementState.READY, at, None
    statement.pdf, statement.pdf_sha256 = pdf, sha256(pdf).digest()
    statement.csv, statement.csv_sha256 = csv, sha256(csv).digest()
    statement.entries_done = statement.entries_total or 0
    statement.save()
    record_activity(
        Act.MAKE_ACCOUNT_STATEMENT, statement, actor=actor, at=at,
        pdf_sha256=statement.pdf_sha256.hex(), csv_sha256=statement.csv_sha256.hex(),
    )  # fmt: skip
    return True
