"""Findings: what a buyer made of a lot after looking at it."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from bonded.rules.errors import RuleViolation


class Intent(StrEnum):
    """What the buyer means to do."""

    BUY = "buy"  # It will ask for the lot's withdrawal.
    DECLINE = "decline"  # It does not want the lot.
    SECOND_LOOK = "second_look"  # It wants to see the lot again.


class FindingMissing(RuleViolation):
    """A lot was looked at, and nobody said what came of it."""

    code = "finding_missing"


class LotNotViewed(RuleViolation):
    """The lot is not among those that are looked at in this visit, or the visit is not under way."""

    code = "lot_not_viewed"


def keeps_headroom(intents: Collection[str]) -> bool:
    """Say whether the guarantee goes on standing for a visit's stones: while one of them is wanted."""
    return Intent.BUY in intents
