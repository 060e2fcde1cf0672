"""Days and times as people type them into a form, by the clock of the building."""

from __future__ import annotations

from datetime import date, datetime, time
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from bonded.rules.errors import InputInvalid


@cache
def known_zones() -> frozenset[str]:
    """Give the names of the time zones; reading them costs milliseconds, so it is done once."""
    return frozenset(available_timezones())


BUILDING_ZONE = ZoneInfo("Asia/Shanghai")


def time_from_text(text: str) -> time | None:
    """Read `HH:MM`, None from nothing; raises InputInvalid."""
    if not text:
        return None
    try:
        return time.fromisoformat(text)
    except ValueError:
        raise InputInvalid("A time is written as hours and minutes, for example 21:30.", time=text[:20]) from None


def day_from_text(text: str) -> date | None:
    """Read `YYYY-MM-DD`, None from nothing; raises InputInvalid."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputInvalid("A day is written as year, month and day, for example 2026-11-23.", day=text[:20]) from None


def moment_from_text(text: str) -> datetime | None:
    """Read `YYYY-MM-DDTHH:MM` by the building's clock unless a zone is said, None from nothing; raises InputInvalid."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InputInvalid("A moment is written like 2026-11-23T10:00.", moment=text[:40]) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=BUILDING_ZONE)
