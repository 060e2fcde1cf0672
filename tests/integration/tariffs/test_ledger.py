"""Posting: one statement for one entry or for thousands, all or none, with accounts that open when they are needed."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from bonded.models import Activity
from bonded.rules.errors import NotFound, NotPermitted
from bonded.rules.money import Money
from tariffs.actions.ledger import EntryToPost, post_entries, post_entry, reverse_entry
from tariffs.models import JournalEntry, LedgerAccount, Posting
from tariffs.queries.ledger import ledger_balances, ledger_balances_as_of
from tariffs.rules.ledger import AccountCode, BusinessEvent, EntryDoesNotBalance
from tests.cast import Cast

# No debts stand behind these postings.
pytestmark = [pytest.mark.django_db, pytest.mark.breaks_invariants]
DAY = date(2026, 11, 23)


def surcharge(number: int, company_id: int, *, minor: int = 100, currency: str = "CNY") -> EntryToPost:
    amounts = {"surcharge": Money(minor, currency)}
    return EntryToPost(BusinessEvent.SURCHARGE_CHARGED, f"test:{number}", amounts, company_id, DAY)


def balances(cast: Cast) -> dict[tuple[str, int | None, str], str]:
    return {
        (one.code.value, one.company_id, one.amount.currency): str(one.amount)
        for one in ledger_balances(actor=cast.ada)
    }


def test_post_entries__posts_all_in_their_order(cast: Cast, at: datetime) -> None:
    entries = [surcharge(n, (cast.alder, cast.cedar)[n % 2].pk, minor=100 + n) for n in range(40)]
    ids = post_entries(entries=entries, actor=cast.ada, at=at)
    assert list(JournalEntry.objects.filter(pk__in=ids).order_by("pk").values_list("reference", flat=True)) == [
        f"test:{n}" for n in range(40)
    ]
    assert ids == sorted(ids)
    assert balances(cast) == {
        ("1100", cast.alder.pk, "CNY"): "23.80",
        ("1100", cast.cedar.pk, "CNY"): "24.00",
        ("2140", None, "CNY"): "-47.80",
    }
    record = Activity.objects.get(act="tariffs.ledger.post")
    assert (record.target_id, record.facts) == (str(ids[0]), {"entries": 40, "last_id": str(ids[-1])})


def test_post_entries__keeps_currencies_apart(cast: Cast, at: datetime) -> None:
    entries = [surcharge(1, cast.alder.pk), surcharge(2, cast.alder.pk, minor=7, currency="USD")]
    post_entries(entries=entries, actor=cast.ada, at=at)
    assert balances(cast)["2140", None, "CNY"] == "-1.00"
    assert balances(cast)["2140", None, "USD"] == "-0.07"


def test_post_entries__of_which_one_is_wrong_posts_none(cast: Cast, at: datetime) -> None:
    post_entries(entries=[surcharge(5, cast.alder.pk)], actor=cast.ada, at=at)
    before = balances(cast)
    with pytest.raises(IntegrityError, match="an_event_is_posted_once"), transaction.atomic():
        post_entries(entries=[surcharge(n, cast.alder.pk) for n in range(10)], actor=cast.ada, at=at)
    lopsided = EntryToPost(
        BusinessEvent.CUSTOMS_PAID, "test:x", {"duty": Money(2, "CNY"), "total": Money(3, "CNY")}, cast.alder.pk, DAY
    )
    with pytest.raises(EntryDoesNotBalance):
        post_entries(entries=[surcharge(6, cast.alder.pk), lopsided], actor=cast.ada, at=at)
    assert balances(cast) == before
    assert JournalEntry.objects.count() == 1


def test_post_entries__of_none_does_nothing(cast: Cast, at: datetime) -> None:
    assert post_entries(entries=[], actor=cast.ada, at=at) == []
    assert not Activity.objects.filter(act="tariffs.ledger.post").exists()


def test_post_entry__takes_one_statement_and_its_record(cast: Cast, at: datetime) -> None:
    def post(number: int) -> None:
        one = surcharge(number, cast.alder.pk)
        post_entry(
            event=one.event, reference=one.reference, amounts=one.amounts, company_id=one.company_id,
            effective_on=DAY, actor=cast.ada, at=at,
        )  # fmt: skip

    post(1)
    with CaptureQueriesContext(
        connection,
    ) as statements:
        post(2)
    kinds = [one["sql"].split()[0] for one in statements if "SAVEPOINT" not in one["sql"]]
    assert kinds == ["WITH", "INSERT"]


def test_postings__chain_by_account(cast: Cast, at: datetime) -> None:
    post_entries(entries=[surcharge(n, cast.alder.pk) for n in range(3)], actor=cast.ada, at=at)
    account = LedgerAccount.objects.get(code=AccountCode.RECEIVABLE)
    places = Posting.objects.filter(account=account).order_by("position").values_list("stream", "position")
    assert list(places) == [(f"account:{account.pk}", n) for n in (1, 2, 3)]


def test_ledger_balances_as_of__tells_the_days_apart(cast: Cast, at: datetime) -> None:
    post_entries(entries=[surcharge(1, cast.alder.pk)], actor=cast.ada, at=at)
    (entry_id,) = post_entries(entries=[surcharge(2, cast.alder.pk, minor=5)], actor=cast.ada, at=at)
    reverse_entry(entry_id=entry_id, effective_on=date(2026, 12, 1), reason="slip", actor=cast.ada, at=at)

    def owed(day: date) -> list[str]:
        found = ledger_balances_as_of(effective_on=day, actor=cast.ada)
        return [str(one.amount) for one in found if one.code is AccountCode.RECEIVABLE]

    assert (owed(date(2026, 11, 22)), owed(DAY), owed(date(2026, 12, 1))) == (["0.00"], ["1.05"], ["1.00"])


def test_reverse_entry__refuses_what_is_not_there_and_who_may_not(cast: Cast, at: datetime) -> None:
    with pytest.raises(NotFound):
        reverse_entry(entry_id=10**9, effective_on=DAY, reason="slip", actor=cast.ada, at=at)
    with pytest.raises(NotPermitted):
        post_entries(entries=[surcharge(1, cast.alder.pk)], actor=cast.alice, at=at)
    assert not JournalEntry.objects.exists()
