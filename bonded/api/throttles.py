"""Doors that are opened by a secret word take so many calls a minute from one address.

The words are too long to be guessed; what is bounded is the work, and the noise in the logs. Without Redis nobody is
kept out: visitors at the door go before whoever knocks too often.
"""

from __future__ import annotations

from typing import Any

from rest_framework.throttling import BaseThrottle

from bonded.gateways.call_counts import count_call
from bonded.rules.call_limits import WINDOW_SECONDS, window_of


class AddressThrottle(BaseThrottle):
    """Refuses, with 429 and Retry-After, more than the view's `calls_a_minute` from one address."""

    seconds_left = WINDOW_SECONDS

    def allow_request(self, request: Any, view: Any) -> bool:
        """Count the call, and say whether it is one of those that are allowed."""
        window = window_of(view.door, self.get_ident(request), at=request.at)
        self.seconds_left = window.seconds_left
        count = count_call(window.name, kept_seconds=2 * WINDOW_SECONDS)
        return count is None or count <= view.calls_a_minute

    def wait(self) -> float:
        """Give the seconds after which a call is allowed again."""
        return float(self.seconds_left)
