"""What becomes of notices by themselves: gathered into digests, told to others, removed when they are old."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from django.db import connection, transaction

from bonded.actions.notices import write_notices
from bonded.models.notices import Notice
from bonded.queries.notices import notices_to_escalate, notices_to_gather, preferences_of
from bonded.queries.parties import colleagues_of
from bonded.rules.calendars import entry_from_document
from bonded.rules.lifecycle import require_step
from bonded.rules.notices import (
    ESCALATIONS,
    FORETELLING,
    KEPT_AFTER_READING,
    MAIL_STEPS,
    MAILED,
    MailState,
    NoticeKind,
    digest_moment,
)
from bonded.rules.permissions import Act, Actor, require

GATHERER = 6_110_716


@transaction.atomic
def gather_digests(*, limit: int, actor: Actor, at: datetime) -> int:
    """Put the mails that wait for a person's hour into one; gives the number of digests that are to be sent.

    One of the notices carries the mail, the others are told with it; those whose hour is still to come wait for it.
    One gatherer at a time, and nobody else takes these notices, so that a person gets one digest a day: 0 when
    another is at it. `limit` is for people, of whom each is told all; a notice that somebody reads at this very moment
    waits for the next sweep.
    """
    require(actor, Act.SEND_MAILS)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [GATHERER])
        if not cursor.fetchone()[0]:
            return 0
    people = set(notices_to_gather(at).values_list("user_id", flat=True)[:limit])
    waiting = notices_to_gather(at).filter(user__in=people).select_for_update(of=("self",), skip_locked=True)
    preferences = preferences_of(people)
    by_person = defaultdict[int, list[Notice]](list)
    for notice in waiting:
        preference = preferences[notice.user_id, NoticeKind(notice.kind)]
        moment = digest_moment(preference, after=notice.due_at)
        if moment is None or preference.channel not in MAILED:
            continue  # The person has just changed their mind.
        if moment <= at:
            by_person[notice.user_id].append(notice)
        else:
            notice.mail_not_before = moment
            notice.save(update_fields=["mail_not_before"])
    for notices in by_person.values():
        _gather(notices, at=at)
    return len(by_person)


def _gather(notices: list[Notice], *, at: datetime) -> None:
    # What may be taken back carries the others only when there is nothing else.
    carrier, *others = sorted(notices, key=lambda notice: (notice.kind in FORETELLING, notice.pk))
    carrier.is_digest, carrier.mail_not_before = True, at
    carrier.save(update_fields=["is_digest", "mail_not_before"])
    for notice in others:
        require_step(MAIL_STEPS, MailState(notice.mail_state), MailState.DIGESTED)
        notice.mail_state, notice.told_with = MailState.DIGESTED, carrier
        notice.save(update_fields=["mail_state", "told_with"])


@transaction.atomic
def escalate_notices(*, limit: int, actor: Actor, at: datetime) -> int:
    """Tell others of a company's role what somebody has not read in time; gives the number of what was escalated.

    What was told so goes no further, and each is escalated once.
    """
    require(actor, Act.ESCALATE_NOTICES)
    unread = list(notices_to_escalate(at).select_for_update(of=("self",), skip_locked=True)[:limit])
    for notice in unread:
        kind = NoticeKind(notice.kind)
        write_notices(
            user_ids=colleagues_of(notice.user_id, roles=ESCALATIONS[kind].roles),
            kind=kind,
            subject_kind=notice.subject_kind,
            subject_id=notice.subject_id,
            occasion=notice.occasion,
            facts=notice.facts,
            calendar_entry=entry_from_document(notice.calendar_entry) if notice.calendar_entry else None,
            due_at=at,
            escalated_at=at,
            at=at,
        )
        notice.escalated_at = at
        notice.save(update_fields=["escalated_at"])
    return len(unread)


@transaction.atomic
def remove_old_notices(*, limit: int, actor: Actor, at: datetime) -> int:
    """Remove up to `limit` notices that were read 400 days ago; gives their number. Unread ones stay."""
    require(actor, Act.REMOVE_OLD_NOTICES)
    old = Notice.objects.filter(is_unread=False, read_at__lt=at - KEPT_AFTER_READING).order_by("pk")
    ids = list(old.values_list("pk", flat=True)[:limit])
    Notice.objects.filter(pk__in=ids).delete()
    return len(ids)
