"""The part of a company's guarantee that stands for the duty on what it looks at."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

import structlog

from bonded.queries.lots import goods_of_lots
from bonded.rules.errors import Problem
from bonded.rules.lots import GoodsFacts
from bonded.rules.money import Money
from bonded.rules.permissions import SYSTEM, Actor
from inspections.models.bookings import Booking
from inspections.rules.bookings import HEADROOM_TERM, BookingState
from inspections.rules.findings import Intent
from tariffs.actions.guarantees import free_headroom, reserve_headroom, resize_headroom
from tariffs.queries.landed_costs import landed_cost_of_goods
from tariffs.rules.exchange_rates import ExchangeRateMissing
from tariffs.rules.guarantee_authorities import AuthorityExceeded, principal_of
from tariffs.rules.guarantees import GuaranteeMissing, HeadroomMissing, NotResizable, ReservationPurpose
from tariffs.rules.jurisdictions import RulesMissing
from tariffs.rules.schedule import MeasureMissing
from tariffs.rules.working_days import business_day

log = structlog.get_logger()

# Of these a booking is told beside its other problems.
STANDS_AGAINST_IT = (
    HeadroomMissing,
    AuthorityExceeded,
    GuaranteeMissing,
    MeasureMissing,
    ExchangeRateMissing,
    RulesMissing,
)


def reserve_for_booking(
    booking: Booking, goods: Sequence[GoodsFacts], *, guarantee_company_id: int | None, actor: Actor, at: datetime
) -> Problem | None:
    """Reserve the duty that would be owed on the goods, and note it on the booking; gives what stands against it.

    Without a `guarantee_company_id` on the company's own guarantee, else on that of its principal; raises
    NotFound when that has given it no authority. Asks for a new booking before it is written, because
    guarantee accounts are locked before bookings are.
    """
    try:
        duty = duty_of_visit(booking, goods, at=at)
        reserve_headroom(
            company_id=booking.company_id,
            amount=duty,
            purpose=ReservationPurpose.VIEWING,
            reference=booking.pk,
            expires_at=booking.during.upper + HEADROOM_TERM,
            principal_id=principal_of(booking.company_id, guarantee_company_id),
            actor=actor,
            at=at,
        )
    except STANDS_AGAINST_IT as refusal:
        return Problem(refusal.code, refusal.message)
    booking.duty_minor, booking.currency = duty.minor, duty.currency
    return None


def duty_of_visit(booking: Booking, goods: Sequence[GoodsFacts], *, at: datetime) -> Money:
    """Give the duty that would be owed on the goods on the day of the visit, by what is known of that day's rates.

    Where an exchange rate of that day is not published yet, today's rates count. Raises as
    `landed_cost_of_goods` does.
    """
    try:
        return landed_cost_of_goods(goods, on=business_day(booking.during.lower)).total
    except ExchangeRateMissing:
        return landed_cost_of_goods(goods, on=business_day(at)).total


def resize_for_booking(booking: Booking, *, at: datetime) -> None:
    """Let the guarantee stand for the lots that are left of a booking, and note it; without rates it stays as it is."""
    lot_ids = list(booking.lots.values_list("lot_id", flat=True))
    try:
        duty = duty_of_visit(booking, goods_of_lots(lot_ids, actor=SYSTEM), at=at)
        resize_headroom(purpose=ReservationPurpose.VIEWING, reference=booking.pk, amount=duty, actor=SYSTEM, at=at)
    except (*STANDS_AGAINST_IT, NotResizable) as refusal:
        log.warning("visit_not_resized", booking_id=str(booking.pk), code=refusal.code)
    else:
        booking.duty_minor = duty.minor


def keep_for_shortage(booking: Booking, missing: Sequence[GoodsFacts], *, at: datetime) -> None:
    """Let the guarantee stand for the duty on what is missing after a visit, and free it when nothing is.

    Duty on goods that are gone is owed by who held them (Customs Law, on bonded goods lost); the booking notes it.
    """
    if not missing:
        free_for_booking(booking, at=at)
        return
    duty = duty_of_visit(booking, missing, at=at)
    resize_headroom(purpose=ReservationPurpose.VIEWING, reference=booking.pk, amount=duty, actor=SYSTEM, at=at)
    booking.duty_minor = duty.minor


def free_for_booking(booking: Booking, *, at: datetime) -> None:
    """Give back what was reserved for a booking; when that was done before, nothing changes."""
    free_headroom(purpose=ReservationPurpose.VIEWING, reference=booking.pk, actor=SYSTEM, at=at)


def free_for_withdrawal(*, lot_ids: Collection[int], company_id: int, actor: Actor, at: datetime) -> None:
    """Give back what a company's viewings still hold for lots that it now asks to withdraw.

    The withdrawal secures or pays their duty itself. A viewing's headroom is one amount, so it is
    freed whole, with the first of its lots.
    """
    wanted = Booking.objects.filter(
        company_id=company_id,
        session__lots__lot_id__in=lot_ids,
        session__lots__finding__intent=Intent.BUY,
        state=BookingState.DONE,
    )
    for booking_id in sorted(set(wanted.values_list("pk", flat=True))):
        free_headroom(purpose=ReservationPurpose.VIEWING, reference=booking_id, actor=actor, at=at)
