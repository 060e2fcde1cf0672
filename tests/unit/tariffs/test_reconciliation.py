"""Which line pays which debt: surest pass first, each side once, nothing where it is ambiguous."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from uuid import UUID

from bonded.rules.money import Money
from tariffs.rules.payment_references import payment_reference
from tariffs.rules.reconciliation import Match, MatchRule, OpenDebt, UnmatchedLine, match_lines, match_remittances

ONE, TWO = UUID(int=1 << 120), UUID(int=2 << 120)


def debt(debt_id: UUID, minor: int = 1000, accounts: tuple[str, ...] = ()) -> OpenDebt:
    return OpenDebt(debt_id, payment_reference(debt_id), Money(minor, "CNY"), frozenset(accounts))


def line(line_id: int, minor: int = 1000, text: str = "", account: str = "") -> UnmatchedLine:
    return UnmatchedLine(line_id, Money(minor, "CNY"), text, account)


def found(lines: list[UnmatchedLine], debts: list[OpenDebt]) -> list[tuple[int, UUID, MatchRule]]:
    return [(match.line_id, match.debt_id, match.rule) for match in match_lines(lines, debts)]


def test_match_lines__is_sure_of_reference_and_amount() -> None:
    (match,) = match_lines([line(7, text=f"duty {payment_reference(ONE)}")], [debt(ONE), debt(TWO)])
    assert match == Match(7, ONE, MatchRule.REFERENCE_AND_AMOUNT, Money(1000, "CNY"))
    assert match.is_sure


def test_match_lines__suggests_a_reference_with_another_amount() -> None:
    (match,) = match_lines([line(7, 999, payment_reference(ONE))], [debt(ONE)])
    assert (match.rule, match.amount.minor, match.is_sure) == (MatchRule.REFERENCE_ONLY, 999, False)


def test_match_lines__suggests_the_payers_only_debt_of_that_amount() -> None:
    assert found([line(7, account="A1")], [debt(ONE, accounts=("A1", "A2")), debt(TWO)]) == [
        (7, ONE, MatchRule.PAYER_AND_AMOUNT)
    ]


def test_match_lines__never_mixes_currencies() -> None:
    dollars = UnmatchedLine(7, Money(1000, "USD"), "", "A1")
    assert found([dollars], [debt(ONE, accounts=("A1",))]) == []


def test_match_lines__passes_by_money_that_left() -> None:
    assert found([line(7, -1000, payment_reference(ONE))], [debt(ONE, -1000)]) == []


def test_match_remittances__needs_reference_and_exact_amount() -> None:
    lines = [line(7, -1000, payment_reference(ONE)), line(8, -999, payment_reference(TWO)), line(9, 1000)]
    assert match_remittances(lines, [debt(ONE), debt(TWO)]) == [Match(7, ONE, MatchRule.REMITTANCE, Money(1000, "CNY"))]


def test_match_lines__and_remittances_leave_what_the_bank_took_back_to_a_person() -> None:
    back = [replace(line(7, minor, payment_reference(ONE)), is_reversal=True) for minor in (1000, -1000)]
    assert (match_lines(back, [debt(ONE)]), match_remittances(back, [debt(ONE)])) == ([], [])


def test_match_lines__leaves_two_equal_debts_of_one_payer_to_a_person() -> None:
    assert found([line(7, account="A1")], [debt(ONE, accounts=("A1",)), debt(TWO, accounts=("A1",))]) == []


def test_match_lines__leaves_two_payments_of_one_debt_to_a_person() -> None:
    text = payment_reference(ONE)
    assert found([line(7, text=text), line(8, text=text)], [debt(ONE)]) == []


def test_match_lines__leaves_a_line_that_quotes_two_debts_to_a_person() -> None:
    text = f"{payment_reference(ONE)} {payment_reference(TWO)}"
    assert found([line(7, text=text)], [debt(ONE), debt(TWO)]) == []


def test_match_lines__finds_the_same_in_any_order() -> None:
    lines = [line(1, text=payment_reference(TWO)), line(2, account="A1"), line(3, 5, payment_reference(ONE))]
    debts = [debt(ONE, accounts=("A1",)), debt(TWO, accounts=("A1",)), debt(UUID(int=3 << 120), 5)]
    expected = [(1, TWO, MatchRule.REFERENCE_AND_AMOUNT), (3, ONE, MatchRule.REFERENCE_ONLY)]
    for order in permutations(range(3)):
        assert found([lines[i] for i in order], [debts[i] for i in reversed(order)]) == expected
