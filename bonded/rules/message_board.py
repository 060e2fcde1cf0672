"""The ways to look at the board of customs messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bonded.rules.customs_messages import MessageState
from bonded.rules.retries import DeliveryState


class Show(StrEnum):
    """Which messages the board shows."""

    UNSETTLED = "unsettled"  # What came and had no turn yet, or is parked.
    PARKED = "parked"  # What a person has to look at.
    WAITING = "waiting"  # What waits for one before it.
    UNREAD = "unread"  # What nobody has read yet.
    LATE = "late"  # What came after its turn.
    APPLIED = "applied"  # What took effect.
    DEALT_WITH = "dealt_with"  # What a person settled otherwise.
    UNSENT = "unsent"  # What is to be sent and has not arrived.
    REFUSED = "refused"  # What the office will never take.
    DEAD = "dead"  # What was tried too often.
    SENT = "sent"  # What has arrived.


@dataclass(frozen=True, slots=True)
class View:
    """One way to look at the board: messages in or out, in one state or all that are not settled."""

    state: MessageState | DeliveryState | None
    is_incoming: bool = True
    is_newest_first: bool = False


VIEWS: Mapping[Show, View] = {
    Show.UNSETTLED: View(None),
    Show.PARKED: View(MessageState.PARKED),
    Show.WAITING: View(MessageState.WAITING),
    Show.UNREAD: View(MessageState.STORED),
    Show.LATE: View(MessageState.SUPERSEDED, is_newest_first=True),
    Show.APPLIED: View(MessageState.APPLIED, is_newest_first=True),
    Show.DEALT_WITH: View(MessageState.DEALT_WITH, is_newest_first=True),
    Show.UNSENT: View(None, is_incoming=False),
    Show.REFUSED: View(DeliveryState.REFUSED, is_incoming=False),
    Show.DEAD: View(DeliveryState.DEAD, is_incoming=False),
    Show.SENT: View(DeliveryState.SENT, is_incoming=False, is_newest_first=True),
}
