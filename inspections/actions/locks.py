"""The only place that locks rows of inspections.

They come last: lot → guarantee account → booking → session → wait, offer. Whoever changes a booking locks its
lots first, so two acts on one booking are one after the other from their very beginning. Whoever
locks an offer has its lot, so nobody ever waits for an offer itself, and it may stand anywhere after.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from bonded.actions.deadlocks import retried_after_deadlock as retried_after_deadlock  # noqa: PLC0414 (handed on)
from bonded.actions.locks import lock_lots
from bonded.rules.errors import NotFound
from bonded.rules.permissions import SYSTEM, Actor
from inspections.models.bookings import Booking
from inspections.models.offers import Offer
from inspections.models.sessions import ViewingSession
from inspections.models.waiting_list import WaitingEntry
from inspections.rules.bookings import TO_COME_STATES
from tariffs.actions.locks import lock_guarantees_of
from tariffs.rules.guarantees import ReservationPurpose


def lock_booking(booking_id: UUID, *, actor: Actor) -> Booking:
    """Lock a booking's lots, the guarantee account that stands for it, and the booking; raises NotFound.

    Its lots and its claim's account never change, so they may be read before the lock.
    """
    visible = Booking.objects.visible_to(actor).filter(pk=booking_id)
    lot_ids = set(visible.values_list("lots__lot_id", flat=True))
    if not lot_ids:
        raise NotFound("There is no such booking.", booking_id=str(booking_id))
    # A lot that was put on hold is out of its buyer's sight, and still has to be locked.
    lock_lots(lot_ids, actor=SYSTEM)
    lock_guarantees_of(purpose=ReservationPurpose.VIEWING, references=[booking_id])
    return Booking.objects.filter(pk=booking_id).locked().get()


def lock_bookings(booking_ids: Collection[UUID], *, beside_company_id: int | None = None) -> list[Booking]:
    """Lock bookings, whose lots stay unlocked, after all guarantee accounts that stand for them.

    `beside_company_id` is of a company whose account is locked with these, because it is needed next.
    """
    company_ids = [] if beside_company_id is None else [beside_company_id]
    lock_guarantees_of(purpose=ReservationPurpose.VIEWING, references=booking_ids, company_ids=company_ids)
    return list(Booking.objects.filter(pk__in=booking_ids).locked())


def lock_bookings_to_come(lot_ids: Collection[int], *, except_company_id: int | None) -> list[Booking]:
    """Lock the bookings to come of lots that the caller has locked, after all guarantee accounts concerned.

    The company whose bookings stay is concerned too: it keeps the lots, and what its viewings hold for
    them is freed next. The bookings' other lots stay unlocked: whoever holds one of them waits for the
    caller's and has locked nothing else.
    """
    of_these = Booking.objects.filter(lots__lot_id__in=lot_ids)
    to_come, kept = of_these.filter(state__in=TO_COME_STATES), of_these.none()
    if except_company_id is not None:
        to_come, kept = to_come.exclude(company_id=except_company_id), of_these.filter(company_id=except_company_id)
    booking_ids = set(to_come.values_list("pk", flat=True))
    lock_guarantees_of(
        purpose=ReservationPurpose.VIEWING,
        references=booking_ids | set(kept.values_list("pk", flat=True)),
        company_ids=[] if except_company_id is None else [except_company_id],
    )
    # What was not to come any more when the locks were there is left alone.
    return list(Booking.objects.filter(pk__in=booking_ids, state__in=TO_COME_STATES).locked())


def lock_session(booking: Booking) -> ViewingSession:
    """Lock the session of a locked booking; raises NotFound when nobody has checked in."""
    for session in ViewingSession.objects.filter(booking=booking).locked():
        return session
    raise NotFound("Nobody has checked in for this booking.", booking_id=str(booking.pk))


def lock_offer(offer_id: UUID, *, actor: Actor) -> Offer:
    """Lock an offer's lot and the offer; raises NotFound when it is not there or not the actor's."""
    lot_ids = Offer.objects.visible_to(actor).filter(pk=offer_id).values_list("lot_id", flat=True)
    if not lot_ids:
        raise NotFound("There is no such offer.", offer_id=str(offer_id))
    # A lot that was put on hold is out of its buyer's sight, and still has to be locked.
    lock_lots(list(lot_ids), actor=SYSTEM)
    return Offer.objects.filter(pk=offer_id).locked().get()


def lock_open_offers(lot_ids: Collection[int]) -> list[Offer]:
    """Lock the open offers on lots that the caller has locked, with their lots' numbers."""
    return list(Offer.objects.open().filter(lot__in=lot_ids).select_related("lot").locked())


def lock_wait(entry_id: UUID, *, actor: Actor) -> WaitingEntry:
    """Lock the booking of a wait's offer with all that belongs to it, if there is one, and the wait; raises NotFound.

    When an offer was made or ended in between, its booking is looked for again.
    """
    waits = WaitingEntry.objects.visible_to(actor).filter(pk=entry_id)
    while True:
        before = waits.values_list("booking_id", flat=True).first()
        if before is not None:
            lock_booking(before, actor=SYSTEM)
        for entry in waits.locked():
            if entry.booking_id == before:
                return entry
            break
        else:
            raise NotFound("There is no such wait.", waiting_entry_id=str(entry_id))
