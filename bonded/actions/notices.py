"""Writing down what people are told, and taking it back.

A notice is a row in the transaction of the act that caused it; mails are sent from these rows later.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from bonded.actions.activity import record_activity
from bonded.models.notices import Notice, NoticePreference
from bonded.rules.calendars import CalendarEntry, entry_document
from bonded.rules.errors import NotFound
from bonded.rules.notices import FORETELLING, MailState, NoticeKind, Preference, require_quiet_hours
from bonded.rules.permissions import Act, Actor, require


def write_notices(
    *,
    user_ids: Collection[int],
    kind: NoticeKind,
    subject_kind: str,
    subject_id: str,
    occasion: str = "",
    facts: Mapping[str, str] | None = None,
    calendar_entry: CalendarEntry | None = None,
    due_at: datetime,
    escalated_at: datetime | None = None,
    at: datetime,
) -> None:
    """Note what people shall be told from `due_at` on; runs in the transaction of the act that made it so.

    `facts` hold ids and states: no values, no weights, no names. Told once already, a person is not
    told again, unless it is of another `occasion`.
    """
    entry = entry_document(calendar_entry) if calendar_entry else None
    Notice.objects.bulk_create(
        (
            Notice(
                user_id=user_id,
                kind=kind,
                subject_kind=subject_kind,
                subject_id=subject_id,
                occasion=occasion,
                facts=dict(facts or {}),
                calendar_entry=entry,
                written_at=at,
                due_at=due_at,
                mail_not_before=due_at,
                escalated_at=escalated_at,
            )
            for user_id in sorted(set(user_ids))
        ),
        ignore_conflicts=True,
    )


def take_back_notices(*, subject_kind: str, subject_id: str, at: datetime) -> None:
    """Take back what was to be told of the future of a thing that has none any more; what was mailed stays."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE bonded_notice SET taken_back_at = %s"
            " WHERE subject_kind = %s AND subject_id = %s AND kind = ANY(%s) AND taken_back_at IS NULL"
            "   AND mail_state <> ALL(%s)",
            [
                at,
                subject_kind,
                subject_id,
                [kind.value for kind in FORETELLING],
                [MailState.SENT.value, MailState.DIGESTED.value],
            ],
        )


@transaction.atomic
def mark_notice_read(*, notice_id: UUID, actor: Actor, at: datetime) -> Notice:
    """Note that a person has read a notice; read again, it stays as it is. Raises NotFound."""
    require(actor, Act.MARK_NOTICE_READ)
    for notice in Notice.objects.visible_to(actor).told(at).filter(pk=notice_id).locked():
        if notice.is_unread:
            notice.is_unread, notice.read_at = False, at
            notice.save(update_fields=["is_unread", "read_at"])
        return notice
    raise NotFound("There is no such notice.", notice_id=str(notice_id))


@transaction.atomic
def set_notice_preference(*, kind: NoticeKind, preference: Preference, actor: Actor, at: datetime) -> None:
    """Say how the actor wants to hear of a kind of notice from now on; raises QuietHoursInvalid."""
    require(actor, Act.SET_NOTICE_PREFERENCE)
    assert actor.user_id is not None
    require_quiet_hours(preference)
    columns = {
        name: getattr(preference, name)
        for name in ("channel", "language", "quiet_from", "quiet_until", "zone", "digest_at")
    }
    row, _ = NoticePreference.objects.update_or_create(user_id=actor.user_id, kind=kind, defaults=columns)
    channel = preference.channel.value
    record_activity(Act.SET_NOTICE_PREFERENCE, row, actor=actor, at=at, kind=kind.value, channel=channel)
