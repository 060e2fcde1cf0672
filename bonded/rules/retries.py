"""When something that could not be delivered is tried again, and when it is given up."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

FIRST_DELAY = timedelta(seconds=1)
LONGEST_DELAY = timedelta(minutes=5)
MOST_ATTEMPTS = 20


class DeliveryState(StrEnum):
    """How far an outgoing message has come."""

    WAITING = "waiting"  # It will be sent when its time comes.
    SENDING = "sending"  # A relay holds it until its lease ends.
    SENT = "sent"  # The other side has it and said so.
    REFUSED = "refused"  # The other side will never take it as it is.
    DEAD = "dead"  # It was tried too often; a person may arm it again.


# Sending from sending is another relay that takes over a hold that has ended.
DELIVERY_STEPS: dict[DeliveryState, frozenset[DeliveryState]] = {
    DeliveryState.WAITING: frozenset({DeliveryState.SENDING}),
    DeliveryState.SENDING: frozenset(DeliveryState),
    DeliveryState.SENT: frozenset(),
    DeliveryState.REFUSED: frozenset(),
    DeliveryState.DEAD: frozenset({DeliveryState.WAITING}),
}


def retry_delay(attempts: int, *, jitter: float) -> timedelta:
    """Give the time until the next attempt: doubled each time up to five minutes, halved at most by the jitter.

    `attempts` counts those already made, from 1, and begins anew after each time that it was
    given up; `jitter` is a random number in [0, 1), so that a thousand messages that failed
    together don't come back together.
    """
    assert attempts >= 1
    assert 0 <= jitter < 1
    doublings = min((attempts - 1) % MOST_ATTEMPTS, 20)
    return min(LONGEST_DELAY, FIRST_DELAY * (1 << doublings)) * (0.5 + jitter / 2)


def is_given_up(attempts: int) -> bool:
    """Say whether a message that has been tried so often waits for a person; armed again, it gets as many more."""
    return attempts % MOST_ATTEMPTS == 0
