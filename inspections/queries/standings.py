"""What may stand against a visit: when the room is open, how its company stands, and what is closed to it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from bonded.rules.errors import Problem
from inspections.models.bookings import Booking
from inspections.queries.offers import problems_of_sealed
from inspections.rules.bookings import MISSED_WITHIN
from inspections.rules.openings import Opening
from inspections.rules.slots import ROOM_ZONE, OpenHours, Slot
from tariffs.queries.calendars import public_holidays

_STANDING = """
    SELECT company.is_in_good_standing,
           (SELECT count(*) FROM inspections_booking
             WHERE company_id = company.id AND (state = 'no_show' OR was_late) AND ended_at > %(missed_since)s),
           (SELECT count(*) FROM inspections_booking
             WHERE company_id = company.id AND state = 'held' AND held_until > %(at)s AND id <> %(booking_id)s),
           ARRAY(SELECT kind FROM inspections_companypaper
                  WHERE company_id = company.id AND valid @> %(day)s::date ORDER BY kind),
           ARRAY(SELECT lot.stock_number FROM inspections_offer offer JOIN bonded_lot lot ON lot.id = offer.lot_id
                  WHERE offer.lot_id = ANY(%(lot_ids)s::bigint[]) AND offer.state IN ('offered', 'countered')
                    AND offer.ends_at > %(at)s AND offer.company_id <> company.id ORDER BY lot.stock_number),
           hours.opens_at, hours.closes_at,
           ARRAY(SELECT during FROM inspections_closure
                  WHERE (room_id IS NULL OR room_id = %(room_id)s)
                    AND during && tstzrange(%(begins)s::timestamptz, %(ends)s::timestamptz))
      FROM bonded_company company
      LEFT JOIN inspections_roomhours hours ON hours.room_id = %(room_id)s AND hours.weekday = %(weekday)s
     WHERE company.id = %(company_id)s
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a visit's room and company: `missed` visits of late, `holds` beside it, `papers` of the day."""

    is_in_good_standing: bool
    missed: int
    holds: int
    papers: Sequence[str]
    cachet_problems: Sequence[Problem]
    opening: Opening


def standing_of(booking: Booking, slot: Slot, lot_ids: Collection[int], *, at: datetime) -> Standing:
    """Give how a visit's company and room stand; runs two SQL statements.

    Who holds the lock of the guarantee account reads no count that another visit of its company is about to change.
    """
    desk, day = booking.desk, slot.starts_at.astimezone(ROOM_ZONE).date()
    asked: dict[str, Any] = {
        "booking_id": booking.pk,
        "company_id": booking.company_id,
        "room_id": desk.room_id,
        "lot_ids": list(lot_ids),
        "weekday": day.isoweekday(),
        "day": day,
        "begins": slot.starts_at,
        "ends": slot.ends_at,
        "missed_since": at - MISSED_WITHIN,
        "at": at,
    }
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, asked)
        is_good, missed, holds, papers, sealed, opens_at, closes_at, closures = cursor.fetchone()
    opening = Opening(
        hours=[OpenHours(day.isoweekday(), opens_at, closes_at)] if opens_at is not None else [],
        holidays=() if desk.room.opens_on_holidays else public_holidays(day, day),
        closures=[(during.lower, during.upper) for during in closures],
    )
    return Standing(is_good, missed, holds, papers, problems_of_sealed(sealed), opening)
