"""Must-be-empty questions about visits: whatever these find should never have been possible."""

from __future__ import annotations

from bonded.queries.invariants import Question, rows_of


def _claims_of_bookings_that_ended() -> list[str]:
    return rows_of("""
        SELECT c.id, b.id, b.state FROM inspections_claim c JOIN inspections_booking b ON b.id = c.booking_id
         WHERE c.is_active AND b.state NOT IN ('held', 'requested', 'booked', 'in_session')
    """)


def _bookings_without_their_claims() -> list[str]:
    return rows_of("""
        WITH live AS (
            SELECT * FROM inspections_booking WHERE state IN ('held', 'requested', 'booked', 'in_session')
        ), needed (booking_id, kind, id, during) AS (
            SELECT live.id, one.kind, one.id, during FROM live,
                   LATERAL (VALUES ('desk', desk_id), ('escort', escort_id), ('scale', scale_id)) AS one (kind, id)
            UNION ALL
            SELECT live.id, 'lot', l.lot_id, live.during
              FROM live JOIN inspections_bookedlot l ON l.booking_id = live.id
        )
        SELECT n.booking_id, n.kind, n.id
          FROM needed n
          LEFT JOIN inspections_claim c ON c.booking_id = n.booking_id AND c.resource_kind = n.kind
                AND c.resource_id = n.id AND c.is_active AND c.during @> n.during
         WHERE c.id IS NULL
    """)


def _bookings_without_lots() -> list[str]:
    return rows_of("""
        SELECT b.id FROM inspections_booking b
         WHERE NOT EXISTS (SELECT 1 FROM inspections_bookedlot l WHERE l.booking_id = b.id)
    """)


def _bookings_that_differ_from_their_sessions() -> list[str]:
    return rows_of("""
        SELECT b.id, b.state, s.state
          FROM inspections_booking b LEFT JOIN inspections_viewingsession s ON s.booking_id = b.id
         WHERE CASE b.state WHEN 'in_session' THEN s.id IS NULL OR s.state NOT IN ('checked_in', 'open', 'weighed_in')
                            WHEN 'done' THEN s.id IS NULL OR s.state <> 'closed'
                            WHEN 'cancelled' THEN coalesce(s.state, 'cancelled') <> 'cancelled'
                            ELSE s.id IS NOT NULL END
    """)


def _lots_of_open_sessions_that_are_elsewhere() -> list[str]:
    return rows_of("""
        SELECT s.booking_id, lot.stock_number, lot.goods_state
          FROM inspections_viewingsession s
          JOIN inspections_booking b ON b.id = s.booking_id
          JOIN inspections_desk d ON d.id = b.desk_id
          JOIN inspections_bookedlot booked ON booked.booking_id = b.id
          JOIN bonded_lot lot ON lot.id = booked.lot_id
         WHERE s.state = 'open'
           AND (lot.goods_state, lot.location_id) IS DISTINCT FROM ('at_desk', d.location_id)
    """)


def _lots_at_desks_without_an_open_session() -> list[str]:
    return rows_of("""
        SELECT lot.id, lot.stock_number
          FROM bonded_lot lot
          JOIN inspections_desk d ON d.location_id = lot.location_id
         WHERE lot.goods_state = 'at_desk' AND NOT EXISTS (
               SELECT 1 FROM inspections_sessionlot sl JOIN inspections_viewingsession s ON s.id = sl.session_id
                WHERE sl.lot_id = lot.id AND s.state = 'open')
    """)


def _bookings_without_their_headroom() -> list[str]:
    """Ask for live bookings without a claim on the guarantee, and for cancelled ones that have one still.

    A claim may have lapsed under a booking whose visitors never came; its amount stays on record.
    """
    return rows_of("""
        SELECT b.id, b.state, r.state
          FROM inspections_booking b
          LEFT JOIN tariffs_guaranteereservation r ON r.purpose = 'viewing' AND r.reference = b.id
         WHERE r.id IS NULL OR r.amount_minor <> b.duty_minor
            OR CASE WHEN b.state IN ('cancelled', 'refused', 'lapsed', 'moved', 'no_show') THEN r.state = 'reserved'
                    WHEN b.state = 'done' THEN false
                    ELSE r.state NOT IN ('reserved', 'expired') END
    """)


def _requests_without_an_open_question() -> list[str]:
    """Ask for requested visits against which nothing stands, and for booked ones against which something does."""
    return rows_of("""
        SELECT b.id, b.state FROM inspections_booking b
         WHERE b.state IN ('requested', 'booked', 'in_session', 'done')
           AND (b.state = 'requested') <> EXISTS (
               SELECT FROM inspections_bookingexception e WHERE e.booking_id = b.id AND e.decided_by_id IS NULL)
    """)


def _moved_bookings_without_one_that_follows() -> list[str]:
    return rows_of("""
        SELECT b.id, b.state FROM inspections_booking b
          LEFT JOIN inspections_booking following ON following.moved_from_id = b.id
         WHERE (b.state = 'moved') <> (following.id IS NOT NULL)
    """)


def _reminders_of_visits_that_ended() -> list[str]:
    return rows_of("""
        SELECT n.id, b.id, b.state
          FROM bonded_notice n JOIN inspections_booking b ON b.id::text = n.subject_id
         WHERE n.kind IN ('visit.tomorrow', 'visit.to_decide') AND n.subject_kind = 'booking'
           AND n.taken_back_at IS NULL AND n.mail_state <> 'sent'
           AND b.ended_at IS NOT NULL AND b.state <> 'done'
    """)


def _offers_that_are_not_as_agreed() -> list[str]:
    return rows_of("""
        SELECT o.id, o.total_minor, o.counter_total_minor, l.value_minor
          FROM inspections_offer o
          LEFT JOIN bonded_withdrawallot l
                 ON l.withdrawal_id = o.withdrawal_id AND l.lot_id = o.lot_id AND l.is_transaction_value
         WHERE o.total_minor <> round(o.price_minor * o.weight_carats)
            OR o.counter_total_minor <> round(o.counter_price_minor * o.weight_carats)
            OR l.value_minor <> coalesce(o.counter_total_minor, o.total_minor) OR l.currency <> o.currency
    """)


def _open_offers_on_kept_lots() -> list[str]:
    return rows_of("""
        SELECT o.id, lot.stock_number, lot.trade_state
          FROM inspections_offer o JOIN bonded_lot lot ON lot.id = o.lot_id
         WHERE o.state IN ('offered', 'countered') AND lot.trade_state <> 'free'
    """)


def _accepted_offers_without_their_withdrawal() -> list[str]:
    return rows_of("""
        SELECT o.id FROM inspections_offer o
         WHERE o.state = 'accepted' AND NOT EXISTS (
               SELECT FROM bonded_withdrawal w JOIN bonded_withdrawallot l ON l.withdrawal_id = w.id
                WHERE w.id = o.withdrawal_id AND w.company_id = o.company_id AND l.lot_id = o.lot_id)
    """)


def _waits_that_differ_from_their_bookings() -> list[str]:
    """Ask for offers without a live hold of their company on just their lots, and for ended waits that hold on."""
    return rows_of("""
        SELECT w.id, w.state, b.state
          FROM inspections_waitingentry w LEFT JOIN inspections_booking b ON b.id = w.booking_id
         WHERE (w.state = 'offered') <> (coalesce(b.state, '') = 'held')
            OR (w.state = 'accepted' AND b.state IN ('held', 'lapsed') AND b.held_until IS NOT NULL)
            OR b.company_id <> w.company_id
            OR (b.id IS NOT NULL AND NOT w.lot_ids @> (
                SELECT array_agg(l.lot_id) FROM inspections_bookedlot l WHERE l.booking_id = b.id))
    """)


INVARIANTS: dict[str, Question] = {
    "Nothing is claimed for a visit that is over or cancelled.": _claims_of_bookings_that_ended,
    "A visit to come has its desk, escort, scale and every lot to itself.": _bookings_without_their_claims,
    "A place is held for whoever was offered it, and for no wait that is over.": _waits_that_differ_from_their_bookings,
    "A booking names a lot.": _bookings_without_lots,
    "A visit waits for a decision exactly while something stands against it.": _requests_without_an_open_question,
    "A moved booking is followed by the one that took its place.": _moved_bookings_without_one_that_follows,
    "Nobody is reminded of a visit that does not take place.": _reminders_of_visits_that_ended,
    "A booking stands as its session does.": _bookings_that_differ_from_their_sessions,
    "The lots of an open session lie at its desk.": _lots_of_open_sessions_that_are_elsewhere,
    "A lot lies at a viewing desk only while its session is open.": _lots_at_desks_without_an_open_session,
    "The guarantee stands for the duty on what is booked, and on nothing cancelled.": _bookings_without_their_headroom,
    "An offer comes to its price for its carats, and its goods leave bond at it.": _offers_that_are_not_as_agreed,
    "A lot under a cachet is kept for nobody.": _open_offers_on_kept_lots,
    "An accepted offer has asked for its lot's withdrawal.": _accepted_offers_without_their_withdrawal,
}
