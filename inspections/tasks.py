"""What workers do: price visits again, end what is overdue, and offer what came free to whoever waits."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from bonded.rules.permissions import SYSTEM
from inspections.actions.overdue_bookings import end_overdue_booking
from inspections.actions.overdue_offers import lapse_offer
from inspections.actions.overruns import extend_overrun
from inspections.actions.place_offers import note_looked_at, offer_place
from inspections.actions.rate_changes import price_visit
from inspections.queries.bookings import overdue_bookings
from inspections.queries.offers import overdue_offers
from inspections.queries.overruns import overrunning_visits
from inspections.queries.rate_changes import visits_to_price
from inspections.queries.waiting_list import places_to_offer, waits_in_turn
from inspections.rules.waiting_list import WaitState

# So many visits a sweep, one transaction each; what is left is found by the next one.
AT_ONCE = 500


@shared_task
def price_visits() -> int:
    """Look for visits that have not seen the latest rates, and give the number of those whose duty changed.

    Killed half way, it leaves the rest waiting; two at once find each other's work done.
    """
    at = timezone.now()
    return sum(price_visit(booking_id=one, actor=SYSTEM, at=at) for one in visits_to_price(at=at, limit=AT_ONCE))


@shared_task
def end_overdue_bookings() -> int:
    """End holds that nobody confirmed, requests that nobody decided and visits that nobody came to; give their number.

    Killed half way, it leaves the rest to the next sweep; two at once find each other's work done.
    """
    at = timezone.now()
    return sum(
        end_overdue_booking(booking_id=one, actor=SYSTEM, at=at) is not None
        for one in overdue_bookings(at=at, limit=AT_ONCE)
    )


@shared_task
def extend_overruns() -> int:
    """Give visits that go on more time and push those behind them; give the number of those that were pushed.

    Killed half way, it leaves the rest to the next sweep; two at once find each other's work done.
    """
    at = timezone.now()
    return sum(
        len(extend_overrun(booking_id=one, actor=SYSTEM, at=at)) for one in overrunning_visits(at=at, limit=AT_ONCE)
    )


@shared_task
def lapse_offers() -> int:
    """End offers that nobody answered in time, and give their number; safe to kill and to run twice, as above."""
    at = timezone.now()
    return sum(lapse_offer(offer_id=one, actor=SYSTEM, at=at) for one in overdue_offers(at=at, limit=AT_ONCE))


@shared_task
def offer_freed_places() -> int:
    """Offer what visits gave back to whoever waits for that time, in turn; gives the number of offers.

    Killed half way, the places stay noted; two at once find each other's work done.
    """
    at = timezone.now()
    places = places_to_offer(limit=AT_ONCE)
    if not places:
        return 0
    offers = sum(
        offer_place(entry_id=one, actor=SYSTEM, at=at) is WaitState.OFFERED
        for one in waits_in_turn(freed=[place.booking for place in places])
    )
    note_looked_at(place_ids=[place.pk for place in places], actor=SYSTEM, at=at)
    return offers


@shared_task
def sweep_waiting_list() -> int:
    """Offer what came free otherwise, in turn, and end waits whose window is over; gives the number of offers."""
    at = timezone.now()
    return sum(offer_place(entry_id=one, actor=SYSTEM, at=at) is WaitState.OFFERED for one in waits_in_turn())
