"""A change of the schedule before it is one: drafted by one person, approved by another, published in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bonded.rules.errors import ProblemsFound, RuleViolation


class DraftState(StrEnum):
    """How far a draft has come."""

    DRAFTED = "drafted"  # Read without a fault; nobody has agreed to it.
    APPROVED = "approved"  # A second person has seen what it changes.
    PUBLISHED = "published"  # In force for its days.
    DISCARDED = "discarded"  # It came to nothing.


WAITING = frozenset({DraftState.DRAFTED, DraftState.APPROVED})

STEPS: dict[DraftState, frozenset[DraftState]] = {
    DraftState.DRAFTED: frozenset({DraftState.APPROVED, DraftState.DISCARDED}),
    # Approved again: what it would change is not what was approved.
    DraftState.APPROVED: frozenset({DraftState.APPROVED, DraftState.PUBLISHED, DraftState.DISCARDED}),
    DraftState.PUBLISHED: frozenset(),
    DraftState.DISCARDED: frozenset(),
}


class ApproverIsDrafter(RuleViolation):
    """Who drafted a change can't approve it: two persons have to see it."""

    code = "approver_is_drafter"


class DraftOutdated(RuleViolation):
    """Something else was published since the approval, so the draft would change other things than were approved."""

    code = "draft_outdated"


class EarlierDraftWaits(RuleViolation):
    """Drafts are published in the order of their approval, and an earlier one is neither published nor discarded."""

    code = "earlier_draft_waits"


class DraftChangesNothing(RuleViolation):
    """Everything that the draft says is believed already."""

    code = "draft_changes_nothing"


class CoverageIncomplete(ProblemsFound):
    """Codes that the draft names would have no rate of some charge on some days; each gap is named."""

    code = "coverage_incomplete"


@dataclass(frozen=True, slots=True)
class Change:
    """What one row of a draft changes: what it says, for which days, and what is believed of these days now.

    `before` is empty where nothing is; `is_new` is false where the same is believed already.
    """

    what: str
    says: str
    from_on: date
    until_on: date | None
    before: Sequence[str]
    is_new: bool
