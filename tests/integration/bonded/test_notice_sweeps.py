"""Digests, escalations and the end of old notices."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, time, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core import mail

from bonded import tasks
from bonded.actions.notice_mails import claim_mails
from bonded.actions.notice_sweeps import escalate_notices, gather_digests
from bonded.actions.notices import mark_notice_read, take_back_notices, write_notices
from bonded.models import Notice
from bonded.queries.notices import notices_for
from bonded.rules.errors import NotPermitted
from bonded.rules.notices import Channel, Language, NoticeKind, Preference
from bonded.rules.permissions import SYSTEM
from tests.cast import Cast
from tests.situations.notices import a_notice, prefers, told_of, with_addresses
from tests.situations.threads import at_once

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
# The test's moment is 10:00 in Shanghai; the digest comes at 18:00.
DIGEST = Preference(digest_at=time(18))
EVENING = 8 * HOUR


@pytest.fixture
def send(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], list[Any]]:
    """Give what the relay does at a moment; it gives the mails that were sent."""

    def send_at(moment: datetime) -> list[Any]:
        monkeypatch.setattr(tasks, "timezone", SimpleNamespace(now=lambda: moment))
        before = len(mail.outbox)
        tasks.send_mails()
        return mail.outbox[before:]

    return send_at


def states() -> list[tuple[str, str]]:
    return list(Notice.objects.order_by("subject_id", "kind").values_list("subject_id", "mail_state"))


def test_send_mails__sends_one_digest_a_day(cast: Cast, at, send) -> None:
    with_addresses()
    prefers(cast.alice, DIGEST, at)
    a_notice(cast.alice, at, number=1)
    a_notice(cast.bob, at, number=1)
    assert [one.to for one in send(at)] == [["bob@example.com"]]
    a_notice(cast.alice, at + HOUR, number=2)
    single = a_notice(cast.alice, at + HOUR, kind=NoticeKind.VISIT_ENDED)
    assert [one.subject for one in send(at + HOUR)] == ["Bonded Trade Platform: A visit does not take place."]
    assert send(at + EVENING - timedelta(seconds=1)) == []
    assert notices_for(cast.alice, at=at + HOUR).count() == 3

    (sent,) = send(at + EVENING)
    assert (sent.to, sent.subject) == (["alice@example.com"], "Bonded Trade Platform: What happened today.")
    assert sent.body.splitlines()[0] == "2 × A visit is booked."
    for secret in ("B-1", "Alder", "Alice", "booked\n"):
        assert secret not in sent.message().as_string()
    assert sorted(Notice.objects.filter(user=cast.alice.user_id).values_list("kind", "mail_state")) == [
        ("visit.booked", "digested"),
        ("visit.booked", "sent"),
        ("visit.ended", "sent"),
    ]
    assert Notice.objects.get(told_with__isnull=False).told_with != single
    a_notice(cast.alice, at + EVENING + HOUR, number=3)
    assert send(at + EVENING + HOUR) == []
    assert len(send(at + EVENING + DAY)) == 1


def test_send_mails__sends_a_digest_of_several_kinds_without_what_was_taken_back(cast: Cast, at, send) -> None:
    with_addresses()
    chinese = replace(DIGEST, language=Language.CHINESE)
    for kind in (NoticeKind.VISIT_BOOKED, NoticeKind.VISIT_TOMORROW):
        prefers(cast.alice, chinese, at, kind=kind)
        for number in (1, 2):
            a_notice(cast.alice, at, kind=kind, number=number)
    take_back_notices(subject_kind="booking", subject_id="B-1", at=at)
    (sent,) = send(at + EVENING)
    assert sent.body.splitlines()[:2] == ["2 × 看货预约已确认。", "1 × 看货将于一天后开始。"]
    assert sent.attachments == []


def test_gather_digests__leaves_what_nobody_wants_and_what_waits_for_its_hour(cast: Cast, at) -> None:
    with_addresses()
    prefers(cast.alice, replace(DIGEST, channel=Channel.IN_APP), at)
    prefers(cast.bob, DIGEST, at)
    for actor in (cast.alice, cast.bob, cast.charlie):
        a_notice(actor, at)
    assert gather_digests(limit=9, actor=SYSTEM, at=at) == 0
    assert gather_digests(limit=9, actor=SYSTEM, at=at + EVENING) == 1
    assert list(Notice.objects.filter(is_digest=True).values_list("user", flat=True)) == [cast.bob.user_id]
    assert gather_digests(limit=9, actor=SYSTEM, at=at + EVENING) == 0
    with pytest.raises(NotPermitted):
        gather_digests(limit=9, actor=cast.ada, at=at)


def gathered(cast: Cast, at: datetime, *kinds: NoticeKind) -> Notice:
    """Have a digest of these wait for Alice's mail; gives the notice that carries it."""
    with_addresses()
    for number, kind in enumerate(kinds):
        prefers(cast.alice, DIGEST, at, kind=kind)
        a_notice(cast.alice, at, kind=kind, number=number)
    assert gather_digests(limit=9, actor=SYSTEM, at=at + EVENING) == 1
    return Notice.objects.get(is_digest=True)


def test_send_mails__sends_a_digest_though_its_carrier_is_taken_back(cast: Cast, at, send) -> None:
    carrier = gathered(cast, at, NoticeKind.VISIT_TOMORROW, NoticeKind.VISIT_TOMORROW)
    take_back_notices(subject_kind="booking", subject_id=carrier.subject_id, at=at + EVENING)

    # A mail server that was away for a day makes no difference.
    (sent,) = send(at + EVENING + DAY)

    assert sent.body.splitlines()[0] == "1 × A visit begins in a day."


def test_send_mails__sends_a_digest_though_its_carriers_kind_is_wanted_no_more(cast: Cast, at, send) -> None:
    carrier = gathered(cast, at, NoticeKind.VISIT_BOOKED, NoticeKind.VISIT_ENDED)
    prefers(cast.alice, replace(DIGEST, channel=Channel.IN_APP), at, kind=NoticeKind(carrier.kind))

    (sent,) = send(at + EVENING)

    assert len([line for line in sent.body.splitlines() if "×" in line]) == 2


def test_send_mails__sends_no_digest_of_what_is_all_taken_back(cast: Cast, at, send) -> None:
    carrier = gathered(cast, at, NoticeKind.VISIT_TOMORROW)
    take_back_notices(subject_kind="booking", subject_id=carrier.subject_id, at=at + EVENING)

    assert send(at + EVENING) == []
    carrier.refresh_from_db()
    assert carrier.mail_state == "unwanted"


def test_gather_digests__tells_a_person_all_however_small_its_limit(cast: Cast, at) -> None:
    with_addresses()
    for person in (cast.alice, cast.bob):
        prefers(person, DIGEST, at)
        for number in range(3):
            a_notice(person, at, number=number)

    assert [gather_digests(limit=1, actor=SYSTEM, at=at + EVENING) for _ in range(3)] == [1, 1, 0]
    assert Notice.objects.filter(mail_state="digested").count() == 4


def test_claim_mails__leaves_what_waits_for_a_digest_to_the_gatherer(cast: Cast, at) -> None:
    with_addresses()
    prefers(cast.alice, DIGEST, at)
    for number in range(9):
        a_notice(cast.alice, at, number=number)
    assert claim_mails(limit=8, actor=SYSTEM, at=at + EVENING) is None
    assert gather_digests(limit=9, actor=SYSTEM, at=at + EVENING) == 1
    (digest,) = claim_mails(limit=8, actor=SYSTEM, at=at + EVENING) or []
    assert digest.digest == {NoticeKind.VISIT_BOOKED: 9}


@pytest.mark.django_db(transaction=True)
def test_send_mails__by_two_relays_sends_one_digest(cast: Cast, at, monkeypatch) -> None:
    with_addresses()
    prefers(cast.alice, DIGEST, at)
    for number in range(20):
        a_notice(cast.alice, at, number=number)
    monkeypatch.setattr(tasks, "timezone", SimpleNamespace(now=lambda: at + EVENING))
    at_once(tasks.send_mails, tasks.send_mails)
    tasks.send_mails()
    assert [one.body.splitlines()[0] for one in mail.outbox] == ["20 × A visit is booked."]


def test_escalate_notices__tells_colleagues_what_was_not_read_in_time(cast: Cast, at, monkeypatch) -> None:
    ended = a_notice(cast.alice, at, kind=NoticeKind.VISIT_ENDED)
    read = a_notice(cast.alice, at, kind=NoticeKind.VISIT_ENDED, number=2)
    a_notice(cast.alice, at, kind=NoticeKind.VISIT_BOOKED, number=3)
    a_notice(cast.vera, at, kind=NoticeKind.VISIT_ENDED, number=4)
    mark_notice_read(notice_id=read.pk, actor=cast.alice, at=at)
    for hours, escalated in ((3, 0), (4, 2), (5, 0), (9, 0)):
        moment = at + hours * HOUR
        monkeypatch.setattr(tasks, "timezone", SimpleNamespace(now=lambda moment=moment: moment))
        assert tasks.escalate_notices() == escalated
    assert told_of("B-1") == [("alice", "visit.ended"), ("bob", "visit.ended")]
    # Keepers are many, and only buyers' ends need an answer.
    assert [told_of(f"B-{number}") for number in (2, 3, 4)] == [
        [("alice", "visit.ended")],
        [("alice", "visit.booked")],
        [("vera", "visit.ended")],
    ]
    copy = Notice.objects.get(user=cast.bob.user_id)
    assert (copy.due_at, copy.facts, copy.escalated_at) == (at + 4 * HOUR, ended.facts, at + 4 * HOUR)


def test_escalate_notices__of_a_decision_reaches_the_role_and_no_rival(cast: Cast, at) -> None:
    a_notice(cast.victor, at, kind=NoticeKind.VISIT_TO_DECIDE)
    assert escalate_notices(limit=9, actor=SYSTEM, at=at + 2 * HOUR) == 1
    assert [name for name, _ in told_of("B-1")] == ["vera", "victor"]
    with pytest.raises(NotPermitted):
        escalate_notices(limit=9, actor=cast.ada, at=at)


def test_escalate_notices__does_not_stir_up_what_is_old(cast: Cast, at) -> None:
    a_notice(cast.alice, at, kind=NoticeKind.VISIT_ENDED)
    assert escalate_notices(limit=9, actor=SYSTEM, at=at + 3 * DAY) == 0


def test_remove_old_notices__keeps_what_is_unread_or_younger(cast: Cast, at, monkeypatch) -> None:
    with_addresses()
    prefers(cast.alice, DIGEST, at)
    notices = [a_notice(cast.alice, at, number=number) for number in range(3)]
    gather_digests(limit=9, actor=SYSTEM, at=at + EVENING)
    for notice, read_at in zip(notices, (at + EVENING, at + EVENING + DAY), strict=False):
        mark_notice_read(notice_id=notice.pk, actor=cast.alice, at=read_at)
    moment = at + EVENING + timedelta(days=400, seconds=1)
    monkeypatch.setattr(tasks, "timezone", SimpleNamespace(now=lambda: moment))
    assert [tasks.remove_old_notices() for _ in range(2)] == [1, 0]
    assert set(Notice.objects.all()) == set(notices[1:])


def test_write_notices__tells_of_another_occasion_again(cast: Cast, at) -> None:
    for occasion in ("1", "1", "2"):
        write_notices(
            user_ids=[cast.alice.user_id or 0],
            kind=NoticeKind.VISIT_PUSHED,
            subject_kind="booking",
            subject_id="B-1",
            occasion=occasion,
            due_at=at,
            at=at,
        )
    assert sorted(Notice.objects.values_list("occasion", flat=True)) == ["1", "2"]
