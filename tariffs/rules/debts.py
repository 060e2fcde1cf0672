"""The life of a debt for duty."""

from __future__ import annotations

from enum import StrEnum

from bonded.rules.errors import RuleViolation


class DutyAlreadySettled(RuleViolation):
    """The duty of the withdrawal is secured or charged already."""

    code = "duty_already_settled"


class NothingOwed(RuleViolation):
    """There is no duty to secure or to pay."""

    code = "nothing_owed"


class DebtNotOpen(RuleViolation):
    """The debt waits for no money: it is paid, or was withdrawn."""

    code = "debt_not_open"


class NothingToRepay(RuleViolation):
    """The line does not send just what is to be given back of the debt, in its currency, to an account that paid it."""

    code = "nothing_to_repay"


class PaymentNotToBeUndone(RuleViolation):
    """What the payment brought about can't be taken back: goods have left, a guarantee or a part was given back."""

    code = "payment_not_to_be_undone"


class DebtState(StrEnum):
    """How far a debt has come."""

    OPEN = "open"  # Owed, in part or in full.
    PAID = "paid"  # The company's money is here in full.
    REMITTED = "remitted"  # Customs has the money.
    WITHDRAWN = "withdrawn"  # The withdrawal came to nothing; money that came is to be given back.


STEPS: dict[DebtState, frozenset[DebtState]] = {
    DebtState.OPEN: frozenset({DebtState.PAID, DebtState.WITHDRAWN}),
    # Back, when a payment is taken back.
    DebtState.PAID: frozenset({DebtState.REMITTED, DebtState.WITHDRAWN, DebtState.OPEN}),
    DebtState.REMITTED: frozenset({DebtState.PAID}),
    DebtState.WITHDRAWN: frozenset(),
}
