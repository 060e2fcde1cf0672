"""A statement must lead from its opening to its closing balance, in one currency."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from bonded.rules.money import Money
from tariffs.rules.statements import (
    Statement,
    StatementDoesNotAddUp,
    StatementLine,
    is_same_account,
    require_statement_adds_up,
)

LINE = StatementLine(1, Money(885, "EUR"), date(2026, 1, 2), date(2026, 1, 2), "NAME", "NL1", "", "", "")
STATEMENT = Statement("S1", "NL2", "EUR", Money(1815, "EUR"), Money(2700, "EUR"), (LINE,))


def test_require_statement_adds_up__accepts_one_that_does_and_not_one_without_its_line() -> None:
    require_statement_adds_up(STATEMENT)
    with pytest.raises(StatementDoesNotAddUp) as refusal:
        require_statement_adds_up(replace(STATEMENT, lines=()))
    assert refusal.value.facts == {"statement": "S1", "computed": "18.15", "closing": "27.00"}


@pytest.mark.parametrize("closing", [None, Money(9, "USD")], ids=["not stated", "another currency"])
def test_require_statement_adds_up__passes_by_a_balance_that_proves_nothing(closing: Money | None) -> None:
    require_statement_adds_up(replace(STATEMENT, closing=closing))
    # Its lines are looked at all the same.
    with pytest.raises(StatementDoesNotAddUp) as refusal:
        require_statement_adds_up(replace(STATEMENT, closing=closing, lines=(replace(LINE, amount=Money(1, "USD")),)))
    assert refusal.value.facts == {"statement": "S1", "entry": 1}


def test_require_statement_adds_up__refuses_a_cent_of_difference() -> None:
    with pytest.raises(StatementDoesNotAddUp) as refusal:
        require_statement_adds_up(replace(STATEMENT, closing=Money(2701, "EUR")))
    assert refusal.value.facts == {"statement": "S1", "computed": "27.00", "closing": "27.01"}


def test_require_statement_adds_up__refuses_a_line_in_another_currency() -> None:
    with pytest.raises(StatementDoesNotAddUp) as refusal:
        require_statement_adds_up(replace(STATEMENT, lines=(replace(LINE, amount=Money(885, "USD")),)))
    assert refusal.value.facts == {"statement": "S1", "entry": 1}


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("622202400000000001", "6222 0240 0000 0000 01", True),
        ("NL26VAYB8060476890", "nl26 vayb 8060 4768 90", True),
        ("8060476890", "NL26VAYB8060476890", True),
        ("NL26 VAYB 8060 4768 90", "60476890", True),
        ("NL26VAYB8060476890", "0476890", False),  # Seven: too short to tell.
        ("622202400000000001", "00000001", False),  # No IBAN.
        ("NL26VAYB8060476890", "NL26VAYB8060476891", False),
        ("NL26VAYB8060476890", "", False),
    ],
)
def test_is_same_account__knows_one_account_in_several_spellings(one: str, other: str, is_same: bool) -> None:
    assert (is_same_account(one, other), is_same_account(other, one)) == (is_same, is_same)
