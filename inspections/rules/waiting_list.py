"""The waiting list: a wait's life, its terms, and the place that an offer is made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bonded.rules.errors import InputInvalid, RuleViolation
from inspections.rules.slots import Slot


class WaitState(StrEnum):
    """How far a wait has come."""

    WAITING = "waiting"  # No place was found yet.
    OFFERED = "offered"  # A place is held for it, for a time.
    ACCEPTED = "accepted"  # The place is booked, or requested where somebody has to approve it.
    DECLINED = "declined"  # The place was not wanted; another is not offered.
    LAPSED = "lapsed"  # Nobody took the offer in time, or the window is over.
    LEFT = "left"  # Its company does not wait any more.


STEPS: dict[WaitState, frozenset[WaitState]] = {
    WaitState.WAITING: frozenset({WaitState.OFFERED, WaitState.LAPSED, WaitState.LEFT}),
    # It waits again when its stones can't be viewed any more: that is not its company's doing.
    WaitState.OFFERED: frozenset(
        {WaitState.ACCEPTED, WaitState.DECLINED, WaitState.LAPSED, WaitState.LEFT, WaitState.WAITING}
    ),
    WaitState.ACCEPTED: frozenset(),
    WaitState.DECLINED: frozenset(),
    WaitState.LAPSED: frozenset(),
    WaitState.LEFT: frozenset(),
}
OPEN_STATES = frozenset({WaitState.WAITING, WaitState.OFFERED})

# Our own terms.
OFFER_TERM = timedelta(minutes=30)
LONGEST_WINDOW = timedelta(days=90)
LARGEST_PARTY = 20
HIGHEST_PRIORITY = 9

# Why the booking of an offer ended; of these only what its company did ends the wait.
OFFER_DECLINED = "The offer was declined."
OFFER_LEFT = "The company left the waiting list."


class WindowInvalid(InputInvalid):
    """The time to wait for is over, empty, or too long."""

    code = "window_invalid"


class PartyTooLarge(RuleViolation):
    """More people would come than the place was asked for."""

    code = "party_too_large"


@dataclass(frozen=True, slots=True)
class Place:
    """One slot at which desk, escort, scale and lots are free together."""

    slot: Slot
    desk_id: int
    escort_id: int | None
    scale_id: int


def require_window(starts_at: datetime, ends_at: datetime, *, at: datetime) -> None:
    """Refuse a window that is over, empty, or longer than 90 days; raises WindowInvalid."""
    if not (at < ends_at and starts_at < ends_at <= max(starts_at, at) + LONGEST_WINDOW):
        raise WindowInvalid(
            f"Wait for a time to come, of at most {LONGEST_WINDOW.days} days.",
            starts_at=starts_at.isoformat(),
            ends_at=ends_at.isoformat(),
        )


def require_party(visitors: int, party_size: int) -> None:
    """Refuse more visitors than the wait named; raises PartyTooLarge."""
    if visitors > party_size:
        raise PartyTooLarge("More people would come than you waited for.", visitors=visitors, party_size=party_size)
