"""Leaving bond: the procedures, the life of a withdrawal, and what must be clear before goods go."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import timedelta
from enum import StrEnum

from bonded.rules.errors import ProblemsFound, RuleViolation
from bonded.rules.money import Money


class Procedure(StrEnum):
    """What the goods leave bond for."""

    HOME_USE = "home_use"
    RE_EXPORT = "re_export"
    BOND_TRANSFER = "bond_transfer"


class WithdrawalState(StrEnum):
    """How far a withdrawal has come."""

    REQUESTED = "requested"  # The buyer asked; duty is assessed.
    DECLARED = "declared"  # The declaration is with customs.
    RELEASED = "released"  # An officer let the goods go; the gate token is out.
    HANDED_OVER = "handed_over"  # They left by the gate, and the bond entry is written off.
    REFUSED = "refused"  # An officer said no, with the reason.
    CANCELLED = "cancelled"  # The buyer gave it up.


STEPS: dict[WithdrawalState, frozenset[WithdrawalState]] = {
    WithdrawalState.REQUESTED: frozenset(
        {WithdrawalState.DECLARED, WithdrawalState.CANCELLED, WithdrawalState.REFUSED}
    ),
    WithdrawalState.DECLARED: frozenset({WithdrawalState.RELEASED, WithdrawalState.REFUSED, WithdrawalState.CANCELLED}),
    WithdrawalState.RELEASED: frozenset({WithdrawalState.HANDED_OVER}),
    WithdrawalState.HANDED_OVER: frozenset(),
    WithdrawalState.REFUSED: frozenset(),
    WithdrawalState.CANCELLED: frozenset(),
}
# A lot in one of these can't be in another withdrawal.
LIVE_STATES = frozenset({WithdrawalState.REQUESTED, WithdrawalState.DECLARED, WithdrawalState.RELEASED})


class Clearance(StrEnum):
    """One thing that is settled about a withdrawal, granted with its evidence."""

    DUTY_ASSESSED = "duty_assessed"  # The amount owed is known.
    DUTY_PAID = "duty_paid"  # The money is here.
    DUTY_SECURED = "duty_secured"  # A guarantee stands for the money.
    CUSTOMS_ACCEPTED = "customs_accepted"  # Customs took the declaration in.
    CUSTOMS_RELEASED = "customs_released"  # Customs says that the goods may go.
    CUSTODY_RECONCILED = "custody_reconciled"  # The lots are in the vault, sealed, at their weight, without a hold.


def evidence_told(sentence: str, facts: Mapping[str, str] | None) -> str:
    """Put facts in their places of a sentence in any language; one without facts is told as it stands."""
    return sentence % facts if facts else sentence


# Each row is one demand; any one of its clearances meets it.
DEMANDS: dict[Procedure, tuple[frozenset[Clearance], ...]] = {
    Procedure.HOME_USE: (
        frozenset({Clearance.DUTY_ASSESSED}),
        frozenset({Clearance.DUTY_PAID, Clearance.DUTY_SECURED}),
        frozenset({Clearance.CUSTOMS_ACCEPTED}),
        frozenset({Clearance.CUSTOMS_RELEASED}),
        frozenset({Clearance.CUSTODY_RECONCILED}),
    ),
    Procedure.RE_EXPORT: (
        frozenset({Clearance.CUSTOMS_ACCEPTED}),
        frozenset({Clearance.CUSTOMS_RELEASED}),
        frozenset({Clearance.CUSTODY_RECONCILED}),
    ),
    Procedure.BOND_TRANSFER: (
        frozenset({Clearance.CUSTOMS_ACCEPTED}),
        frozenset({Clearance.CUSTOMS_RELEASED}),
        frozenset({Clearance.CUSTODY_RECONCILED}),
    ),
}


class ClearanceMissing(RuleViolation):
    """Something is not settled yet, so the goods stay."""

    code = "clearance_missing"


class WithdrawalNotLive(RuleViolation):
    """The withdrawal has ended: nothing about it is settled or taken back any more."""

    code = "withdrawal_not_live"


class StillDeclared(RuleViolation):
    """A customs office has a declaration of these goods that is neither rejected nor cancelled."""

    code = "still_declared"


class ReleasedByItsPreparer(RuleViolation):
    """Who prepared a withdrawal can't be the officer who approves it."""

    code = "released_by_its_preparer"


class CountersignatureMissing(RuleViolation):
    """The goods are worth so much that another officer approves before they are released."""

    code = "countersignature_missing"


class CountersignedByItsApprover(RuleViolation):
    """Who approved a withdrawal can't be the officer who countersigns it."""

    code = "countersigned_by_its_approver"


class ApprovalOutdated(RuleViolation):
    """What was approved has changed since: it is to be approved again."""

    code = "approval_outdated"


class TokenNotValid(RuleViolation):
    """The gate token is unknown, used, lapsed or of other goods: the door stays shut."""

    code = "token_not_valid"


class LotsNotFree(ProblemsFound):
    """Some lots can't be withdrawn: out, on hold, sold, or held for another."""

    code = "lots_not_free"


class CustodyNotReconciled(ProblemsFound):
    """Some lots are not in the vault, sealed, without a hold: the goods stay."""

    code = "custody_not_reconciled"


# From this value on, in minor units, two officers let goods go; goods in any other currency always have two. The
# amounts are the platform's own: the law asks for separate posts (Customs Law, Art. 79), not for a limit.
COUNTERSIGNED_FROM = {"CNY": 5_000_000_00, "USD": 700_000_00, "EUR": 650_000_00, "HKD": 5_500_000_00}


def needs_countersignature(values: Iterable[Money]) -> bool:
    """Say whether goods of these values are let go by two officers: the sum in one currency reaches its limit."""
    sums: dict[str, int] = {}
    for value in values:
        sums[value.currency] = sums.get(value.currency, 0) + value.minor
    return any(minor >= COUNTERSIGNED_FROM.get(currency, 0) for currency, minor in sums.items())


def missing_clearances(procedure: Procedure, granted: Iterable[Clearance]) -> list[str]:
    """Name what is not settled, in the order in which it is looked at; alternatives joined by ` or `.

    Empty means that the goods may go. Home use needs duty paid or secured; nothing leaves
    without customs' acceptance and release and a clean custody record.
    """
    have = frozenset(granted)
    return [
        " or ".join(sorted(clearance.value for clearance in demand))
        for demand in DEMANDS[procedure]
        if not demand & have
    ]


# How long a gate token opens the door; then the buyer asks for another.
TOKEN_TERM = timedelta(hours=24)


def token_digest(token: str) -> bytes:
    """Give what is kept of a gate token: its SHA-256."""
    return hashlib.sha256(token.encode()).digest()
