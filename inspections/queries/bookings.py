"""Bookings for those who may see them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Prefetch, Q

from bonded.rules.errors import NotFound
from bonded.rules.permissions import Actor
from inspections.models.bookings import BookedLot, Booking, BookingQuerySet
from inspections.models.claims import Claim
from inspections.models.company_papers import CompanyPaper
from inspections.models.sessions import SessionLot
from inspections.rules.bookings import MISSED_WITHIN, BookingState
from inspections.rules.claims import Resource, ResourceKind
from inspections.rules.permissions import Act, require
from inspections.rules.slots import ROOM_ZONE, Slot
from tariffs.queries.guarantees import guarantee_company_of
from tariffs.rules.guarantees import ReservationPurpose


def bookings_visible_to(actor: Actor) -> BookingQuerySet:
    """Give the bookings that the actor may see, with desk and company, to be ordered and paged."""
    require(actor, Act.READ_BOOKING)
    return Booking.objects.visible_to(actor).select_related("company", "desk__location")


def booking_visible_to(actor: Actor, booking_id: UUID) -> Booking:
    """Give one booking with all that belongs to it; runs three SQL statements.

    Raises NotFound when it is not there or not this actor's: both look the same.
    """
    lots = BookedLot.objects.select_related("lot").order_by("turn")
    session_lots = SessionLot.objects.select_related("lot", "finding").order_by("lot_id")
    found = (
        bookings_visible_to(actor)
        .select_related("desk__room", "escort__keeper", "scale", "session", "moved_to", "officer__officer")
        .prefetch_related(Prefetch("lots", lots), "exceptions", "instruments")
        .prefetch_related(Prefetch("session__lots", session_lots))
        .filter(pk=booking_id)
        .first()
    )
    if found is None:
        raise NotFound("There is no such booking.", booking_id=str(booking_id))
    return found


def booked_lot_ids(booking_id: UUID, stock_numbers: Iterable[str], *, actor: Actor) -> list[int]:
    """Give the ids of a booking's lots in the order of the stock numbers.

    Raises NotFound when the booking is not there or not this actor's, or has no such lot.
    """
    require(actor, Act.READ_BOOKING)
    lots = BookedLot.objects.filter(booking__in=Booking.objects.visible_to(actor).filter(pk=booking_id))
    found = dict(lots.values_list("lot__stock_number", "lot_id"))
    if not found:
        raise NotFound("There is no such booking.", booking_id=str(booking_id))
    named = list(stock_numbers)
    if missing := sorted(set(named) - found.keys()):
        raise NotFound("There is no such lot in this booking.", stock_numbers=missing)
    return [found[stock_number] for stock_number in named]


def missed_visits(company_id: int, *, at: datetime) -> int:
    """Count a company's visits of the last months that nobody came to, or that were given up or moved too late."""
    return Booking.objects.missed().filter(company_id=company_id, ended_at__gt=at - MISSED_WITHIN).count()


def lapsed_holds_of(resources: Collection[Resource], slot: Slot, *, at: datetime) -> set[UUID]:
    """Give the held bookings whose time is over and that claim any of the resources during a slot."""
    wanted = Q()
    for kind in sorted({resource.kind for resource in resources}):
        ids = [resource.id for resource in resources if resource.kind == kind]
        wanted |= Q(resource_kind=kind, resource_id__in=ids)
    claims = Claim.objects.active().filter(wanted, during__overlap=(slot.starts_at, slot.busy_until))
    lapsed = claims.filter(booking__state=BookingState.HELD, booking__held_until__lte=at)
    return set(lapsed.values_list("booking_id", flat=True))


def overdue_bookings(*, at: datetime, limit: int) -> list[UUID]:
    """Give up to so many bookings whose time is over without anybody having ended them; runs two SQL statements."""
    holds = Booking.objects.filter(state=BookingState.HELD, held_until__lte=at).order_by("held_until")
    undecided = Q(state=BookingState.REQUESTED, during__startswith__lte=at)
    nobody_came = Q(state=BookingState.BOOKED, during__endswith__lte=at)
    others = Booking.objects.filter(undecided | nobody_came).order_by("pk")
    return [*holds.values_list("pk", flat=True)[:limit], *others.values_list("pk", flat=True)[:limit]][:limit]


def principal_of_visit(booking: Booking) -> int | None:
    """Give the company whose guarantee stands for a visit, None when it is the visitors' own."""
    company_id = guarantee_company_of(purpose=ReservationPurpose.VIEWING, reference=booking.pk)
    return None if company_id == booking.company_id else company_id


def slot_of(booking: Booking) -> Slot:
    """Give the slot of a booking as it was claimed."""
    desk = booking.claims.filter(resource_kind=ResourceKind.DESK).order_by("pk").values_list("during", flat=True)[0]
    return Slot(booking.during.lower, booking.during.upper, desk.upper)


def papers_of(booking: Booking) -> list[str]:
    """Give the kinds of papers that a booking's company has on the day of the visit."""
    day = booking.during.lower.astimezone(ROOM_ZONE).date()
    papers = CompanyPaper.objects.filter(company_id=booking.company_id, valid__contains=day)
    return list(papers.values_list("kind", flat=True))
