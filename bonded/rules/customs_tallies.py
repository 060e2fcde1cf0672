"""Counting what became of customs messages, and how long after their issue."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field

LAG_BOUNDS_SECONDS = (0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 3600.0)


@dataclass(slots=True)
class Tally:
    """One office's counts; a lag beyond every bound is counted last."""

    applied: int = 0
    superseded: int = 0
    parked: int = 0
    lags: list[int] = field(default_factory=lambda: [0] * (len(LAG_BOUNDS_SECONDS) + 1))
    lag_seconds: float = 0.0

    def count_lag(self, seconds: float) -> None:
        """Count an applied message that was issued so long ago; a clock ahead of ours counts as no lag."""
        lag = max(0.0, seconds)
        self.lags[bisect_left(LAG_BOUNDS_SECONDS, lag)] += 1
        self.lag_seconds += lag
