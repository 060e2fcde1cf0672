"""Whatever happens to a debt in whatever order, the books balance and no invariant is broken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bonded.actions.withdrawals import cancel_withdrawal
from bonded.queries.invariants import broken_invariants
from bonded.rules.errors import RuleViolation
from bonded.rules.money import Money
from tariffs.actions.bank_statements import match_line
from tariffs.actions.duty import pay_duty
from tariffs.actions.duty_amendments import amend_duty
from tariffs.actions.entry_reversals import reverse_by_hand
from tariffs.actions.payment_matches import unmatch_payment
from tariffs.actions.payments import book_payment
from tariffs.actions.repayments import repay_overpayment
from tariffs.models import BankStatementLine, DutyDebt, JournalEntry, LedgerAccount, PaymentMatch
from tariffs.rules.duty_amendments import Correction
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


class Undo(Exception):
    """Ends one example: what it wrote is rolled back."""


@dataclass
class Story:
    """A debt, the people, and the day that it is."""

    cast: Cast
    debt_id: UUID
    day: date
    files: int = field(default=0)

    @property
    def debt(self) -> DutyDebt:
        return DutyDebt.objects.get(pk=self.debt_id)

    @property
    def at(self) -> datetime:
        return datetime(self.day.year, self.day.month, self.day.day, 4, tzinfo=UTC)

    def bank(self, minor: int, side: str = "CRDT") -> None:
        self.files += 1
        amount = f"{minor // 100}.{minor % 100:02}"
        lines = camt053((amount, side, self.debt.reference), identification=f"F{self.files}", booked_on=f"{self.day}")
        settle(lines, self.cast, self.at)

    def pay_part(self, how: int) -> None:
        if outstanding := self.debt.outstanding.minor:
            self.bank(max(outstanding * (how + 1) // 100, 1))

    def pay_rest(self, how: int) -> None:
        if outstanding := self.debt.outstanding.minor:
            self.bank(outstanding)

    def pay_too_much(self, how: int) -> None:
        self.bank(self.debt.outstanding.minor + how + 1)

    def wait(self, how: int) -> None:
        self.day += timedelta(days=5 + how % 20)

    def withdraw(self, how: int) -> None:
        cancel_withdrawal(withdrawal_id=self.debt.withdrawal_id, actor=self.cast.alice, at=self.at)

    def remit(self, how: int) -> None:
        self.bank(self.debt.owed.minor, "DBIT")

    def unmatch(self, how: int) -> None:
        for match in PaymentMatch.objects.order_by("pk")[how % 3 : how % 3 + 1]:
            unmatch_payment(match_id=match.pk, reason="slip", actor=self.cast.ada, at=self.at)

    def reverse(self, how: int) -> None:
        entries = list(JournalEntry.objects.order_by("pk").values_list("pk", flat=True))
        reverse_by_hand(entry_id=entries[how % len(entries)], reason="slip", actor=self.cast.ada, at=self.at)

    def amend(self, how: int) -> None:
        number = self.debt.assessment.lines.get().lot.stock_number
        value = Money((how + 1) * 20_000_00, "CNY")
        amend_duty(
            withdrawal_id=self.debt.withdrawal_id, corrections={number: Correction(customs_value=value)},
            reason="another invoice", actor=self.cast.olga, at=self.at,
        )  # fmt: skip

    def pay_further(self, how: int) -> None:
        further = DutyDebt.objects.open().filter(amendment__isnull=False).order_by("amendment").first()
        if further:
            minor = max(further.outstanding.minor * (how + 1) // 50, 1)
            self.files += 1
            lines = camt053(
                (f"{minor // 100}.{minor % 100:02}", "CRDT", further.reference),
                identification=f"F{self.files}", booked_on=f"{self.day}",
            )  # fmt: skip
            settle(lines, self.cast, self.at)

    def repay(self, how: int) -> None:
        if back := self.debt.to_give_back.minor:
            self.files += 1
            sent = (f"{back // 100}.{back % 100:02}", "DBIT", "sorry")
            lines = camt053(sent, identification=f"F{self.files}", booked_on=f"{self.day}", payee="ALDER1")
            file = imported(lines, self.cast, self.at)
            line = BankStatementLine.objects.get(statement__file=file)
            repay_overpayment(line_id=line.pk, debt_id=self.debt_id, actor=self.cast.ada, at=self.at)

    def match_again(self, how: int) -> None:
        line = BankStatementLine.objects.filter(match__isnull=True, amount_minor__gt=0).order_by("pk").first()
        if line:
            match = match_line(line_id=line.pk, debt_id=self.debt_id, actor=self.cast.ada, at=self.at)
            book_payment(match_id=match.pk, actor=self.cast.ada, at=self.at)


Happening = Callable[[Story, int], None]
HAPPENINGS = (
    Story.pay_part,
    Story.pay_rest,
    Story.pay_too_much,
    Story.wait,
    Story.withdraw,
    Story.remit,
    Story.reverse,
    Story.unmatch,
    Story.match_again,
    Story.amend,
    Story.pay_further,
    Story.repay,
)
happenings = st.lists(st.tuples(st.sampled_from(HAPPENINGS), st.integers(0, 99)), min_size=1, max_size=9)


def must_stay_in_balance(story: Story, acts: list[tuple[Happening, int]]) -> None:
    """Let things happen one after the other; after each, refused or not, every must-be-empty question is empty."""
    for act, how in acts:
        try:
            with transaction.atomic():
                act(story, how)
        except RuleViolation:
            pass
        assert broken_invariants() == [], (act, how)
    connection.check_constraints()
    assert sum(LedgerAccount.objects.values_list("balance_minor", flat=True)) == 0


@pytest.mark.parametrize("is_secured", [True, False])
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(acts=happenings)
@example(acts=[(Story.wait, 19), (Story.pay_rest, 0), (Story.unmatch, 0), (Story.match_again, 0), (Story.remit, 0)])
@example(acts=[(Story.pay_part, 40), (Story.wait, 19), (Story.pay_rest, 0), (Story.reverse, 2), (Story.withdraw, 0)])
@example(acts=[(Story.wait, 19), (Story.pay_too_much, 99), (Story.remit, 0), (Story.unmatch, 1), (Story.unmatch, 0)])
@example(acts=[(Story.wait, 19), (Story.pay_rest, 0), (Story.pay_rest, 0), (Story.unmatch, 0), (Story.pay_rest, 0)])
@example(acts=[(Story.amend, 59), (Story.pay_further, 60), (Story.amend, 9), (Story.pay_rest, 0), (Story.amend, 79)])
@example(acts=[(Story.wait, 19), (Story.pay_part, 60), (Story.amend, 19), (Story.wait, 9), (Story.pay_rest, 0)])
@example(acts=[(Story.wait, 19), (Story.pay_rest, 0), (Story.pay_rest, 0), (Story.remit, 0), (Story.amend, 5)])
@example(acts=[(Story.pay_part, 60), (Story.amend, 9), (Story.unmatch, 0), (Story.remit, 0), (Story.unmatch, 1)])
@example(acts=[(Story.pay_rest, 0), (Story.amend, 9), (Story.repay, 0), (Story.unmatch, 1), (Story.repay, 0)])
@example(acts=[(Story.pay_rest, 0), (Story.amend, 9), (Story.repay, 0), (Story.remit, 0), (Story.amend, 4)])
@example(acts=[(Story.pay_part, 40), (Story.withdraw, 0), (Story.repay, 0), (Story.unmatch, 1), (Story.repay, 0)])
def test_any_sequence__leaves_the_books_in_balance(
    cast: Cast, at: datetime, is_secured: bool, acts: list[tuple[Happening, int]]
) -> None:
    try:
        with transaction.atomic():
            a_schedule(at)
            if is_secured:
                a_guarantee(cast, at)
                debt = a_charged_debt(cast, at)
            else:
                withdrawal = an_assessed_withdrawal(cast, at)
                debt = pay_duty(withdrawal_id=withdrawal.pk, actor=cast.alice, at=at)
            must_stay_in_balance(Story(cast, debt.pk, at.date()), acts)
            raise Undo
    except Undo:
        pass
