"""Which papers a company must have before it may look at stones of a kind."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from bonded.rules.errors import Problem
from bonded.rules.lots import LotKind


class PaperKind(StrEnum):
    """What a company has shown the house."""

    KIMBERLEY_MEMBERSHIP = "kimberley_membership"  # Licence of a participant's authority, or a bourse's membership.
    INSURANCE = "insurance"  # Covers what its visitors break, lose or swap.


# Rough diamonds move between participants of the Kimberley Process only (its Core Document, section III).
REQUIRED: dict[LotKind, frozenset[PaperKind]] = {
    LotKind.ROUGH_DIAMOND: frozenset({PaperKind.KIMBERLEY_MEMBERSHIP}),
}


def paper_problems(kinds: Collection[str], papers: Collection[str]) -> list[Problem]:
    """Name the papers that stones of some kinds ask for and a company doesn't have on the day of the visit."""
    required = frozenset[PaperKind]().union(*(REQUIRED.get(LotKind(kind), frozenset()) for kind in kinds))
    return [
        Problem(f"{paper.value}_missing", f"No {paper.replace('_', ' ')} of the company covers the day of the visit.")
        for paper in sorted(required - set(papers))
    ]
