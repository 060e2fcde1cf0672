"""What a saved search is called, and how many a person keeps."""

from __future__ import annotations

from bonded.rules.errors import InputInvalid, RuleViolation

LONGEST_NAME, LONGEST_QUERY = 60, 2000
MOST_SEARCHES = 50


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
