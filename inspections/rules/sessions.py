"""A session's life: each step begins only when the one before is closed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from bonded.rules.errors import RuleViolation


class SessionState(StrEnum):
    """How far a visit has come."""

    CHECKED_IN = "checked_in"  # The visitors' identity is noted; every stone is still in the vault.
    OPEN = "open"  # Every seal is broken and every lot weighed out to the desk.
    WEIGHED_IN = "weighed_in"  # Every lot is weighed in, sealed again and back at its place.
    CLOSED = "closed"  # Every finding is there; the visit is over.
    CANCELLED = "cancelled"  # The visitors left before a stone was taken out.


STEPS: dict[SessionState, frozenset[SessionState]] = {
    SessionState.CHECKED_IN: frozenset({SessionState.OPEN, SessionState.CANCELLED}),
    SessionState.OPEN: frozenset({SessionState.WEIGHED_IN}),
    SessionState.WEIGHED_IN: frozenset({SessionState.CLOSED}),
    SessionState.CLOSED: frozenset(),
    SessionState.CANCELLED: frozenset(),
}
RUNNING_STATES = frozenset({SessionState.CHECKED_IN, SessionState.OPEN, SessionState.WEIGHED_IN})
# In these something may be said of the lots.
LOOKING = frozenset({SessionState.OPEN, SessionState.WEIGHED_IN})


class LotsDiffer(RuleViolation):
    """The lots named are not exactly those of the booking, each once."""

    code = "lots_differ"


@dataclass(frozen=True, slots=True)
class WeighedOut:
    """What two keepers read when a packet was opened: its seal, its weight in carats to 0.001, its pieces."""

    lot_id: int
    seal_number: str
    weight_carats: Decimal
    pieces: int


@dataclass(frozen=True, slots=True)
class WeighedIn:
    """What two keepers read when the stones came back, and the new seal that closed the packet.

    `report_number` is what they read on the stone's girdle or on its sealed report; empty when they did not look.
    """

    lot_id: int
    weight_carats: Decimal
    pieces: int
    seal_number: str
    report_number: str = ""


def is_same_stone(booked: str, read: str) -> bool | None:
    """Say whether a report number read on a stone is the lot's own; None when there is nothing to compare."""
    if not booked or not read:
        return None
    return booked.replace(" ", "").casefold() == read.replace(" ", "").casefold()


def require_each_lot_once(expected: Mapping[int, str], named: Collection[int]) -> None:
    """Refuse readings that leave a lot of the booking out, name one twice, or name another.

    `expected` gives the stock numbers by lot id. Raises LotsDiffer with the stock numbers that
    have no reading.
    """
    if sorted(named) != sorted(expected):
        missing = sorted(stock_number for lot_id, stock_number in expected.items() if lot_id not in named)
        raise LotsDiffer("Weigh every lot of the booking, each once, and no other.", missing=missing)
