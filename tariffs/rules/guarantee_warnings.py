"""What a company is told of its guarantee in time: little left, an end that comes too early, claims without cover."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tariffs.rules.guarantee_instruments import Backing, Claim, Instrument


class WarningKind(StrEnum):
    """What is the matter."""

    LOW_HEADROOM = "low_headroom"  # Less is left than the share of the limit that the terms name.
    ENDS_TOO_EARLY = "ends_too_early"  # An instrument ends before what it stands for is due.
    UNCOVERED = "uncovered"  # More is claimed than the instruments in force cover.


@dataclass(frozen=True, slots=True)
class WarningTerms:
    """When there is a warning: `least_headroom_percent` of the limit, whole percent."""

    least_headroom_percent: int = 20


@dataclass(frozen=True, slots=True, order=True)
class Cause:
    """One thing to warn of; `instrument_id` is that of an instrument that ends too early, else None."""

    kind: WarningKind
    instrument_id: int | None = None


USUAL_TERMS = WarningTerms()


def warning_causes(
    *,
    limit_minor: int,
    claims: Sequence[Claim],
    instruments: Iterable[Instrument],
    parts: Iterable[Backing],
    terms: WarningTerms = USUAL_TERMS,
) -> list[Cause]:
    """Say what a company has to be warned of; amounts in minor units, the parts as `backings` gives them.

    Headroom of exactly the share named is enough, and so is an instrument whose last day is the due day.
    """
    causes: list[Cause] = []
    claimed = sum(claim.amount_minor for claim in claims)
    if claimed > limit_minor:
        causes.append(Cause(WarningKind.UNCOVERED))
    elif (limit_minor - claimed) * 100 < limit_minor * terms.least_headroom_percent:
        causes.append(Cause(WarningKind.LOW_HEADROOM))
    due_of = {claim.id: claim.due_on for claim in claims}
    ends_of = {one.id: one.validity.until_on for one in instruments}
    early = {part.instrument_id for part in parts if _ends_before(ends_of, part, due_of[part.claim_id])}
    return [*causes, *(Cause(WarningKind.ENDS_TOO_EARLY, one) for one in sorted(early - {None}, key=lambda i: i or 0))]


def _ends_before(ends_of: dict[int, date | None], part: Backing, due_on: date | None) -> bool:
    if part.instrument_id is None or due_on is None:
        return False
    until_on = ends_of[part.instrument_id]
    return until_on is not None and until_on <= due_on
