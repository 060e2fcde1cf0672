"""What people are told, by which ways, and when a mail waits.

A notice says that something changed and where to look; never what it is worth, nor whose it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from functools import cache
from html import escape
from zoneinfo import ZoneInfo, available_timezones

from bonded.rules.errors import InputInvalid


class NoticeKind(StrEnum):
    """What somebody is told of; the names are a contract with clients and never change."""

    VISIT_BOOKED = "visit.booked"  # A visit is to come.
    VISIT_REQUESTED = "visit.requested"  # A visit waits for a decision; its visitors are told so.
    VISIT_TO_DECIDE = "visit.to_decide"  # The same, told to those who may decide.
    VISIT_MOVED = "visit.moved"  # A visit has another time or place.
    VISIT_ENDED = "visit.ended"  # A visit was cancelled, refused, lapsed or missed.
    VISIT_TOMORROW = "visit.tomorrow"  # A visit begins a day later.


# They speak of what is to come, so they are taken back when it does not come.
FORETELLING = frozenset({NoticeKind.VISIT_TO_DECIDE, NoticeKind.VISIT_TOMORROW})
# So long after its time, what a notice foretells has come, and no mail is sent of it any more.
STALE_AFTER = timedelta(hours=24)


class Channel(StrEnum):
    """By which ways a person hears of a kind of notice."""

    IN_APP = "in_app"
    E_MAIL = "e_mail"
    BOTH = "both"
    NONE = "none"


SHOWN = frozenset({Channel.IN_APP, Channel.BOTH})
MAILED = frozenset({Channel.E_MAIL, Channel.BOTH})


class Language(StrEnum):
    """In which language a person is written to."""

    ENGLISH = "en"
    CHINESE = "zh-hans"


class MailState(StrEnum):
    """How far a notice's mail has come."""

    QUEUED = "queued"  # It will be sent when its time comes.
    SENDING = "sending"  # A relay holds it until its lease ends.
    SENT = "sent"  # The mail server has it and said so.
    UNWANTED = "unwanted"  # The person wants no mail of this kind or can't get one, or it would come too late.
    FAILED = "failed"  # It was tried too often, or the mail server will never take it.


# Sending from sending is another relay that takes over a hold that has ended.
MAIL_STEPS: dict[MailState, frozenset[MailState]] = {
    MailState.QUEUED: frozenset({MailState.SENDING, MailState.UNWANTED}),
    MailState.SENDING: frozenset(MailState),
    MailState.SENT: frozenset(),
    MailState.UNWANTED: frozenset(),
    MailState.FAILED: frozenset(),
}

# After each failed attempt but the last, the time until the next: most of a day.
RETRY_DELAYS = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
)


class QuietHoursInvalid(InputInvalid):
    """Quiet hours have a beginning and another end, by the clock of a known time zone."""

    code = "quiet_hours_invalid"


@dataclass(frozen=True, slots=True)
class Preference:
    """How a person wants to hear of a kind of notice; in quiet hours, `[from, until)` by the zone's clock, no mail."""

    channel: Channel = Channel.BOTH
    language: Language = Language.ENGLISH
    quiet_from: time | None = None
    quiet_until: time | None = None
    zone: str = "Asia/Shanghai"


@dataclass(frozen=True, slots=True)
class MailOutcome:
    """How one attempt at one mail went: `reason` is empty when the server has it, `is_final` when it never will."""

    reason: str = ""
    is_final: bool = False


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail says."""

    subject: str
    text: str
    html: str


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def require_quiet_hours(preference: Preference) -> None:
    """Refuse half of a pair, an empty one, and a zone that nobody knows; raises QuietHoursInvalid."""
    has_pair = (preference.quiet_from is None) == (preference.quiet_until is None)
    is_empty = preference.quiet_from is not None and preference.quiet_from == preference.quiet_until
    if preference.zone not in _zones() or not has_pair or is_empty:
        raise QuietHoursInvalid(
            "Quiet hours have a beginning and another end, in a time zone such as Asia/Shanghai.",
            zone=preference.zone[:40],
        )


def quiet_until(preference: Preference, *, at: datetime) -> datetime | None:
    """Give the end of the quiet hours that a moment lies in, None when it lies in none.

    They may go over midnight. Where clocks are changed, the end is the one by the changed clock.
    """
    begins, ends = preference.quiet_from, preference.quiet_until
    if begins is None or ends is None:
        return None
    zone = ZoneInfo(preference.zone)
    local = at.astimezone(zone)
    now = local.time().replace(tzinfo=None)
    is_over_midnight = begins > ends
    is_quiet = now >= begins or now < ends if is_over_midnight else begins <= now < ends
    if not is_quiet:
        return None
    day = local.date() + timedelta(days=1 if is_over_midnight and now >= begins else 0)
    end = datetime.combine(day, ends, tzinfo=zone)
    # The hour that a changed clock repeats has the end's time twice: the second is meant, because the first is over.
    return end if end > at else end.replace(fold=1)


def mail_retry_delay(attempts: int, *, jitter: float) -> timedelta | None:
    """Give the time until the next attempt, up to a tenth longer by the jitter; None when it is given up.

    `attempts` counts those already made, from 1; `jitter` is a random number in [0, 1).
    """
    assert attempts >= 1
    assert 0 <= jitter < 1
    return RETRY_DELAYS[attempts - 1] * (1 + jitter / 10) if attempts <= len(RETRY_DELAYS) else None


SENTENCES: dict[Language, dict[NoticeKind, str]] = {
    Language.ENGLISH: {
        NoticeKind.VISIT_BOOKED: "A visit is booked.",
        NoticeKind.VISIT_REQUESTED: "A visit waits for a decision.",
        NoticeKind.VISIT_TO_DECIDE: "A visit waits for your decision.",
        NoticeKind.VISIT_MOVED: "A visit has been moved.",
        NoticeKind.VISIT_ENDED: "A visit does not take place.",
        NoticeKind.VISIT_TOMORROW: "A visit begins in a day.",
    },
    Language.CHINESE: {
        NoticeKind.VISIT_BOOKED: "看货预约已确认。",
        NoticeKind.VISIT_REQUESTED: "看货预约正在等待审批。",
        NoticeKind.VISIT_TO_DECIDE: "有一项看货预约等待您审批。",
        NoticeKind.VISIT_MOVED: "看货预约已改期。",
        NoticeKind.VISIT_ENDED: "看货预约不会进行。",
        NoticeKind.VISIT_TOMORROW: "看货将于一天后开始。",
    },
}
INVITATIONS = {Language.ENGLISH: "Sign in to see more", Language.CHINESE: "请登录查看详情"}


def letter(kind: NoticeKind, language: Language, *, url: str) -> Letter:
    """Write a notice's mail: one sentence and where to sign in, nothing else. `url` is the platform's own address."""
    sentence, invitation = SENTENCES[language][kind], INVITATIONS[language]
    html = (
        f'<!doctype html><html lang="{language.value}"><head><meta charset="utf-8"><title>{sentence}</title></head>'
        f'<body><p>{sentence}</p><p><a href="{escape(url)}">{invitation}</a></p></body></html>'
    )
    return Letter(f"Bonded Trade Platform: {sentence}", f"{sentence}\n\n{invitation}: {url}\n", html)
