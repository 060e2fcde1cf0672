"""Webhooks: registered by their company, delivered once, tried again, given up, told again, disabled and enabled."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from bonded import tasks
from bonded.actions import webhooks
from bonded.actions.webhook_deliveries import LEASE, ClaimedDelivery, claim_deliveries, record_attempt
from bonded.models import Activity, WebhookDelivery, WebhookEndpoint
from bonded.rules.client_events import EventKind
from bonded.rules.errors import NotFound, NotPermitted
from bonded.rules.lifecycle import StepNotAllowed
from bonded.rules.permissions import SYSTEM
from bonded.rules.webhook_addresses import AddressRefused
from bonded.rules.webhooks import (
    MOST_ENDPOINTS,
    RETRY_DELAYS,
    Attempt,
    EndpointDisabled,
    EndpointKnown,
    EndpointsTooMany,
    ReplayOutOfRange,
)
from tests.cast import Cast
from tests.situations.webhooks import Receiver, a_webhook, an_event, deliveries, publish

FAILED = Attempt("The receiver answered 500.")


@pytest.fixture
def receiver(settings) -> Iterator[Receiver]:
    settings.WEBHOOKS_MAY_REACH_PRIVATE_ADDRESSES = True
    receiver = Receiver()
    yield receiver
    receiver.close()


def claim(at: datetime, limit: int = 10) -> list[ClaimedDelivery]:
    return claim_deliveries(limit=limit, actor=SYSTEM, at=at)


def record(held: ClaimedDelivery, outcome: Attempt, at: datetime, jitter: float = 0.0) -> bool:
    return record_attempt(
        delivery_id=held.id, attempt=held.attempt, outcome=outcome, jitter=jitter, actor=SYSTEM, at=at
    )


def endpoint() -> WebhookEndpoint:
    return WebhookEndpoint.objects.get()


def delivery() -> WebhookDelivery:
    return WebhookDelivery.objects.get()


def is_signed_with(secret: str, headers: dict[str, str], body: bytes) -> list[bool]:
    """Say of each signature whether it is this secret's, computed apart from the code that signs."""
    key = base64.b64decode(secret[len("whsec_") :])
    signed = b".".join([headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body])
    expected = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return [one == expected for one in headers["webhook-signature"].split(" ")]


def test_register_webhook__makes_a_secret(cast: Cast, at: datetime) -> None:
    made = webhooks.register_webhook(
        url="https://hooks.example.com/", kinds=[EventKind.CHARGE_DUE], may_be_private=False, actor=cast.alice, at=at
    )

    assert (made.company_id, made.kinds, made.state) == (cast.alder.pk, ["charge.due"], "active")
    assert len(base64.b64decode(made.secret.removeprefix("whsec_"))) == 32
    act = Activity.objects.get(act="bonded.webhook.register")
    assert act.facts == {"url": "https://hooks.example.com/", "kinds": ["charge.due"]}


@pytest.mark.parametrize("url", ["http://hooks.example.com/", "https://10.0.0.1/", "https://localhost/"])
def test_register_webhook__refuses_what_is_not_public(cast: Cast, at: datetime, url: str) -> None:
    with pytest.raises(AddressRefused):
        webhooks.register_webhook(url=url, kinds=[], may_be_private=False, actor=cast.alice, at=at)
    assert WebhookEndpoint.objects.count() == 0


def test_register_webhook__refuses_the_same_address_and_too_many(cast: Cast, at: datetime) -> None:
    a_webhook(cast.alice, at, url="https://0.example.com/")
    with pytest.raises(EndpointKnown) as known:
        a_webhook(cast.bob, at, url="https://0.example.com/")
    assert known.value.facts == {"url": "https://0.example.com/"}
    for number in range(1, MOST_ENDPOINTS):
        a_webhook(cast.alice, at, url=f"https://{number}.example.com/")
    with pytest.raises(EndpointsTooMany) as too_many:
        a_webhook(cast.bob, at, url="https://one-more.example.com/")
    assert too_many.value.facts == {"most": 10}
    assert WebhookEndpoint.objects.count() == 10
    a_webhook(cast.charlie, at, url="https://0.example.com/")


@pytest.mark.parametrize("who", ["olga", "victor", "ada", "audrey"])
def test_register_webhook__is_no_business_of_staff(cast: Cast, at: datetime, who: str) -> None:
    with pytest.raises(NotPermitted):
        a_webhook(getattr(cast, who), at)
    assert WebhookEndpoint.objects.count() == 0


@pytest.mark.parametrize(
    "act",
    [
        lambda id_, actor, at: webhooks.remove_webhook(endpoint_id=id_, actor=actor, at=at),
        lambda id_, actor, at: webhooks.enable_webhook(endpoint_id=id_, actor=actor, at=at),
        lambda id_, actor, at: webhooks.disable_webhook(endpoint_id=id_, reason="r", actor=actor, at=at),
        lambda id_, actor, at: webhooks.rotate_webhook_secret(endpoint_id=id_, actor=actor, at=at),
        lambda id_, actor, at: webhooks.send_test_event(endpoint_id=id_, actor=actor, at=at),
        lambda id_, actor, at: webhooks.replay_events(endpoint_id=id_, since=at, actor=actor, at=at),
    ],
    ids=["remove", "enable", "disable", "rotate", "test", "replay"],
)
def test_acts__on_another_companys_endpoint_find_nothing(cast: Cast, at: datetime, act) -> None:
    made = a_webhook(cast.alice, at)
    before = WebhookEndpoint.objects.filter(pk=made.pk).values().get()
    for endpoint_id in (made.pk, uuid4()):
        with pytest.raises(NotFound) as missing:
            act(endpoint_id, cast.charlie, at)
        assert missing.value.facts == {"endpoint_id": str(endpoint_id)}
    assert WebhookEndpoint.objects.filter(pk=made.pk).values().get() == before
    assert WebhookDelivery.objects.count() == 0


def test_send_webhooks__tells_a_hint_that_is_signed(cast: Cast, at: datetime, receiver: Receiver) -> None:
    made = a_webhook(cast.alice, at, url=receiver.url)
    event = an_event(cast, at)
    tasks.send_webhooks()
    tasks.send_webhooks()

    ((_, headers, body),) = receiver.calls
    assert receiver.documents == [
        {
            "id": str(event.public_id),
            "type": "booking.changed",
            "occurred_at": "2026-11-23T02:00:00Z",
            "subject": {"kind": "booking", "id": "B-1"},
            "facts": {},
        }
    ]
    assert headers["webhook-id"] == str(event.public_id)
    assert headers["content-type"] == "application/json"
    assert abs(int(headers["webhook-timestamp"]) - timezone.now().timestamp()) < 60
    assert is_signed_with(made.secret, headers, body) == [True]
    assert deliveries() == [("B-1", "sent", 1)]
    assert (endpoint().state, endpoint().succeeded_at) == ("active", delivery().sent_at)


def test_send_webhooks__does_not_reach_inside(cast: Cast, at: datetime, receiver: Receiver, settings) -> None:
    a_webhook(cast.alice, at, url=receiver.url)
    an_event(cast, at)
    settings.WEBHOOKS_MAY_REACH_PRIVATE_ADDRESSES = False
    tasks.send_webhooks()
    assert receiver.calls == []
    assert (delivery().state, delivery().last_error) == ("waiting", "A webhook goes to an https address.")


def test_send_webhooks__tries_again_under_the_same_id(cast: Cast, at: datetime, receiver: Receiver) -> None:
    receiver.answers = [503]
    a_webhook(cast.alice, at, url=receiver.url)
    an_event(cast, at)
    tasks.send_webhooks()
    assert (delivery().state, delivery().last_error) == ("waiting", "The receiver answered 503.")
    assert (endpoint().state, endpoint().failures) == ("failing", 1)
    WebhookDelivery.objects.update(not_before=at)
    WebhookEndpoint.objects.update(not_before=at)
    tasks.send_webhooks()
    assert deliveries() == [("B-1", "sent", 2)]
    assert (endpoint().state, endpoint().failures) == ("active", 0)
    first, second = receiver.calls
    assert (first[1]["webhook-id"], first[2]) == (second[1]["webhook-id"], second[2])


def test_send_webhooks__stops_at_once_when_the_receiver_is_gone(cast: Cast, at: datetime, receiver: Receiver) -> None:
    receiver.answers = [410]
    a_webhook(cast.alice, at, url=receiver.url)
    an_event(cast, at)
    tasks.send_webhooks()
    assert deliveries() == [("B-1", "refused", 1)]
    assert (endpoint().state, endpoint().disabling_reason) == ("disabled", "The receiver answered that it is gone.")
    an_event(cast, at, number=2)
    tasks.send_webhooks()
    assert (len(receiver.calls), len(deliveries())) == (1, 1)


def test_claim_deliveries__holds_one_until_its_lease_ends(cast: Cast, at: datetime) -> None:
    a_webhook(cast.alice, at)
    an_event(cast, at)
    publish(at)
    (first,) = claim(at)
    assert (first.attempt, delivery().state, delivery().not_before) == (1, "sending", at + LEASE)
    assert claim(at + LEASE - timedelta(microseconds=1)) == []
    (second,) = claim(at + LEASE)
    assert (second.id, second.attempt) == (first.id, 2)
    assert not record(first, Attempt(), at + LEASE)
    assert delivery().state == "sending"
    assert record(second, Attempt(), at + LEASE)
    assert not record(second, FAILED, at + LEASE)
    assert (delivery().state, endpoint().state) == ("sent", "active")


def test_claim_deliveries__is_the_systems_only(cast: Cast, at: datetime) -> None:
    with pytest.raises(NotPermitted):
        claim_deliveries(limit=1, actor=cast.alice, at=at)
    with pytest.raises(NotPermitted):
        record_attempt(delivery_id=1, attempt=1, outcome=FAILED, jitter=0, actor=cast.alice, at=at)


def test_claim_deliveries__takes_few_of_a_busy_endpoint_and_one_of_a_failing(cast: Cast, at: datetime) -> None:
    a_webhook(cast.alice, at)
    for number in range(9):
        an_event(cast, at, number=number)
    publish(at)
    held = claim(at)
    assert len(held) == 4
    for one in held:
        record(one, FAILED, at)
    assert claim(at) == []
    (pilot,) = claim(at + timedelta(seconds=5))
    record(pilot, Attempt(), at + timedelta(seconds=5))
    assert len(claim(at + timedelta(seconds=5))) == 4


def test_record_attempt__follows_the_table_and_disables_what_has_fallen_silent(cast: Cast, at: datetime) -> None:
    a_webhook(cast.alice, at)
    an_event(cast, at)
    publish(at)
    for delay in RETRY_DELAYS:
        (held,) = claim(at)
        record(held, FAILED, at)
        assert (delivery().state, delivery().not_before) == ("waiting", at + delay)
        at += max(delay, endpoint().not_before - at)
    assert endpoint().state == "failing"
    (held,) = claim(at)
    record(held, FAILED, at)
    assert deliveries() == [("B-1", "dead", 10)]
    assert (endpoint().state, endpoint().disabled_at) == ("disabled", at)
    act = Activity.objects.get(act="bonded.webhook.disable")
    assert (act.actor_role, act.facts) == ("system", {"reason": "Nothing has arrived for three days."})


def test_record_attempt__gives_one_message_up_and_leaves_an_endpoint_that_takes_others(
    cast: Cast, at: datetime
) -> None:
    a_webhook(cast.alice, at)
    an_event(cast, at)
    publish(at)
    WebhookDelivery.objects.update(attempts=9)
    WebhookEndpoint.objects.update(enabled_at=at - timedelta(days=9), succeeded_at=at - timedelta(days=2))
    (held,) = claim(at)
    record(held, FAILED, at)
    assert (delivery().state, endpoint().state) == ("dead", "failing")


def test_enable_webhook__lets_it_go_on(cast: Cast, at: datetime) -> None:
    made = a_webhook(cast.alice, at)
    an_event(cast, at, number=1)
    publish(at)
    webhooks.disable_webhook(endpoint_id=made.pk, reason="moving", actor=cast.alice, at=at)
    with pytest.raises(StepNotAllowed):
        webhooks.disable_webhook(endpoint_id=made.pk, reason="moving", actor=cast.alice, at=at)
    an_event(cast, at, number=2)
    publish(at)
    assert claim(at) == []

    later = at + timedelta(days=1)
    webhooks.enable_webhook(endpoint_id=made.pk, actor=cast.bob, at=later)
    with pytest.raises(StepNotAllowed):
        webhooks.enable_webhook(endpoint_id=made.pk, actor=cast.bob, at=later)
    assert [one.event.subject_id for one in claim(later)] == ["B-1"]
    assert (endpoint().state, endpoint().enabled_at, endpoint().disabling_reason) == ("active", later, "")
    assert webhooks.replay_events(endpoint_id=made.pk, since=at, actor=cast.alice, at=later) == 1
    assert deliveries() == [("B-1", "sending", 1), ("B-2", "waiting", 0)]


def test_rotate_webhook_secret__signs_with_both_for_a_day(cast: Cast, at: datetime, receiver: Receiver) -> None:
    now = timezone.now()
    made = a_webhook(cast.alice, now, url=receiver.url)
    rotated = webhooks.rotate_webhook_secret(endpoint_id=made.pk, actor=cast.alice, at=now)
    assert rotated.secret != made.secret
    an_event(cast, now)
    tasks.send_webhooks()
    ((_, headers, body),) = receiver.calls
    assert is_signed_with(rotated.secret, headers, body) == [True, False]
    assert is_signed_with(made.secret, headers, body) == [False, True]

    webhooks.send_test_event(endpoint_id=made.pk, actor=cast.alice, at=now)
    (held,) = claim(now + timedelta(hours=24))
    assert held.secrets == (rotated.secret,)


def test_rotate_webhook_secret__again_ends_the_oldest(cast: Cast, at: datetime) -> None:
    made = a_webhook(cast.alice, at)
    second = webhooks.rotate_webhook_secret(endpoint_id=made.pk, actor=cast.alice, at=at)
    third = webhooks.rotate_webhook_secret(endpoint_id=made.pk, actor=cast.alice, at=at)
    an_event(cast, at)
    publish(at)
    (held,) = claim(at + timedelta(hours=23, minutes=59))
    assert held.secrets == (third.secret, second.secret)
    acts = Activity.objects.filter(act="bonded.webhook_secret.rotate")
    assert all("whsec" not in str(act.facts) for act in acts)


def test_send_test_event__goes_to_this_endpoint_only(cast: Cast, at: datetime, receiver: Receiver) -> None:
    made = a_webhook(cast.alice, at, url=receiver.url, kinds=[EventKind.CHARGE_DUE])
    a_webhook(cast.alice, at, url=f"{receiver.url}/other")
    webhooks.send_test_event(endpoint_id=made.pk, actor=cast.alice, at=at)
    tasks.send_webhooks()
    assert [(one["type"], one["subject"]) for one in receiver.documents] == [
        ("webhook.test", {"kind": "webhook", "id": str(made.pk)})
    ]
    assert [path for path, _, _ in receiver.calls] == ["/hook"]


def test_send_test_event__and_replay_refuse_a_disabled_endpoint(cast: Cast, at: datetime) -> None:
    made = a_webhook(cast.alice, at)
    webhooks.disable_webhook(endpoint_id=made.pk, reason="moving", actor=cast.alice, at=at)
    with pytest.raises(EndpointDisabled) as refused:
        webhooks.send_test_event(endpoint_id=made.pk, actor=cast.alice, at=at)
    assert refused.value.facts == {"reason": "moving"}
    with pytest.raises(EndpointDisabled):
        webhooks.replay_events(endpoint_id=made.pk, since=at, actor=cast.alice, at=at)
    assert deliveries() == []


def test_replay_events__tells_again_what_ended_and_leaves_what_is_on_its_way(cast: Cast, at: datetime) -> None:
    made = a_webhook(cast.alice, at, kinds=[EventKind.BOOKING_CHANGED])
    for number in range(1, 5):
        an_event(cast, at + timedelta(hours=number), number=number)
    an_event(cast, at + timedelta(hours=5), kind=EventKind.CHARGE_DUE, number=5)
    publish(at)
    states = {"B-1": "dead", "B-2": "dead", "B-3": "sent", "B-4": "sending"}
    for subject, state in states.items():
        sent_at = at if state == "sent" else None
        row = WebhookDelivery.objects.filter(event__subject_id=subject)
        row.update(state=state, attempts=10, sent_at=sent_at, not_before=at + timedelta(days=9))

    later = at + timedelta(hours=6)
    since = at + timedelta(hours=2)
    assert webhooks.replay_events(endpoint_id=made.pk, since=since, actor=cast.alice, at=later) == 2
    assert deliveries() == [("B-1", "dead", 10), ("B-2", "waiting", 10), ("B-3", "waiting", 10), ("B-4", "sending", 10)]
    held = sorted(claim(later), key=lambda one: one.event.subject_id)
    assert [(one.event.subject_id, one.attempt) for one in held] == [("B-2", 11), ("B-3", 11)]
    # It is tried as often again as the first time, from the beginning of the table.
    record(held[0], FAILED, later)
    row_again = WebhookDelivery.objects.get(event__subject_id="B-2")
    assert (row_again.state, row_again.not_before) == ("waiting", later + RETRY_DELAYS[0])
    assert Activity.objects.get(act="bonded.client_event.replay").facts == {"since": since.isoformat(), "events": 2}


@pytest.mark.parametrize("distance", [timedelta(days=-30, seconds=-1), timedelta(seconds=1)])
def test_replay_events__refuses_the_future_and_the_far_past(cast: Cast, at: datetime, distance: timedelta) -> None:
    made = a_webhook(cast.alice, at)
    with pytest.raises(ReplayOutOfRange) as refused:
        webhooks.replay_events(endpoint_id=made.pk, since=at + distance, actor=cast.alice, at=at)
    assert refused.value.facts == {"days": 30}
    assert deliveries() == []


def test_remove_webhook__forgets_what_was_on_its_way(cast: Cast, at: datetime) -> None:
    made = a_webhook(cast.alice, at)
    an_event(cast, at)
    publish(at)
    (held,) = claim(at)
    id_: UUID = made.pk
    webhooks.remove_webhook(endpoint_id=id_, actor=cast.alice, at=at)
    assert not record(held, Attempt(), at)
    assert (WebhookEndpoint.objects.count(), WebhookDelivery.objects.count()) == (0, 0)
    assert Activity.objects.filter(target_id=str(id_)).count() == 2
