"""Keeping searches, and forgetting them."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from bonded.actions.activity import record_activity
from bonded.models.saved_searches import SavedSearch
from bonded.rules.errors import NotFound
from bonded.rules.permissions import Act, Actor, require
from bonded.rules.saved_searches import require_room, require_search_name


@transaction.atomic
def save_search(*, name: str, query: str, actor: Actor, at: datetime) -> SavedSearch:
    """Keep a search under a name; one of the same name becomes this one. Raises SearchNameInvalid, TooManySearches."""
    require(actor, Act.SAVE_SEARCH)
    assert actor.user_id is not None
    name = require_search_name(name, query)
    own = SavedSearch.objects.visible_to(actor)
    if not own.filter(name=name).exists():
        require_room(own.count())
    kept, _ = SavedSearch.objects.update_or_create(
        user_id=actor.user_id, name=name, defaults={"query": query, "saved_at": at}
    )
    record_activity(Act.SAVE_SEARCH, kept, actor=actor, at=at)
    return kept


@transaction.atomic
def forget_search(*, search_id: int, actor: Actor, at: datetime) -> None:
    """Forget a search that the person kept; raises NotFound."""
    require(actor, Act.FORGET_SEARCH)
    kept = SavedSearch.objects.visible_to(actor).filter(pk=search_id).select_for_update().first()
    if kept is None:
        raise NotFound("There is no such search.", search_id=str(search_id))
    record_activity(Act.FORGET_SEARCH, kept, actor=actor, at=at)
    kept.delete()
