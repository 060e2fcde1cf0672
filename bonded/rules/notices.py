"""What people are told, by which ways, and when a mail waits.

A notice says that something changed and where to look; never what it is worth, nor whose it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from bonded.rules.errors import InputInvalid
from bonded.rules.permissions import Role


class NoticeKind(StrEnum):
    """What somebody is told of; the names are a contract with clients and never change."""

    VISIT_BOOKED = "visit.booked"  # A visit is to come.
    VISIT_REQUESTED = "visit.requested"  # A visit waits for a decision; its visitors are told so.
    VISIT_TO_DECIDE = "visit.to_decide"  # The same, told to those who may decide.
    VISIT_MOVED = "visit.moved"  # A visit has another time or place.
    VISIT_PUSHED = "visit.pushed"  # A visit begins later, because the one before it goes on.
    VISIT_DUTY_CHANGED = "visit.duty_changed"  # New rates change what is reserved for a visit, or could not.
    VISIT_ENDED = "visit.ended"  # A visit was cancelled, refused, lapsed or missed.
    VISIT_TOMORROW = "visit.tomorrow"  # A visit begins a day later.
    STORAGE_ENDS = "storage.ends"  # Goods must have left bond on a day that is near.
    CERTIFICATE_ENDS = "certificate.ends"  # A Kimberley certificate of goods that are here expires.
    GUARANTEE_ENDS = "guarantee.ends"  # An instrument of a guarantee ends.
    DUTY_DUE = "duty.due"  # A debt for duty is due, and not all of it is paid.
    QUESTION_ASKED = "question.asked"  # An officer asks something about a withdrawal.
    QUESTION_ANSWERED = "question.answered"  # The company has answered.
    SEARCH_NEW_LOTS = "search.new_lots"  # Lots came into bond that a kept search finds.


# They speak of what is to come, so they are taken back when it does not come.
FORETELLING = frozenset({NoticeKind.VISIT_TO_DECIDE, NoticeKind.VISIT_TOMORROW})
# So long after its time, what a notice foretells has come, and no mail is sent of it any more.
STALE_AFTER = timedelta(hours=24)


# So long after it was read, a notice is removed.
KEPT_AFTER_READING = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Escalation:
    """When nobody read a notice `after` so long, others of the reader's company in the same one of the roles hear."""

    after: timedelta
    roles: frozenset[Role]


_BUYERS, _DECIDERS = frozenset({Role.BUYER}), frozenset({Role.VAULT_KEEPER, Role.ADMINISTRATOR})
# Which kinds need an answer, how soon, and whose. Our own terms. A question of customs is told to all buyers at once.
ESCALATIONS: dict[NoticeKind, Escalation] = {
    NoticeKind.VISIT_TO_DECIDE: Escalation(timedelta(hours=2), _DECIDERS),
    NoticeKind.VISIT_PUSHED: Escalation(timedelta(hours=1), _BUYERS),
    NoticeKind.VISIT_ENDED: Escalation(timedelta(hours=4), _BUYERS),
    NoticeKind.VISIT_DUTY_CHANGED: Escalation(timedelta(hours=4), _BUYERS),
}
# What lay unread for longer, because nothing was swept or nothing was escalated yet, is not stirred up.
ESCALATED_WITHIN = timedelta(days=2)


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
    DIGESTED = "digested"  # Another notice's mail, the person's digest of the day, tells of it.
    UNWANTED = "unwanted"  # The person wants no mail of this kind or can't get one, or it would come too late.
    FAILED = "failed"  # It was tried too often, or the mail server will never take it.


# Sending from sending is another relay that takes over a hold that has ended.
MAIL_STEPS: dict[MailState, frozenset[MailState]] = {
    MailState.QUEUED: frozenset({MailState.SENDING, MailState.DIGESTED, MailState.UNWANTED}),
    MailState.SENDING: frozenset(MailState) - {MailState.DIGESTED},
    MailState.SENT: frozenset(),
    MailState.DIGESTED: frozenset(),
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
    """How a person wants to hear of a kind of notice; in quiet hours, `[from, until)` by the zone's clock, no mail.

    With `digest_at`, a time by the same clock, mails of the kind wait for it and come as one, once a day.
    """

    channel: Channel = Channel.BOTH
    language: Language = Language.ENGLISH
    quiet_from: time | None = None
    quiet_until: time | None = None
    zone: str = "Asia/Shanghai"
    digest_at: time | None = None


@dataclass(frozen=True, slots=True)
class MailOutcome:
    """How one attempt at one mail went: `reason` is empty when the server has it, `is_final` when it never will."""

    reason: str = ""
    is_final: bool = False


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
    # Two times of one zone are compared by the clock's face, which a changed clock shows twice.
    at = at.astimezone(UTC)
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


def digest_moment(preference: Preference, *, after: datetime) -> datetime | None:
    """Give the first moment not before another at which the person's digest is sent, None when they want none.

    Where a changed clock has the time twice, the first is meant; where it leaves it out, as much later.
    """
    if preference.digest_at is None:
        return None
    zone = ZoneInfo(preference.zone)
    day = after.astimezone(zone).date()
    # A clock that was changed may have had the time of this day already.
    moments = (datetime.combine(day + timedelta(days=days), preference.digest_at, tzinfo=zone) for days in (0, 1))
    return next(moment for moment in (one.astimezone(UTC) for one in moments) if moment >= after)


def mail_retry_delay(attempts: int, *, jitter: float) -> timedelta | None:
    """Give the time until the next attempt, up to a tenth longer by the jitter; None when it is given up.

    `attempts` counts those already made, from 1; `jitter` is a random number in [0, 1).
    """
    assert attempts >= 1
    assert 0 <= jitter < 1
    return RETRY_DELAYS[attempts - 1] * (1 + jitter / 10) if attempts <= len(RETRY_DELAYS) else None
