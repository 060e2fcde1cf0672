"""Files of the schedule that an office numbers one after the other: each is taken once, and none is left out."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from itertools import count

from bonded.rules.errors import InputInvalid, RuleViolation

NO_FEED = ""
LONGEST_FEED = 40


class FeedInvalid(InputInvalid):
    """A feed's name and a file's number in it go together, and one is missing or can't be read."""

    code = "feed_invalid"


class FeedFileTaken(RuleViolation):
    """A draft that was not discarded has this number of the feed already, or holds the same file."""

    code = "feed_file_taken"


class FeedNumberMissing(RuleViolation):
    """A file comes after one that is not there yet."""

    code = "feed_number_missing"


@dataclass(frozen=True, slots=True)
class ScheduleFile:
    """The file that a draft is read from: its SHA-256 in hexadecimal; of a feed's, the feed and its number there."""

    sha256: str
    feed: str = NO_FEED
    sequence: int | None = None


def feed_from_text(feed: str, sequence: str) -> tuple[str, int | None]:
    """Read a feed's name and a number counted from 1, or neither; raises FeedInvalid."""
    if not feed and not sequence:
        return NO_FEED, None
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]*", feed) or len(feed) > LONGEST_FEED:
        raise FeedInvalid(
            f"A feed is named by 1 to {LONGEST_FEED} of a-z, 0-9, `.`, `_` and `-`.", feed=feed[:LONGEST_FEED]
        )
    if not re.fullmatch(r"[1-9][0-9]{0,8}", sequence):
        raise FeedInvalid("A file of a feed has a number: 1, 2, 3 …", sequence=sequence[:20])
    return feed, int(sequence)


def require_next(sequence: int, taken: Collection[int], *, feed: str) -> None:
    """Refuse a number before which one is missing, naming the first; raises FeedNumberMissing."""
    missing = next(number for number in count(1) if number not in taken)
    if missing < sequence:
        raise FeedNumberMissing(f"Number {missing} of {feed} comes first.", feed=feed, missing=missing)
