"""What people are told: rows in the act's transaction, and mails sent from them at their time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from email import message_from_bytes
from types import SimpleNamespace
from typing import Any

import pytest
import structlog.testing
from django.conf import settings
from django.core import mail

from bonded import tasks
from bonded.actions.notice_mails import LEASE, claim_mails, record_mail
from bonded.actions.notices import mark_notice_read, set_notice_preference, take_back_notices, write_notices
from bonded.models import Activity, Membership, Notice, User
from bonded.queries.notices import notices_for
from bonded.rules.calendars import CalendarEntry, EntryStatus
from bonded.rules.errors import NotFound
from bonded.rules.notices import (
    RETRY_DELAYS,
    STALE_AFTER,
    Channel,
    Language,
    MailOutcome,
    NoticeKind,
    Preference,
    QuietHoursInvalid,
)
from bonded.rules.permissions import SYSTEM
from tests.cast import Cast
from tests.situations.calendars import read_by_ical_js
from tests.situations.notices import a_notice, prefers, told_of, with_addresses

MINUTE = timedelta(minutes=1)
ENTRY = CalendarEntry(
    uid="1@bonded-trade-platform",
    sequence=1,
    status=EntryStatus.CONFIRMED,
    starts_at=datetime(2026, 11, 25, 2, 15, tzinfo=UTC),
    ends_at=datetime(2026, 11, 25, 3, 15, tzinfo=UTC),
    summary="Viewing 看货",
    place="Room, DESK-1",
)


@pytest.fixture
def send(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], list[Any]]:
    """Give what the relay does at a moment; it gives the mails that were sent."""

    def send_at(moment: datetime) -> list[Any]:
        monkeypatch.setattr(tasks, "timezone", SimpleNamespace(now=lambda: moment))
        before = len(mail.outbox)
        tasks.send_mails()
        return mail.outbox[before:]

    return send_at


def mail_of(notice: Notice) -> tuple[str, int, str]:
    """Give (state, attempts, error) of a notice's mail."""
    row = Notice.objects.get(pk=notice.pk)
    return row.mail_state, row.mail_attempts, row.mail_error


def claim(at: datetime) -> list[Any]:
    return claim_mails(limit=8, actor=SYSTEM, at=at) or []


def record(claimed: Any, reason: str, at: datetime, *, is_final: bool = False) -> Any:
    outcome = MailOutcome(reason, is_final=is_final)
    return record_mail(notice_id=claimed.id, attempt=claimed.attempt, outcome=outcome, jitter=0, actor=SYSTEM, at=at)


def test_send_mails__says_that_something_changed_and_nothing_more(cast: Cast, at, send) -> None:
    with_addresses()
    notice = a_notice(cast.alice, at)
    (sent,) = send(at)

    assert sent.to == ["alice@example.com"]
    assert sent.from_email == settings.DEFAULT_FROM_EMAIL
    assert sent.subject == "Bonded Trade Platform: A visit is booked."
    assert sent.body == f"A visit is booked.\n\nSign in to see more: {settings.PUBLIC_URL}\n"
    assert [kind for _, kind in sent.alternatives] == ["text/html"]
    assert sent.extra_headers["Message-ID"] == f"<notice.{notice.pk}@localhost>"
    assert sent.attachments == []
    for secret in ("B-1", "Alder", "Alice", "booked\n"):
        assert secret not in sent.message().as_string()
    assert mail_of(notice) == ("sent", 1, "")
    assert send(at + 2 * LEASE) == []


def test_send_mails__attaches_the_calendars_entry(cast: Cast, at, send) -> None:
    with_addresses()
    a_notice(cast.alice, at, calendar_entry=ENTRY)
    a_notice(cast.bob, at, calendar_entry=replace(ENTRY, status=EntryStatus.CANCELLED))
    found = {}
    for sent in send(at):
        parts: list[Any] = list(message_from_bytes(sent.message().as_bytes()).walk())
        (part,) = [one for one in parts if one.get_filename()]
        found[sent.to[0]] = (part, read_by_ical_js(part.get_payload(decode=True)))

    part, read = found["alice@example.com"]
    assert (part.get_content_type(), part.get_param("method"), part.get_filename()) == (
        "text/calendar",
        "REQUEST",
        "visit.ics",
    )
    assert [(one["uid"], one["starts_at"], one["attendees"]) for one in read["events"]] == [
        (ENTRY.uid, "2026-11-25T02:15:00.000Z", ["mailto:alice@example.com"])
    ]
    part, read = found["bob@example.com"]
    assert (part.get_param("method"), read["method"], read["events"][0]["status"]) == ("CANCEL", "CANCEL", "CANCELLED")


def test_send_mails__writes_in_the_persons_language(cast: Cast, at, send) -> None:
    with_addresses()
    prefers(cast.alice, Preference(language=Language.CHINESE), at)
    a_notice(cast.alice, at)
    (sent,) = send(at)
    assert sent.subject == "Bonded Trade Platform: 看货预约已确认。"
    assert "请登录查看详情" in sent.alternatives[0][0]


@pytest.mark.parametrize("channel", [Channel.IN_APP, Channel.NONE])
def test_send_mails__sends_none_that_nobody_wants(cast: Cast, at, send, channel: Channel) -> None:
    with_addresses()
    prefers(cast.alice, Preference(channel), at)
    notice, other = a_notice(cast.alice, at), a_notice(cast.alice, at, kind=NoticeKind.VISIT_ENDED)
    assert len(send(at)) == 1
    assert (mail_of(notice), mail_of(other)) == (("unwanted", 0, ""), ("sent", 1, ""))


def test_send_mails__sends_none_to_who_has_no_address_or_has_left(cast: Cast, at, send) -> None:
    with_addresses()
    User.objects.filter(username="alice").update(email="")
    User.objects.filter(username="bob").update(is_active=False)
    Membership.objects.filter(user__username="charlie").delete()
    notices = [a_notice(actor, at) for actor in (cast.alice, cast.bob, cast.charlie)]
    assert send(at) == []
    assert [mail_of(one) for one in notices] == [("unwanted", 0, "")] * 3


def test_send_mails__is_not_kept_from_the_rest_by_what_nobody_wants(cast: Cast, at, send) -> None:
    for number in range(20):
        a_notice(cast.alice, at, number=number)
    with_addresses()
    prefers(cast.alice, Preference(Channel.NONE), at)
    a_notice(cast.bob, at + MINUTE)
    assert [sent.to for sent in send(at + MINUTE)] == [["bob@example.com"]]


def test_send_mails__waits_for_the_end_of_the_quiet_hours(cast: Cast, at, send) -> None:
    with_addresses()
    # The test's moment is 10:00 in Shanghai.
    prefers(cast.alice, Preference(quiet_from=time(9, 30), quiet_until=time(10, 30)), at)
    notice = a_notice(cast.alice, at)
    assert send(at) == []
    assert send(at + 29 * MINUTE) == []
    assert mail_of(notice) == ("queued", 0, "")
    assert list(notices_for(cast.alice, at=at)) == [notice]
    assert len(send(at + 30 * MINUTE)) == 1


def test_send_mails__waits_for_what_is_due_later(cast: Cast, at, send) -> None:
    with_addresses()
    a_notice(cast.alice, at, kind=NoticeKind.VISIT_TOMORROW, due_at=at + MINUTE)
    assert (send(at), list(notices_for(cast.alice, at=at))) == ([], [])
    assert len(send(at + MINUTE)) == 1
    assert notices_for(cast.alice, at=at + MINUTE).count() == 1


def test_send_mails__reminds_nobody_of_what_has_begun(cast: Cast, at, send) -> None:
    """After a long silence of the mail server, a reminder that comes too late is worse than none."""
    with_addresses()
    reminder = a_notice(cast.alice, at, kind=NoticeKind.VISIT_TOMORROW)
    change = a_notice(cast.alice, at)
    assert len(send(at + STALE_AFTER)) == 1
    assert (mail_of(reminder), mail_of(change)) == (("unwanted", 0, ""), ("sent", 1, ""))


def test_take_back_notices__before_they_are_sent_tells_nobody(cast: Cast, at, send) -> None:
    with_addresses()
    later = at + MINUTE
    a_notice(cast.alice, at, kind=NoticeKind.VISIT_TOMORROW, due_at=later)
    a_notice(cast.bob, at, kind=NoticeKind.VISIT_TOMORROW, number=2, due_at=later)
    a_notice(cast.alice, at)
    take_back_notices(subject_kind="booking", subject_id="B-1", at=at)
    assert [sent.to[0] for sent in send(later)] == ["alice@example.com", "bob@example.com"]
    assert [one.kind for one in notices_for(cast.alice, at=later)] == ["visit.booked"]

    take_back_notices(subject_kind="booking", subject_id="B-2", at=later)
    assert told_of("B-2") == [("bob", "visit.tomorrow")]


def test_claim_mails__of_a_relay_that_died_are_sent_by_another(cast: Cast, at, send) -> None:
    """Killed between claim and sending: nobody has the mail yet, and exactly one is sent later."""
    with_addresses()
    notice = a_notice(cast.alice, at)
    assert len(claim(at)) == 1
    assert send(at + LEASE - timedelta(seconds=1)) == []
    assert len(send(at + LEASE)) == 1
    assert mail_of(notice) == ("sent", 2, "")
    assert send(at + 3 * LEASE) == []


def test_claim_mails__of_a_relay_that_died_after_sending_are_sent_twice_as_one_message(cast: Cast, at, send) -> None:
    """Killed between sending and writing it down: two copies at most, under one Message-ID."""
    with_addresses()
    a_notice(cast.alice, at)
    (claimed,) = claim(at)
    assert tasks._mail(claimed) == MailOutcome()
    send(at + LEASE)
    send(at + 3 * LEASE)
    assert len(mail.outbox) == 2
    assert len({sent.extra_headers["Message-ID"] for sent in mail.outbox}) == 1
    # The first relay comes back to life too late to say anything.
    assert record(claimed, "Late", at + 3 * LEASE) is None
    assert Notice.objects.get().mail_state == "sent"


def test_record_mail__tries_again_later_and_gives_up_loudly(cast: Cast, at, monkeypatch) -> None:
    with_addresses()
    notice = a_notice(cast.alice, at)
    moment = at
    for attempt, delay in enumerate(RETRY_DELAYS, start=1):
        (claimed,) = claim(moment)
        assert record(claimed, "OSError", moment) == "queued"
        assert mail_of(notice) == ("queued", attempt, "OSError")
        assert claim(moment + delay - timedelta(seconds=1)) == []
        moment += delay

    monkeypatch.setattr(tasks, "timezone", SimpleNamespace(now=lambda: moment))
    monkeypatch.setattr(tasks, "send_mail", lambda one: MailOutcome("OSError"))
    with structlog.testing.capture_logs() as logs:
        tasks.send_mails()
    assert mail_of(notice) == ("failed", 7, "OSError")
    assert logs == [{"event": "mail_given_up", "log_level": "error", "notice_id": str(notice.pk), "reason": "OSError"}]
    assert claim(moment + timedelta(days=9)) == []


@pytest.mark.parametrize(("is_final", "tried"), [(False, 8), (True, 20)])
def test_send_mails__leaves_a_mail_server_that_is_away_alone(
    cast: Cast, at, send, monkeypatch, is_final: bool, tried: int
) -> None:
    with_addresses()
    for number in range(20):
        a_notice(cast.alice, at, number=number)
    monkeypatch.setattr(tasks, "send_mail", lambda one: MailOutcome("TimeoutError", is_final=is_final))
    send(at)
    assert Notice.objects.filter(mail_attempts=1).count() == tried


def test_record_mail__of_what_is_recorded_already_says_nothing(cast: Cast, at) -> None:
    with_addresses()
    notice = a_notice(cast.alice, at)
    (claimed,) = claim(at)
    assert record(claimed, "", at) == "sent"
    assert record(claimed, "Late", at) is None
    assert mail_of(notice) == ("sent", 1, "")


def test_record_mail__gives_up_at_once_what_will_never_be_taken(cast: Cast, at) -> None:
    with_addresses()
    notice = a_notice(cast.alice, at)
    (claimed,) = claim(at)
    assert record(claimed, "SMTPRecipientsRefused 550", at, is_final=True) == "failed"
    assert mail_of(notice) == ("failed", 1, "SMTPRecipientsRefused 550")


def test_write_notices__tells_a_person_once(cast: Cast, at) -> None:
    for _ in range(2):
        a_notice(cast.alice, at)
    assert Notice.objects.count() == 1


def test_write_notices__is_undone_with_its_act(cast: Cast, at) -> None:
    write_notices(user_ids=[], kind=NoticeKind.VISIT_BOOKED, subject_kind="booking", subject_id="B-1", due_at=at, at=at)
    assert Notice.objects.count() == 0


def test_mark_notice_read__once_and_only_ones_own(cast: Cast, at) -> None:
    notice = a_notice(cast.alice, at)
    with pytest.raises(NotFound):
        mark_notice_read(notice_id=notice.pk, actor=cast.bob, at=at)
    assert Notice.objects.get().is_unread is True
    for moment in (at + MINUTE, at + 2 * MINUTE):
        assert mark_notice_read(notice_id=notice.pk, actor=cast.alice, at=moment).read_at == at + MINUTE


@pytest.mark.parametrize(("channel", "shown"), [("in_app", 1), ("both", 1), ("e_mail", 0), ("none", 0)])
def test_notices_for__shows_by_channel(cast: Cast, at, channel: str, shown: int) -> None:
    prefers(cast.alice, Preference(Channel(channel)), at)
    a_notice(cast.alice, at)
    assert notices_for(cast.alice, at=at).count() == shown


def test_set_notice_preference__is_on_record_and_refuses_half_of_a_pair(cast: Cast, at) -> None:
    with pytest.raises(QuietHoursInvalid):
        set_notice_preference(
            kind=NoticeKind.VISIT_BOOKED, preference=Preference(quiet_from=time(8)), actor=cast.alice, at=at
        )
    assert Activity.objects.count() == 0
    prefers(cast.alice, Preference(Channel.NONE), at)
    assert Activity.objects.get().act == "bonded.notice_preference.set"
