"""A person's notices, and how they want to hear of them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q

from bonded.models.notices import Notice, NoticePreference, NoticeQuerySet
from bonded.rules.notices import (
    ESCALATED_WITHIN,
    ESCALATIONS,
    FORETELLING,
    MAILED,
    SHOWN,
    STALE_AFTER,
    MailState,
    NoticeKind,
    Preference,
)
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


def notices_to_gather(at: datetime) -> NoticeQuerySet:
    """Give the notices whose mail is due and whose person wants a digest of their kind, the longest due first."""
    return Notice.objects.to_mail(at).filter(_for_a_digest(at))


def notices_to_mail(at: datetime) -> NoticeQuerySet:
    """Give the notices whose mail is due and goes by itself, digests among them, the longest due first."""
    return Notice.objects.to_mail(at).exclude(_for_a_digest(at))


def _for_a_digest(at: datetime) -> Q:
    of_its_kind = NoticePreference.objects.filter(user=OuterRef("user"), kind=OuterRef("kind"))
    wanted = of_its_kind.filter(digest_at__isnull=False, channel__in=sorted(MAILED))
    fresh = ~Q(kind__in=sorted(FORETELLING)) | Q(due_at__gt=at - STALE_AFTER)
    return Q(Exists(wanted), fresh, mail_state=MailState.QUEUED, is_digest=False)


def digest_counts(carrier_id: UUID) -> dict[NoticeKind, int]:
    """Count the notices of each kind that a digest tells of, that which carries it among them."""
    told = Notice.objects.filter(Q(pk=carrier_id) | Q(told_with=carrier_id), taken_back_at__isnull=True)
    rows = told.order_by("kind").values_list("kind").annotate(count=Count("pk"))
    return {NoticeKind(kind): count for kind, count in rows}


def notices_to_escalate(at: datetime) -> NoticeQuerySet:
    """Give what was not read in time and needs an answer, the oldest first."""
    late = Q(pk__in=[])
    for kind, escalation in ESCALATIONS.items():
        before = at - escalation.after
        late |= Q(kind=kind, due_at__lte=before, due_at__gt=before - ESCALATED_WITHIN)
    unread = Notice.objects.filter(late, is_unread=True, escalated_at__isnull=True, taken_back_at__isnull=True)
    return unread.order_by("due_at", "pk")
