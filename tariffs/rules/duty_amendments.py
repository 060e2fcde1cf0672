"""Amending what released goods owe: what is corrected, and which parts of the duty become more and which less."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from bonded.rules.errors import NotFound, RuleViolation
from bonded.rules.lots import GoodsFacts
from bonded.rules.money import Money
from bonded.rules.withdrawals import WithdrawalState

# The goods are out of customs' hands; before that they are simply assessed again.
AMENDABLE_STATES = frozenset({WithdrawalState.RELEASED, WithdrawalState.HANDED_OVER})


YEARS_TO_AMEND = 3


class WithdrawalNotReleased(RuleViolation):
    """Only what was released is amended."""

    code = "withdrawal_not_released"


class AmendedTooLate(RuleViolation):
    """What was owed is settled: three years have passed since goods were released and their duty was paid."""

    code = "amended_too_late"


class NothingAmended(RuleViolation):
    """The corrections say what the assessment in force says."""

    code = "nothing_amended"


class Part(StrEnum):
    """A part of what is owed that is charged, posted and sent on for itself."""

    DUTY = "duty"
    CONSUMPTION_TAX = "consumption_tax"
    VAT = "vat"
    FEES = "fees"


# Amounts in minor units; a part that is not named is nothing.
Parts = Mapping[Part, int]


@dataclass(frozen=True, slots=True)
class Correction:
    """What an officer found of one lot; None leaves a fact as it was assessed."""

    customs_value: Money | None = None
    hs_code: str | None = None
    origin: str | None = None


def require_released(state: WithdrawalState) -> None:
    """Refuse what customs has not let go; raises WithdrawalNotReleased."""
    if state not in AMENDABLE_STATES:
        raise WithdrawalNotReleased("Only released goods are amended.", state=state.value)


def last_day_to_amend(settled_on: date) -> date:
    """Give the last day on which duty may be amended: three years after the later of release and payment.

    Customs may confirm the tax within three years of payment or release, and who paid too much may claim it for as
    long (Tariff Law, Arts. 45, 46 and 51). A year without such a day ends on the last of its month (Civil Code, Art.
    202). Smuggling, which has no such limit (Art. 47), is not amended here.
    """
    year = settled_on.year + YEARS_TO_AMEND
    return settled_on.replace(year=year, day=min(settled_on.day, monthrange(year, settled_on.month)[1]))


def require_in_time(settled_on: date, *, today: date) -> None:
    """Refuse to amend what was settled too long ago; raises AmendedTooLate with the last day."""
    last_on = last_day_to_amend(settled_on)
    if today > last_on:
        raise AmendedTooLate(f"Duty could be amended until {last_on.isoformat()}.", last_on=last_on.isoformat())


def corrected(goods: Sequence[GoodsFacts], corrections: Mapping[str, Correction]) -> tuple[GoodsFacts, ...]:
    """Give the goods with their corrections, which are by stock number. Raises NotFound, NothingAmended."""
    missing = sorted(corrections.keys() - {facts.stock_number for facts in goods})
    if missing:
        raise NotFound("There is no such lot in the assessment.", stock_numbers=missing)
    after = tuple(_corrected(facts, corrections.get(facts.stock_number, Correction())) for facts in goods)
    if after == tuple(goods):
        raise NothingAmended("The corrections change nothing.")
    return after


def _corrected(facts: GoodsFacts, correction: Correction) -> GoodsFacts:
    return replace(
        facts,
        value=facts.value if correction.customs_value is None else correction.customs_value,
        hs_code=correction.hs_code or facts.hs_code,
        origin=correction.origin or facts.origin,
    )


def differences(charged: Parts, assessed: Parts) -> tuple[Parts, Parts]:
    """Give what is owed beyond what was charged, and what was charged beyond what is owed, part by part.

    Each part is for itself, as each tax is in law: more duty and less VAT are a further debt of the
    one and a reduction by the other. Neither holds a zero.
    """
    by = {part: assessed.get(part, 0) - charged.get(part, 0) for part in Part}
    more = {part: minor for part, minor in by.items() if minor > 0}
    return more, {part: -minor for part, minor in by.items() if minor < 0}


def reductions(less: Parts, debts: Sequence[Parts]) -> list[Parts]:
    """Spread a reduction over debts, the first as far as it reaches, then the next; one for each debt.

    What is taken off a part is never more than the debts have of it.
    """
    left, spread = dict(less), list[Parts]()
    for debt in debts:
        taken = {part: min(minor, debt.get(part, 0)) for part, minor in left.items()}
        left = {part: minor - taken[part] for part, minor in left.items()}
        spread.append({part: minor for part, minor in taken.items() if minor})
    assert not any(left.values()), "more was to be taken off than was charged"
    return spread
