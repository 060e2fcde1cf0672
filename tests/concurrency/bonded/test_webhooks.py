"""Two relays at the same webhooks, two publishers at the same feed, two people at the same act."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from bonded import tasks
from bonded.actions.webhook_deliveries import claim_deliveries
from bonded.models import ClientEvent, WebhookDelivery, WebhookEndpoint
from bonded.queries.client_events import events_after
from bonded.rules.permissions import SYSTEM
from bonded.rules.webhooks import MOST_ENDPOINTS, EndpointsTooMany
from tests.cast import make_cast
from tests.situations.threads import at_once
from tests.situations.webhooks import Receiver, a_webhook, an_event, publish

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


@pytest.mark.django_db(transaction=True)
def test_send_webhooks__by_two_relays_tells_each_event_once(settings) -> None:
    settings.WEBHOOKS_MAY_REACH_PRIVATE_ADDRESSES = True
    cast, receiver = make_cast(), Receiver()
    try:
        for number in range(3):
            a_webhook(cast.alice, AT, url=f"{receiver.url}/{number}")
        for number in range(10):
            an_event(cast, AT, number=number)
        at_once(tasks.send_webhooks, tasks.send_webhooks)
        tasks.send_webhooks()
    finally:
        receiver.close()

    told = Counter((path, headers["webhook-id"]) for path, headers, _ in receiver.calls)
    assert (len(told), set(told.values())) == (30, {1})
    assert set(WebhookDelivery.objects.values_list("state", "attempts")) == {("sent", 1)}


@pytest.mark.django_db(transaction=True)
def test_claim_deliveries__passes_over_what_another_relay_is_taking() -> None:
    cast = make_cast()
    a_webhook(cast.alice, AT)
    for number in range(8):
        an_event(cast, AT, number=number)
    publish(AT)
    taken: list[list[int]] = []

    def take() -> None:
        taken.append([one.id for one in claim_deliveries(limit=8, actor=SYSTEM, at=AT)])

    with transaction.atomic():
        take()
        at_once(take)
    assert [len(ids) for ids in taken] == [4, 4]
    assert len({*taken[0], *taken[1]}) == 8


@pytest.mark.django_db(transaction=True)
def test_publish__never_puts_a_late_commit_before_what_was_read() -> None:
    cast = make_cast()
    has_written, may_commit = threading.Event(), threading.Event()

    def write_and_wait() -> None:
        with transaction.atomic():
            an_event(cast, AT, number=1)
            has_written.set()
            assert may_commit.wait(10)

    def overtake() -> None:
        assert has_written.wait(10)
        second = an_event(cast, AT, number=2)
        assert publish(AT) == 1
        page = events_after(event_id=None, limit=10, actor=cast.alice)
        assert [one.id for one in page.events] == [second.public_id]
        may_commit.set()

    at_once(write_and_wait, overtake)
    first, second = ClientEvent.objects.order_by("pk")
    assert first.subject_id == "B-1"
    assert publish(AT) == 1
    later = events_after(event_id=second.public_id, limit=10, actor=cast.alice)
    assert [one.id for one in later.events] == [first.public_id]


@pytest.mark.django_db(transaction=True)
def test_publish__leaves_it_to_a_publisher_that_has_not_committed_yet() -> None:
    cast = make_cast()
    an_event(cast, AT, number=1)
    counts: list[int] = []
    with transaction.atomic():
        assert publish(AT) == 1
        at_once(lambda: an_event(cast, AT, number=2), lambda: counts.append(publish(AT)))
    assert counts == [0]
    assert publish(AT) == 1
    assert list(ClientEvent.objects.order_by("pk").values_list("position", flat=True)) == [1, 2]


@pytest.mark.django_db(transaction=True)
def test_publish__by_four_at_once_numbers_each_event_once() -> None:
    cast = make_cast()
    a_webhook(cast.alice, AT)
    for number in range(40):
        an_event(cast, AT, number=number)
    at_once(*[lambda: [publish(AT) for _ in range(3)]] * 4)
    publish(AT)

    assert list(ClientEvent.objects.order_by("pk").values_list("position", flat=True)) == list(range(1, 41))
    assert WebhookDelivery.objects.count() == 40


@pytest.mark.django_db(transaction=True)
def test_register_webhook__by_two_at_once_keeps_the_limit() -> None:
    cast = make_cast()
    for number in range(MOST_ENDPOINTS - 1):
        a_webhook(cast.alice, AT + timedelta(seconds=number), url=f"https://{number}.example.com/")
    refusals: list[str] = []

    def register(url: str) -> None:
        try:
            a_webhook(cast.bob, AT, url=url)
        except EndpointsTooMany as refusal:
            refusals.append(refusal.code)

    at_once(lambda: register("https://a.example.com/"), lambda: register("https://b.example.com/"))
    assert refusals == ["webhooks_too_many"]
    assert WebhookEndpoint.objects.count() == MOST_ENDPOINTS
