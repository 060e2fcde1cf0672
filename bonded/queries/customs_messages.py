"""Reads the inbox and the outbox: how much lies there, how old the oldest is, and what should never be."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, Q

from bonded.models.customs_messages import IncomingCustomsMessage
from bonded.models.customs_tallies import CustomsTally
from bonded.models.office_lines import OfficeLine
from bonded.models.outgoing_customs_messages import OutgoingCustomsMessage
from bonded.queries.declarations import declarations_that_differ_from_their_history
from bonded.queries.invariants import Question, rows_of
from bonded.rules.customs_messages import MessageState
from bonded.rules.customs_offices import OFFICES
from bonded.rules.customs_tallies import Tally
from bonded.rules.retries import DeliveryState


@dataclass(frozen=True, slots=True)
class MessageFigures:
    """How many messages lie where; the moments are those of the oldest, None when there is none."""

    unread: int
    waiting: int
    parked: int
    to_send: int
    dead: int
    oldest_unread_at: datetime | None
    oldest_to_send_at: datetime | None


NOTHING = MessageFigures(0, 0, 0, 0, 0, None, None)


def figures_by_office() -> dict[str, MessageFigures]:
    """Count what is unread, waiting, parked, to be sent and dead, by office; reads partial indexes, in two statements.

    Every known office is there, also one of which nothing lies anywhere.
    """
    open_states = [MessageState.STORED, MessageState.WAITING, MessageState.PARKED]
    inbox = (
        IncomingCustomsMessage.objects.filter(state__in=open_states)
        .values("office")
        .annotate(
            unread=Count("pk", filter=Q(state=MessageState.STORED)),
            waiting=Count("pk", filter=Q(state=MessageState.WAITING)),
            parked=Count("pk", filter=Q(state=MessageState.PARKED)),
            oldest_unread_at=Min("received_at", filter=Q(state=MessageState.STORED)),
        )
    )
    unsent = [DeliveryState.WAITING, DeliveryState.SENDING, DeliveryState.DEAD]
    outbox = (
        OutgoingCustomsMessage.objects.filter(state__in=unsent)
        .values("office")
        .annotate(
            to_send=Count("pk", filter=~Q(state=DeliveryState.DEAD)),
            dead=Count("pk", filter=Q(state=DeliveryState.DEAD)),
            oldest_to_send_at=Min("queued_at", filter=~Q(state=DeliveryState.DEAD)),
        )
    )
    figures = dict.fromkeys(OFFICES, NOTHING)
    for row in [*inbox, *outbox]:
        columns: dict[str, Any] = dict(row)
        office = columns.pop("office")
        figures[office] = replace(figures.get(office, NOTHING), **columns)
    return figures


def message_figures() -> MessageFigures:
    """Sum the figures of all offices; the moments are the oldest of all."""
    every = figures_by_office().values()
    return MessageFigures(
        unread=sum(one.unread for one in every),
        waiting=sum(one.waiting for one in every),
        parked=sum(one.parked for one in every),
        to_send=sum(one.to_send for one in every),
        dead=sum(one.dead for one in every),
        oldest_unread_at=min((one.oldest_unread_at for one in every if one.oldest_unread_at), default=None),
        oldest_to_send_at=min((one.oldest_to_send_at for one in every if one.oldest_to_send_at), default=None),
    )


def oldest_unapplied() -> dict[str, datetime]:
    """Give when the oldest unread message of each office came, of offices whose messages are to be applied now."""
    paused = OfficeLine.objects.filter(is_applying_paused=True).values("office")
    rows = IncomingCustomsMessage.objects.unread().exclude(office__in=paused)
    return dict(rows.values_list("office").annotate(Min("received_at")))


def tallies() -> dict[str, Tally]:
    """Sum all days of each office's counts."""
    sums: dict[str, Tally] = {}
    for row in CustomsTally.objects.order_by("office", "day"):
        tally = sums.setdefault(row.office, Tally())
        tally.applied += row.applied
        tally.superseded += row.superseded
        tally.parked += row.parked
        tally.lags = [one + other for one, other in zip(tally.lags, row.lags, strict=True)]
        tally.lag_seconds += row.lag_seconds
    return sums


def _applied_messages_without_their_step() -> list[str]:
    return rows_of("""
        SELECT m.office, m.message_id FROM bonded_incomingcustomsmessage m
         WHERE (m.state = 'applied') <> EXISTS (
               SELECT 1 FROM bonded_customsstatuschange c
                WHERE c.declaration_id = m.declaration_id AND c.sequence = m.sequence AND c.message_id = m.message_id)
    """)


def _waiting_messages_whose_turn_has_come() -> list[str]:
    return rows_of("""
        SELECT m.office, m.message_id FROM bonded_incomingcustomsmessage m
          JOIN bonded_declaration d ON d.id = m.declaration_id
         WHERE m.state = 'waiting' AND m.sequence <= d.last_sequence + 1
    """)


def _waiting_messages_that_their_lane_forgot() -> list[str]:
    return rows_of("""
        SELECT m.office, m.message_id FROM bonded_incomingcustomsmessage m
          JOIN bonded_declaration d ON d.id = m.declaration_id
         WHERE m.state = 'waiting' AND (d.waiting_since IS NULL OR d.waiting_since > m.received_at)
    """)


def _declarations_that_nobody_sends() -> list[str]:
    return rows_of("""
        SELECT d.number FROM bonded_declaration d
         WHERE d.state = 'lodged'
           AND NOT EXISTS (SELECT 1 FROM bonded_outgoingcustomsmessage o WHERE o.declaration_id = d.id)
    """)


CUSTOMS_INVARIANTS: dict[str, Question] = {
    "A declaration's state is what its last step says.": declarations_that_differ_from_their_history,
    "Every applied message made exactly one step of its declaration, and no other did.": (
        _applied_messages_without_their_step
    ),
    "No message waits whose turn has come.": _waiting_messages_whose_turn_has_come,
    "A declaration knows since when messages wait in its lane.": _waiting_messages_that_their_lane_forgot,
    "Every lodged declaration is on its way to its office.": _declarations_that_nobody_sends,
}
