"""What a saved search is called, and how many a person keeps."""

from __future__ import annotations

from datetime import timedelta

from bonded.rules.errors import InputInvalid, RuleViolation

LONGEST_NAME, LONGEST_QUERY = 60, 2000
MOST_SEARCHES = 50
# So often at most is a person told of new lots in one search.
TOLD_EVERY = timedelta(days=1)
# A consignment is received by the clock at which the act began; by then it is committed, however large it is.
SETTLED_AFTER = timedelta(minutes=10)


class SearchNameInvalid(InputInvalid):
    """A saved search has a name of one line, and not too many words."""

    code = "search_name_invalid"


class TooManySearches(RuleViolation):
    """The person keeps as many searches as there is room for."""

    code = "too_many_searches"


def require_search_name(name: str, query: str) -> str:
    """Give the name without needless spaces; raises SearchNameInvalid for none, a long one, or a very long search."""
    plain = " ".join(name.split())
    if not plain or len(plain) > LONGEST_NAME or len(query) > LONGEST_QUERY or not plain.isprintable():
        raise SearchNameInvalid(f"A saved search has a name of 1 to {LONGEST_NAME} characters.", name=name[:80])
    return plain


def require_room(kept: int) -> None:
    """Refuse one search more than a person may keep; raises TooManySearches."""
    if kept >= MOST_SEARCHES:
        raise TooManySearches(f"You keep {MOST_SEARCHES} searches: forget one first.", kept=kept)


def subject_of(search_id: int) -> str:
    """Give how a notice names a search; no stock number looks so."""
    return f"search:{search_id}"


def search_id_from(subject: str) -> int | None:
    """Give the id of the search that a notice names; None when it names something else."""
    kind, _, number = subject.partition(":")
    return int(number) if kind == "search" and number.isascii() and number.isdigit() and len(number) < 19 else None
