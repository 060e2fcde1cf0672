"""A bank statement as the bank says it: one account, its balances, and what came and went."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from bonded.rules.errors import InputInvalid, RuleViolation
from bonded.rules.money import Money

_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
# A shorter number may end the IBAN of somebody else.
_SHORTEST_BARE_NUMBER = 8


class BankForm(StrEnum):
    """In which form a statement came; each names statements in its own way."""

    CAMT053 = "camt053"
    MT940 = "mt940"
    CSV = "csv"


class StatementUnreadable(InputInvalid):
    """The file is not a bank statement that can be read; the facts say where reading stopped."""

    code = "statement_unreadable"


class StatementDoesNotAddUp(InputInvalid):
    """Opening balance and lines do not come to the closing balance."""

    code = "statement_does_not_add_up"


class StatementAlreadyImported(RuleViolation):
    """The same file, or the same statement of an account, came in before."""

    code = "statement_already_imported"


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One booked entry: money in is positive, money out negative.

    `position` counts from 1 within its statement. `remittance` is what the payer wrote, structured
    references first; `bank_reference` is the bank's own name for the entry. `is_reversal` says that the bank
    took an earlier entry back, so that money out is no payment, nor money in one received.
    """

    position: int
    amount: Money
    booked_on: date
    value_on: date
    counterparty: str
    counterparty_account: str
    remittance: str
    end_to_end_id: str
    bank_reference: str
    is_reversal: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of one account; a file may hold several. `form` is no part of what it says."""

    identification: str
    account: str
    currency: str
    opening: Money | None
    closing: Money | None
    lines: tuple[StatementLine, ...]
    form: BankForm = field(default=BankForm.CAMT053, compare=False)

    @property
    def paid_in_minor(self) -> int:
        """Sum what came in, in minor units."""
        return sum(line.amount.minor for line in self.lines if line.amount.minor > 0)


def is_same_account(one: str, other: str) -> bool:
    """Say whether two texts name one account, be it with blanks, in small letters, or once by IBAN and once without.

    An IBAN is the same as a bare number of at least 8 characters that it ends with.
    """
    bare, full = sorted(("".join(text.split()).upper() for text in (one, other)), key=len)
    if bare == full:
        return True
    return len(bare) >= _SHORTEST_BARE_NUMBER and _IBAN.fullmatch(full) is not None and full.endswith(bare)


def require_statement_adds_up(statement: Statement) -> None:
    """Refuse a statement whose lines do not lead from its opening to its closing balance.

    Balances that the bank did not state, or states in another currency than the account's, prove
    nothing and are passed by. Lines must be in the account's currency. Raises StatementDoesNotAddUp.
    """
    for line in statement.lines:
        if line.amount.currency != statement.currency:
            raise StatementDoesNotAddUp(
                f"Entry {line.position} is in {line.amount.currency}, and the account in {statement.currency}.",
                statement=statement.identification,
                entry=line.position,
            )
    opening, closing = statement.opening, statement.closing
    if opening is None or closing is None or {opening.currency, closing.currency} != {statement.currency}:
        return
    computed = sum((line.amount for line in statement.lines), opening)
    if computed != closing:
        raise StatementDoesNotAddUp(
            f"The lines come to {computed}, and the bank says {closing}.",
            statement=statement.identification,
            computed=str(computed),
            closing=str(closing),
        )
