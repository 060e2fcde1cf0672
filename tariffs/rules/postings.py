"""An entry before it is posted: its event, its legs, and the accounts that they stand on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from bonded.rules.money import Money
from tariffs.rules.ledger import PER_COMPANY, SHARDS, AccountCode, BusinessEvent, Leg, legs_of


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry to be posted; its legs come to zero. `company_id` is the company on whose accounts
    they stand; none when all are for all."""

    event: BusinessEvent
    reference: str
    legs: tuple[Leg, ...]
    company_id: int | None
    effective_on: date
    reverses_id: int | None = None


# Code, company (none for an account for all), currency, shard.
AccountKey = tuple[AccountCode, int | None, str, int]


def draft_of(
    event: BusinessEvent, *, reference: str, amounts: Mapping[str, Money], company_id: int, effective_on: date
) -> Draft:
    """Draft an event's entry by its rule; `amounts` as `legs_of` takes them. Raises EntryDoesNotBalance."""
    return Draft(event, reference, legs_of(event, amounts), company_id, effective_on)


def account_key(leg: Leg, *, company_id: int | None, writer: int) -> AccountKey:
    """Name the account of a leg; `writer` is the number of the session that posts, which says the shard."""
    if leg.account in PER_COMPANY:
        return leg.account, company_id, leg.amount.currency, 0
    return leg.account, None, leg.amount.currency, writer % SHARDS


def accounts_of(drafts: Iterable[Draft], *, writer: int) -> dict[AccountKey, int]:
    """Number the accounts that some drafts stand on, each once."""
    numbers: dict[AccountKey, int] = {}
    for draft in drafts:
        for leg in draft.legs:
            numbers.setdefault(account_key(leg, company_id=draft.company_id, writer=writer), len(numbers))
    return numbers
