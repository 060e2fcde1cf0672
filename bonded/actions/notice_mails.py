"""A mail's life: a relay holds its notice for a while, hands it to the mail server, and writes down how it went.

Sending happens between these acts, outside any transaction. A relay that dies leaves a hold that ends by itself; the
mail is then sent again under the same Message-ID, so a person gets it at least once, and twice at the very worst.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from bonded.models.notices import Notice
from bonded.queries.notices import digest_counts, notices_to_mail, preferences_of
from bonded.queries.parties import reachable_by_mail
from bonded.rules.calendars import CalendarEntry, entry_from_document
from bonded.rules.lifecycle import require_step
from bonded.rules.notices import (
    FORETELLING,
    MAIL_STEPS,
    MAILED,
    STALE_AFTER,
    Language,
    MailOutcome,
    MailState,
    NoticeKind,
    Preference,
    mail_retry_delay,
    quiet_until,
)
from bonded.rules.permissions import Act, Actor, require

# Longer than a mail server may take at its worst, in every step of one mail.
LEASE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class ClaimedMail:
    """One notice in a relay's hands; `attempt` names this hold, `digest` counts what a digest tells of, by kind."""

    id: UUID
    attempt: int
    kind: NoticeKind
    language: Language
    address: str
    calendar_entry: CalendarEntry | None
    written_at: datetime
    digest: dict[NoticeKind, int] | None = None


@transaction.atomic
def claim_mails(*, limit: int, actor: Actor, at: datetime) -> list[ClaimedMail] | None:
    """Hold up to `limit` mails for five minutes: those whose time has come, and those whose holder seems dead.

    Of these, a mail that nobody wants is marked so, and one that meets quiet hours waits for their end: then fewer
    are given, or an empty list. None when nothing was due. Runs three SQL statements and one for each mail.
    """
    require(actor, Act.SEND_MAILS)
    due = notices_to_mail(at).select_related("user")
    notices = list(due.select_for_update(of=("self",), skip_locked=True)[:limit])
    if not notices:
        return None
    user_ids = {notice.user_id for notice in notices}
    preferences, reachable = preferences_of(user_ids), reachable_by_mail(user_ids)
    claimed = []
    for notice in notices:
        preference = preferences[notice.user_id, NoticeKind(notice.kind)]
        if _take(notice, preference, is_reachable=notice.user_id in reachable, at=at):
            claimed.append(_claimed(notice, preference))
        notice.save(update_fields=["mail_state", "mail_attempts", "mail_not_before"])
    return claimed


def _take(notice: Notice, preference: Preference, *, is_reachable: bool, at: datetime) -> bool:
    """Decide what becomes of a due mail now, and say whether it is to be sent."""
    if not (is_reachable and _is_wanted(notice, preference, at)):
        require_step(MAIL_STEPS, MailState(notice.mail_state), MailState.UNWANTED)
        notice.mail_state = MailState.UNWANTED
    elif quiet_end := quiet_until(preference, at=at):
        notice.mail_not_before = quiet_end
    else:
        require_step(MAIL_STEPS, MailState(notice.mail_state), MailState.SENDING)
        notice.mail_state, notice.mail_not_before = MailState.SENDING, at + LEASE
        notice.mail_attempts += 1
        return True
    return False


def _is_wanted(notice: Notice, preference: Preference, at: datetime) -> bool:
    """Say whether a mail still has something to tell; a digest has while anything that it tells of holds."""
    if notice.is_digest:
        return bool(digest_counts(notice.pk))
    is_stale = notice.kind in FORETELLING and at >= notice.due_at + STALE_AFTER
    return preference.channel in MAILED and not is_stale


def _claimed(notice: Notice, preference: Preference) -> ClaimedMail:
    return ClaimedMail(
        id=notice.pk,
        attempt=notice.mail_attempts,
        kind=NoticeKind(notice.kind),
        language=preference.language,
        address=notice.user.email,
        # A digest has none: whoever wants visits in a calendar has the feeds.
        calendar_entry=entry_from_document(notice.calendar_entry)
        if notice.calendar_entry and not notice.is_digest
        else None,
        written_at=notice.written_at,
        digest=digest_counts(notice.pk) if notice.is_digest else None,
    )


@transaction.atomic
def record_mail(
    *, notice_id: UUID, attempt: int, outcome: MailOutcome, jitter: float, actor: Actor, at: datetime
) -> MailState | None:
    """Note how an attempt went, and when the next one is; give the mail's state, or None when the hold had ended.

    `jitter` is a random number in [0, 1).
    """
    require(actor, Act.SEND_MAILS)
    held = Notice.objects.filter(pk=notice_id, mail_state=MailState.SENDING, mail_attempts=attempt)
    notice = held.locked().first()
    if notice is None:
        return None
    delay = None if outcome.is_final else mail_retry_delay(attempt, jitter=jitter)
    state = MailState.SENT if not outcome.reason else MailState.QUEUED if delay else MailState.FAILED
    require_step(MAIL_STEPS, MailState.SENDING, state)
    notice.mail_state, notice.mail_error = state, outcome.reason[:200]
    notice.mail_sent_at = at if state is MailState.SENT else None
    notice.mail_not_before = at + (delay or timedelta())
    notice.save(update_fields=["mail_state", "mail_error", "mail_sent_at", "mail_not_before"])
    return state
