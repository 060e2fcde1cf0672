"""Many postings at once on the same accounts, and one payment booked by many: nothing lost, nothing twice."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier, Event
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from bonded.rules.errors import RuleViolation
from bonded.rules.money import Money
from bonded.rules.permissions import SYSTEM
from tariffs.actions.account_statements import order_account_statement
from tariffs.actions.bank_statements import match_bank_file, match_line
from tariffs.actions.duty import pay_duty
from tariffs.actions.ledger import post_entries, post_entry
from tariffs.actions.payment_matches import unmatch_payment
from tariffs.actions.payments import book_payment
from tariffs.models import BankStatementLine, DutyDebt, JournalEntry, LedgerAccount, PaymentMatch
from tariffs.queries.account_statements import statement_of
from tariffs.rules.ledger import BusinessEvent
from tariffs.rules.postings import draft_of
from tariffs.rules.reconciliation import LineAlreadyMatched
from tariffs.tasks import make_account_statements
from tests.cast import Cast
from tests.situations.tariffs import (
    a_charged_debt,
    a_guarantee,
    a_schedule,
    an_assessed_withdrawal,
    camt053,
    imported,
    settle,
)
from tests.situations.threads import outcomes_at_once

AT_ONCE = 20


def all_at_once(act: Any) -> list[Any]:
    """Run an act in many threads that start together; give what each answered."""
    together = Barrier(AT_ONCE)

    def one(number: int) -> Any:
        together.wait(timeout=30)
        try:
            return act(number)
        except RuleViolation as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as threads:
        return list(threads.map(one, range(AT_ONCE)))


@pytest.mark.django_db(transaction=True)
@pytest.mark.breaks_invariants  # No debt stands behind these postings.
def test_post_entry__twenty_at_once_on_the_same_accounts(cast: Cast, at) -> None:
    def post(number: int) -> None:
        post_entry(
            event=BusinessEvent.SURCHARGE_CHARGED,
            reference=f"test:{number}",
            amounts={"surcharge": Money(100 + number, "CNY")},
            company_id=cast.alder.pk if number % 2 else cast.cedar.pk,
            effective_on=at.date(),
            actor=cast.ada,
            at=at,
        )

    assert all_at_once(post) == [None] * AT_ONCE
    total = sum(100 + number for number in range(AT_ONCE))
    assert sum(LedgerAccount.objects.filter(code="2140").values_list("balance_minor", flat=True)) == -total
    assert sum(LedgerAccount.objects.filter(code="1100").values_list("balance_minor", flat=True)) == total


@pytest.mark.django_db(transaction=True)
def test_book_payment__twenty_at_once_book_one(cast: Cast, at) -> None:
    a_schedule(at)
    a_guarantee(cast, at)
    debt = a_charged_debt(cast, at)
    file = imported(camt053(("305777.78", "CRDT", debt.reference)), cast, at)
    (match,) = match_bank_file(file_id=file.pk, actor=cast.ada, at=at)
    answers = all_at_once(lambda _: book_payment(match_id=match.pk, actor=cast.ada, at=at).state)
    assert sorted(answers) == ["paid", *["payment_already_booked"] * (AT_ONCE - 1)]
    assert JournalEntry.objects.filter(event=BusinessEvent.PAYMENT_RECEIVED).count() == 1


@pytest.mark.django_db(transaction=True)
def test_unmatch_payment__twenty_at_once_undo_one(cast: Cast, at) -> None:
    a_schedule(at)
    a_guarantee(cast, at)
    debt = a_charged_debt(cast, at)
    settle(camt053(("1000.00", "CRDT", debt.reference)), cast, at)
    (match,) = PaymentMatch.objects.all()
    answers = all_at_once(lambda _: unmatch_payment(match_id=match.pk, reason="slip", actor=cast.ada, at=at).state)
    assert sorted(answers) == ["not_found"] * (AT_ONCE - 1) + ["open"]
    assert JournalEntry.objects.filter(event=BusinessEvent.REVERSED).count() == 1


@pytest.mark.django_db(transaction=True)
def test_post_entry__of_one_event_at_once_is_posted_once(cast: Cast, at) -> None:
    def post(number: int) -> str:
        try:
            post_entries(
                drafts=[
                    draft_of(
                        BusinessEvent.PAYMENT_RECEIVED, reference=reference, company_id=cast.alder.pk,
                        amounts={"received": Money(5, "CNY"), "unallocated": Money(5, "CNY")},
                        effective_on=at.date(),
                    )
                    for reference in ("one", "two")
                ],
                actor=cast.ada, at=at,
            )  # fmt: skip
        except IntegrityError as error:
            return str(getattr(getattr(error.__cause__, "diag", None), "constraint_name", ""))
        return "posted"

    answers = all_at_once(post)
    assert sorted(answers) == ["an_event_is_posted_once"] * (AT_ONCE - 1) + ["posted"]
    assert JournalEntry.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_make_account_statements__twenty_workers_make_one(cast: Cast, at) -> None:
    statement = order_account_statement(
        company_id=cast.alder.pk, currency="CNY", month=at.date(), actor=cast.alice, at=at
    )
    assert sum(all_at_once(lambda _: make_account_statements())) == 1
    statement.refresh_from_db()
    assert (statement.state, statement.attempt) == ("ready", 1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.breaks_invariants  # No debt stands behind these postings.
def test_order_account_statement__waits_for_who_is_posting(cast: Cast, at) -> None:
    def post(reference: str) -> None:
        post_entry(
            event=BusinessEvent.SURCHARGE_CHARGED, reference=reference, amounts={"surcharge": Money(7, "CNY")},
            company_id=cast.alder.pk, effective_on=at.date(), actor=cast.ada, at=at,
        )  # fmt: skip

    post("before")
    is_posted = Event()

    def post_slowly() -> None:
        with transaction.atomic():
            post("meanwhile")
            is_posted.set()
            time.sleep(0.5)

    def order() -> list[str]:
        is_posted.wait(timeout=30)
        statement = order_account_statement(
            company_id=cast.alder.pk, currency="CNY", month=at.date(), actor=cast.alice, at=at
        )
        return [entry.reference for entry in statement_of(statement, actor=SYSTEM).entries]

    assert outcomes_at_once(post_slowly, order) == [None, ["before", "meanwhile"]]


@pytest.mark.django_db(transaction=True)
def test_book_payment__late_and_in_time_at_once_of_one_company_never_lock_crosswise(
    cast: Cast, at, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A late payment posts its surcharge too; sessions whose numbers give them one shard meet on every account."""
    monkeypatch.setattr("tariffs.actions.postings._session", lambda: 16)
    a_schedule(at)
    debts = [pay_duty(withdrawal_id=an_assessed_withdrawal(cast, at).pk, actor=cast.alice, at=at) for _ in range(12)]
    file = imported(camt053(*[("305777.78", "CRDT", debt.reference) for debt in debts[::2]]), cast, at)
    late = imported(
        camt053(
            *[("305777.78", "CRDT", debt.reference) for debt in debts[1::2]],
            booked_on="2026-12-17",
            identification="S2",
        ),
        cast,
        at,
    )
    matches = [match for one in (file, late) for match in match_bank_file(file_id=one.pk, actor=cast.ada, at=at)]
    acts = [partial(book_payment, match_id=match.pk, actor=cast.ada, at=at) for match in matches]
    assert {type(one) for one in outcomes_at_once(*acts)} == {DutyDebt}
    acts = [
        partial(unmatch_payment, match_id=match.pk, reason="slip", actor=cast.ada, at=at)
        for match in PaymentMatch.objects.filter(debt__surcharge_minor__gt=0)
    ]
    assert {type(one) for one in outcomes_at_once(*acts)} == {DutyDebt}


@pytest.mark.django_db(transaction=True)
def test_match_line__and_the_whole_file_at_once_match_a_line_once(cast: Cast, at) -> None:
    a_schedule(at)
    a_guarantee(cast, at)
    debt = a_charged_debt(cast, at)
    file = imported(camt053(("305777.78", "CRDT", debt.reference)), cast, at)
    line_id = BankStatementLine.objects.get().pk
    by_hand = partial(match_line, line_id=line_id, debt_id=debt.pk, actor=cast.ada, at=at)
    by_file = partial(match_bank_file, file_id=file.pk, actor=cast.ada, at=at)
    acts: list[Callable[[], object]] = [by_hand, by_file]
    outcomes = outcomes_at_once(*acts * AT_ONCE)
    assert {type(one) for one in outcomes} <= {PaymentMatch, list, LineAlreadyMatched}
    assert PaymentMatch.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_match_bank_file__two_files_at_once_claim_a_debt_once(cast: Cast, at) -> None:
    a_schedule(at)
    a_guarantee(cast, at)
    debt = a_charged_debt(cast, at)
    line = ("305777.78", "CRDT", debt.reference)
    files = [imported(camt053(line, identification=f"S{n}"), cast, at) for n in range(AT_ONCE)]
    found = all_at_once(lambda n: len(match_bank_file(file_id=files[n].pk, actor=cast.ada, at=at)))
    assert sorted(found) == [0] * (AT_ONCE - 1) + [1]
    assert PaymentMatch.objects.count() == 1
