"""A file is shown as it is read before its lines are stored, and may be cancelled until it is done."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection

from bonded.actions import consignment_files
from bonded.actions.consignment_files import (
    cancel_consignment_file,
    confirm_consignment_file,
    import_stored_file,
    rearm_stuck_files,
    store_consignment_file,
)
from bonded.actions.declarations import declare_consignment
from bonded.models import Activity, Consignment, ConsignmentFile, Declaration, Lot, RefusedLine
from bonded.queries.consignment_files import files_to_import
from bonded.rules.consignment_files import FileNotProposed, FileReadAnew, digest_of_defaults
from bonded.rules.consignment_lines import FileUnreadable
from bonded.rules.consignments import ConsignmentNotOpen, ConsignmentState, FilesUnfinished
from bonded.rules.errors import NotFound, NotPermitted
from bonded.rules.lifecycle import StepNotAllowed
from bonded.rules.permissions import Actor
from tests.cast import Cast
from tests.situations.bonded import an_announced_consignment

POLISHED = {"kind": "polished_diamond", "hs_code": "71023900"}
LINES = b"Carat,price,shape\n1.000,5000,round\nheavy,5000,\n1.000,5000,round\n1,\0,\n"


def proposed(cast: Cast, at: datetime, content: bytes = LINES, **changes: Any) -> ConsignmentFile:
    """Sven sends a file to see how it is read."""
    one = Consignment.objects.first() or an_announced_consignment(cast, at, lots=())
    named: dict[str, Any] = {"defaults": POLISHED, "is_proposal": True, "actor": cast.sven}
    return store_consignment_file(
        consignment_id=one.pk, file_name="lines.csv", content=content, at=at, **named | changes
    )


def confirmed(file: ConsignmentFile, at: datetime, *, actor: Actor) -> ConsignmentFile:
    """The file is stored as it was read when it was sent."""
    return confirm_consignment_file(
        file_id=file.pk, defaults_seen=digest_of_defaults(file.defaults), actor=actor, at=at
    )


def test_store_consignment_file__keeps_how_a_proposal_is_read(cast: Cast, at: datetime) -> None:
    file = proposed(cast, at)

    assert (file.state, file.lines_in_all, files_to_import()) == ("proposed", 4, [])
    assert file.preview == {
        "columns": [
            {"word": "Carat", "column": "weight_carats"},
            {"word": "price", "column": "value"},
            {"word": "shape", "column": "shape"},
        ],
        "rows": [
            {"row_number": 2, "values_read": ["1.000", "5000", "round"], "faults": []},
            {"row_number": 3, "values_read": ["heavy", "5000", ""], "faults": ["malformed"]},
            {"row_number": 4, "values_read": ["1.000", "5000", "round"], "faults": ["duplicate_line"]},
            {"row_number": 5, "values_read": ["1", "\ufffd", ""], "faults": ["unreadable"]},
        ],
        "lines_judged": 4,
        "lines_good": 1,
        "faults": {"malformed": 1, "duplicate_line": 1, "unreadable": 1},
    }
    assert not Lot.objects.exists()
    assert not RefusedLine.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('pg_temp.consignment_line')")
        assert cursor.fetchone() == (None,)


def test_store_consignment_file__judges_the_first_two_hundred_lines_of_a_proposal(cast: Cast, at: datetime) -> None:
    lines = b"".join(b"1.%03d,5000\n" % number for number in range(250))

    preview = proposed(cast, at, b"carat,price\n" + lines).preview

    assert (preview["lines_judged"], preview["lines_good"], len(preview["rows"])) == (200, 200, 10)


@pytest.mark.parametrize("content", [b"", b"carat,price\n", b"carat,wish\n1,1\n", b"carat,price\n1,\xff\n"])
def test_store_consignment_file__refuses_a_proposal_that_is_unreadable_at_once(
    cast: Cast, at: datetime, content: bytes
) -> None:
    with pytest.raises(FileUnreadable):
        proposed(cast, at, content)
    assert not ConsignmentFile.objects.exists()


def test_store_consignment_file__reads_a_proposal_anew_that_comes_again(cast: Cast, at: datetime) -> None:
    first = proposed(cast, at, defaults=POLISHED | {"kind": "coloured_gem"})
    assert first.preview["lines_good"] == 0

    again = proposed(cast, at)

    assert (again.pk, again.preview["lines_good"], ConsignmentFile.objects.count()) == (first.pk, 1, 1)


def test_confirm_consignment_file__has_it_imported_once(cast: Cast, at: datetime) -> None:
    file = proposed(cast, at)

    confirmed(file, at, actor=cast.sven)

    assert files_to_import() == [file.pk]
    with pytest.raises(FileNotProposed) as refused:
        confirmed(file, at, actor=cast.sven)
    assert refused.value.facts == {"state": "waiting"}
    assert import_stored_file(file_id=file.pk, now=lambda: at).lots_made == 1
    assert proposed(cast, at).state == "done"


def test_confirm_consignment_file__refuses_what_was_sent_again_with_other_values(cast: Cast, at: datetime) -> None:
    seen = proposed(cast, at)
    later = at + timedelta(minutes=1)
    other = proposed(cast, later, defaults=POLISHED | {"hs_code": "71023100"})
    assert other.pk == seen.pk

    with pytest.raises(FileReadAnew) as refused:
        confirmed(seen, later, actor=cast.sven)

    assert refused.value.facts == {"stored_at": later.isoformat()}
    other.refresh_from_db()
    assert (other.state, files_to_import()) == ("proposed", [])
    assert not Activity.objects.filter(act="bonded.consignment_file.confirm").exists()
    confirmed(other, later, actor=cast.sven)
    act = Activity.objects.get(act="bonded.consignment_file.confirm")
    assert (act.target_id, act.actor_id) == (str(other.consignment_id), cast.sven.user_id)
    assert act.facts == {"sha256": other.sha256, "defaults": digest_of_defaults(other.defaults)}


def test_confirm_consignment_file__refuses_once_the_lines_are_fixed(cast: Cast, at: datetime) -> None:
    file = proposed(cast, at)
    Consignment.objects.update(state=ConsignmentState.DECLARED)

    with pytest.raises(ConsignmentNotOpen):
        confirmed(file, at, actor=cast.sven)
    file.refresh_from_db()
    assert file.state == "proposed"


def test_declare_consignment__waits_until_somebody_decided_on_a_proposed_file(cast: Cast, at: datetime) -> None:
    store = proposed(cast, at, b"carat,price\n1.2,9000\n", is_proposal=False)
    import_stored_file(file_id=store.pk, now=lambda: at)
    file = proposed(cast, at)

    with pytest.raises(FilesUnfinished) as refused:
        declare_consignment(consignment_id=file.consignment_id, actor=cast.sven, at=at)

    assert refused.value.facts == {"reference": file.consignment.reference}
    assert "store its lines or cancel it first" in refused.value.message
    assert not Declaration.objects.exists()
    assert Consignment.objects.get().state == "announced"
    cancel_consignment_file(file_id=file.pk, actor=cast.sven, at=at)
    declare_consignment(consignment_id=file.consignment_id, actor=cast.sven, at=at)
    assert Consignment.objects.get().state == "declared"


@pytest.mark.parametrize("act", [partial(confirm_consignment_file, defaults_seen=""), cancel_consignment_file])
def test_acts_on_a_file__are_its_suppliers(cast: Cast, at: datetime, act: Any) -> None:
    file = proposed(cast, at)
    rival = type(cast.sven)(cast.charlie.user_id, cast.sven.role, cast.charlie.company_ids)

    for actor, refusal in ((cast.alice, NotPermitted), (cast.victor, NotPermitted), (rival, NotFound)):
        with pytest.raises(refusal):
            act(file_id=file.pk, actor=actor, at=at)
    file.refresh_from_db()
    assert file.state == "proposed"


@pytest.mark.parametrize("is_proposal", [True, False])
def test_cancel_consignment_file__ends_what_waits_and_lets_the_same_bytes_come_again(
    cast: Cast, at: datetime, is_proposal: bool
) -> None:
    file = proposed(cast, at, is_proposal=is_proposal)

    cancelled = cancel_consignment_file(file_id=file.pk, actor=cast.sven, at=at)

    assert (cancelled.state, cancelled.finished_at, files_to_import()) == ("cancelled", at, [])
    assert import_stored_file(file_id=file.pk, now=lambda: at).state == "cancelled"
    act = Activity.objects.get(act="bonded.consignment_file.cancel")
    assert (act.target_id, act.facts["sha256"]) == (str(file.consignment_id), file.sha256)
    again = proposed(cast, at, is_proposal=False)
    assert again.pk != file.pk
    assert import_stored_file(file_id=again.pk, now=lambda: at).lots_made == 1


def test_cancel_consignment_file__stops_the_worker_at_its_next_step(
    cast: Cast, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consignment_files, "LINES_A_STEP", 1)
    file = proposed(cast, at, is_proposal=False)
    steps: list[int] = []

    def cancel_after_two(read: int, in_all: int) -> None:
        steps.append(read)
        if read == 2:
            cancel_consignment_file(file_id=file.pk, actor=cast.sven, at=at)

    ended = import_stored_file(file_id=file.pk, now=lambda: at, on_progress=cancel_after_two)

    assert (ended.state, steps, Lot.objects.count(), RefusedLine.objects.count()) == ("cancelled", [1, 2], 0, 0)
    assert rearm_stuck_files(stuck_before=at + timedelta(days=1)) == 0


def test_cancel_consignment_file__after_the_last_line_is_read_leaves_no_lot(cast: Cast, at: datetime) -> None:
    file = proposed(cast, at, is_proposal=False)

    def cancel(read: int, in_all: int) -> None:
        cancel_consignment_file(file_id=file.pk, actor=cast.sven, at=at)

    assert import_stored_file(file_id=file.pk, now=lambda: at, on_progress=cancel).state == "cancelled"
    assert not Lot.objects.exists()


def test_cancel_consignment_file__of_an_unreadable_one_that_runs_stays_cancelled(cast: Cast, at: datetime) -> None:
    lines = b"carat,price\n1.000,5000\n1.100,\xff\n"
    file = proposed(cast, at, lines, is_proposal=False)
    moments = iter([at])

    def now() -> datetime:
        if not (first := next(moments, None)):
            cancel_consignment_file(file_id=file.pk, actor=cast.sven, at=at)
        return first or at

    assert import_stored_file(file_id=file.pk, now=now).state == "cancelled"


def test_cancel_consignment_file__refuses_what_is_over(cast: Cast, at: datetime) -> None:
    file = proposed(cast, at, is_proposal=False)
    import_stored_file(file_id=file.pk, now=lambda: at)

    with pytest.raises(StepNotAllowed) as refused:
        cancel_consignment_file(file_id=file.pk, actor=cast.sven, at=at)

    assert refused.value.facts == {"current": "done", "target": "cancelled", "allowed": []}
    file.refresh_from_db()
    assert (file.state, Lot.objects.count()) == ("done", 1)


def test_import_stored_file__says_since_when_it_runs(cast: Cast, at: datetime) -> None:
    file = proposed(cast, at, is_proposal=False)

    import_stored_file(file_id=file.pk, now=lambda: at + timedelta(hours=1))

    file.refresh_from_db()
    assert (file.stored_at, file.started_at) == (at, at + timedelta(hours=1))
