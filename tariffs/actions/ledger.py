"""Posting to the books: one entry for one event, by its named rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db import transaction

from bonded.actions.activity import record_activity
from bonded.rules.errors import RuleViolation
from bonded.rules.money import Money
from bonded.rules.permissions import Actor
from tariffs.actions.locks import lock_ledger_accounts
from tariffs.models.ledger import JournalEntry, Posting
from tariffs.rules.ledger import AccountCode, BusinessEvent, Leg, legs_of, require_balance, reversed_legs
from tariffs.rules.permissions import Act, require


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
    entry = JournalEntry(event=event, reference=reference, effective_on=effective_on)
    return _post(entry, legs_of(event, amounts), company_id=company_id, actor=actor, at=at)


@transaction.atomic
def reverse_entry(*, entry_id: int, effective_on: date, reason: str, actor: Actor, at: datetime) -> JournalEntry:
    """Take an entry back by its mirror image, which is the only way to correct one; raises EntryAlreadyReversed."""
    require(actor, Act.POST_ENTRY)
    original = JournalEntry.objects.get(pk=entry_id)
    postings = list(original.postings.select_related("account").order_by("pk"))
    legs = [
        Leg(AccountCode(posting.account.code), Money(posting.amount_minor, posting.currency)) for posting in postings
    ]
    company_id = next(leg.account.company_id for leg in postings if leg.account.company_id)
    if JournalEntry.objects.filter(reverses=original).exists():
        raise EntryAlreadyReversed("The entry was reversed before.", entry_id=entry_id)
    entry = JournalEntry(
        event=BusinessEvent.REVERSED,
        reference=f"journal_entry:{entry_id}",
        effective_on=effective_on,
        reverses=original,
    )
    return _post(entry, reversed_legs(legs), company_id=company_id, actor=actor, at=at, reason=reason)


def _post(
    entry: JournalEntry, legs: Sequence[Leg], *, company_id: int, actor: Actor, at: datetime, **facts: str
) -> JournalEntry:
    """Lock the accounts, write entry and legs; the database moves the balances in the same statement."""
    require_balance(legs)
    currency = legs[0].amount.currency
    accounts = lock_ledger_accounts({leg.account for leg in legs}, currency=currency, company_id=company_id)
    entry.stream = f"{entry.event}:{entry.reference}"
    entry.posted_at, entry.posted_by_id = at, actor.user_id
    entry.save(force_insert=True)
    Posting.objects.bulk_create(
        Posting(
            stream=f"account:{accounts[leg.account].pk}",
            entry=entry,
            account=accounts[leg.account],
            currency=leg.amount.currency,
            amount_minor=leg.amount.minor,
        )
        for leg in sorted(legs, key=lambda leg: accounts[leg.account].pk)
    )
    total = sum(leg.amount.minor for leg in legs if leg.amount.minor > 0)
    record_activity(
        Act.POST_ENTRY, entry, actor=actor, at=at, event=entry.event, amount=str(Money(total, currency)),
        currency=currency, **facts,
    )  # fmt: skip
    return entry
