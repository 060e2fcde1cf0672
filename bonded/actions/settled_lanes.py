"""Settling lanes with all that follows: in a set where only clearances follow, else one by one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, OperationalError, transaction

from bonded.actions.clearances import Grant, grant_clearances
from bonded.actions.customs_effects import grants_of, has_effect, obey
from bonded.actions.customs_lanes import Lane, sequences_taken
from bonded.actions.customs_settlements import SettledLane
from bonded.queries.added_customs_codes import added_codes
from bonded.rules.customs_lanes import Outcome, Position, settle_lane
from bonded.rules.customs_offices import office_of
from bonded.rules.errors import RuleViolation
from bonded.rules.permissions import Actor

LOCK_NOT_AVAILABLE = "55P03"
# Whatever is wrong with one message stays with that message. Not every Exception, because the worker's own, a time
# limit or a lost connection, speak of the worker.
FAULTS = (
    RuleViolation,
    DatabaseError,
    ObjectDoesNotExist,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)


class Settle(Protocol):
    """Says what becomes of a lane's messages when the effects of some, by key, are refused."""

    def __call__(self, lane: Lane, refused: Collection[int] = ()) -> tuple[Position, list[Outcome]]: ...


def settle_lanes(lanes: Collection[Lane], *, actor: Actor, at: datetime) -> list[SettledLane]:
    """Settle the lanes with all that follows; one for which somebody holds what it needs is left out."""
    added, taken = added_codes(), sequences_taken(_places_passed(lanes))

    def settle(lane: Lane, refused: Collection[int] = ()) -> tuple[Position, list[Outcome]]:
        return settle_lane(
            lane.position,
            lane.messages,
            office=office_of(lane.office),
            taken=taken.get(lane.declaration_id, ()),
            refused=refused,
            added=added,
            at=at,
        )

    settled: list[SettledLane] = []
    granting: list[tuple[SettledLane, list[Grant]]] = []
    alone: list[Lane] = []
    for lane in lanes:
        one = SettledLane(lane, *settle(lane))
        obeyed = [outcome for outcome in one.outcomes if has_effect(outcome)]
        if not obeyed:
            settled.append(one)
        elif (grants := grants_of(lane, obeyed)) is not None:
            granting.append((one, grants))
        else:
            alone.append(lane)
    granted_to = _grant([grant for _, grants in granting for grant in grants], actor=actor, at=at)
    settled += [one for one, _ in granting if one.lane.withdrawal_id in granted_to]
    alone += [one.lane for one, _ in granting if one.lane.withdrawal_id not in granted_to]
    for lane in alone:
        left = _settle_alone(lane, settle, actor=actor, at=at)
        settled += [] if left is None else [left]
    return settled


def _places_passed(lanes: Collection[Lane]) -> list[tuple[int, int]]:
    """Give the places of messages whose turn seems to have passed: late, or another's number used again."""
    return [
        (lane.declaration_id, one.message.sequence)
        for lane in lanes
        for one in lane.messages
        if one.message.sequence is not None and one.message.sequence <= lane.position.last_sequence
    ]


def _grant(grants: Sequence[Grant], *, actor: Actor, at: datetime) -> set[UUID]:
    """Grant what can be granted in a set, and say to which withdrawals; every other is tried alone."""
    if not grants:
        return set()
    try:
        with transaction.atomic():
            return grant_clearances(grants, actor=actor, at=at)
    except OperationalError as error:
        if _is_held(error):
            return set()
        raise
    except FAULTS:
        return set()


def _settle_alone(lane: Lane, settle: Settle, *, actor: Actor, at: datetime) -> SettledLane | None:
    """Settle one lane with all that follows from it, or give None when somebody holds what it needs.

    A step whose effect is refused is parked with the reason, and the lane is settled anew without it.
    """
    reasons: dict[int, str] = {}
    while True:
        position, outcomes = settle(lane, reasons)
        obeyed = [one for one in outcomes if has_effect(one)]
        if not obeyed:
            return SettledLane(lane, position, outcomes, reasons)
        trying = obeyed[0]
        try:
            with transaction.atomic():
                for trying in obeyed:
                    obey(lane, trying, actor=actor, at=at)
            return SettledLane(lane, position, outcomes, reasons)
        except OperationalError as error:
            if _is_held(error):
                return None
            raise
        except FAULTS as error:
            reasons[trying.key] = f"{type(error).__name__}: {error}"


def _is_held(error: OperationalError) -> bool:
    return getattr(error.__cause__, "sqlstate", None) == LOCK_NOT_AVAILABLE
