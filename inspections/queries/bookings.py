"""Bookings for those who may see them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Prefetch, Q

from bonded.rules.errors import NotFound
from bonded.rules.permissions import Actor, Role
from inspections.models.booking_passes import BookingPass
from inspections.models.bookings import BookedLot, Booking, BookingException, BookingQuerySet
from inspections.models.sessions import SessionLot, ViewingSession
from inspections.rules.booking_passes import pass_digest
from inspections.rules.bookings import LIVE_STATES, BookingState
from inspections.rules.claims import ResourceKind
from inspections.rules.permissions import Act, require
from inspections.rules.slots import Slot
from tariffs.queries.guarantees import guarantee_company_of
from tariffs.rules.guarantees import ReservationPurpose

# By hand, because the ORM takes ten times as long to put this question together as the database to answer it.
_AS_TOLD = """
    SELECT b.id, company.name AS company, place.code AS desk, lower(b.during) AS starts_at, upper(b.during) AS ends_at,
           b.state, room.name AS room, keeper.username AS escort, scale.number AS scale, b.visitors, b.remote_visitors,
           officer.username AS officer,
           ARRAY(SELECT i.number FROM inspections_booking_instruments used
                   JOIN inspections_instrument i ON i.id = used.instrument_id
                  WHERE used.booking_id = b.id ORDER BY i.id) AS instruments,
           ARRAY(SELECT lot.stock_number FROM inspections_bookedlot booked JOIN bonded_lot lot ON lot.id = booked.lot_id
                  WHERE booked.booking_id = b.id ORDER BY booked.turn) AS stock_numbers,
           ARRAY(SELECT booked.tray FROM inspections_bookedlot booked
                  WHERE booked.booking_id = b.id ORDER BY booked.turn) AS trays,
           EXISTS (SELECT FROM inspections_visitor one WHERE one.booking_id = b.id) AS announced,
           b.duty_minor AS duty, b.shortfall_minor AS shortfall, b.currency, b.booked_at, b.cancellation_reason,
           b.held_until, b.justification,
           EXISTS (SELECT FROM inspections_bookingexception one WHERE one.booking_id = b.id) AS exceptions,
           b.moved_from_id AS moved_from,
           (SELECT after.id FROM inspections_booking after WHERE after.moved_from_id = b.id) AS moved_to,
           EXISTS (SELECT FROM inspections_viewingsession visit WHERE visit.booking_id = b.id) AS session
      FROM inspections_booking b
      JOIN bonded_company company ON company.id = b.company_id
      JOIN inspections_desk desk ON desk.id = b.desk_id
      JOIN bonded_location place ON place.id = desk.location_id
      JOIN inspections_viewingroom room ON room.id = desk.room_id
      JOIN inspections_escort escort ON escort.id = b.escort_id
      JOIN bonded_user keeper ON keeper.id = escort.keeper_id
      JOIN inspections_scale scale ON scale.id = b.scale_id
      LEFT JOIN inspections_attendingofficer attends ON attends.id = b.officer_id
      LEFT JOIN bonded_user officer ON officer.id = attends.officer_id
     WHERE b.id = %s AND (%s OR b.company_id = ANY(%s::bigint[]))
"""


def bookings_visible_to(actor: Actor) -> BookingQuerySet:
    """Give the bookings that the actor may see, with desk and company, to be ordered and paged."""
    require(actor, Act.READ_BOOKING)
    return Booking.objects.visible_to(actor).select_related("company", "desk__location")


def booking_as_told(actor: Actor, booking_id: UUID) -> dict[str, Any]:
    """Give one booking with the names of all that belongs to it, by the names of the API; runs one SQL statement.

    `announced`, `exceptions` and `session` only say whether there are any. Raises NotFound when it is not there or
    not this actor's: both look the same.
    """
    require(actor, Act.READ_BOOKING)
    company_ids = list(actor.company_ids) if actor.role is Role.BUYER else []
    with connection.cursor() as cursor:
        cursor.execute(_AS_TOLD, [booking_id, actor.is_staff, company_ids])
        for row in cursor.fetchall():
            return dict(zip([column.name for column in cursor.description], row, strict=True))
    raise NotFound("There is no such booking.", booking_id=str(booking_id))


def booking_visible_to(actor: Actor, booking_id: UUID) -> Booking:
    """Give one booking with all that a page shows of it; runs six SQL statements. Raises NotFound as above."""
    lots = BookedLot.objects.select_related("lot__location").order_by("turn")
    session_lots = SessionLot.objects.select_related("lot", "finding").order_by("lot_id")
    found = (
        bookings_visible_to(actor)
        .select_related("desk__room", "escort__keeper", "scale", "session", "moved_to", "officer__officer")
        .prefetch_related(Prefetch("lots", lots), "exceptions", "instruments", "announced")
        .prefetch_related(Prefetch("session__lots", session_lots))
        .filter(pk=booking_id)
        .first()
    )
    if found is None:
        raise NotFound("There is no such booking.", booking_id=str(booking_id))
    return found


def bookings_between(begins_at: datetime, ends_at: datetime, *, actor: Actor) -> list[Booking]:
    """Give the visits that touch a time and were not given up, by hour and desk, with their lots."""
    there = (*LIVE_STATES, BookingState.DONE)
    lots = BookedLot.objects.select_related("lot__location").order_by("tray")
    rows = bookings_visible_to(actor).filter(during__overlap=(begins_at, ends_at), state__in=there)
    return list(
        rows.select_related("session")
        .prefetch_related(Prefetch("lots", lots))
        .order_by("during", "desk__location__code")
    )


def visit_of_lot(number: str, begins_at: datetime, ends_at: datetime, *, actor: Actor) -> BookedLot | None:
    """Give the lot of that stock or seal number in the first visit of a time that is not over, None for none."""
    live = bookings_visible_to(actor).live().filter(during__overlap=(begins_at, ends_at))
    booked = BookedLot.objects.filter(Q(lot__stock_number=number) | Q(lot__seal_number=number), booking__in=live)
    return booked.order_by("booking__during", "pk").first()


def booking_of_pass(token: str) -> UUID | None:
    """Give the booking whose pass says this, None when no pass does or it was used."""
    passes = BookingPass.objects.filter(digest=pass_digest(token), used_at__isnull=True)
    return passes.values_list("booking", flat=True).first()


def bookings_to_decide(*, actor: Actor) -> list[Booking]:
    """Give up to fifty visits that wait for a decision, the soonest first."""
    return list(bookings_visible_to(actor).filter(state=BookingState.REQUESTED).order_by("during", "pk")[:50])


def exceptions_of(booking_id: UUID) -> list[BookingException]:
    """Give what stood against a booking, in the order in which it was written."""
    return list(BookingException.objects.filter(booking=booking_id).order_by("pk"))


def session_of(booking_id: UUID) -> ViewingSession:
    """Give the visit of a booking that has one, with its weighings and findings; runs two SQL statements."""
    lots = SessionLot.objects.select_related("lot", "finding").order_by("lot_id")
    return ViewingSession.objects.prefetch_related(Prefetch("lots", lots)).get(booking=booking_id)


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
