"""Two relays at the same mails, and two acts that tell the same person."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest
from django.core import mail
from django.db import transaction

from bonded import tasks
from bonded.actions.notice_mails import claim_mails
from bonded.models import Notice
from bonded.rules.permissions import SYSTEM
from tests.cast import make_cast
from tests.situations.notices import a_notice, with_addresses
from tests.situations.threads import at_once

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


@pytest.mark.django_db(transaction=True)
def test_send_mails__by_two_relays_sends_each_once() -> None:
    cast = make_cast()
    with_addresses()
    for number in range(30):
        a_notice(cast.alice, AT, number=number)
    at_once(tasks.send_mails, tasks.send_mails)
    tasks.send_mails()

    sent = Counter(one.extra_headers["Message-ID"] for one in mail.outbox)
    assert (len(sent), set(sent.values())) == (30, {1})
    assert set(Notice.objects.values_list("mail_state", "mail_attempts")) == {("sent", 1)}


@pytest.mark.django_db(transaction=True)
def test_claim_mails__passes_over_what_another_relay_is_taking() -> None:
    cast = make_cast()
    with_addresses()
    for number in range(8):
        a_notice(cast.alice, AT, number=number)
    taken: list[set[object]] = []

    def take() -> None:
        taken.append({one.id for one in claim_mails(limit=4, actor=SYSTEM, at=AT) or []})

    with transaction.atomic():
        take()
        at_once(take)
    assert [len(ids) for ids in taken] == [4, 4]
    assert not taken[0] & taken[1]


@pytest.mark.django_db(transaction=True)
def test_write_notices__by_four_at_once_tells_once() -> None:
    cast = make_cast()
    at_once(*[lambda: a_notice(cast.alice, AT)] * 4)
    assert Notice.objects.count() == 1
