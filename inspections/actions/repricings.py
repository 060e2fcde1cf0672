"""Published rates and the bookings to come: what the guarantee stands for follows, and the buyer hears of it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from bonded.actions.activity import record_activity
from bonded.queries.lots import goods_of_lots
from bonded.rules.money import Money
from bonded.rules.permissions import SYSTEM, Actor
from inspections.actions.client_events import tell_of_repricing
from inspections.actions.headroom import duty_of_visit
from inspections.actions.locks import lock_booking, retried_after_deadlock
from inspections.models.bookings import Booking
from inspections.models.repricings import Repricing
from inspections.rules.bookings import BookingState
from inspections.rules.permissions import Act, require
from tariffs.actions.guarantees import resize_headroom
from tariffs.rules.exchange_rates import ExchangeRateMissing
from tariffs.rules.guarantees import HeadroomMissing, ReservationPurpose
from tariffs.rules.jurisdictions import RulesMissing
from tariffs.rules.schedule import MeasureMissing


def note_published(*, at: datetime) -> None:
    """Have bookings to come priced again; part of the act that publishes."""
    Repricing.objects.create(published_at=at)


def reprice_bookings(*, limit: int, actor: Actor, at: datetime) -> int:
    """Price the next bookings to come again because of the oldest publication, and give their number.

    Each is an act of its own; a worker that dies between two is followed by one that goes on. Two
    at once do the same twice, which changes nothing.
    """
    require(actor, Act.REPRICE_BOOKING)
    repricing = Repricing.objects.order_by("pk").first()
    if repricing is None:
        return 0
    to_come = Booking.objects.filter(state=BookingState.BOOKED, pk__gt=repricing.after_id).order_by("pk")
    booking_ids = list(to_come.values_list("pk", flat=True)[:limit])
    for booking_id in booking_ids:
        reprice_booking(booking_id=booking_id, actor=actor, at=at)
    if len(booking_ids) < limit:
        repricing.delete()
    else:
        Repricing.objects.filter(pk=repricing.pk, after_id__lt=booking_ids[-1]).update(after_id=booking_ids[-1])
    return len(booking_ids)


def reprice_short_bookings(*, limit: int, actor: Actor, at: datetime) -> None:
    """Try again for bookings to come whose guarantee had not enough left: there may be room by now."""
    require(actor, Act.REPRICE_BOOKING)
    short = Booking.objects.filter(state=BookingState.BOOKED, missing_minor__gt=0).order_by("pk")
    for booking_id in short.values_list("pk", flat=True)[:limit]:
        reprice_booking(booking_id=booking_id, actor=actor, at=at)


@retried_after_deadlock
@transaction.atomic
def reprice_booking(*, booking_id: UUID, actor: Actor, at: datetime) -> Booking:
    """Let the guarantee stand for the duty by the rates of the day of the visit as published now, and tell the buyer.

    Where the guarantee has not that much left, what is reserved stays, what is missing is noted, and
    the visit is not given up: the buyer may make room. A visit that is not to come any more, and one
    for whose goods the schedule has a gap now, stay as they are. Raises NotFound.
    """
    require(actor, Act.REPRICE_BOOKING)
    booking = lock_booking(booking_id, actor=actor)
    if booking.state != BookingState.BOOKED:
        return booking
    goods = goods_of_lots(list(booking.lots.values_list("lot_id", flat=True)), actor=SYSTEM)
    try:
        duty = duty_of_visit(booking, goods, at=at)
    except (MeasureMissing, ExchangeRateMissing, RulesMissing):
        return booking
    before, missing = Money(booking.duty_minor, booking.currency), Money(0, booking.currency)
    try:
        resize_headroom(purpose=ReservationPurpose.VIEWING, reference=booking.pk, amount=duty, actor=actor, at=at)
        booking.duty_minor = duty.minor
    except HeadroomMissing as refusal:
        missing = Money.from_text(str(refusal.facts["shortfall"]), booking.currency)
    if (before.minor, booking.missing_minor) == (booking.duty_minor, missing.minor):
        return booking
    booking.missing_minor = missing.minor
    booking.save(update_fields=["duty_minor", "missing_minor"])
    record_activity(
        Act.REPRICE_BOOKING, booking, actor=actor, at=at,
        before=str(before), duty=str(duty), missing=str(missing), currency=booking.currency,
    )  # fmt: skip
    tell_of_repricing(booking, at=at)
    return booking
