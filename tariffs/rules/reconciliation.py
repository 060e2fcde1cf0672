"""Which line of a bank statement pays which debt: decided in passes, surest first, each side at most once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from bonded.rules.errors import RuleViolation
from bonded.rules.money import Money
from tariffs.rules.payment_references import references_in


class LineAlreadyMatched(RuleViolation):
    """A line of a statement is used once."""

    code = "line_already_matched"


class PaymentAlreadyBooked(RuleViolation):
    """The match is in the ledger already."""

    code = "payment_already_booked"


class MatchRule(StrEnum):
    """By what a line was recognised; the order is the order of the passes."""

    REFERENCE_AND_AMOUNT = "reference_and_amount"  # Sure: booked without asking.
    REFERENCE_ONLY = "reference_only"  # Right debt, other amount: a person decides.
    PAYER_AND_AMOUNT = "payer_and_amount"  # One open debt of that payer and amount: a person decides.
    REMITTANCE = "remittance"  # Money sent on to customs for a debt that is paid, to the fen. Sure.
    BY_HAND = "by_hand"  # A person said so.
    REPAYMENT = "repayment"  # Money that went back to who paid too much. A person said so.


# Rules whose matches need no second look.
SURE = frozenset({MatchRule.REFERENCE_AND_AMOUNT, MatchRule.REMITTANCE})


@dataclass(frozen=True, slots=True)
class OpenDebt:
    """A debt that waits for money. `payer_accounts` are the bank accounts that its company pays from."""

    debt_id: UUID
    reference: str
    outstanding: Money
    payer_accounts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class UnmatchedLine:
    """A line of a statement that no debt has claimed; money in is positive.

    `is_reversal`: the bank took an earlier line back. Such a line quotes the reference of what it takes back, so it
    would look like a payment or a remittance; only a person may say what it means.
    """

    line_id: int
    amount: Money
    text: str
    payer_account: str
    is_reversal: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """A line that pays a debt, and by which rule it was recognised."""

    line_id: int
    debt_id: UUID
    rule: MatchRule
    amount: Money

    @property
    def is_sure(self) -> bool:
        """Say whether the match may be booked without a person's word."""
        return self.rule in SURE


def match_lines(lines: Sequence[UnmatchedLine], debts: Sequence[OpenDebt]) -> list[Match]:
    """Match money received to debts: one line to one debt, each used once, in the order of the passes.

    Within a pass only what is unambiguous counts: a key that two lines or two debts share matches
    nothing, so the order of lines and debts makes no difference.
    """
    matches: list[Match] = []
    open_lines = {line.line_id: line for line in lines if line.amount.minor > 0 and not line.is_reversal}
    open_debts = {debt.debt_id: debt for debt in debts if debt.outstanding.minor > 0}
    for rule, line_key, debt_keys in _PASSES:
        for line, debt in _unambiguous_pairs(open_lines.values(), line_key, open_debts.values(), debt_keys):
            matches.append(Match(line.line_id, debt.debt_id, rule, line.amount))
            del open_lines[line.line_id], open_debts[debt.debt_id]
    return sorted(matches, key=lambda match: match.line_id)


def match_remittances(lines: Sequence[UnmatchedLine], paid_debts: Sequence[OpenDebt]) -> list[Match]:
    """Match money sent on to customs to debts that are paid: by their reference and the exact amount."""
    sent = [replace(line, amount=-line.amount) for line in lines if line.amount.minor < 0 and not line.is_reversal]
    pairs = _unambiguous_pairs(sent, _reference_and_amount, paid_debts, _debt_reference_and_amount)
    return [Match(line.line_id, debt.debt_id, MatchRule.REMITTANCE, line.amount) for line, debt in pairs]


def _unambiguous_pairs(
    lines: Iterable[UnmatchedLine],
    line_key: Callable[[UnmatchedLine], Hashable],
    debts: Iterable[OpenDebt],
    debt_keys: Callable[[OpenDebt], Iterable[Hashable]],
) -> list[tuple[UnmatchedLine, OpenDebt]]:
    """Pair lines and debts of the same key, and drop every pair whose line or debt is in another pair as well."""
    debts_by_key = defaultdict(list)
    for debt in debts:
        for key in debt_keys(debt):
            debts_by_key[key].append(debt)
    pairs = [(line, debt) for line in lines for debt in debts_by_key.get(line_key(line), ())]
    of_line = Counter(line.line_id for line, _ in pairs)
    of_debt = Counter(debt.debt_id for _, debt in pairs)
    return [(line, debt) for line, debt in pairs if of_line[line.line_id] == of_debt[debt.debt_id] == 1]


def _quoted_reference(line: UnmatchedLine) -> str | None:
    """Give the reference that the payer quoted; a payer who quotes two has to be asked."""
    references = set(references_in(line.text))
    return references.pop() if len(references) == 1 else None


def _reference_and_amount(line: UnmatchedLine) -> Hashable:
    return (_quoted_reference(line), line.amount)


def _debt_reference_and_amount(debt: OpenDebt) -> list[Hashable]:
    return [(debt.reference, debt.outstanding)]


_PASSES: tuple[tuple[MatchRule, Callable[[UnmatchedLine], Hashable], Callable[[OpenDebt], Iterable[Hashable]]], ...] = (
    (MatchRule.REFERENCE_AND_AMOUNT, _reference_and_amount, _debt_reference_and_amount),
    (
        MatchRule.REFERENCE_ONLY,
        lambda line: (_quoted_reference(line), line.amount.currency),
        lambda debt: [(debt.reference, debt.outstanding.currency)],
    ),
    (
        MatchRule.PAYER_AND_AMOUNT,
        lambda line: (line.payer_account, line.amount),
        lambda debt: [(account, debt.outstanding) for account in debt.payer_accounts],
    ),
)
