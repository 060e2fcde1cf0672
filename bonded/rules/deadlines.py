"""Days that people are told of before they come, each once two weeks, one week and one day ahead."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

# By whose clock a deadline's day begins: the vault's, customs' and the banks'.
DEADLINE_ZONE = ZoneInfo("Asia/Shanghai")
# So many days ahead. Where a sweep comes late, the nearest one is said, and those before it no more.
THRESHOLDS_DAYS = (1, 7, 14)
FURTHEST_AHEAD = timedelta(days=max(THRESHOLDS_DAYS))


def threshold_days(ends_on: date, *, today: date) -> int | None:
    """Give the threshold that a day has come under, whole days, None when it is far away or over."""
    left = (ends_on - today).days
    return next((days for days in sorted(THRESHOLDS_DAYS) if 0 <= left <= days), None)
