"""Proposals that nobody decides on lapse after a week; files that came to nothing lose their bytes after a month."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection

from bonded import tasks
from bonded.actions.consignment_file_sweeps import forget_files, lapse_proposals
from bonded.actions.consignment_files import (
    cancel_consignment_file,
    confirm_consignment_file,
    import_stored_file,
    store_consignment_file,
)
from bonded.actions.declarations import declare_consignment
from bonded.models import Activity, Consignment, ConsignmentFile, Lot
from bonded.queries.consignment_files import faults_by_code
from bonded.rules.consignment_files import FileNotProposed, digest_of_defaults
from bonded.rules.errors import NotPermitted
from bonded.rules.permissions import SYSTEM
from config.celery import TIMETABLE
from tests.cast import Cast
from tests.situations.bonded import an_announced_consignment

POLISHED = {"kind": "polished_diamond", "hs_code": "71023900"}
LINES = b"carat,price\n1.000,5000\nheavy,5000\n"
WEEK, MONTH, SECOND = timedelta(days=7), timedelta(days=30), timedelta(seconds=1)


def stored(cast: Cast, at: datetime, content: bytes = LINES, **changes: Any) -> ConsignmentFile:
    """Sven sends a file, to see how it is read unless another wish is named."""
    one = changes.pop("consignment", None) or Consignment.objects.first() or an_announced_consignment(cast, at, lots=())
    named: dict[str, Any] = {"defaults": POLISHED, "is_proposal": True, "actor": cast.sven}
    return store_consignment_file(
        consignment_id=one.pk, file_name="lines.csv", content=content, at=at, **named | changes
    )


def lapse(at: datetime, limit: int = 10) -> int:
    return lapse_proposals(limit=limit, actor=SYSTEM, at=at)


def forget(at: datetime, limit: int = 10) -> int:
    return forget_files(limit=limit, actor=SYSTEM, at=at)


def test_lapse_proposals__cancels_what_nobody_decided_on_in_a_week(cast: Cast, at: datetime) -> None:
    file = stored(cast, at)
    assert lapse(at + WEEK) == 0

    assert [lapse(at + WEEK + SECOND) for _ in range(2)] == [1, 0]

    file.refresh_from_db()
    assert (file.state, file.finished_at, file.stored_at) == ("cancelled", at + WEEK + SECOND, at)
    assert (file.refusal, bytes(file.content)) == ("Nobody decided on it within seven days.", LINES)
    act = Activity.objects.get(act="bonded.consignment_file.lapse")
    assert (act.target_kind, act.target_id, act.actor_id, act.actor_role) == (
        "consignment", str(file.consignment_id), None, "system",
    )  # fmt: skip
    assert act.facts == {"sha256": file.sha256, "stored_at": at.isoformat()}


def test_lapse_proposals__lets_the_consignment_be_declared(cast: Cast, at: datetime) -> None:
    file = stored(cast, at, b"carat,price\n1.2,9000\n", is_proposal=False)
    import_stored_file(file_id=file.pk, now=lambda: at)
    stored(cast, at)

    lapse(at + WEEK + SECOND)

    declare_consignment(consignment_id=file.consignment_id, actor=cast.sven, at=at + WEEK + SECOND)
    assert Consignment.objects.get().state == "declared"


def test_lapse_proposals__counts_from_when_it_was_sent_last(cast: Cast, at: datetime) -> None:
    file = stored(cast, at)
    again = stored(cast, at + timedelta(days=6), defaults=POLISHED | {"hs_code": "71023100"})
    assert again.pk == file.pk

    assert lapse(at + WEEK + SECOND) == 0
    assert lapse(at + timedelta(days=13) + SECOND) == 1


def test_lapse_proposals__leaves_what_somebody_decided_on(cast: Cast, at: datetime) -> None:
    files = [stored(cast, at, LINES + b"1.%03d,1\n" % number) for number in range(3)]
    digest = digest_of_defaults(files[0].defaults)
    for file in files[:2]:
        confirm_consignment_file(file_id=file.pk, defaults_seen=digest, actor=cast.sven, at=at)
    import_stored_file(file_id=files[0].pk, now=lambda: at)
    cancel_consignment_file(file_id=files[2].pk, actor=cast.sven, at=at)
    before = list(ConsignmentFile.objects.order_by("pk").values())

    assert lapse(at + 9 * WEEK) == 0

    assert list(ConsignmentFile.objects.order_by("pk").values()) == before
    assert not Activity.objects.filter(act="bonded.consignment_file.lapse").exists()


def test_lapse_proposals__takes_the_oldest_first_and_no_more_than_it_may(cast: Cast, at: datetime) -> None:
    ages = [timedelta(hours=hours) for hours in (2, 0, 1)]
    files = [stored(cast, at + age, LINES + b"1.%03d,1\n" % number) for number, age in enumerate(ages)]

    assert lapse(at + 2 * WEEK, limit=2) == 2

    assert set(ConsignmentFile.objects.filter(state="proposed")) == {files[0]}
    assert Activity.objects.filter(act="bonded.consignment_file.lapse").count() == 2


def test_store_consignment_file__takes_a_lapsed_and_forgotten_file_again(cast: Cast, at: datetime) -> None:
    first, later = stored(cast, at), at + WEEK + SECOND + MONTH + SECOND
    lapse(at + WEEK + SECOND)
    assert forget(later) == 1
    with pytest.raises(FileNotProposed):
        confirm_consignment_file(
            file_id=first.pk, defaults_seen=digest_of_defaults(first.defaults), actor=cast.sven, at=later
        )

    proposal = stored(cast, later)
    assert (proposal.pk != first.pk, proposal.state, proposal.preview["lines_good"]) == (True, "proposed", 1)
    lapse(later + WEEK + SECOND)
    again = stored(cast, later + WEEK + SECOND, is_proposal=False)

    assert import_stored_file(file_id=again.pk, now=lambda: later + WEEK + SECOND).lots_made == 1
    states = ConsignmentFile.objects.order_by("pk").values_list("state", "sha256")
    assert list(states) == [(state, first.sha256) for state in ("cancelled", "cancelled", "done")]


def test_forget_files__empties_what_came_to_nothing_a_month_ago(cast: Cast, at: datetime) -> None:
    refused = stored(cast, at, b"carat,price\n1.000,\xff\n", is_proposal=False)
    import_stored_file(file_id=refused.pk, now=lambda: at)
    cancelled = stored(cast, at, is_proposal=False)
    cancel_consignment_file(file_id=cancelled.pk, actor=cast.sven, at=at + SECOND)
    before = list(ConsignmentFile.objects.order_by("pk").defer("content").values("pk", "sha256", "refusal", "state"))
    assert forget(at + MONTH) == 0

    assert forget(at + MONTH + SECOND) == 1
    assert [bytes(one.content) for one in ConsignmentFile.objects.order_by("pk")] == [b"", LINES]
    assert [forget(at + MONTH + 2 * SECOND) for _ in range(2)] == [1, 0]

    assert [bytes(one.content) for one in ConsignmentFile.objects.order_by("pk")] == [b"", b""]
    assert list(ConsignmentFile.objects.order_by("pk").values("pk", "sha256", "refusal", "state")) == before
    assert {one["state"] for one in before} == {"refused", "cancelled"}
    told = Activity.objects.filter(act="bonded.consignment_file.forget").order_by("acted_at")
    assert [one.facts["sha256"] for one in told] == [refused.sha256, cancelled.sha256]


def test_forget_files__keeps_the_bytes_of_all_others(cast: Cast, at: datetime) -> None:
    done = stored(cast, at, is_proposal=False)
    import_stored_file(file_id=done.pk, now=lambda: at)
    stored(cast, at, LINES + b"1,1\n", is_proposal=False)
    proposal = stored(cast, at, LINES + b"2,2\n")

    assert forget(at + 9 * MONTH) == 0

    assert all(len(one.content) >= len(LINES) for one in ConsignmentFile.objects.all())
    assert (faults_by_code(done.pk), Lot.objects.count(), proposal.state) == ([("malformed", 1)], 1, "proposed")


def test_forget_files__takes_no_more_than_it_may(cast: Cast, at: datetime) -> None:
    for number in range(3):
        file = stored(cast, at, LINES + b"1.%03d,1\n" % number)
        cancel_consignment_file(file_id=file.pk, actor=cast.sven, at=at)

    assert [forget(at + 2 * MONTH, limit=2) for _ in range(3)] == [2, 1, 0]


def test_sweep_consignment_files__does_both_until_nothing_is_left(
    cast: Cast, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        stored(cast, at, LINES + b"1.%03d,1\n" % number)
    monkeypatch.setattr(tasks, "BATCH", 2)
    monkeypatch.setattr(tasks, "FILES_AT_ONCE", 2)

    def sweep(moment: datetime) -> tuple[int, int]:
        monkeypatch.setattr(tasks, "timezone", SimpleNamespace(now=lambda: moment))
        return tasks.sweep_consignment_files()

    assert sweep(at + WEEK + SECOND) == (3, 0)
    assert sweep(at + WEEK + MONTH + 2 * SECOND) == (0, 3)
    assert sweep(at + WEEK + MONTH + 2 * SECOND) == (0, 0)
    assert TIMETABLE[tasks.sweep_consignment_files.name] == (6 * 3600, "work")
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT octet_length(content) FROM bonded_consignmentfile")
        assert cursor.fetchall() == [(0,)]


@pytest.mark.parametrize("act", [lapse_proposals, forget_files])
def test_sweeps_of_files__are_the_platforms(cast: Cast, at: datetime, act: Any) -> None:
    stored(cast, at)
    before = ConsignmentFile.objects.values().get()

    for actor in (cast.sven, cast.ada, cast.olga):
        with pytest.raises(NotPermitted):
            act(limit=1, actor=actor, at=at + 9 * MONTH)
    assert ConsignmentFile.objects.values().get() == before
