"""What stands on the pass of a booking."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bonded.rules.errors import RuleViolation
from inspections.rules.slots import ROOM_ZONE


class PassNotValid(RuleViolation):
    """The pass is unknown, used, or another has taken its place: nobody comes in by it."""

    code = "pass_not_valid"


@dataclass(frozen=True, slots=True)
class VisitPass:
    """A pass as it is printed: no lots, no values, no company. `token` is what its code says.

    `trays` are the places on the tray in the order of viewing.
    """

    token: str
    starts_at: datetime
    ends_at: datetime
    place: str
    visitors: Sequence[str]
    trays: Sequence[int]


def pass_digest(token: str) -> bytes:
    """Give what is kept of a pass: the SHA-256 of what its code says."""
    return hashlib.sha256(token.encode()).digest()


def visiting_time(starts_at: datetime, ends_at: datetime) -> str:
    """Say when a visit is by the building's clock, and which clock that is."""
    begins, ends = starts_at.astimezone(ROOM_ZONE), ends_at.astimezone(ROOM_ZONE)
    return f"{begins:%Y-%m-%d %H:%M} – {ends:%H:%M} {ROOM_ZONE.key} (UTC{begins:%z})"
