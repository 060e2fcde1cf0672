"""Customs tasks on pages: the list with its deadlines, one task, an answer to an office, and dealing with it."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest

from bonded.actions.customs_tasks import NewTask, open_tasks
from bonded.models import CustomsTask, OutgoingCustomsMessage
from bonded.queries.officer_queue import QueueKind, officer_queue
from bonded.rules.customs_offices import SIMULATOR
from bonded.rules.customs_tasks import DUE_WITHIN, TaskKind, due_at
from tests.cast import Cast
from tests.situations.customs import a_declared_withdrawal
from tests.situations.web_clients import NAUGHTY, key_of, said, signed_in, words_of

pytestmark = pytest.mark.django_db


def a_question_of_customs(cast: Cast, at: datetime) -> CustomsTask:
    """The office asks something about Alice's declaration."""
    declaration = a_declared_withdrawal(cast, at)
    open_tasks(
        [NewTask(TaskKind.QUERY, SIMULATOR, "query 1", {"text": f"Which mine? {NAUGHTY}"}, declaration.pk)], at=at
    )
    return CustomsTask.objects.get()


def a_silence(at: datetime) -> CustomsTask:
    """An office has said nothing for long."""
    open_tasks([NewTask(TaskKind.SILENCE, "CNSW", "declaration X")], at=at)
    return CustomsTask.objects.get(kind=TaskKind.SILENCE)


def test_due_within__has_a_term_for_each_kind() -> None:
    assert set(DUE_WITHIN) == set(TaskKind)
    assert all(term > timedelta(0) for term in DUE_WITHIN.values())


def test_customs_tasks__are_listed_with_their_deadlines(
    cast: Cast, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("config.middleware.timezone", SimpleNamespace(now=lambda: at))
    asked, silent = a_question_of_customs(cast, at - timedelta(days=2)), a_silence(at - timedelta(hours=1))
    client = signed_in("olga")

    page = said(client, "/customs/tasks")

    assert f"/customs/tasks/{asked.pk}" in page
    assert f"/customs/tasks/{silent.pk}" in page
    late = said(client, "/customs/tasks?show=late")
    assert f"/customs/tasks/{asked.pk}" in late
    assert f"/customs/tasks/{silent.pk}" not in late
    assert "No such task" in said(client, "/customs/tasks?show=closed")
    assert f"/customs/tasks/{asked.pk}" not in said(client, "/customs/tasks?kind=silence")
    assert f"/customs/tasks/{silent.pk}" not in said(client, "/customs/tasks?office=SIM")
    rows = csv.DictReader(io.StringIO(words_of(client.get("/customs/tasks?format=csv")).removeprefix("\ufeff")))
    assert [row["due_at"] for row in rows] == [at.isoformat(), (at + timedelta(hours=23)).isoformat()]
    for wrong in ("show=x", "kind=x", "office=x", "cursor=x", "limit=0"):
        assert client.get(f"/customs/tasks?{wrong}").status_code == 400


def test_overdue__begins_with_the_moment(cast: Cast, at: datetime) -> None:
    task = a_silence(at)
    due = due_at(TaskKind.SILENCE, at)

    assert list(CustomsTask.objects.overdue(due)) == [task]
    assert not CustomsTask.objects.overdue(due - timedelta(microseconds=1)).exists()
    (row,) = officer_queue(actor=cast.olga, at=due, is_overdue=True).rows
    assert (row.kind, row.key, row.due_at) == (QueueKind.TASK, str(task.pk), due)
    assert officer_queue(actor=cast.olga, at=due - timedelta(seconds=1), is_overdue=True).rows == []
    assert f"/customs/tasks/{task.pk}" in said(signed_in("olga"), "/queue")


def test_customs_task__is_seen_by_its_company_and_staff(cast: Cast, at: datetime) -> None:
    asked, silent = a_question_of_customs(cast, at), a_silence(at)

    for username in ("alice", "bob", "olga", "ada", "audrey"):
        page = said(signed_in(username), f"/customs/tasks/{asked.pk}")
        assert "Which mine?" in page
        assert "<script>alert" not in page
    said(signed_in("charlie"), f"/customs/tasks/{asked.pk}", 404)
    said(signed_in("alice"), f"/customs/tasks/{silent.pk}", 404)
    said(signed_in("olga"), f"/customs/tasks/{10**30}", 404)
    said(signed_in("victor"), f"/customs/tasks/{asked.pk}", 403)
    assert f"/customs/tasks/{asked.pk}" not in said(signed_in("charlie"), "/customs/tasks")
    assert asked.declaration is not None
    assert f"/customs/tasks/{asked.pk}" in said(signed_in("alice"), f"/declarations/{asked.declaration.number}")


def test_answer__tells_the_office_once(cast: Cast, at: datetime) -> None:
    asked = a_question_of_customs(cast, at)
    address = f"/customs/tasks/{asked.pk}"
    key = key_of(said(signed_in("alice"), address))
    before = OutgoingCustomsMessage.objects.count()

    assert "/answer" not in said(signed_in("olga"), address)
    for username, status in (("olga", 403), ("charlie", 404)):
        assert signed_in(username).post(f"{address}/answer", {"answer": "x"}).status_code == status
    refused = signed_in("alice").post(f"{address}/answer", {"answer": "y" * 2001})
    assert refused.status_code == 400
    assert "y" * 2001 in words_of(refused)
    assert OutgoingCustomsMessage.objects.count() == before
    for _ in range(2):
        form = {"answer": "Jwaneng.", "key": key}
        assert signed_in("alice").post(f"{address}/answer", form).status_code == 303
    assert OutgoingCustomsMessage.objects.count() == before + 1
    last = OutgoingCustomsMessage.objects.order_by("-pk")[0]
    assert json.loads(last.body)["answer"] == "Jwaneng."
    asked.refresh_from_db()
    assert asked.closed_by_id == cast.alice.user_id
    assert signed_in("alice").post(f"{address}/answer", {"answer": "again"}).status_code == 409


def test_close__deals_with_a_task_once(cast: Cast, at: datetime) -> None:
    silent = a_silence(at)
    address = f"/customs/tasks/{silent.pk}"
    key = key_of(said(signed_in("olga"), address))

    for username in ("alice", "sven", "audrey", "victor"):
        assert signed_in(username).post(f"{address}/close", {"reason": "x"}).status_code == 403
    assert signed_in("olga").post(f"{address}/close", {"reason": ""}).status_code == 400
    silent.refresh_from_db()
    assert silent.closed_at is None
    for _ in range(2):
        assert signed_in("olga").post(f"{address}/close", {"reason": "telephoned", "key": key}).status_code == 303
    page = said(signed_in("olga"), address)
    assert "telephoned" in page
    assert "/close" not in page
    assert signed_in("olga").post(f"{address}/close", {"reason": "again"}).status_code == 409
