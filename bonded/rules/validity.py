"""Half-open spans of days: from the first day on, up to but not on the last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bonded.rules.errors import InputInvalid


@dataclass(frozen=True, slots=True, order=True)
class Validity:
    """The days on which something is in force: `[from_on, until_on)`; no end means for ever."""

    from_on: date
    until_on: date | None = None

    def __post_init__(self) -> None:
        if self.until_on is not None and self.until_on <= self.from_on:
            raise InputInvalid(
                "A validity must end after it begins.",
                from_on=self.from_on.isoformat(),
                until_on=self.until_on.isoformat(),
            )

    def covers(self, day: date) -> bool:
        """Say whether the day lies inside; the end itself does not."""
        return self.from_on <= day and (self.until_on is None or day < self.until_on)

    def overlaps(self, other: Validity) -> bool:
        """Say whether any day lies in both."""
        starts_before_other_ends = other.until_on is None or self.from_on < other.until_on
        other_starts_before_this_ends = self.until_on is None or other.from_on < self.until_on
        return starts_before_other_ends and other_starts_before_this_ends

    def without(self, other: Validity) -> list[Validity]:
        """Give the days that lie in this and not in the other, earlier ones first."""
        if not self.overlaps(other):
            return [self]
        left = [Validity(self.from_on, other.from_on)] if self.from_on < other.from_on else []
        if other.until_on is not None and (self.until_on is None or other.until_on < self.until_on):
            left.append(Validity(other.until_on, self.until_on))
        return left
