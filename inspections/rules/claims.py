"""Claims: what a visit needs for itself alone, and the refusal when somebody else has it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from bonded.rules.errors import RuleViolation


class ResourceKind(StrEnum):
    """What can be claimed."""

    DESK = "desk"
    ESCORT = "escort"
    INSTRUMENT = "instrument"
    LOT = "lot"
    OFFICER = "officer"
    SCALE = "scale"


class Resource(NamedTuple):
    """One thing that only one visit can have at a time; sorted, they are claimed in one order by everybody."""

    kind: ResourceKind
    id: int


class SlotTaken(RuleViolation):
    """Somebody else was first.

    It says only when everything asked for is free next, never what was taken or by whom: that
    another looks at a stone is nobody's business.
    """

    code = "slot_taken"


def slot_taken(starts_at: datetime, next_free: Sequence[datetime]) -> SlotTaken:
    """Say that the time is gone, and which are not."""
    return SlotTaken(
        "This time is no longer free.",
        starts_at=starts_at.isoformat(),
        next_free=[moment.isoformat() for moment in next_free],
    )
