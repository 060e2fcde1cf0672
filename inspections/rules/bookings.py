"""A booking's life, and everything that may stand against it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from bonded.rules.errors import InputInvalid, Problem, ProblemsFound, RuleViolation
from bonded.rules.permissions import Role
from inspections.rules.slots import ROOM_ZONE, Slot
from inspections.rules.viewing_rooms import is_calibrated
from inspections.rules.visit_terms import VisitTerms
from inspections.rules.visitors import Identity


class BookingState(StrEnum):
    """How far a booking has come."""

    HELD = "held"  # Everything is claimed while somebody chooses; the claim ends by itself.
    REQUESTED = "requested"  # Everything is claimed; somebody has to override what stands against the visit.
    BOOKED = "booked"  # Everything is claimed; the visit is to come.
    IN_SESSION = "in_session"  # The visitors are here.
    DONE = "done"  # The visit is over and the stones are back.
    CANCELLED = "cancelled"  # It was given up, or its stones can't be viewed any more.
    REFUSED = "refused"  # What stood against it was not overridden.
    LAPSED = "lapsed"  # Nobody confirmed it in time, or nobody decided before it would have begun.
    MOVED = "moved"  # Another booking has taken its place.
    NO_SHOW = "no_show"  # Nobody came.


STEPS: dict[BookingState, frozenset[BookingState]] = {
    BookingState.HELD: frozenset(
        {BookingState.BOOKED, BookingState.REQUESTED, BookingState.CANCELLED, BookingState.LAPSED}
    ),
    BookingState.REQUESTED: frozenset(
        {BookingState.BOOKED, BookingState.REFUSED, BookingState.CANCELLED, BookingState.LAPSED}
    ),
    BookingState.BOOKED: frozenset(
        {BookingState.IN_SESSION, BookingState.CANCELLED, BookingState.MOVED, BookingState.NO_SHOW}
    ),
    # Visitors who are here may still leave before the first stone is taken out; the session's own steps guard that.
    BookingState.IN_SESSION: frozenset({BookingState.DONE, BookingState.CANCELLED}),
    BookingState.DONE: frozenset(),
    BookingState.CANCELLED: frozenset(),
    BookingState.REFUSED: frozenset(),
    BookingState.LAPSED: frozenset(),
    BookingState.MOVED: frozenset(),
    BookingState.NO_SHOW: frozenset(),
}
# Everything is claimed, and nobody has come yet.
TO_COME_STATES = frozenset({BookingState.HELD, BookingState.REQUESTED, BookingState.BOOKED})
LIVE_STATES = TO_COME_STATES | {BookingState.IN_SESSION}

# Our own terms: tender houses admit two representatives of a company; the rest was not found anywhere.
MOST_VISITORS = 2
MOST_LOTS = 20
FURTHEST_AHEAD = timedelta(days=90)
CHECK_IN_LEAD = timedelta(minutes=30)
# How long a buyer who wants the stones may take to ask for their withdrawal, before the headroom is free again.
HEADROOM_TERM = timedelta(days=3)
# How long somebody may choose with everything claimed, and for how many visits of one company at once.
HOLD_TERM = timedelta(minutes=10)
MOST_HOLDS = 3
# A visit given up or moved later than this before it begins counts as missed, like one that nobody came to.
NOTICE = timedelta(hours=24)
MISSED_WITHIN = timedelta(days=90)
MOST_MISSED = 3

# Said alike whether customs stopped the lot or another company has bought it.
LOT_NOT_VIEWABLE = "A lot of this booking can't be viewed any more."


class BookingRefused(ProblemsFound):
    """One or more things stand against the booking."""

    code = "booking_refused"


class HoldLapsed(RuleViolation):
    """The time to choose is over: what was held may be another's."""

    code = "hold_lapsed"


class OverrideNotAllowed(RuleViolation):
    """What stands against the booking may be overridden, but not by this role."""

    code = "override_not_allowed"


class CheckInNotOpen(RuleViolation):
    """The visitors are too early or too late."""

    code = "check_in_not_open"


class TraysInvalid(InputInvalid):
    """The tray places are not one for each lot."""

    code = "trays_invalid"


@dataclass(frozen=True, slots=True)
class VisitWish:
    """What somebody asks for: lots in the order of viewing, and where and when.

    Without an escort or scale the first free one is meant; without a guarantee company the company's own guarantee;
    without `trays`, which are in the order of the lots, each lot lies at the place of its turn.
    """

    lot_ids: Sequence[int]
    desk_id: int
    starts_at: datetime
    escort_id: int | None = None
    scale_id: int | None = None
    visitors: Sequence[str] = ()
    remote_visitors: Sequence[str] = ()
    guarantee_company_id: int | None = None
    trays: Sequence[int] = ()
    identities: Sequence[Identity] = ()


@dataclass(frozen=True, slots=True)
class BookingFacts:
    """What is known of a booking that somebody asks for.

    `lot_problems` and `duty_problem` are what the lower floors have to say about lots and guarantee. `missed` counts
    the company's visits of the last months that were given up late or that nobody came to, `holds` its others that
    are held, with this one. Who only chooses yet `names_visitors` later.
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
    missed: int = 0
    holds: int = 0
    names_visitors: bool = True
    is_remote: bool = False


def tray_places(lot_ids: Sequence[int], trays: Sequence[int]) -> dict[int, int]:
    """Give each lot's place on the tray, in the order of viewing: 1 to their number, each once.

    Without `trays` a lot named twice lies there once. Raises TraysInvalid.
    """
    lots = list(dict.fromkeys(lot_ids))
    places = list(trays) or list(range(1, len(lots) + 1))
    if sorted(places) != list(range(1, len(lots) + 1)) or (trays and len(lots) < len(lot_ids)):
        raise TraysInvalid(
            f"Each lot has a place of its own, from 1 to {len(lots)}.", trays=[str(place) for place in places]
        )
    return dict(zip(lots, places, strict=True))


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
        (
            bool(facts.visitors) or facts.is_remote or not facts.names_visitors,
            "visitors_missing",
            "Name who will come.",
            (),
        ),
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
        (
            facts.missed < MOST_MISSED,
            "too_many_missed_visits",
            f"{MOST_MISSED} visits were missed or given up late within {MISSED_WITHIN.days} days.",
            keeper,
        ),
        (facts.holds <= MOST_HOLDS, "too_many_holds", f"At most {MOST_HOLDS} visits are held at once.", ()),
    ]
    named = [Problem(code, message, roles) for holds, code, message, roles in checks if not holds]
    return [*named, *facts.lot_problems, *([facts.duty_problem] if facts.duty_problem else [])]


def missing_resources(terms: VisitTerms, *, has_officer: bool, instruments: Collection[str]) -> list[Problem]:
    """Name what a visit asks for beside desk, escort and scale, and nobody is there or nothing is in service for."""
    problems = []
    if terms.needs_officer and not has_officer:
        problems.append(Problem("officer_not_on_duty", "No customs officer is on duty then, and one has to attend."))
    missing = sorted(kind.value.replace("_", " ") for kind in terms.instruments - set(instruments))
    if missing:
        problems.append(Problem("instrument_not_in_service", f"Out of service: {', '.join(missing)}."))
    return problems


def overdue_target(state: BookingState, starts_at: datetime, ends_at: datetime, *, at: datetime) -> BookingState | None:
    """Say what becomes of a visit whose time is over: undecided at its beginning, or nobody there until its end."""
    if state is BookingState.REQUESTED and starts_at <= at:
        return BookingState.LAPSED
    if state is BookingState.BOOKED and ends_at <= at:
        return BookingState.NO_SHOW
    return None


def is_late(starts_at: datetime, *, at: datetime) -> bool:
    """Say whether a visit is given up or moved so late that it counts as missed."""
    return at > starts_at - NOTICE


def require_check_in_open(starts_at: datetime, ends_at: datetime, *, at: datetime) -> None:
    """Refuse visitors more than half an hour early, or after their time; raises CheckInNotOpen."""
    opens_at = starts_at - CHECK_IN_LEAD
    if not opens_at <= at < ends_at:
        raise CheckInNotOpen(
            "Check-in is open from half an hour before the visit until its end.",
            opens_at=opens_at.isoformat(),
            closes_at=ends_at.isoformat(),
        )
