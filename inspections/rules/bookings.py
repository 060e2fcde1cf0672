"""A booking's life, and everything that may stand against it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from bonded.rules.errors import Problem, ProblemsFound, RuleViolation
from bonded.rules.permissions import Role
from inspections.rules.slots import ROOM_ZONE, Slot
from inspections.rules.viewing_rooms import is_calibrated


class BookingState(StrEnum):
    """How far a booking has come."""

    BOOKED = "booked"  # Everything is claimed; the visit is to come.
    IN_SESSION = "in_session"  # The visitors are here.
    DONE = "done"  # The visit is over and the stones are back.
    CANCELLED = "cancelled"  # It did not come about; nothing is claimed any more.


STEPS: dict[BookingState, frozenset[BookingState]] = {
    BookingState.BOOKED: frozenset({BookingState.IN_SESSION, BookingState.CANCELLED}),
    # Visitors who are here may still leave before the first stone is taken out; the session's own steps guard that.
    BookingState.IN_SESSION: frozenset({BookingState.DONE, BookingState.CANCELLED}),
    BookingState.DONE: frozenset(),
    BookingState.CANCELLED: frozenset(),
}
LIVE_STATES = frozenset({BookingState.BOOKED, BookingState.IN_SESSION})

# Our own terms: tender houses admit two representatives of a company; the rest was not found anywhere.
MOST_VISITORS = 2
MOST_LOTS = 20
FURTHEST_AHEAD = timedelta(days=90)
CHECK_IN_LEAD = timedelta(minutes=30)
# How long a buyer who wants the stones may take to ask for their withdrawal, before the headroom is free again.
HEADROOM_TERM = timedelta(days=3)

# Said alike whether customs stopped the lot or another company has bought it.
LOT_NOT_VIEWABLE = "A lot of this booking can't be viewed any more."


class BookingRefused(ProblemsFound):
    """One or more things stand against the booking."""

    code = "booking_refused"


class CheckInNotOpen(RuleViolation):
    """The visitors are too early or too late."""

    code = "check_in_not_open"


@dataclass(frozen=True, slots=True)
class BookingFacts:
    """What is known of a booking that somebody asks for.

    `lot_problems` and `duty_problem` are what the lower floors have to say about lots and guarantee.
    """

    at: datetime
    slot: Slot
    is_offered: bool
    visitors: Sequence[str]
    lot_count: int
    company_is_in_good_standing: bool
    desk_is_in_use: bool
    escort_is_on_duty: bool
    scale_is_in_service: bool
    scale_calibrated_until: date
    lot_problems: Sequence[Problem]
    duty_problem: Problem | None


def booking_problems(facts: BookingFacts) -> list[Problem]:
    """Name everything that stands against a booking, each with who may override it; empty when nothing does."""
    day = facts.slot.starts_at.astimezone(ROOM_ZONE).date()
    administrator = (Role.ADMINISTRATOR.value,)
    keeper = (Role.VAULT_KEEPER.value, Role.ADMINISTRATOR.value)
    checks: list[tuple[bool, str, str, tuple[str, ...]]] = [
        (facts.slot.starts_at > facts.at, "slot_in_the_past", "The slot has begun or is over.", ()),
        (
            facts.slot.starts_at <= facts.at + FURTHEST_AHEAD,
            "slot_too_far_ahead",
            f"A viewing is booked at most {FURTHEST_AHEAD.days} days ahead.",
            administrator,
        ),
        (facts.is_offered, "slot_not_offered", "The desk has no slot that begins then.", administrator),
        (facts.desk_is_in_use, "desk_not_in_use", "The desk is not in use.", ()),
        (facts.escort_is_on_duty, "escort_not_on_duty", "The escort is not on duty.", ()),
        (facts.scale_is_in_service, "scale_not_in_service", "The scale is not in service.", ()),
        (
            is_calibrated(facts.scale_calibrated_until, on=day),
            "scale_not_calibrated",
            "The scale's calibration will have ended.",
            (),
        ),
        (bool(facts.visitors), "visitors_missing", "Name who will come.", ()),
        (
            len(facts.visitors) <= MOST_VISITORS,
            "too_many_visitors",
            f"At most {MOST_VISITORS} people of a company come to a viewing.",
            keeper,
        ),
        (facts.lot_count <= MOST_LOTS, "too_many_lots", f"A visit has at most {MOST_LOTS} lots.", keeper),
        (
            facts.company_is_in_good_standing,
            "company_not_in_good_standing",
            "The company's good standing is in doubt.",
            administrator,
        ),
    ]
    named = [Problem(code, message, roles) for holds, code, message, roles in checks if not holds]
    return [*named, *facts.lot_problems, *([facts.duty_problem] if facts.duty_problem else [])]


def require_check_in_open(starts_at: datetime, ends_at: datetime, *, at: datetime) -> None:
    """Refuse visitors more than half an hour early, or after their time; raises CheckInNotOpen."""
    opens_at = starts_at - CHECK_IN_LEAD
    if not opens_at <= at < ends_at:
        raise CheckInNotOpen(
            "Check-in is open from half an hour before the visit until its end.",
            opens_at=opens_at.isoformat(),
            closes_at=ends_at.isoformat(),
        )
