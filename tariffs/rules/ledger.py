"""The books: the chart of accounts, and the rule by which each business event is posted.

A posting is signed: debits are positive, credits negative, and the postings of an entry come to zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from bonded.rules.errors import RuleViolation
from bonded.rules.money import Money


class EntryDoesNotBalance(RuleViolation):
    """The debits and credits of an entry differ in some currency."""

    code = "entry_does_not_balance"


class EntryNotReversedAlone(RuleViolation):
    """Something stands behind the entry that a reversal alone would leave as it is."""

    code = "entry_not_reversed_alone"


class ReversalTooEarly(RuleViolation):
    """A reversal counts on the day of what it reverses, or later."""

    code = "reversal_too_early"


class AccountCode(StrEnum):
    """The chart of accounts; a number's first digit says what it is: 1 what we have, 2 what we owe."""

    BANK = "1000"  # Money at the bank.
    RECEIVABLE = "1100"  # What companies owe for duty that was charged; an account for each company.
    UNALLOCATED = "2000"  # Money received that pays no debt.
    CUSTOMS_DUTY = "2100"  # Owed to customs: duty.
    CUSTOMS_CONSUMPTION_TAX = "2110"  # Owed to customs: consumption tax.
    CUSTOMS_VAT = "2120"  # Owed to customs: VAT.
    CUSTOMS_FEES = "2130"  # Owed to customs: fees.
    CUSTOMS_SURCHARGE = "2140"  # Owed to customs: late-payment surcharge.


# These have an account for each company; the others one for all.
PER_COMPANY = frozenset({AccountCode.RECEIVABLE})
# An account for all is kept in so many shards, so that sessions that post at once do not wait for one row.
SHARDS = 16


class BusinessEvent(StrEnum):
    """What happened, and so by which rule it is posted."""

    DUTY_CHARGED = "duty_charged"  # Goods left bond, or the buyer chose to pay: the duty is owed.
    CHARGE_WITHDRAWN = "charge_withdrawn"  # The withdrawal came to nothing; what was paid is to be given back.
    DUTY_REDUCED = "duty_reduced"  # An amendment found that less is owed than was charged.
    OVERPAID_SET_APART = "overpaid_set_apart"  # What was paid of that is no longer owed, and to be given back.
    OVERPAID_REPAID = "overpaid_repaid"  # What was to be given back went back to who paid it.
    SURCHARGE_CHARGED = "surcharge_charged"
    PAYMENT_RECEIVED = "payment_received"  # A company's money, matched to its debt; what is too much is kept apart.
    CUSTOMS_PAID = "customs_paid"  # Money sent on to customs.
    REVERSED = "reversed"  # An entry taken back by its mirror image.


class Undoing(StrEnum):
    """How an entry that was posted by an event is taken back, so that the state behind it goes back as well."""

    UNMATCH = "unmatch"  # With the match of its payment.
    WITH_ITS_PAYMENT = "with_its_payment"  # A surcharge goes when the payment that was late is taken back.
    WITH_ITS_WITHDRAWAL = "with_its_withdrawal"  # A charge goes when its withdrawal is cancelled or refused.
    NEVER = "never"  # It is a correction itself.


HOW_UNDONE: dict[BusinessEvent, Undoing] = {
    BusinessEvent.DUTY_CHARGED: Undoing.WITH_ITS_WITHDRAWAL,
    BusinessEvent.CHARGE_WITHDRAWN: Undoing.NEVER,
    BusinessEvent.DUTY_REDUCED: Undoing.NEVER,
    BusinessEvent.OVERPAID_SET_APART: Undoing.NEVER,
    BusinessEvent.OVERPAID_REPAID: Undoing.UNMATCH,
    BusinessEvent.SURCHARGE_CHARGED: Undoing.WITH_ITS_PAYMENT,
    BusinessEvent.PAYMENT_RECEIVED: Undoing.UNMATCH,
    BusinessEvent.CUSTOMS_PAID: Undoing.UNMATCH,
    BusinessEvent.REVERSED: Undoing.NEVER,
}


@dataclass(frozen=True, slots=True)
class Leg:
    """One posting of an entry: an account of the chart, and a signed amount."""

    account: AccountCode
    amount: Money


class Side(StrEnum):
    """Which side of an account a rule posts to."""

    DEBIT = "debit"
    CREDIT = "credit"


# Event → (side, account, name of the amount). An amount that is not given, or zero, is not posted.
POSTING_RULES: dict[BusinessEvent, tuple[tuple[Side, AccountCode, str], ...]] = {
    BusinessEvent.DUTY_CHARGED: (
        (Side.DEBIT, AccountCode.RECEIVABLE, "total"),
        (Side.CREDIT, AccountCode.CUSTOMS_DUTY, "duty"),
        (Side.CREDIT, AccountCode.CUSTOMS_CONSUMPTION_TAX, "consumption_tax"),
        (Side.CREDIT, AccountCode.CUSTOMS_VAT, "vat"),
        (Side.CREDIT, AccountCode.CUSTOMS_FEES, "fees"),
    ),
    BusinessEvent.CHARGE_WITHDRAWN: (
        (Side.CREDIT, AccountCode.RECEIVABLE, "outstanding"),
        (Side.CREDIT, AccountCode.UNALLOCATED, "paid"),
        (Side.DEBIT, AccountCode.CUSTOMS_DUTY, "duty"),
        (Side.DEBIT, AccountCode.CUSTOMS_CONSUMPTION_TAX, "consumption_tax"),
        (Side.DEBIT, AccountCode.CUSTOMS_VAT, "vat"),
        (Side.DEBIT, AccountCode.CUSTOMS_FEES, "fees"),
        (Side.DEBIT, AccountCode.CUSTOMS_SURCHARGE, "surcharge"),
    ),
    BusinessEvent.DUTY_REDUCED: (
        (Side.CREDIT, AccountCode.RECEIVABLE, "total"),
        (Side.DEBIT, AccountCode.CUSTOMS_DUTY, "duty"),
        (Side.DEBIT, AccountCode.CUSTOMS_CONSUMPTION_TAX, "consumption_tax"),
        (Side.DEBIT, AccountCode.CUSTOMS_VAT, "vat"),
        (Side.DEBIT, AccountCode.CUSTOMS_FEES, "fees"),
    ),
    BusinessEvent.OVERPAID_SET_APART: (
        (Side.DEBIT, AccountCode.RECEIVABLE, "set_apart"),
        (Side.CREDIT, AccountCode.UNALLOCATED, "set_apart"),
    ),
    BusinessEvent.OVERPAID_REPAID: (
        (Side.DEBIT, AccountCode.UNALLOCATED, "repaid"),
        (Side.CREDIT, AccountCode.BANK, "repaid"),
    ),
    BusinessEvent.SURCHARGE_CHARGED: (
        (Side.DEBIT, AccountCode.RECEIVABLE, "surcharge"),
        (Side.CREDIT, AccountCode.CUSTOMS_SURCHARGE, "surcharge"),
    ),
    BusinessEvent.PAYMENT_RECEIVED: (
        (Side.DEBIT, AccountCode.BANK, "received"),
        (Side.CREDIT, AccountCode.RECEIVABLE, "allocated"),
        (Side.CREDIT, AccountCode.UNALLOCATED, "unallocated"),
    ),
    BusinessEvent.CUSTOMS_PAID: (
        (Side.DEBIT, AccountCode.CUSTOMS_DUTY, "duty"),
        (Side.DEBIT, AccountCode.CUSTOMS_CONSUMPTION_TAX, "consumption_tax"),
        (Side.DEBIT, AccountCode.CUSTOMS_VAT, "vat"),
        (Side.DEBIT, AccountCode.CUSTOMS_FEES, "fees"),
        (Side.DEBIT, AccountCode.CUSTOMS_SURCHARGE, "surcharge"),
        (Side.CREDIT, AccountCode.BANK, "owed"),
    ),
}


def legs_of(event: BusinessEvent, amounts: Mapping[str, Money]) -> tuple[Leg, ...]:
    """Post an event by its rule: give the legs in the rule's order, without those of zero.

    `amounts` are not negative. Raises EntryDoesNotBalance when they do not fit together.
    """
    legs = tuple(
        Leg(account, amounts[name] if side is Side.DEBIT else -amounts[name])
        for side, account, name in POSTING_RULES[event]
        if name in amounts and amounts[name].minor
    )
    require_balance(legs)
    return legs


def reversed_legs(legs: Iterable[Leg]) -> tuple[Leg, ...]:
    """Give the mirror image of an entry: the only way to correct one."""
    return tuple(Leg(leg.account, -leg.amount) for leg in legs)


def require_balance(legs: Iterable[Leg]) -> None:
    """Refuse legs that do not come to zero in every currency; raises EntryDoesNotBalance with the difference."""
    sums: dict[str, int] = {}
    for leg in legs:
        sums[leg.amount.currency] = sums.get(leg.amount.currency, 0) + leg.amount.minor
    for currency, minor in sums.items():
        if minor:
            raise EntryDoesNotBalance(
                f"The entry is out of balance by {Money(minor, currency)} {currency}.",
                difference=str(Money(minor, currency)),
                currency=currency,
            )
