"""Posting to the books: one entry for one event, by its named rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from bonded.actions.activity import record_activity_on
from bonded.rules.errors import NotFound, RuleViolation
from bonded.rules.money import Money
from bonded.rules.permissions import Actor
from tariffs.models.ledger import JournalEntry
from tariffs.rules.ledger import AccountCode, BusinessEvent, Leg, legs_of, owner_and_shard, reversed_legs
from tariffs.rules.permissions import Act, require

# Legs name their entry and account by their places in the lists. Where an account is not open yet, nothing is written.
_ACCOUNTS = """
    unnest(%(account_codes)s::text[], %(account_owners)s::bigint[], %(account_shards)s::smallint[],
           %(account_currencies)s::text[]) WITH ORDINALITY AS wanted (code, company_id, shard, currency, place)
"""
POST = f"""
    WITH wanted AS (SELECT * FROM {_ACCOUNTS}),
    account AS MATERIALIZED (
        SELECT account.id, wanted.place - 1 AS place, account.currency
          FROM tariffs_ledgeraccount account JOIN wanted
            ON (account.code, account.shard, account.currency) = (wanted.code, wanted.shard, wanted.currency)
           AND account.company_id IS NOT DISTINCT FROM wanted.company_id
         ORDER BY account.id FOR NO KEY UPDATE OF account),
    event AS (
        SELECT * FROM unnest(%(numbers)s::int[], %(events)s::text[], %(references)s::text[], %(effective)s::date[],
                             %(reversed)s::bigint[]) AS event (number, name, reference, effective_on, reverses_id)),
    entry AS (
        INSERT INTO tariffs_journalentry
               (stream, event, reference, effective_on, posted_at, posted_by_id, reverses_id)
        SELECT name || ':' || reference, name, reference, effective_on, %(posted_at)s::timestamptz,
               %(posted_by)s::bigint, reverses_id
          FROM event WHERE (SELECT count(*) FROM account) = (SELECT count(*) FROM wanted)
         ORDER BY number RETURNING id, event, reference),
    posting AS (
        INSERT INTO tariffs_posting (stream, entry_id, account_id, currency, amount_minor)
        SELECT 'account:' || account.id, entry.id, account.id, account.currency, leg.amount_minor
          FROM unnest(%(legs)s::int[], %(leg_accounts)s::int[], %(leg_amounts)s::bigint[])
               AS leg (number, place, amount_minor)
          JOIN event ON event.number = leg.number
          JOIN entry ON (entry.event, entry.reference) = (event.name, event.reference)
          JOIN account ON account.place = leg.place
         ORDER BY account.id, entry.id)
    SELECT entry.id FROM entry JOIN event ON (entry.event, entry.reference) = (event.name, event.reference)
     ORDER BY event.number
"""  # noqa: S608 (constants)
OPEN_ACCOUNTS = f"""
    INSERT INTO tariffs_ledgeraccount (code, company_id, shard, currency, balance_minor)
    SELECT code, company_id, shard, currency, 0 FROM {_ACCOUNTS} ORDER BY code, company_id, shard, currency
        ON CONFLICT DO NOTHING
"""  # noqa: S608 (constants)


class EntryAlreadyReversed(RuleViolation):
    """The entry was taken back before."""

    code = "entry_already_reversed"


@dataclass(frozen=True, slots=True)
class EntryToPost:
    """One business event with its amounts, named as its rule names them, all of one currency.

    An event is posted once for a reference, such as `duty_debt:UUID`; `effective_on` is the day that it counts from.
    """

    event: BusinessEvent
    reference: str
    amounts: Mapping[str, Money]
    company_id: int
    effective_on: date


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
) -> int:
    """Post an event by its rule, and give the entry's id; see EntryToPost.

    The database refuses the same event and reference a second time. Raises EntryDoesNotBalance.
    """
    require(actor, Act.POST_ENTRY)
    legs = legs_of(event, amounts)
    (entry_id,) = _write([_Entry(event, reference, effective_on, company_id, legs)], actor=actor, at=at)
    _record(entry_id, event, legs, actor=actor, at=at)
    return entry_id


@transaction.atomic
def post_entries(*, entries: Sequence[EntryToPost], actor: Actor, at: datetime) -> list[int]:
    """Post many events at once, all or none, and give the entries' ids in their order; refusals as `post_entry`.

    One activity record stands for all of them, with their number and the first and last id.
    """
    require(actor, Act.POST_ENTRY)
    if not entries:
        return []
    written = [
        _Entry(one.event, one.reference, one.effective_on, one.company_id, legs_of(one.event, one.amounts))
        for one in entries
    ]
    entry_ids = _write(written, actor=actor, at=at)
    record_activity_on(
        Act.POST_ENTRY, "journalentry", str(entry_ids[0]), actor=actor, at=at,
        entries=len(entry_ids), last_id=str(entry_ids[-1]),
    )  # fmt: skip
    return entry_ids


@transaction.atomic
def reverse_entry(*, entry_id: int, effective_on: date, reason: str, actor: Actor, at: datetime) -> int:
    """Take an entry back by its mirror image, which is the only way to correct one, and give the new one's id.

    Raises NotFound, EntryAlreadyReversed.
    """
    require(actor, Act.POST_ENTRY)
    with connection.cursor() as cursor:
        # So that of two who reverse it at once the second hears so; its row, being history, can't be locked.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('reverse_entry'), hashint8(%s))", [entry_id])
    original = JournalEntry.objects.filter(pk=entry_id).first()
    if original is None:
        raise NotFound("There is no such entry.", entry_id=entry_id)
    if JournalEntry.objects.filter(reverses=original).exists():
        raise EntryAlreadyReversed("The entry was reversed before.", entry_id=entry_id)
    postings = list(original.postings.select_related("account").order_by("pk"))
    legs = reversed_legs(
        Leg(AccountCode(posting.account.code), Money(posting.amount_minor, posting.currency)) for posting in postings
    )
    company_id = next(posting.account.company_id for posting in postings if posting.account.company_id)
    reference = f"journal_entry:{entry_id}"
    entry = _Entry(BusinessEvent.REVERSED, reference, effective_on, company_id, legs, reverses_id=entry_id)
    (reversal_id,) = _write([entry], actor=actor, at=at)
    _record(reversal_id, BusinessEvent.REVERSED, legs, actor=actor, at=at, reason=reason)
    return reversal_id


@dataclass(frozen=True, slots=True)
class _Entry:
    """An entry as it is written."""

    event: BusinessEvent
    reference: str
    effective_on: date
    company_id: int
    legs: Sequence[Leg]
    reverses_id: int | None = None


def _write(entries: Sequence[_Entry], *, actor: Actor, at: datetime) -> list[int]:
    """Lock the accounts in id order, write entries and legs and move the balances, all in one statement."""
    legs = [
        (number, leg.account.value, *owner_and_shard(leg.account, entry.company_id), leg.amount)
        for number, entry in enumerate(entries)
        for leg in entry.legs
    ]
    wanted = dict.fromkeys((code, owner, shard, amount.currency) for _, code, owner, shard, amount in legs)
    place = {account: number for number, account in enumerate(wanted)}
    columns: dict[str, Any] = {
        "account_codes": [code for code, _, _, _ in wanted],
        "account_owners": [owner for _, owner, _, _ in wanted],
        "account_shards": [shard for _, _, shard, _ in wanted],
        "account_currencies": [currency for _, _, _, currency in wanted],
        "numbers": list(range(len(entries))),
        "events": [entry.event.value for entry in entries],
        "references": [entry.reference for entry in entries],
        "effective": [entry.effective_on for entry in entries],
        "reversed": [entry.reverses_id for entry in entries],
        "posted_at": at,
        "posted_by": actor.user_id,
        "legs": [number for number, _, _, _, _ in legs],
        "leg_accounts": [place[code, owner, shard, amount.currency] for _, code, owner, shard, amount in legs],
        "leg_amounts": [amount.minor for _, _, _, _, amount in legs],
    }
    with connection.cursor() as cursor:
        cursor.execute(POST, columns)
        found = cursor.fetchall()
        if not found:
            cursor.execute(OPEN_ACCOUNTS, columns)
            cursor.execute(POST, columns)
            found = cursor.fetchall()
    return [entry_id for (entry_id,) in found]


def _record(
    entry_id: int, event: BusinessEvent, legs: Sequence[Leg], *, actor: Actor, at: datetime, **facts: str
) -> None:
    currency = legs[0].amount.currency
    total = Money(sum(leg.amount.minor for leg in legs if leg.amount.minor > 0), currency)
    record_activity_on(
        Act.POST_ENTRY, "journalentry", str(entry_id), actor=actor, at=at,
        event=event, amount=str(total), currency=currency, **facts,
    )  # fmt: skip
