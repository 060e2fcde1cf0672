"""How long evidence is kept before it may be put away."""

from __future__ import annotations

from datetime import UTC, date, datetime

from bonded.rules.errors import ErrorKind, RuleViolation


class StillInTerm(RuleViolation):
    """What was asked for would put away messages that must still be kept."""

    code = "still_in_term"
    kind = ErrorKind.INVALID


def first_kept_month(*, kept_years: int, at: datetime) -> date:
    """Give the first day of the oldest month, by UTC, with something in it that is younger than the term."""
    now = at.astimezone(UTC)
    return date(now.year - kept_years, now.month, 1)


def require_out_of_term(before: date, *, kept_years: int, at: datetime) -> None:
    """Refuse to put away what is younger than the term; `before` is the first day that stays. Raises StillInTerm."""
    first_kept = first_kept_month(kept_years=kept_years, at=at)
    if before > first_kept:
        raise StillInTerm(
            "Messages of the last years stay.",
            before=before.isoformat(),
            first_kept_month=first_kept.isoformat(),
            kept_years=kept_years,
        )
