"""The line to an office: paused by a person, left alone when it is busy, one pilot at a time, all in their order."""

from datetime import datetime, timedelta

import httpx
import pytest

from bonded import tasks
from bonded.actions.declaration_changes import cancel_declaration
from bonded.actions.office_lines import pause_line, resume_line
from bonded.actions.outgoing_customs_messages import (
    LEASE,
    ClaimedMessage,
    claim_outgoing,
    record_failure,
    record_refusal,
    record_sent,
)
from bonded.gateways.customs_office import CustomsOffice
from bonded.models import Activity, CustomsTask, IncomingCustomsMessage, OfficeLine, OutgoingCustomsMessage
from bonded.rules.customs_offices import HMRC, SIMULATOR, OfficeUnknown
from bonded.rules.permissions import SYSTEM
from tests.cast import Cast
from tests.situations.customs import a_declared_withdrawal, apply_all, inbox, message, store

pytestmark = pytest.mark.django_db


def claim(at: datetime) -> list[ClaimedMessage]:
    return claim_outgoing(limit=10, actor=SYSTEM, at=at)


def fail(held: ClaimedMessage, at: datetime, *, is_overloaded: bool) -> None:
    assert record_failure(
        message_id=held.id,
        attempt=held.attempt,
        reason="503",
        is_overloaded=is_overloaded,
        jitter=0.0,
        actor=SYSTEM,
        at=at,
    )


def arrive(held: ClaimedMessage, at: datetime, mrn: str = "M") -> None:
    assert record_sent(message_id=held.id, attempt=held.attempt, mrn=mrn, actor=SYSTEM, at=at)


def test_pause_line__stops_sending_until_it_is_resumed(cast: Cast, at: datetime) -> None:
    a_declared_withdrawal(cast, at)
    pause_line(office=SIMULATOR, sending=True, applying=False, reason="wrong codes", actor=cast.ada, at=at)
    assert claim(at) == []
    resume_line(office=SIMULATOR, reason="mended", actor=cast.ada, at=at)
    assert [one.kind for one in claim(at)] == ["lodge"]
    acts = Activity.objects.filter(target_kind="officeline").order_by("position")
    assert [(one.act, one.facts.get("reason")) for one in acts] == [
        ("bonded.office_line.pause", "wrong codes"),
        ("bonded.office_line.resume", "mended"),
    ]


def test_pause_line__stores_what_comes_and_applies_it_later(cast: Cast, at: datetime) -> None:
    declaration = a_declared_withdrawal(cast, at)
    pause_line(office=SIMULATOR, sending=False, applying=True, reason="a flood", actor=cast.ada, at=at)
    store(message(declaration, 1, "L", at=at), at=at)
    assert apply_all(at) == 0
    assert inbox() == [(None, "stored", None)]
    resume_line(office=SIMULATOR, reason="over", actor=cast.ada, at=at)
    apply_all(at)
    assert inbox() == [(1, "applied", None)]


def test_pause_line__of_one_office_stops_no_other(cast: Cast, at: datetime) -> None:
    a_declared_withdrawal(cast, at)
    pause_line(office=HMRC, sending=True, applying=True, reason="strike", actor=cast.ada, at=at)
    assert len(claim(at)) == 1


def test_pause_line__of_an_office_that_nobody_knows_is_refused(cast: Cast, at: datetime) -> None:
    with pytest.raises(OfficeUnknown):
        pause_line(office="ATLANTIS", sending=True, applying=True, reason="why not", actor=cast.ada, at=at)
    assert not OfficeLine.objects.exists()


def test_claim_outgoing__lets_one_pilot_through_to_an_office_that_was_too_busy(cast: Cast, at: datetime) -> None:
    for _ in range(3):
        a_declared_withdrawal(cast, at)
    first, *others = claim(at)
    fail(first, at, is_overloaded=True)
    for one in others:
        arrive_late = OutgoingCustomsMessage.objects.filter(pk=one.id)
        arrive_late.update(state="waiting", leased_until=None, not_before=at)
    line = OfficeLine.objects.get()
    assert (line.busy_times, line.busy_until) == (1, at + timedelta(seconds=0.5))
    assert claim(at + timedelta(seconds=0.4)) == []

    soon = at + timedelta(seconds=1)
    (pilot,) = claim(soon)
    assert claim(soon) == []
    fail(pilot, soon, is_overloaded=True)
    line.refresh_from_db()
    assert line.busy_times == 2

    later = soon + timedelta(minutes=1)
    (pilot,) = claim(later)
    arrive(pilot, later)
    line.refresh_from_db()
    assert (line.busy_times, line.busy_until) == (0, None)
    assert len(claim(later)) == 2


def test_record_failure__of_each_pilot_makes_the_line_wait_longer(cast: Cast, at: datetime) -> None:
    a_declared_withdrawal(cast, at)
    waits = []
    for times in range(1, 6):
        (held,) = claim(at)
        fail(held, at, is_overloaded=True)
        line = OfficeLine.objects.get()
        assert line.busy_times == times
        assert line.busy_until is not None
        waits.append((line.busy_until - at).total_seconds())
        at = line.busy_until
    assert waits == [0.5, 1.0, 2.0, 4.0, 8.0]


def test_record_failure__of_those_under_way_counts_one_busy_spell_once(cast: Cast, at: datetime) -> None:
    for _ in range(4):
        a_declared_withdrawal(cast, at)
    for held in claim(at):
        fail(held, at + timedelta(seconds=0.1), is_overloaded=True)
    line = OfficeLine.objects.get()
    assert (line.busy_times, line.busy_until) == (1, at + timedelta(seconds=0.6))


def test_claim_outgoing__sends_another_pilot_when_the_first_was_lost(cast: Cast, at: datetime) -> None:
    a_declared_withdrawal(cast, at)
    (held,) = claim(at)
    fail(held, at, is_overloaded=True)
    assert len(claim(at + timedelta(seconds=1))) == 1
    assert claim(at + timedelta(seconds=2)) == []
    assert len(claim(at + timedelta(seconds=1) + LEASE)) == 1


def test_claim_outgoing__keeps_the_order_of_a_declaration(cast: Cast, at: datetime) -> None:
    declaration = a_declared_withdrawal(cast, at)
    cancel_declaration(declaration_id=declaration.pk, reason="wrong lot", actor=cast.alice, at=at)
    (lodged,) = claim(at)
    assert claim(at) == []
    arrive(lodged, at)
    (cancelled,) = claim(at)
    assert (lodged.kind, cancelled.kind) == ("lodge", "cancel")


def test_record_refusal__leaves_a_task_and_the_next_message_free(cast: Cast, at: datetime) -> None:
    declaration = a_declared_withdrawal(cast, at)
    (lodged,) = claim(at)
    record_refusal(message_id=lodged.id, attempt=1, reason="422: no goods", actor=SYSTEM, at=at)
    task = CustomsTask.objects.get()
    assert (task.kind, task.declaration_id, task.facts["reason"]) == (
        "refused_by_office",
        declaration.pk,
        "422: no goods",
    )


def offering(*pages: list[dict[str, str]]) -> tuple[CustomsOffice, list[str]]:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.params["after"])
        return httpx.Response(200, json={"messages": pages[len(asked) - 1] if len(asked) <= len(pages) else []})

    return CustomsOffice(url="http://office", secret="s", transport=httpx.MockTransport(answer)), asked


def offered(cursor: str, raw: bytes, message_id: str) -> dict[str, str]:
    return {"cursor": cursor, "message_id": message_id, "content_type": "application/json", "body": raw.decode()}


def test_fetch_customs_messages__stores_what_an_office_offers_and_goes_on_where_it_was(
    cast: Cast, at: datetime, settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    declaration = a_declared_withdrawal(cast, at)
    one, two = (message(declaration, number, "L", at=at) for number in (1, 2))
    names = [f"{declaration.number}-{number}" for number in (1, 2)]
    office, asked = offering(
        [offered("c1", one, names[0])], [offered("c1", one, names[0]), offered("c2", two, names[1])]
    )
    settings.CUSTOMS_OFFICES = {SIMULATOR: {"url": "x", "outgoing_secret": "s", "is_polled": True}}
    monkeypatch.setattr(tasks, "_customs_office", lambda code: office)

    tasks.fetch_customs_messages()

    assert asked == ["", "c1", "c2"]
    assert OfficeLine.objects.get().cursor == "c2"
    assert list(IncomingCustomsMessage.objects.order_by("pk").values_list("message_id", flat=True)) == names


@pytest.mark.parametrize("body", ["", "[]", '{"messages": [{"cursor": "1"}]}', '{"messages": 5}', "[" * 50_000])
def test_fetch_customs_messages__leaves_the_cursor_when_an_office_talks_nonsense(
    body: str, settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = CustomsOffice(
        url="http://office", secret="s", transport=httpx.MockTransport(lambda _: httpx.Response(200, text=body))
    )
    settings.CUSTOMS_OFFICES = {SIMULATOR: {"url": "x", "outgoing_secret": "s", "is_polled": True}}
    monkeypatch.setattr(tasks, "_customs_office", lambda code: office)
    tasks.fetch_customs_messages()
    assert not IncomingCustomsMessage.objects.exists()
    assert not OfficeLine.objects.exclude(cursor="").exists()
