"""Events: noted with what happened, published in order and once, told to their own company only."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bonded.actions.client_events import publish_client_events, record_status_changes
from bonded.actions.withdrawals import refuse_withdrawal
from bonded.models import ClientEvent, WebhookDelivery
from bonded.queries.client_events import events_after
from bonded.rules.client_events import EventKind
from bonded.rules.errors import NotFound, NotPermitted
from bonded.rules.permissions import SYSTEM, Actor, Role
from tests.cast import Cast
from tests.situations.bonded import a_released_withdrawal, a_requested_withdrawal
from tests.situations.customs import a_declared_withdrawal, apply_all, message, store
from tests.situations.webhooks import a_webhook, an_event, deliveries, publish


def noted() -> list[tuple[str, str, str, dict[str, str]]]:
    rows = ClientEvent.objects.order_by("pk")
    return [(row.kind, row.subject_kind, row.subject_id, row.facts) for row in rows]


def subjects(actor: Actor, event_id: object = None, limit: int = 100) -> list[str]:
    return [one.subject_id for one in events_after(event_id=event_id, limit=limit, actor=actor).events]  # type: ignore[arg-type]


def test_declaration__notes_each_change_of_its_status(cast: Cast, at: datetime) -> None:
    declaration = a_declared_withdrawal(cast, at)
    for sequence, status in enumerate("7LP", start=1):
        store(message(declaration, sequence, status, at=at), at=at)
    apply_all(at)

    assert noted() == [
        ("declaration.status_changed", "declaration", declaration.number, {"status": status})
        for status in ("lodged", "received", "released")
    ]
    assert {event.company_id for event in ClientEvent.objects.all()} == {cast.alder.pk}


def test_record_status_changes__keeps_their_order_in_one_statement(cast: Cast, at: datetime) -> None:
    first, second = a_declared_withdrawal(cast, at), a_declared_withdrawal(cast, at)
    ClientEvent.objects.all().delete()
    changes = [(second.pk, "received"), (first.pk, "received"), (second.pk, "released")]
    with CaptureQueriesContext(connection) as statements:
        record_status_changes(changes, at=at)

    assert len(statements) == 1
    assert [(subject, facts["status"]) for _, _, subject, facts in noted()] == [
        (second.number, "received"),
        (first.number, "received"),
        (second.number, "released"),
    ]


def test_release_withdrawal__notes_it(cast: Cast, at: datetime) -> None:
    withdrawal = a_released_withdrawal(cast, at)
    assert noted() == [("withdrawal.released", "withdrawal", str(withdrawal.pk), {"status": "released"})]


def test_refuse_withdrawal__notes_it(cast: Cast, at: datetime) -> None:
    withdrawal = a_requested_withdrawal(cast, at)
    refuse_withdrawal(withdrawal_id=withdrawal.pk, reason="no", actor=cast.olga, at=at)
    assert noted() == [("withdrawal.refused", "withdrawal", str(withdrawal.pk), {"status": "refused"})]


def test_publish_client_events__numbers_each_companys_own(cast: Cast, at: datetime) -> None:
    for number in (1, 2, 3):
        an_event(cast, at, number=number)
    ClientEvent.objects.filter(subject_id="B-2").update(company=cast.cedar)
    assert publish_client_events(limit=2, actor=SYSTEM, at=at) == 2
    assert publish_client_events(limit=2, actor=SYSTEM, at=at) == 1
    assert publish_client_events(limit=2, actor=SYSTEM, at=at) == 0

    positions = ClientEvent.objects.order_by("pk").values_list("subject_id", "position")
    assert list(positions) == [("B-1", 1), ("B-2", 1), ("B-3", 2)]


def test_publish_client_events__is_the_systems_only(cast: Cast, at: datetime) -> None:
    an_event(cast, at)
    with pytest.raises(NotPermitted):
        publish_client_events(limit=2, actor=cast.ada, at=at)
    assert ClientEvent.objects.get().position is None


def test_publish_client_events__queues_for_the_companys_endpoints_that_asked_for_the_kind(
    cast: Cast, at: datetime
) -> None:
    everything = a_webhook(cast.alice, at)
    only_bookings = a_webhook(cast.alice, at, url="https://b.example.com/", kinds=[EventKind.BOOKING_CHANGED])
    a_webhook(cast.charlie, at)
    an_event(cast, at, number=1)
    an_event(cast, at, kind=EventKind.CHARGE_DUE, number=2)
    publish(at)

    queued = WebhookDelivery.objects.values_list("endpoint_id", "event__subject_id")
    assert set(queued) == {(everything.pk, "B-1"), (everything.pk, "B-2"), (only_bookings.pk, "B-1")}
    assert {state for _, state, _ in deliveries()} == {"waiting"}


def test_events_after__gives_what_came_later(cast: Cast, at: datetime) -> None:
    events = [an_event(cast, at + timedelta(seconds=number), number=number) for number in range(1, 6)]
    assert subjects(cast.alice) == []
    publish(at)

    assert subjects(cast.bob) == ["B-1", "B-2", "B-3", "B-4", "B-5"]
    page = events_after(event_id=events[1].public_id, limit=2, actor=cast.alice)
    assert ([one.subject_id for one in page.events], page.has_more) == (["B-3", "B-4"], True)
    page = events_after(event_id=page.events[-1].id, limit=2, actor=cast.alice)
    assert ([one.subject_id for one in page.events], page.has_more) == (["B-5"], False)
    assert subjects(cast.alice, events[4].public_id) == []


def test_events_after__of_another_company_are_not_there(cast: Cast, at: datetime) -> None:
    event = an_event(cast, at)
    publish(at)
    assert subjects(cast.charlie) == []
    for event_id in (event.public_id, uuid4()):
        with pytest.raises(NotFound) as missing:
            events_after(event_id=event_id, limit=10, actor=cast.charlie)
        assert missing.value.facts == {"event_id": str(event_id)}


def test_events_after__of_somebody_in_two_companies_are_those_of_one_feed(cast: Cast, at: datetime) -> None:
    for number in (1, 2):
        an_event(cast, at, number=number)
    ClientEvent.objects.filter(subject_id="B-2").update(company=cast.cedar)
    publish(at)
    both = Actor(cast.alice.user_id, Role.BUYER, frozenset({cast.alder.pk, cast.cedar.pk}))
    assert subjects(both) == ["B-1"]


@pytest.mark.parametrize("who", ["olga", "victor", "ada", "audrey"])
def test_events_after__are_no_business_of_staff(cast: Cast, at: datetime, who: str) -> None:
    with pytest.raises(NotPermitted):
        events_after(event_id=None, limit=10, actor=getattr(cast, who))
