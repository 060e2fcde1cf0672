"""What a guarantee is made of: papers and cash, each for its days, and which of them stands behind which claim."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from bonded.rules.errors import InputInvalid, RuleViolation
from bonded.rules.validity import Validity


class InstrumentRepeated(RuleViolation):
    """The company has an instrument of this kind and number already, with other terms."""

    code = "instrument_repeated"


class InstrumentInvalid(InputInvalid):
    """An instrument is of an amount above zero, has a number and a place in the order of use."""

    code = "instrument_invalid"


class InstrumentKind(StrEnum):
    """What stands behind the promise to pay."""

    BANK_GUARANTEE = "bank_guarantee"  # 银行保函: a bank pays when the company does not.
    INSURANCE = "insurance"  # 关税保证保险: an insurer does.
    CASH_DEPOSIT = "cash_deposit"  # 保证金: the money lies at customs already.
    OPENING_LIMIT = "opening_limit"  # A limit that was agreed on before its papers were kept here; has no end.


class InstrumentState(StrEnum):
    """Whether the instrument may count at all; whether it does today is said by its validity."""

    IN_FORCE = "in_force"  # Counts on the days of its validity.
    WITHDRAWN = "withdrawn"  # Given back before its end; counts no more.


STEPS: dict[InstrumentState, frozenset[InstrumentState]] = {
    InstrumentState.IN_FORCE: frozenset({InstrumentState.WITHDRAWN}),
    InstrumentState.WITHDRAWN: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Instrument:
    """One instrument that was not withdrawn: an amount in minor units for some days of Shanghai's calendar."""

    id: int
    order_of_use: int
    amount_minor: int
    validity: Validity


@dataclass(frozen=True, slots=True)
class Claim:
    """One amount, in minor units, that counts against the limit, and the last day on which it may be called."""

    id: UUID
    amount_minor: int
    due_on: date | None


class Backing(NamedTuple):
    """So much of a claim, in minor units, stands behind an instrument; behind none when `instrument_id` is None."""

    claim_id: UUID
    instrument_id: int | None
    amount_minor: int


def limit_minor_on(instruments: Iterable[Instrument], *, on: date) -> int:
    """Give the sum, in minor units, of the instruments that are in force on a day."""
    return sum(instrument.amount_minor for instrument in instruments if instrument.validity.covers(on))


def backings(claims: Sequence[Claim], instruments: Iterable[Instrument], *, on: date) -> list[Backing]:
    """Say which instrument stands behind which claim on a day, each claim's parts adding up to it.

    Claims are served in the order given, the oldest first. Instruments are drawn on in their order
    of use, of equal ones that which ends first, then the earlier one. What no instrument is left
    for is backed by None. Nothing of this is kept: it is the same each time for the same claims.
    """
    in_force = [one for one in instruments if one.validity.covers(on)]
    in_force.sort(key=lambda one: (one.order_of_use, one.validity.until_on or date.max, one.id))
    left = {one.id: one.amount_minor for one in in_force}
    parts: list[Backing] = []
    for claim in claims:
        missing = claim.amount_minor
        for instrument_id, amount in left.items():
            if part := min(missing, amount):
                parts.append(Backing(claim.id, instrument_id, part))
                left[instrument_id] -= part
                missing -= part
        if missing:
            parts.append(Backing(claim.id, None, missing))
    return parts
