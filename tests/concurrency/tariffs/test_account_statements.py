"""A statement that is made and cancelled at once, many times over: it has one end, and documents only when made."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from bonded.models import Activity
from bonded.rules.lifecycle import StepNotAllowed
from bonded.rules.permissions import SYSTEM
from tariffs.actions.account_statements import (
    cancel_account_statement,
    claim_account_statement,
    keep_account_statement,
    order_account_statement,
)
from tariffs.models import AccountStatement
from tariffs.tasks import make_account_statements
from tests.cast import Cast, make_cast
from tests.situations.threads import outcomes_at_once

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
ROUNDS = 25
CANCELS = 6

pytestmark = pytest.mark.django_db(transaction=True)


def ordered(cast: Cast, number: int) -> AccountStatement:
    at = AT + timedelta(minutes=number)
    return order_account_statement(company_id=cast.alder.pk, currency="CNY", month=at.date(), actor=cast.alice, at=at)


def require_one_end(statement: AccountStatement, is_made: bool, cancels: list[object]) -> str:
    """Look that a statement is either made, and every cancel refused, or cancelled once, and nothing kept of it."""
    assert all(isinstance(one, AccountStatement | StepNotAllowed) for one in cancels), cancels
    won = sum(isinstance(one, AccountStatement) for one in cancels)
    statement.refresh_from_db()
    ended = (statement.state, is_made, won, bool(statement.pdf), bool(statement.csv), bool(statement.made_at))
    assert ended in (("ready", True, 0, True, True, True), ("cancelled", False, 1, False, False, False))
    acts = Activity.objects.filter(target_id=str(statement.pk)).values_list("act", flat=True)
    assert sorted(act.rsplit(".", 1)[1] for act in acts) == sorted(["order", "make" if is_made else "cancel"])
    return statement.state


def test_cancel_account_statement__and_its_end_at_once_are_one_end() -> None:
    cast = make_cast()
    for number in range(ROUNDS):
        statement = ordered(cast, number)
        claimed = claim_account_statement(actor=SYSTEM, at=AT + timedelta(days=1))
        assert claimed is not None
        cancel = partial(cancel_account_statement, statement_id=statement.pk, actor=cast.alice, at=AT)
        keep = partial(
            keep_account_statement,
            statement_id=statement.pk, attempt=claimed.attempt, pdf=b"%PDF-", csv=b"csv", actor=SYSTEM, at=AT,
        )  # fmt: skip
        # Whoever is let go first wins now and then.
        acts: list[Callable[[], object]] = [
            *[cancel] * (number % CANCELS),
            keep,
            *[cancel] * (CANCELS - number % CANCELS),
        ]
        outcomes = outcomes_at_once(*acts)
        is_made = outcomes.pop(number % CANCELS)
        require_one_end(statement, bool(is_made), outcomes)


def test_cancel_account_statement__and_many_workers_at_once_are_one_end() -> None:
    cast = make_cast()
    for number in range(ROUNDS):
        statement = ordered(cast, number)
        cancel = partial(cancel_account_statement, statement_id=statement.pk, actor=cast.alice, at=AT)
        *made, first, second = outcomes_at_once(*[make_account_statements] * 3, cancel, cancel)
        assert set(made) <= {0, 1}, made
        require_one_end(statement, 1 in made, [first, second])
