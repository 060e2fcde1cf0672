"""Posting to the books: one entry for one event, by its named rule, alone or many at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from bonded.actions.activity import record_activities, record_activity
from bonded.rules.errors import RuleViolation
from bonded.rules.money import Money
from bonded.rules.permissions import Actor
from tariffs.actions.postings import write_entries
from tariffs.models.ledger import JournalEntry
from tariffs.rules.ledger import AccountCode, BusinessEvent, Leg, ReversalTooEarly, require_balance, reversed_legs
from tariffs.rules.permissions import Act, require
from tariffs.rules.postings import Draft, draft_of


class EntryAlreadyReversed(RuleViolation):
    """The entry was taken back before."""

    code = "entry_already_reversed"


@transaction.atomic
def post_entry(
    *,
    event: BusinessEvent,
    reference: str,
    amounts: Mapping[str, Money],
    company_id: int,
    effective_on: date,
    actor: Actor,
    at: datetime,
) -> JournalEntry:
    """Post an event by its rule; `amounts` are named as the rule names them, all of one currency.

    An event is posted once for a reference: the database refuses a second. Raises EntryDoesNotBalance.
    """
    require(actor, Act.POST_ENTRY)
    draft = draft_of(event, reference=reference, amounts=amounts, company_id=company_id, effective_on=effective_on)
    return _post([draft], actor=actor, at=at)[0]


@transaction.atomic
def post_together(*, drafts: Sequence[Draft], actor: Actor, at: datetime) -> list[JournalEntry]:
    """Post the few entries of one act in their order, each recorded. Raises EntryDoesNotBalance.

    They are one statement, because who posts one after the other holds the accounts of the first while it
    waits for those of the second, and locks them crosswise with its like.
    """
    require(actor, Act.POST_ENTRY)
    return _post(drafts, actor=actor, at=at)


@transaction.atomic
def post_entries(*, drafts: Sequence[Draft], actor: Actor, at: datetime) -> list[JournalEntry]:
    """Post many events, all or none, in their order; by the thousand it costs a fraction of one by one.

    The batch is one act: it is recorded on its first entry, with the count and the last. Raises EntryDoesNotBalance.
    """
    require(actor, Act.POST_ENTRY)
    if not drafts:
        return []
    for draft in drafts:
        require_balance(draft.legs)
    entries = write_entries(drafts, by=actor.user_id, at=at)
    record_activity(
        Act.POST_ENTRY, entries[0], actor=actor, at=at, entries=len(entries), last_entry_id=entries[-1].pk
    )  # fmt: skip
    return entries


def fresh_reference(*, event: BusinessEvent, reference: str) -> str:
    """Give the reference under which an event is posted that was posted before and taken back each time.

    The first time it is the reference itself; an entry that still stands is met by the same name and refused.
    """
    of_this = Q(reference=reference) | Q(reference__startswith=f"{reference}:")
    undone = JournalEntry.objects.filter(of_this, event=event, reversed_by__isnull=False).count()
    return f"{reference}:{undone + 1}" if undone else reference


@transaction.atomic
def reverse_entry(*, entry_id: int, effective_on: date, reason: str, actor: Actor, at: datetime) -> JournalEntry:
    """Take one entry back, as `reverse_entries` does."""
    (entry,) = reverse_entries(entry_ids=[entry_id], effective_on=effective_on, reason=reason, actor=actor, at=at)
    return entry


@transaction.atomic
def reverse_entries(
    *, entry_ids: Sequence[int], effective_on: date, reason: str, actor: Actor, at: datetime
) -> list[JournalEntry]:
    """Take entries back by their mirror images, which is the only way to correct one.

    What stands behind them is the caller's to undo. Raises EntryAlreadyReversed, ReversalTooEarly.
    """
    require(actor, Act.POST_ENTRY)
    return _post([_reversal(entry_id, effective_on) for entry_id in entry_ids], actor=actor, at=at, reason=reason)


def _reversal(entry_id: int, effective_on: date) -> Draft:
    original = JournalEntry.objects.get(pk=entry_id)
    postings = list(original.postings.select_related("account").order_by("pk"))
    legs = [
        Leg(AccountCode(posting.account.code), Money(posting.amount_minor, posting.currency)) for posting in postings
    ]
    company_id = next((leg.account.company_id for leg in postings if leg.account.company_id), None)
    if JournalEntry.objects.filter(reverses=original).exists():
        raise EntryAlreadyReversed("The entry was reversed before.", entry_id=entry_id)
    if effective_on < original.effective_on:
        raise ReversalTooEarly("It can't count before what it reverses.", counts_on=original.effective_on.isoformat())
    return Draft(
        BusinessEvent.REVERSED,
        f"journal_entry:{entry_id}",
        reversed_legs(legs),
        company_id,
        effective_on,
        reverses_id=entry_id,
    )


def _post(drafts: Sequence[Draft], *, actor: Actor, at: datetime, **facts: str) -> list[JournalEntry]:
    """Write entries and record each."""
    for draft in drafts:
        require_balance(draft.legs)
    entries = write_entries(drafts, by=actor.user_id, at=at)
    told = [(str(entry.pk), facts | _told(draft)) for entry, draft in zip(entries, drafts, strict=True)]
    record_activities(Act.POST_ENTRY, "journalentry", told, actor=actor, at=at)
    return entries


def _told(draft: Draft) -> dict[str, str]:
    currency = draft.legs[0].amount.currency
    total = sum(leg.amount.minor for leg in draft.legs if leg.amount.minor > 0)
    return {"event": draft.event, "amount": str(Money(total, currency)), "currency": currency}
