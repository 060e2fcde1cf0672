"""A person's notices, and how they want to hear of them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from bonded.models.notices import Notice, NoticePreference, NoticeQuerySet
from bonded.rules.notices import FORETELLING, SHOWN, NoticeKind, Preference
from bonded.rules.permissions import Act, Actor, require

Preferences = dict[tuple[int, NoticeKind], Preference]


def preferences_of(user_ids: Collection[int]) -> Preferences:
    """Give every preference of the people by person and kind, the usual one where a person has said nothing."""
    usual: Preferences = {(user_id, kind): Preference() for user_id in user_ids for kind in NoticeKind}
    rows = NoticePreference.objects.filter(user_id__in=user_ids)
    return usual | {(row.user_id, NoticeKind(row.kind)): row.as_preference() for row in rows}


def preferences_by_kind(*, actor: Actor) -> dict[NoticeKind, Preference]:
    """Give how the actor hears of each kind of notice."""
    require(actor, Act.READ_NOTICES)
    assert actor.user_id is not None
    return {kind: preference for (_, kind), preference in preferences_of([actor.user_id]).items()}


def people_told_of(*, subject_kind: str, subject_id: str) -> set[int]:
    """Give those who were told of a thing itself, not only of what would come of it."""
    told = Notice.objects.filter(subject_kind=subject_kind, subject_id=subject_id)
    return set(told.exclude(kind__in=sorted(FORETELLING)).values_list("user_id", flat=True))


def notices_for(actor: Actor, *, at: datetime) -> NoticeQuerySet:
    """Give the notices that the actor is shown now, to be ordered and paged; runs one SQL statement beforehand."""
    kinds = [kind for kind, preference in preferences_by_kind(actor=actor).items() if preference.channel in SHOWN]
    return Notice.objects.visible_to(actor).told(at).filter(kind__in=kinds)


def unread_notices(actor: Actor, *, at: datetime) -> int:
    """Count what the actor is told and has not read; two SQL statements."""
    return notices_for(actor, at=at).filter(read_at__isnull=True).count()
