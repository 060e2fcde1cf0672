"""Viewing rooms: what stands where nothing else was said, and when a scale may be trusted."""

from __future__ import annotations

from datetime import date, time, timedelta

# No published rule for viewings of bonded stones was found; these are our own, kept as data of desk and room.
SLOT_MINUTES = 60
CHANGEOVER_MINUTES = 15
OPENS_AT = time(9, 0)
CLOSES_AT = time(18, 0)
WORKING_WEEKDAYS = (1, 2, 3, 4, 5)  # ISO: Monday is 1.

# So that every claim that touches a moment begins at most this long before it.
LONGEST_CLAIM = timedelta(days=1)


def is_calibrated(calibrated_until: date, *, on: date) -> bool:
    """Say whether a scale may be weighed on: its calibration ends on `calibrated_until`, that day included."""
    return on <= calibrated_until
