"""Bookings for those who may see them."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Prefetch

from bonded.rules.errors import NotFound
from bonded.rules.permissions import Actor
from inspections.models.bookings import BookedLot, Booking, BookingQuerySet
from inspections.models.sessions import SessionLot
from inspections.rules.permissions import Act, require


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
        .select_related("desk__room", "escort__keeper", "scale", "session")
        .prefetch_related(Prefetch("lots", lots))
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
