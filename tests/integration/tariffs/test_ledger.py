"""Entries in batches, the record of who posted them, and balances as of either date."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from bonded.models import Activity
from bonded.rules.errors import NotPermitted
from bonded.rules.money import Money
from tariffs.actions.ledger import post_entries, post_entry
from tariffs.models import DayTotal, JournalEntry, LedgerAccount, Posting
from tariffs.queries.invariants import INVARIANTS
from tariffs.queries.ledger import account_balance, account_balance_as_of, ledger_balances, ledger_balances_as_of
from tariffs.rules.ledger import AccountCode, BusinessEvent, EntryDoesNotBalance, Leg
from tariffs.rules.postings import Draft, draft_of
from tests.cast import Cast

# No debt stands behind these postings.
pytestmark = [pytest.mark.django_db, pytest.mark.breaks_invariants]


def a_draft(cast: Cast, number: int, at: datetime) -> Draft:
    return draft_of(
        BusinessEvent.SURCHARGE_CHARGED,
        reference=f"test:{number}",
        amounts={"surcharge": Money(number, "CNY")},
        company_id=cast.alder.pk if number % 2 else cast.cedar.pk,
        effective_on=at.date() + timedelta(days=number),
    )


def test_post_entries__writes_all_in_their_order_and_records_one_act(cast: Cast, at: datetime) -> None:
    entries = post_entries(drafts=[a_draft(cast, n, at) for n in (3, 1, 2)], actor=cast.ada, at=at)
    assert [entry.reference for entry in entries] == ["test:3", "test:1", "test:2"]
    assert [entry.pk for entry in entries] == sorted(entry.pk for entry in entries)
    assert Posting.objects.count() == 6
    activity = Activity.objects.get(act="tariffs.ledger.post")
    assert (activity.target_id, activity.facts) == (
        str(entries[0].pk), {"entries": 3, "last_entry_id": entries[-1].pk},
    )  # fmt: skip
    owed = account_balance(code=AccountCode.RECEIVABLE, company_id=cast.alder.pk, currency="CNY", actor=cast.ada)
    assert owed == Money(4, "CNY")


def test_post_entries__chains_the_postings_of_an_account(cast: Cast, at: datetime) -> None:
    post_entries(drafts=[a_draft(cast, n, at) for n in range(1, 6)], actor=cast.ada, at=at)
    post_entries(drafts=[a_draft(cast, n, at) for n in range(6, 9)], actor=cast.ada, at=at)
    account = LedgerAccount.objects.get(code="1100", company=cast.alder)
    postings = Posting.objects.filter(account=account).order_by("position")
    assert list(postings.values_list("position", "amount_minor")) == [(1, 1), (2, 3), (3, 5), (4, 7)]


def test_post_entries__writes_none_when_one_is_there_already(cast: Cast, at: datetime) -> None:
    post_entries(drafts=[a_draft(cast, 2, at)], actor=cast.ada, at=at)
    with pytest.raises(IntegrityError, match="an_event_is_posted_once"), transaction.atomic():
        post_entries(drafts=[a_draft(cast, n, at) for n in (1, 2)], actor=cast.ada, at=at)
    assert JournalEntry.objects.count() == 1


def test_post_entries__refuses_a_draft_out_of_balance(cast: Cast, at: datetime) -> None:
    legs = (Leg(AccountCode.BANK, Money(5, "CNY")), Leg(AccountCode.UNALLOCATED, Money(-4, "CNY")))
    wrong = Draft(BusinessEvent.PAYMENT_RECEIVED, "test", legs, cast.alder.pk, at.date())
    with pytest.raises(EntryDoesNotBalance) as refusal:
        post_entries(drafts=[a_draft(cast, 1, at), wrong], actor=cast.ada, at=at)
    assert refusal.value.facts == {"difference": "0.01", "currency": "CNY"}
    assert (JournalEntry.objects.count(), LedgerAccount.objects.count()) == (0, 0)


def test_post_entries__is_not_for_buyers(cast: Cast, at: datetime) -> None:
    with pytest.raises(NotPermitted):
        post_entries(drafts=[a_draft(cast, 1, at)], actor=cast.alice, at=at)
    assert JournalEntry.objects.count() == 0


def test_post_entry__is_two_statements_once_the_accounts_are_there(
    cast: Cast, at: datetime, django_assert_num_queries
) -> None:
    post_entries(drafts=[a_draft(cast, 1, at)], actor=cast.ada, at=at)
    with django_assert_num_queries(4):  # A savepoint around them.
        post_entry(
            event=BusinessEvent.SURCHARGE_CHARGED, reference="two", amounts={"surcharge": Money(1, "CNY")},
            company_id=cast.alder.pk, effective_on=at.date(), actor=cast.ada, at=at,
        )  # fmt: skip


def test_account_balance_as_of__counts_either_date(cast: Cast, at: datetime) -> None:
    later = at + timedelta(days=40)
    post_entries(drafts=[a_draft(cast, n, at) for n in (1, 3)], actor=cast.ada, at=at)
    post_entries(drafts=[a_draft(cast, n, at) for n in (5, 7)], actor=cast.ada, at=later)
    day = at.date()

    def balance(effective_on: date | None = None, posted_at: datetime | None = None) -> int:
        one = account_balance_as_of(
            code=AccountCode.RECEIVABLE, company_id=cast.alder.pk, currency="CNY",
            effective_on=effective_on, posted_at=posted_at, actor=cast.audrey,
        )  # fmt: skip
        listed = ledger_balances_as_of(effective_on=effective_on, posted_at=posted_at, actor=cast.audrey)
        assert one in [other.amount for other in listed if other.company_id == cast.alder.pk]
        return one.minor

    assert balance() == 16
    assert [balance(effective_on=day + timedelta(days=n)) for n in (0, 1, 4, 5, 7)] == [0, 1, 4, 9, 16]
    assert [balance(posted_at=moment) for moment in (at - timedelta(days=1), at, later)] == [0, 4, 16]
    assert balance(effective_on=day + timedelta(days=5), posted_at=at) == 4


@pytest.mark.parametrize("offset", [-1, 0, 1, 60 * 24 - 1, 60 * 24])
def test_account_balance_as_of__counts_the_day_of_the_moment_posting_by_posting(
    cast: Cast, at: datetime, offset: int
) -> None:
    """Entries of the moment's own day are before it or after it; each half of the totals meets the postings there."""
    midnight = at.astimezone(UTC).replace(hour=0, minute=0)
    moments = [midnight + timedelta(minutes=minutes) for minutes in (-1, 0, 60 * 24 - 1, 60 * 24)]
    numbered = list(zip((1, 3, 5, 7), moments, strict=True))
    for n, moment in numbered:
        post_entries(drafts=[a_draft(cast, n, at)], actor=cast.ada, at=moment)
    asked = midnight + timedelta(minutes=offset)
    expected = sum(n for n, moment in numbered if moment <= asked)
    found = account_balance_as_of(
        code=AccountCode.RECEIVABLE, company_id=cast.alder.pk, currency="CNY", posted_at=asked, actor=cast.audrey
    )
    assert found.minor == expected


def test_account_balance_as_of__leaves_out_what_came_after_the_last_entry(cast: Cast, at: datetime) -> None:
    first, _ = (post_entries(drafts=[a_draft(cast, n, at)], actor=cast.ada, at=at)[0] for n in (1, 3))
    for posted_at in (None, at):
        found = account_balance_as_of(
            code=AccountCode.RECEIVABLE, company_id=cast.alder.pk, currency="CNY",
            posted_at=posted_at, last_entry_id=first.pk, actor=cast.audrey,
        )  # fmt: skip
        assert found.minor == 1


def test_day_totals__are_kept_whoever_writes_postings_and_missed_when_they_differ(cast: Cast, at: datetime) -> None:
    post_entries(drafts=[a_draft(cast, n, at) for n in (1, 3)], actor=cast.ada, at=at)
    post_entries(drafts=[a_draft(cast, 5, at)], actor=cast.ada, at=at + timedelta(days=1))
    receivable = DayTotal.objects.filter(account__code=AccountCode.RECEIVABLE)
    days = receivable.order_by("posted_on", "effective_on").values_list("effective_on", "posted_on", "moved_minor")
    day = at.date()
    assert [((on - day).days, (posted - day).days, minor) for on, posted, minor in days] == [
        (1, 0, 1), (3, 0, 3), (5, 1, 5),
    ]  # fmt: skip
    ask = INVARIANTS["What an account was moved by on a day is the sum of that day's postings."]
    assert ask() == []
    receivable.filter(moved_minor=5).update(moved_minor=6)
    assert len(ask()) == 1
    receivable.filter(moved_minor=6).update(moved_minor=5)


def test_account_balance_as_of__is_one_statement_so_that_nothing_is_posted_meanwhile(
    cast: Cast, at: datetime, django_assert_num_queries: Any
) -> None:
    post_entries(drafts=[a_draft(cast, n, at) for n in (1, 3)], actor=cast.ada, at=at)
    with django_assert_num_queries(1):
        found = account_balance_as_of(
            code=AccountCode.RECEIVABLE, company_id=cast.alder.pk, currency="CNY",
            effective_on=at.date() + timedelta(days=1), actor=cast.audrey,
        )  # fmt: skip
    assert found == Money(1, "CNY")


def test_ledger_balances__adds_the_shards_up(cast: Cast, at: datetime) -> None:
    post_entries(drafts=[a_draft(cast, 1, at)], actor=cast.ada, at=at)
    house = LedgerAccount.objects.get(code="2140")
    LedgerAccount.objects.create(code="2140", currency="CNY", shard=(house.shard + 1) % 16, balance_minor=-9)
    assert [str(one.amount) for one in ledger_balances(actor=cast.audrey) if one.code == "2140"] == ["-0.10"]
