"""What helps after a refusal: the facts that a person can act on, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from bonded.rules.errors import Fact
from bonded.web.figures import moment
from bonded.web.words import word_of

# Facts that are shown, each with its heading; those that a sentence holds already, or only a machine needs, are not.
HEADINGS: Mapping[str, str | Promise] = {
    "line": _("Line"),
    "entry": _("Entry in the file"),
    "shortfall": _("Short by"),
    "available": _("Left"),
    "ways_out": _("What would help"),
    "next_free": _("Next free"),
    "since": _("Since then"),
    "roles": _("Who may"),
    "known": _("Known are"),
    "read": _("Was read"),
    "visitors": _("Who"),
    "reasons": _("Why"),
}


def _shown(one: Any) -> SafeString | str:
    try:
        return moment(datetime.fromisoformat(one))
    except (TypeError, ValueError):
        return word_of(one) if isinstance(one, str) and one.islower() and " " not in one else str(one)


def helps_of(facts: Mapping[str, Fact]) -> list[dict[str, Any]]:
    """Give each fact that helps with its heading: moments by the page's clock, words in the reader's language."""
    helps = []
    for name, heading in HEADINGS.items():
        fact = facts.get(name)
        if fact in (None, "", []):
            continue
        several = fact if isinstance(fact, Sequence) and not isinstance(fact, str) else [fact]
        helps.append({"heading": heading, "facts": [_shown(one) for one in several]})
    return helps
