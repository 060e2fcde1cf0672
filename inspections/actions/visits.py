"""What every way to a booking does: claim everything for a visit, all or nothing, and give everything back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from bonded.actions.activity import record_activity
from bonded.actions.locks import lock_lots
from bonded.queries.lots import goods_facts, viewing_problems
from bonded.rules.errors import InputInvalid, Problem
from bonded.rules.lifecycle import require_step
from bonded.rules.lots import GoodsFacts
from bonded.rules.permissions import SYSTEM, Actor
from inspections.actions.claims import claim_resources, end_claims
from inspections.actions.client_events import tell_of_booking
from inspections.actions.headroom import free_for_booking, reserve_for_booking
from inspections.actions.locks import lock_bookings
from inspections.actions.visitors import announce_visitors
from inspections.models.bookings import Booking, BookingException
from inspections.models.visit_terms import Instrument
from inspections.queries.slots import next_free
from inspections.queries.standings import Standing, standing_of
from inspections.queries.visit_resources import (
    Taken,
    escort_for,
    escorts_there,
    house_for,
    instruments_for,
    officer_for,
    scale_for,
    taken_during,
)
from inspections.queries.visitors import ban_reasons
from inspections.rules.bookings import (
    STEPS,
    BookingFacts,
    BookingRefused,
    BookingState,
    VisitWish,
    booking_problems,
    missing_resources,
    tray_places,
)
from inspections.rules.claims import Resource, ResourceKind, slot_taken
from inspections.rules.company_papers import paper_problems
from inspections.rules.openings import is_offered
from inspections.rules.permissions import Act
from inspections.rules.slots import Slot, slot_from
from inspections.rules.visit_terms import VisitTerms
from inspections.rules.visitors import ban_problems
from inspections.signals import booking_ended, booking_made


@dataclass(frozen=True, slots=True)
class _Draft:
    """A booking that is not written yet, with the things and people that were found for it."""

    booking: Booking
    slot: Slot
    terms: VisitTerms
    goods: Sequence[GoodsFacts]
    lot_problems: Sequence[Problem]
    instruments: Sequence[Instrument]
    taken: Taken

    @property
    def resources(self) -> list[Resource]:
        return resources_of(self.booking, [facts.lot_id for facts in self.goods], self.instruments)

    @property
    def lapsed_holds(self) -> set[UUID]:
        """Give the holds whose time is over and that have something of what this booking needs."""
        return {hold for resource in self.resources for hold in self.taken.get(resource, ()) if hold is not None}


def take_visit(
    wish: VisitWish,
    *,
    act: Act,
    held_for: timedelta | None,
    justification: str,
    actor: Actor,
    at: datetime,
    **columns: Any,
) -> Booking:
    """Write a booking with everything that it claims, or refuse with every problem at once.

    One that is `held_for` some time names its visitors later. With a justification, problems that somebody may
    override make a booking that is requested: it claims everything, and waits. Raises NotFound, BookingRefused, and
    SlotTaken with the next times.
    """
    if not wish.lot_ids:
        raise InputInvalid("A viewing names at least one lot.")
    draft = _draft(wish, justification, columns, actor=actor, at=at)
    booking, slot = draft.booking, draft.slot
    booking.held_until = at + held_for if held_for else None
    booking.state = BookingState.HELD if held_for else BookingState.BOOKED
    lapse_holds(draft.lapsed_holds, at=at, beside_company_id=booking.company_id)
    problems = _problems_of(draft, wish, actor=actor, at=at)
    require_overridable(problems, "" if held_for else justification)
    if problems:
        booking.state = BookingState.REQUESTED
    _write(draft, wish, problems)
    trays = tray_places(wish.lot_ids, wish.trays)
    if not claim_resources(booking, draft.resources, slot, trays=trays):
        raise slot_taken(
            slot.starts_at,
            next_free(
                booking.desk,
                after=slot.starts_at,
                at=at,
                actor=actor,
                also=draft.resources,
                terms=draft.terms.slots,
            ),
        )
    record_activity(
        act,
        booking,
        actor=actor,
        at=at,
        desk=booking.desk.location.code,
        starts_at=slot.starts_at.isoformat(),
        lots=[str(lot_id) for lot_id in trays],
        state=booking.state,
    )
    tell_of_booking(booking, at=at)
    booking_made.send(Booking, booking_id=booking.pk, at=at)
    return booking


def _draft(wish: VisitWish, justification: str, columns: Mapping[str, Any], *, actor: Actor, at: datetime) -> _Draft:
    """Lock the lots, and find desk, escort, scale and whatever else a visit to them asks for."""
    assert actor.user_id is not None
    lots = lock_lots(wish.lot_ids, actor=actor)
    house = house_for(wish, {lot.kind for lot in lots})
    terms = house.terms
    slot = slot_from(wish.starts_at, terms.slots)
    of_lots = (Resource(ResourceKind.LOT, lot.pk) for lot in lots)
    taken = taken_during(slot, [*house.resources(), *of_lots], at=at)
    booking = Booking(
        company_id=actor.company_id,
        requested_by_id=actor.user_id,
        booked_at=at,
        during=DateTimeTZRange(slot.starts_at, slot.ends_at),
        desk=house.desk,
        escort=escort_for(slot, house, wish, taken),
        scale=scale_for(house, taken),
        officer=officer_for(slot, house, taken),
        visitors=list(wish.visitors),
        remote_visitors=list(wish.remote_visitors),
        justification=justification,
        rates_seen=house.rates_seen,
        **columns,
    )
    problems = viewing_problems(wish.lot_ids, actor=actor, at_hand=lots)
    return _Draft(booking, slot, terms, goods_facts(lots), problems, instruments_for(house, taken), taken)


def _problems_of(draft: _Draft, wish: VisitWish, *, actor: Actor, at: datetime) -> list[Problem]:
    """Reserve the headroom, which is one of the problems that there may be, and name them all."""
    booking, kinds = draft.booking, {facts.kind for facts in draft.goods}
    duty_problem = reserve_for_booking(
        booking, draft.goods, guarantee_company_id=wish.guarantee_company_id, actor=actor, at=at
    )
    standing = standing_of(booking, draft.slot, wish.lot_ids, at=at)
    instruments = {one.kind for one in draft.instruments}
    return [
        *problems_of(booking, draft.slot, wish.lot_ids, draft.lot_problems, duty_problem, standing, at=at),
        *paper_problems(kinds, standing.papers),
        *ban_problems(ban_reasons([one.digest for one in wish.identities])),
        *missing_resources(draft.terms, has_officer=booking.officer is not None, instruments=instruments),
    ]


def _write(draft: _Draft, wish: VisitWish, problems: Sequence[Problem]) -> None:
    booking = draft.booking
    booking.save(force_insert=True)
    if draft.instruments:
        booking.instruments.set(draft.instruments)
    announce_visitors(booking, wish.identities)
    if problems:
        ask_for_overrides(booking, problems)


def problems_of(
    booking: Booking,
    slot: Slot,
    lot_ids: Sequence[int],
    lot_problems: Sequence[Problem],
    duty_problem: Problem | None,
    standing: Standing,
    *,
    at: datetime,
) -> list[Problem]:
    """Name everything that stands against a booking as it is, that there is no headroom among it."""
    desk, scale, is_hold = booking.desk, booking.scale, booking.state == BookingState.HELD
    return booking_problems(
        BookingFacts(
            at=at,
            slot=slot,
            is_offered=is_offered(slot, opening=standing.opening, grid=desk.terms, terms=slot.terms),
            visitors=booking.visitors,
            lot_count=len(set(lot_ids)),
            company_is_in_good_standing=standing.is_in_good_standing,
            desk_is_in_use=desk.is_in_use,
            escort_is_on_duty=bool(escorts_there([booking.escort], slot)),
            scale_is_in_service=scale.is_in_service,
            scale_calibrated_until=scale.calibrated_until,
            lot_problems=[*lot_problems, *standing.cachet_problems],
            duty_problem=duty_problem,
            missed=standing.missed,
            holds=standing.holds + 1 if is_hold else 0,
            names_visitors=not is_hold,
            is_remote=bool(booking.remote_visitors),
        )
    )


def require_overridable(problems: Sequence[Problem], justification: str) -> None:
    """Refuse with all problems unless there are none, or somebody may override each of them and was told why."""
    if problems and not (justification and all(problem.overridable_by for problem in problems)):
        raise BookingRefused("The viewing can't be booked.", problems)


def ask_for_overrides(booking: Booking, problems: Iterable[Problem]) -> None:
    """Write down what somebody has to override before the visit."""
    BookingException.objects.bulk_create(
        BookingException(
            booking=booking, code=problem.code, message=problem.message, overridable_by=list(problem.overridable_by)
        )
        for problem in problems
    )


def resources_of(booking: Booking, lot_ids: Iterable[int], instruments: Iterable[Instrument]) -> list[Resource]:
    """Name everything that a booking of these lots needs for itself alone."""
    officers = [] if booking.officer_id is None else [booking.officer_id]
    return [
        Resource(ResourceKind.DESK, booking.desk_id),
        Resource(ResourceKind.ESCORT, booking.escort_id),
        Resource(ResourceKind.SCALE, booking.scale_id),
        *(Resource(ResourceKind.OFFICER, officer_id) for officer_id in officers),
        *(Resource(ResourceKind.INSTRUMENT, instrument.pk) for instrument in instruments),
        *(Resource(ResourceKind.LOT, lot_id) for lot_id in lot_ids),
    ]


def lapse_holds(booking_ids: Collection[UUID], *, at: datetime, beside_company_id: int | None = None) -> int:
    """Let holds lapse whose time is over, and give their number; what was confirmed meanwhile stays.

    Their lots need no lock: whoever confirms one of them has to have the same guarantee account, and then the booking.
    `beside_company_id` is of a company whose account is needed next.
    """
    if not booking_ids:
        return 0
    holds = lock_bookings(booking_ids, beside_company_id=beside_company_id)
    over = [hold for hold in holds if hold.state == BookingState.HELD and hold.held_until and hold.held_until <= at]
    for hold in over:
        end_visit(hold, BookingState.LAPSED, act=Act.LAPSE_BOOKING, at=at)
    return len(over)


def end_visit(
    booking: Booking, target: BookingState, *, act: Act, at: datetime, actor: Actor | None = None, **facts: Any
) -> None:
    """Take a locked booking to a state in which it claims nothing, and give back everything that it had."""
    require_step(STEPS, BookingState(booking.state), target)
    free_for_booking(booking, at=at)
    end_claims(booking)
    booking.state, booking.ended_at = target, at
    booking.save(update_fields=["state", "ended_at", "cancellation_reason", "was_late"])
    record_activity(act, booking, actor=actor or SYSTEM, at=at, **facts)
    tell_of_booking(booking, at=at)
    booking_ended.send(Booking, booking_id=booking.pk, at=at)
