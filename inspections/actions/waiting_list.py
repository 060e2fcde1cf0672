"""Waiting for a visit: joining, leaving, the link, the turn, and the answer to an offer."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from bonded.actions.activity import record_activity
from bonded.queries.lots import goods_of_lots
from bonded.rules.errors import InputInvalid, NotFound
from bonded.rules.lifecycle import require_step
from bonded.rules.permissions import Actor
from inspections.actions.booking_holds import confirm_booking
from inspections.actions.bookings import cancel_booking
from inspections.actions.locks import lock_wait, retried_after_deadlock
from inspections.models.waiting_list import WaitingEntry
from inspections.queries.waiting_list import digest_of_link
from inspections.rules.bookings import MOST_LOTS
from inspections.rules.permissions import Act, require
from inspections.rules.visitors import Paper
from inspections.rules.waiting_list import (
    HIGHEST_PRIORITY,
    LARGEST_PARTY,
    OFFER_DECLINED,
    OFFER_LEFT,
    STEPS,
    WaitState,
    require_party,
    require_window,
)


@transaction.atomic
def join_waiting_list(
    *, lot_ids: Collection[int], starts_at: datetime, ends_at: datetime, party_size: int, actor: Actor, at: datetime
) -> WaitingEntry:
    """Wait for a visit to all of these lots together, that begins and ends within the window.

    More than two people need a keeper's approval when the offer is accepted. Raises NotFound, InputInvalid,
    WindowInvalid; the database refuses a second wait for the same lots.
    """
    require(actor, Act.JOIN_WAITING_LIST)
    assert actor.user_id is not None
    lots = sorted(set(lot_ids))
    if not 1 <= len(lots) <= MOST_LOTS or not 1 <= party_size <= LARGEST_PARTY:
        raise InputInvalid(f"Wait for 1 to {MOST_LOTS} lots, with at most {LARGEST_PARTY} people.")
    require_window(starts_at, ends_at, at=at)
    if len(goods_of_lots(lots, actor=actor)) != len(lots):
        raise NotFound("There is no such lot.")
    entry = WaitingEntry.objects.create(
        company_id=actor.company_id,
        user_id=actor.user_id,
        lot_ids=lots,
        during=DateTimeTZRange(starts_at, ends_at),
        party_size=party_size,
        entered_at=at,
    )
    record_activity(Act.JOIN_WAITING_LIST, entry, actor=actor, at=at, lots=[str(one) for one in lots])
    return entry


@retried_after_deadlock
@transaction.atomic
def issue_place_link(*, entry_id: UUID, actor: Actor, at: datetime) -> str:
    """Give the secret word with which anybody may see and answer the offer; a new one makes the old one void.

    It is shown now and never again: only its digest is kept. Raises NotFound, StepNotAllowed when the wait is over.
    """
    require(actor, Act.ISSUE_PLACE_LINK)
    entry = lock_wait(entry_id, actor=actor)
    require_step(STEPS, WaitState(entry.state), WaitState.LEFT)
    token = secrets.token_urlsafe(24)
    entry.link_digest = digest_of_link(token)
    entry.save(update_fields=["link_digest"])
    record_activity(Act.ISSUE_PLACE_LINK, entry, actor=actor, at=at)
    return token


@retried_after_deadlock
@transaction.atomic
def raise_priority(*, entry_id: UUID, priority: int, reason: str, actor: Actor, at: datetime) -> WaitingEntry:
    """Let a wait pass those of a lower priority, from 1 to 9, for a reason; raises NotFound, InputInvalid.

    Raises StepNotAllowed unless it waits.
    """
    require(actor, Act.RAISE_PRIORITY)
    if not 1 <= priority <= HIGHEST_PRIORITY or not reason.strip():
        raise InputInvalid(f"A priority is 1 to {HIGHEST_PRIORITY}, and has a reason.", priority=priority)
    entry = lock_wait(entry_id, actor=actor)
    require_step(STEPS, WaitState(entry.state), WaitState.LEFT)
    entry.priority, entry.priority_reason = priority, reason
    entry.save(update_fields=["priority", "priority_reason"])
    record_activity(Act.RAISE_PRIORITY, entry, actor=actor, at=at, priority=priority, reason=reason)
    return entry


@retried_after_deadlock
@transaction.atomic
def accept_place(
    *,
    entry_id: UUID,
    visitors: Sequence[str],
    remote_visitors: Sequence[str] = (),
    papers: Sequence[Paper] = (),
    justification: str,
    actor: Actor,
    at: datetime,
) -> WaitingEntry:
    """Book the place that is held, once. What is heard of the booking makes the wait accepted.

    Raises NotFound, StepNotAllowed, PartyTooLarge, HoldLapsed, BookingRefused: then it stays offered.
    """
    require(actor, Act.ACCEPT_PLACE)
    entry = lock_wait(entry_id, actor=actor)
    require_step(STEPS, WaitState(entry.state), WaitState.ACCEPTED)
    require_party(len(visitors), entry.party_size)
    assert entry.booking_id is not None
    confirm_booking(
        booking_id=entry.booking_id,
        visitors=visitors,
        remote_visitors=remote_visitors,
        papers=papers,
        justification=justification,
        actor=actor,
        at=at,
    )
    record_activity(Act.ACCEPT_PLACE, entry, actor=actor, at=at)
    entry.refresh_from_db()
    return entry


@retried_after_deadlock
@transaction.atomic
def decline_place(*, entry_id: UUID, actor: Actor, at: datetime) -> WaitingEntry:
    """Give back the place that is held: it is the next one's, and this wait is over.

    Raises NotFound, StepNotAllowed.
    """
    require(actor, Act.DECLINE_PLACE)
    entry = lock_wait(entry_id, actor=actor)
    require_step(STEPS, WaitState(entry.state), WaitState.DECLINED)
    assert entry.booking_id is not None
    cancel_booking(booking_id=entry.booking_id, reason=OFFER_DECLINED, actor=actor, at=at)
    record_activity(Act.DECLINE_PLACE, entry, actor=actor, at=at)
    entry.refresh_from_db()
    return entry


@retried_after_deadlock
@transaction.atomic
def leave_waiting_list(*, entry_id: UUID, actor: Actor, at: datetime) -> WaitingEntry:
    """Wait no more, and give back what is held; who has left already stays so. Raises NotFound, StepNotAllowed."""
    require(actor, Act.LEAVE_WAITING_LIST)
    entry = lock_wait(entry_id, actor=actor)
    if entry.state == WaitState.LEFT:
        return entry
    require_step(STEPS, WaitState(entry.state), WaitState.LEFT)
    entry.state, entry.ended_at = WaitState.LEFT, at
    entry.save(update_fields=["state", "ended_at"])
    if entry.booking_id is not None:
        cancel_booking(booking_id=entry.booking_id, reason=OFFER_LEFT, actor=actor, at=at)
    record_activity(Act.LEAVE_WAITING_LIST, entry, actor=actor, at=at)
    return entry
