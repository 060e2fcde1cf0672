"""An import that ends and is cancelled at the same moment, twice: it has one end, and lots only when it is done."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from functools import partial

import pytest

from bonded.actions.consignment_files import cancel_consignment_file, import_stored_file, store_consignment_file
from bonded.models import Activity, ConsignmentFile, Lot
from bonded.rules.lifecycle import StepNotAllowed
from tests.cast import Cast, make_cast
from tests.situations.bonded import an_announced_consignment
from tests.situations.threads import outcomes_at_once

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
ROUNDS = 12
PATIENCE_SECONDS = 10

pytestmark = pytest.mark.django_db(transaction=True)


def ended_at_once(file: ConsignmentFile, cast: Cast) -> list[object]:
    """Import a file, and cancel it twice when its lines are read and its worker is about to make lots of them."""
    is_read = threading.Event()

    def tell(read: int, in_all: int) -> None:
        is_read.set()

    def cancel() -> ConsignmentFile:
        assert is_read.wait(PATIENCE_SECONDS)
        return cancel_consignment_file(file_id=file.pk, actor=cast.sven, at=AT)

    run = partial(import_stored_file, file_id=file.pk, now=lambda: AT, on_progress=tell)
    return outcomes_at_once(run, cancel, cancel)


def test_cancel_consignment_file__and_its_end_at_once_are_one_end() -> None:
    cast = make_cast()
    for number in range(ROUNDS):
        one = an_announced_consignment(cast, AT, lots=())
        file = store_consignment_file(
            consignment_id=one.pk,
            file_name="lines.csv",
            content=b"kind,hs_code,carat,price\npolished_diamond,710239,1.000,%d\n" % (5000 + number),
            defaults={},
            actor=cast.sven,
            at=AT,
        )
        first, *cancels = ended_at_once(file, cast)

        assert isinstance(first, ConsignmentFile), first
        assert all(isinstance(one, ConsignmentFile | StepNotAllowed) for one in cancels), cancels
        won = sum(isinstance(one, ConsignmentFile) for one in cancels)
        file.refresh_from_db()
        assert (file.state, Lot.objects.filter(consignment=one).count(), won) in (("done", 1, 0), ("cancelled", 0, 1))
        assert file.state == first.state
        assert Activity.objects.filter(target_id=str(one.pk), act="bonded.consignment_file.cancel").count() == won
