"""What a change of the rates does to visits to come: their part of the guarantee is of another size."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import structlog
from django.db import connection, transaction

from bonded.actions.activity import record_activity
from bonded.actions.client_events import record_client_event
from bonded.queries.lots import goods_of_lots
from bonded.rules.client_events import EventKind
from bonded.rules.money import Money
from bonded.rules.permissions import Actor
from inspections.actions.headroom import duty_of_visit
from inspections.actions.locks import lock_booking, retried_after_deadlock
from inspections.actions.notices import tell_of_duty
from inspections.models.bookings import Booking
from inspections.queries.rate_changes import rate_changes
from inspections.rules.bookings import BookingState
from inspections.rules.permissions import Act, require
from tariffs.actions.guarantees import resize_headroom
from tariffs.rules.exchange_rates import ExchangeRateMissing
from tariffs.rules.guarantee_authorities import AuthorityExceeded
from tariffs.rules.guarantees import HeadroomMissing, NotResizable, ReservationPurpose
from tariffs.rules.jurisdictions import RulesMissing
from tariffs.rules.schedule import MeasureMissing

log = structlog.get_logger()

COUNT = """
    INSERT INTO inspections_ratechanges AS one (id, number) VALUES (1, 1)
        ON CONFLICT (id) DO UPDATE SET number = one.number + 1
"""


def note_rate_change(*, actor: Actor, at: datetime) -> None:
    """Count a change of the rates, so that every visit to come waits to be priced; in the publisher's transaction."""
    require(actor, Act.PRICE_VISIT)
    with connection.cursor() as cursor:
        cursor.execute(COUNT)


@retried_after_deadlock
@transaction.atomic
def price_visit(*, booking_id: UUID, actor: Actor, at: datetime) -> bool:
    """Make what a visit to come reserves the duty by the latest rates, tell its company, and say whether it changed.

    Where the guarantee is too small for it, the old amount stays reserved and the booking names the
    shortfall. A visit that has seen the latest rates, has begun or is over stays as it is. Where a rate is
    missing, so does its amount: the rates that close the gap are a change too. Raises NotFound.
    """
    require(actor, Act.PRICE_VISIT)
    booking = lock_booking(booking_id, actor=actor)
    latest = rate_changes()
    if booking.state != BookingState.BOOKED or (booking.rates_seen >= latest and not booking.shortfall_minor):
        return False
    before = (booking.duty_minor, booking.shortfall_minor)
    booking.rates_seen = latest
    _resize(booking, actor=actor, at=at)
    booking.save(update_fields=["rates_seen", "duty_minor", "shortfall_minor"])
    if (booking.duty_minor, booking.shortfall_minor) == before:
        return False
    _tell(booking, before, actor=actor, at=at)
    return True


def _resize(booking: Booking, *, actor: Actor, at: datetime) -> None:
    lot_ids = list(booking.lots.order_by("turn").values_list("lot_id", flat=True))
    try:
        duty = duty_of_visit(booking, goods_of_lots(lot_ids, actor=actor), at=at)
        resize_headroom(purpose=ReservationPurpose.VIEWING, reference=booking.pk, amount=duty, actor=actor, at=at)
    except (HeadroomMissing, AuthorityExceeded) as refusal:
        # An agent that may not see its principal's balance is told what is needed, not what is missing of it.
        missing = refusal.facts.get("shortfall", refusal.facts["needed"])
        booking.shortfall_minor = Money.from_text(str(missing), booking.currency).minor
    except (MeasureMissing, ExchangeRateMissing, RulesMissing, NotResizable) as gap:
        log.warning("visit_not_priced", booking_id=str(booking.pk), code=gap.code, **gap.facts)
    else:
        booking.duty_minor, booking.shortfall_minor = duty.minor, 0


def _tell(booking: Booking, before: tuple[int, int], *, actor: Actor, at: datetime) -> None:
    """Record the amounts, and tell that there is something to see: events go to machines and name no amounts."""
    now = (booking.duty_minor, booking.shortfall_minor)
    (duty_before, _), (duty, shortfall) = (
        [str(Money(minor, booking.currency)) for minor in figures] for figures in (before, now)
    )
    amounts = {"duty_before": duty_before, "duty": duty, "shortfall": shortfall, "currency": booking.currency}
    record_activity(Act.PRICE_VISIT, booking, actor=actor, at=at, **amounts)
    record_client_event(
        company_id=booking.company_id,
        kind=EventKind.BOOKING_DUTY_CHANGED,
        subject_kind="booking",
        subject_id=str(booking.pk),
        facts={"status": "short" if booking.shortfall_minor else "resized"},
        at=at,
    )
    tell_of_duty(booking, occasion=str(booking.rates_seen), at=at)
