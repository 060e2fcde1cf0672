"""The searches that a person keeps."""

from __future__ import annotations

from bonded.models.saved_searches import SavedSearch
from bonded.rules.permissions import Actor


def saved_searches_of(actor: Actor) -> list[SavedSearch]:
    """Give the person's searches by name."""
    return list(SavedSearch.objects.visible_to(actor).order_by("name"))
