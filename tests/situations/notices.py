"""Things that people are told, and their mails."""

from __future__ import annotations

from datetime import datetime

from bonded.actions.notices import set_notice_preference, write_notices
from bonded.models import Notice, User
from bonded.rules.calendars import CalendarEntry
from bonded.rules.notices import NoticeKind, Preference
from bonded.rules.permissions import Actor


def with_addresses() -> None:
    """Everybody has an address at which mails arrive."""
    for user in User.objects.all():
        user.email = f"{user.username}@example.com"
        user.save(update_fields=["email"])


def a_notice(
    actor: Actor,
    at: datetime,
    *,
    kind: NoticeKind = NoticeKind.VISIT_BOOKED,
    number: int = 1,
    due_at: datetime | None = None,
    calendar_entry: CalendarEntry | None = None,
) -> Notice:
    """Somebody is told of something."""
    subject_id = f"B-{number}"
    write_notices(
        user_ids=[actor.user_id or 0],
        kind=kind,
        subject_kind="booking",
        subject_id=subject_id,
        facts={"status": "booked"},
        calendar_entry=calendar_entry,
        due_at=due_at or at,
        at=at,
    )
    return Notice.objects.get(user_id=actor.user_id or 0, kind=kind, subject_id=subject_id)


def prefers(actor: Actor, preference: Preference, at: datetime, *, kind: NoticeKind = NoticeKind.VISIT_BOOKED) -> None:
    """Somebody has said how they want to hear of a kind of notice."""
    set_notice_preference(kind=kind, preference=preference, actor=actor, at=at)


def told_of(subject_id: object) -> list[tuple[str, str]]:
    """Who was told what of a thing, as (user name, kind), leaving out what was taken back."""
    rows = Notice.objects.filter(subject_id=str(subject_id), taken_back_at__isnull=True)
    return sorted(rows.values_list("user__username", "kind"))
