"""What may happen to a lot in the vault, and when two weighings are the same weight."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from bonded.rules.errors import RuleViolation
from bonded.rules.quantities import WEIGHED_STEP


class MovementKind(StrEnum):
    """What a custody movement records."""

    RECEIVED = "received"  # Taken in at the door, weighed and counted.
    SEALED = "sealed"  # A numbered seal closed the packet.
    STORED = "stored"  # Put at its place.
    SEAL_BROKEN = "seal_broken"  # Opened, before witnesses.
    CHECKED_OUT = "checked_out"  # Weighed out to a desk.
    RETURNED = "returned"  # Weighed in from a desk.
    HANDED_OVER = "handed_over"  # Left through the gate.


class LotNotAtDesk(RuleViolation):
    """Only a lot that was weighed out can be weighed in."""

    code = "lot_not_at_desk"


class TwoKeepersNeeded(RuleViolation):
    """The witness is the same person as the one who acts."""

    code = "two_keepers_needed"


def require_two_keepers(actor_id: int | None, witness_id: int | None) -> None:
    """Refuse to go on unless a second person stands by; raises TwoKeepersNeeded."""
    if actor_id is None or witness_id is None or actor_id == witness_id:
        raise TwoKeepersNeeded("Two different keepers are needed for this.", actor=actor_id, witness=witness_id)


# No rule of the trade was found for weighing out and in; these are our own, and stated as such:
# one stone may differ by what a scale's last digit allows, a parcel also by dust and sorting loss.
STONE_TOLERANCE_CARATS = Decimal("0.002")
PARCEL_TOLERANCE_CARATS = Decimal("0.005")
PARCEL_TOLERANCE_RATIO = Decimal("0.0002")


def weight_tolerance(weight_carats: Decimal, pieces: int) -> Decimal:
    """Give by how many carats two weighings of the same goods may differ, rounded half up to 0.001 ct."""
    if pieces == 1:
        return STONE_TOLERANCE_CARATS
    by_weight = (weight_carats * PARCEL_TOLERANCE_RATIO).quantize(WEIGHED_STEP, rounding=ROUND_HALF_UP)
    return max(PARCEL_TOLERANCE_CARATS, by_weight)


@dataclass(frozen=True, slots=True)
class Difference:
    """Two counts or weighings of one lot that are not the same: found less expected."""

    weight_carats: Decimal
    pieces: int
    is_within_tolerance: bool


def difference(
    *, expected_carats: Decimal, expected_pieces: int, found_carats: Decimal, found_pieces: int
) -> Difference:
    """Compare what a scale and a count found with what was expected.

    Carats to 0.001, pieces whole. A piece too many or too few is never within tolerance.
    """
    gap_carats = found_carats - expected_carats
    gap_pieces = found_pieces - expected_pieces
    tolerated = gap_pieces == 0 and abs(gap_carats) <= weight_tolerance(expected_carats, expected_pieces)
    return Difference(gap_carats, gap_pieces, tolerated)
