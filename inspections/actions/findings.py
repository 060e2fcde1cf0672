"""Saying what came of looking at a lot."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from bonded.actions.activity import record_activity
from bonded.rules.permissions import Actor
from inspections.actions.locks import lock_booking, lock_session, retried_after_deadlock
from inspections.models.findings import Finding
from inspections.models.sessions import SessionLot
from inspections.rules.findings import Intent, LotNotViewed
from inspections.rules.permissions import Act, require
from inspections.rules.sessions import LOOKING


@retried_after_deadlock
@transaction.atomic
def record_finding(
    *,
    booking_id: UUID,
    lot_id: int,
    intent: Intent,
    agreed_carats: Decimal | None,
    remarks: str,
    actor: Actor,
    at: datetime,
) -> Finding:
    """Write down what the buyer means to do with a lot, and the weight that both sides agree on, carats to 0.001.

    May be said again until the session is closed; the last word stands. Raises NotFound,
    LotNotViewed for a lot that is not on the desk, or that lies there on hold.
    """
    require(actor, Act.RECORD_FINDING)
    assert actor.user_id is not None
    session = lock_session(lock_booking(booking_id, actor=actor))
    session_lot = SessionLot.objects.filter(session=session, lot_id=lot_id, is_viewable=True).first()
    if session_lot is None or session.state not in LOOKING:
        raise LotNotViewed("This lot is not looked at in this visit now.", state=session.state)
    said = {
        "intent": intent,
        "agreed_carats": agreed_carats,
        "remarks": remarks,
        "recorded_by_id": actor.user_id,
        "recorded_at": at,
    }
    finding, _ = Finding.objects.update_or_create(session_lot=session_lot, defaults=said)
    weight = None if agreed_carats is None else str(agreed_carats)
    record_activity(Act.RECORD_FINDING, session, actor=actor, at=at, lot_id=lot_id, intent=intent, agreed_carats=weight)
    return finding
