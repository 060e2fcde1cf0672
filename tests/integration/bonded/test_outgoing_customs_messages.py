"""The outbox: held by one relay at a time, sent, tried again, given up, armed again, and never sent blindly twice."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import httpx
import pytest

from bonded import tasks
from bonded.actions.outgoing_customs_messages import (
    LEASE,
    ClaimedMessage,
    claim_outgoing,
    rearm_outgoing,
    record_failure,
    record_refusal,
    record_sent,
)
from bonded.gateways.customs_office import CustomsOffice
from bonded.models import Activity, Consignment, Declaration, OutgoingCustomsMessage
from bonded.rules.errors import NotFound, NotPermitted
from bonded.rules.lifecycle import StepNotAllowed
from bonded.rules.permissions import SYSTEM
from bonded.rules.retries import MOST_ATTEMPTS
from tests.cast import Cast
from tests.situations.customs import a_declared_consignment, a_declared_withdrawal

TWO_DAYS = timedelta(days=2)


def claim(at: datetime, limit: int = 10) -> list[ClaimedMessage]:
    return claim_outgoing(limit=limit, actor=SYSTEM, at=at)


def row() -> OutgoingCustomsMessage:
    return OutgoingCustomsMessage.objects.get()


def fail(*, message_id: int, attempt: int, jitter: float, at: datetime, is_overloaded: bool = False) -> bool:
    return record_failure(
        message_id=message_id,
        attempt=attempt,
        reason="away",
        is_overloaded=is_overloaded,
        jitter=jitter,
        actor=SYSTEM,
        at=at,
    )


def test_claim_outgoing__holds_a_message_until_its_lease_ends(cast: Cast, at: datetime) -> None:
    declaration = a_declared_withdrawal(cast, at)
    (first,) = claim(at)
    assert (first.attempt, first.office, first.idempotency_key) == (1, "SIM", str(row().idempotency_key))
    assert declaration.number in first.body
    assert (row().state, row().leased_until) == ("sending", at + LEASE)
    assert claim(at + LEASE - timedelta(microseconds=1)) == []
    (second,) = claim(at + LEASE)
    assert (second.id, second.attempt) == (first.id, 2)


def test_claim_outgoing__is_the_systems_only(cast: Cast, at: datetime) -> None:
    with pytest.raises(NotPermitted):
        claim_outgoing(limit=1, actor=cast.ada, at=at)


def test_record_sent__by_a_relay_whose_hold_has_ended_changes_nothing(cast: Cast, at: datetime) -> None:
    a_declared_withdrawal(cast, at)
    (late,) = claim(at)
    (holder,) = claim(at + LEASE)
    assert not record_sent(message_id=late.id, attempt=late.attempt, mrn="M1", actor=SYSTEM, at=at + LEASE)
    assert (row().state, Declaration.objects.get().mrn) == ("sending", None)
    assert record_sent(message_id=holder.id, attempt=holder.attempt, mrn="M2", actor=SYSTEM, at=at + LEASE)
    assert (row().state, row().sent_at, Declaration.objects.get().mrn) == ("sent", at + LEASE, "M2")
    assert claim(at + TWO_DAYS) == []


def test_record_failure__tries_again_after_a_while(cast: Cast, at: datetime) -> None:
    a_declared_withdrawal(cast, at)
    (held,) = claim(at)
    assert record_failure(
        is_overloaded=False, message_id=held.id, attempt=1, reason="away", jitter=0.5, actor=SYSTEM, at=at
    )
    assert (row().state, row().last_error, row().not_before) == ("waiting", "away", at + timedelta(seconds=0.75))
    assert claim(at + timedelta(seconds=0.74)) == []
    assert claim(at + timedelta(seconds=0.75))[0].attempt == 2


def test_record_failure__gives_up_after_the_last_attempt_and_a_person_arms_it_again(cast: Cast, at: datetime) -> None:
    a_declared_withdrawal(cast, at)
    key = row().idempotency_key
    for attempt in range(1, MOST_ATTEMPTS + 1):
        at += timedelta(minutes=10)
        (held,) = claim(at)
        record_failure(
            is_overloaded=False, message_id=held.id, attempt=attempt, reason="away", jitter=0.0, actor=SYSTEM, at=at
        )
    assert row().state == "dead"
    assert claim(at + TWO_DAYS) == []
    given_up = Activity.objects.get(act="bonded.customs_message.send")
    assert given_up.facts == {"given_up_after": MOST_ATTEMPTS, "reason": "away"}

    with pytest.raises(NotPermitted):
        rearm_outgoing(message_id=row().pk, actor=cast.alice, at=at)
    rearm_outgoing(message_id=row().pk, actor=cast.ada, at=at)
    (held,) = claim(at)
    assert (held.attempt, held.idempotency_key) == (MOST_ATTEMPTS + 1, str(key))
    record_failure(
        is_overloaded=False, message_id=held.id, attempt=held.attempt, reason="away", jitter=0.0, actor=SYSTEM, at=at
    )
    assert row().state == "waiting"


def test_rearm_outgoing__refuses_what_is_not_dead(cast: Cast, at: datetime) -> None:
    a_declared_withdrawal(cast, at)
    with pytest.raises(StepNotAllowed):
        rearm_outgoing(message_id=row().pk, actor=cast.ada, at=at)
    with pytest.raises(NotFound):
        rearm_outgoing(message_id=0, actor=cast.ada, at=at)


def test_record_refusal__rejects_the_declaration_and_its_consignment(cast: Cast, at: datetime) -> None:
    a_declared_consignment(cast, at)
    (held,) = claim(at)
    assert record_refusal(message_id=held.id, attempt=held.attempt, reason="422", actor=SYSTEM, at=at)
    assert (row().state, row().last_error) == ("refused", "422")
    assert (Declaration.objects.get().state, Consignment.objects.get().state) == ("rejected", "refused")
    assert claim(at + TWO_DAYS) == []


Answers = Callable[[httpx.Request], httpx.Response]


def talk_to(monkeypatch: pytest.MonkeyPatch, answers: Answers) -> None:
    office = CustomsOffice(url="http://office", secret="s", transport=httpx.MockTransport(answers))
    monkeypatch.setattr(tasks, "_customs_office", lambda code: office)


def test_send_customs_outbox__sends_each_message_once(
    cast: Cast, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        calls.append(f"{request.method} {request.headers['Idempotency-Key']}")
        return httpx.Response(201, json={"mrn": f"M{len(calls)}"})

    for _ in range(10):
        a_declared_withdrawal(cast, at)
    talk_to(monkeypatch, answer)
    tasks.send_customs_outbox()
    tasks.send_customs_outbox()
    keys = OutgoingCustomsMessage.objects.values_list("idempotency_key", flat=True)
    assert sorted(calls) == sorted(f"POST {key}" for key in keys)
    assert set(OutgoingCustomsMessage.objects.values_list("state", "attempts")) == {("sent", 1)}
    assert Declaration.objects.filter(mrn__isnull=False).count() == 10


def test_send_customs_outbox__asks_after_an_unknown_outcome_and_does_not_send_again(
    cast: Cast, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        calls.append(request.method)
        if request.method == "POST":
            raise httpx.ReadTimeout("taken, but the answer was lost", request=request)
        return httpx.Response(200, json={"mrn": "M1"})

    a_declared_withdrawal(cast, at)
    talk_to(monkeypatch, answer)
    tasks.send_customs_outbox()
    assert (row().state, row().last_error) == ("waiting", "Unknown: ReadTimeout: taken, but the answer was lost")
    OutgoingCustomsMessage.objects.update(not_before=at)
    tasks.send_customs_outbox()
    assert calls == ["POST", "GET"]
    assert (row().state, row().attempts, Declaration.objects.get().mrn) == ("sent", 2, "M1")


def test_send_customs_outbox__sends_again_when_the_office_says_that_it_has_nothing(
    cast: Cast, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        calls.append(request.method)
        if calls == ["POST"]:
            raise httpx.ConnectError("nobody there", request=request)
        return httpx.Response(404) if request.method == "GET" else httpx.Response(201, json={"mrn": "M1"})

    a_declared_withdrawal(cast, at)
    talk_to(monkeypatch, answer)
    tasks.send_customs_outbox()
    OutgoingCustomsMessage.objects.update(not_before=at)
    tasks.send_customs_outbox()
    assert calls == ["POST", "GET", "POST"]
    assert row().state == "sent"


def test_send_customs_outbox__does_not_send_refused_content_again(
    cast: Cast, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_declared_withdrawal(cast, at)
    talk_to(monkeypatch, lambda request: httpx.Response(422, text="no such heading"))
    tasks.send_customs_outbox()
    assert (row().state, row().attempts, row().last_error) == ("refused", 1, "422: no such heading")
    assert Declaration.objects.get().state == "rejected"


@pytest.mark.parametrize(
    ("bell", "task"),
    [
        ("inbox", "drain_customs_inbox"),
        ("outbox", "send_customs_outbox"),
        ("import", "import_consignment_files"),
        ("verify", "verify"),
    ],
)
def test_bells__ring_for_their_task_and_try_the_broker_once(
    monkeypatch: pytest.MonkeyPatch, bell: str, task: str
) -> None:
    rings: list[dict[str, object]] = []
    is_rung = threading.Event()

    def broker(**options: object) -> None:
        rings.append(options)
        is_rung.set()

    rung = getattr(tasks, f"{bell}_bell")
    monkeypatch.setattr(getattr(tasks, task), "apply_async", broker)
    rung.ring()
    assert is_rung.wait(10)
    assert rings[0] == {"retry": False}
    assert rung.name == getattr(tasks, task).name


def test_acts__ring_once_they_are_committed(
    cast: Cast, at: datetime, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    rings: list[str] = []
    monkeypatch.setattr(tasks.inbox_bell, "ring", lambda: rings.append("inbox"))
    monkeypatch.setattr(tasks.outbox_bell, "ring", lambda: rings.append("outbox"))
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        a_declared_withdrawal(cast, at)
        assert rings == []
    assert rings == ["outbox"]
