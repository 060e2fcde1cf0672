"""Telling buyers of new lots in the searches that they keep, once a day, if they want."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from bonded.actions.activity import record_activity
from bonded.actions.notices import write_notices
from bonded.models.saved_searches import SavedSearch
from bonded.rules.errors import NotFound
from bonded.rules.notices import NoticeKind
from bonded.rules.permissions import Act, Actor, require
from bonded.rules.saved_searches import SETTLED_AFTER, subject_of

# Query, since, until → how many lots came after the one moment and not after the other; None if that can't be said yet.
CountNew = Callable[[str, datetime, datetime], int | None]

# Until when a search was told of, and its id: the order in which searches are looked at.
Looked = tuple[datetime, int]


@transaction.atomic
def set_search_alert(*, search_id: int, is_wanted: bool, actor: Actor, at: datetime) -> SavedSearch:
    """Tell the person of lots that come from now on into a search that they keep, or no more; raises NotFound."""
    require(actor, Act.SET_SEARCH_ALERT)
    kept = SavedSearch.objects.visible_to(actor).filter(pk=search_id).select_for_update().first()
    if kept is None:
        raise NotFound("There is no such search.", search_id=str(search_id))
    if is_wanted == (kept.told_until is not None):
        return kept
    kept.told_until = at if is_wanted else None
    kept.save(update_fields=["told_until"])
    record_activity(Act.SET_SEARCH_ALERT, kept, actor=actor, at=at, is_wanted=is_wanted)
    return kept


@transaction.atomic
def tell_new_lots(
    *, count_new: CountNew, limit: int, after: Looked | None = None, actor: Actor, at: datetime
) -> tuple[int, Looked | None]:
    """Tell of what came since it was told last into up to `limit` searches after the one that was looked at last.

    Gives how many searches are settled for a day, and the last one looked at, None at the end. What came in the last
    minutes waits for the next time. Where the count can't be said yet, nothing is told, and the next sweep asks again.
    """
    require(actor, Act.TELL_NEW_LOTS)
    done, until = 0, at - SETTLED_AFTER
    due = SavedSearch.objects.to_tell(until, after=after).select_for_update(of=("self",), skip_locked=True)
    after = None
    for kept in due[:limit]:
        assert kept.told_until is not None, "it was asked for"
        after = (kept.told_until, kept.pk)
        lots = count_new(kept.query, kept.told_until, until)
        if lots is None:
            continue
        kept.told_until = until
        kept.save(update_fields=["told_until"])
        done += 1
        if lots:
            write_notices(
                user_ids=[kept.user_id],
                kind=NoticeKind.SEARCH_NEW_LOTS,
                subject_kind="saved_search",
                subject_id=subject_of(kept.pk),
                occasion=at.isoformat(timespec="seconds"),
                facts={"lots": str(lots)},
                due_at=at,
                at=at,
            )
    return done, after
