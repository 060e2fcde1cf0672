"""What looking at goods does when it hears a fact of any app, inside the act that made it true."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from bonded.queries.withdrawals import goods_of_withdrawal
from bonded.rules.permissions import SYSTEM
from bonded.signals import lots_held, withdrawal_released, withdrawal_requested
from inspections.actions.bookings import cancel_bookings_of_lots
from inspections.actions.headroom import free_for_withdrawal
from inspections.actions.notices import tell_of_confirmation, tell_of_end, tell_of_push, tell_of_visit
from inspections.actions.overdue_offers import end_offers_of_kept_lots
from inspections.actions.place_offers import follow_offer, note_freed_place
from inspections.actions.rate_changes import note_rate_change
from inspections.signals import booking_confirmed, booking_ended, booking_made, booking_pushed
from tariffs.signals import versions_published


def cancel_viewings_of_held_lots(sender: Any, *, lot_ids: list[int], at: datetime, **kwargs: Any) -> None:
    """Cancel the visits to come of lots that must stay in the vault."""
    cancel_bookings_of_lots(lot_ids=lot_ids, except_company_id=None, actor=SYSTEM, at=at)


def keep_lots_under_cachet(sender: Any, *, withdrawal_id: UUID, at: datetime, **kwargs: Any) -> None:
    """Refuse the withdrawal of lots that are sealed for another company's offer, and end the company's own offers."""
    facts = goods_of_withdrawal(withdrawal_id)
    lot_ids = [line.lot_id for line in facts.lines]
    end_offers_of_kept_lots(lot_ids=lot_ids, company_id=facts.company_id, actor=SYSTEM, at=at)


def cancel_viewings_of_others(sender: Any, *, withdrawal_id: UUID, at: datetime, **kwargs: Any) -> None:
    """Cancel other companies' visits to lots that are kept for one company now.

    The company's own viewings need its guarantee no more for these lots: the withdrawal will ask for it.
    """
    facts = goods_of_withdrawal(withdrawal_id)
    lot_ids = [line.lot_id for line in facts.lines]
    cancel_bookings_of_lots(lot_ids=lot_ids, except_company_id=facts.company_id, actor=SYSTEM, at=at)
    free_for_withdrawal(lot_ids=lot_ids, company_id=facts.company_id, actor=SYSTEM, at=at)


def cancel_viewings_of_released_lots(sender: Any, *, withdrawal_id: UUID, at: datetime, **kwargs: Any) -> None:
    """Cancel every visit to come of lots that leave."""
    lot_ids = [line.lot_id for line in goods_of_withdrawal(withdrawal_id).lines]
    cancel_bookings_of_lots(lot_ids=lot_ids, except_company_id=None, actor=SYSTEM, at=at)


def count_what_was_published(sender: Any, *, at: datetime, **kwargs: Any) -> None:
    """Let every visit to come be priced again."""
    note_rate_change(actor=SYSTEM, at=at)


def tell_people_of_visit(sender: Any, *, booking_id: UUID, at: datetime, **kwargs: Any) -> None:
    """Note what the people of a visit shall hear of it."""
    tell_of_visit(booking_id=booking_id, at=at)


def tell_people_of_confirmation(sender: Any, *, booking_id: UUID, at: datetime, **kwargs: Any) -> None:
    """Note that a visit is booked now, for its people, and that nobody has to decide about it any more."""
    tell_of_confirmation(booking_id=booking_id, at=at)


def tell_people_of_push(sender: Any, *, booking_id: UUID, at: datetime, **kwargs: Any) -> None:
    """Note what the people of a visit shall hear when it begins later."""
    tell_of_push(booking_id=booking_id, at=at)


def tell_people_of_end(sender: Any, *, booking_id: UUID, at: datetime, **kwargs: Any) -> None:
    """Note that a visit does not take place, and take its reminders back."""
    tell_of_end(booking_id=booking_id, at=at)


def follow_confirmed_booking(sender: Any, *, booking_id: UUID, at: datetime, **kwargs: Any) -> None:
    """Let whoever waited for this place have it."""
    follow_offer(booking_id=booking_id, actor=SYSTEM, at=at)


def note_ended_booking(sender: Any, *, booking_id: UUID, at: datetime, **kwargs: Any) -> None:
    """Let the wait that this place was offered to end, and note that it is free for the next."""
    follow_offer(booking_id=booking_id, actor=SYSTEM, at=at)
    note_freed_place(booking_id=booking_id, actor=SYSTEM, at=at)


def listen() -> None:
    """Begin to hear; called once, when the app is ready."""
    lots_held.connect(cancel_viewings_of_held_lots, dispatch_uid="inspections.cancel.held")
    withdrawal_requested.connect(keep_lots_under_cachet, dispatch_uid="inspections.offers.requested")
    withdrawal_requested.connect(cancel_viewings_of_others, dispatch_uid="inspections.cancel.requested")
    versions_published.connect(count_what_was_published, dispatch_uid="inspections.rates")
    withdrawal_released.connect(cancel_viewings_of_released_lots, dispatch_uid="inspections.cancel.released")
    booking_made.connect(tell_people_of_visit, dispatch_uid="inspections.notices.made")
    booking_confirmed.connect(tell_people_of_confirmation, dispatch_uid="inspections.notices.confirmed")
    booking_pushed.connect(tell_people_of_push, dispatch_uid="inspections.notices.pushed")
    booking_ended.connect(tell_people_of_end, dispatch_uid="inspections.notices.ended")
    booking_confirmed.connect(follow_confirmed_booking, dispatch_uid="inspections.waiting_list.confirmed")
    booking_ended.connect(note_ended_booking, dispatch_uid="inspections.waiting_list.ended")
