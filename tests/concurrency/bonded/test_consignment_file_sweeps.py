"""A proposal lapses while its sender decides on it or sends it again: it has one end, and nobody waits for a sweep."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction

from bonded.actions.consignment_file_sweeps import forget_files, lapse_proposals
from bonded.actions.consignment_files import confirm_consignment_file, store_consignment_file
from bonded.actions.locks import lock_consignment
from bonded.models import Activity, ConsignmentFile
from bonded.rules.consignment_files import FileNotProposed, digest_of_defaults
from bonded.rules.permissions import SYSTEM
from tests.cast import Cast, make_cast
from tests.situations.bonded import an_announced_consignment
from tests.situations.threads import at_once, outcomes_at_once

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
LATE = AT + timedelta(days=8)
ROUNDS = 15
SWEEPS = 3

pytestmark = pytest.mark.django_db(transaction=True)
lapse = partial(lapse_proposals, limit=10, actor=SYSTEM, at=LATE)


def proposed(cast: Cast, at: datetime, file: ConsignmentFile | None = None) -> ConsignmentFile:
    """Sven sends a file to look at it, or one that he sent before."""
    one = file.consignment if file else an_announced_consignment(cast, at, lots=())
    return store_consignment_file(
        consignment_id=one.pk, file_name="lines.csv", content=b"carat,price\n1.000,5000\n",
        defaults={"kind": "polished_diamond", "hs_code": "71023900"}, is_proposal=True, actor=cast.sven, at=at,
    )  # fmt: skip


def acts_on(file: ConsignmentFile) -> list[str]:
    acts = Activity.objects.filter(target_id=str(file.consignment_id), act__startswith="bonded.consignment_file.")
    return [act.rsplit(".", 1)[1] for act in acts.order_by("pk").values_list("act", flat=True)]


def test_lapse_proposals__and_a_decision_at_once_are_one_end() -> None:
    cast = make_cast()
    for _ in range(ROUNDS):
        file = proposed(cast, AT)
        seen = digest_of_defaults(file.defaults)
        confirm = partial(confirm_consignment_file, file_id=file.pk, defaults_seen=seen, actor=cast.sven, at=LATE)

        *sweeps, confirmed = outcomes_at_once(*[lapse] * SWEEPS, confirm)

        swept = sum(count for count in sweeps if isinstance(count, int))
        file.refresh_from_db()
        ended: tuple[Any, ...] = (file.state, swept, type(confirmed), acts_on(file))
        assert ended in (
            ("waiting", 0, ConsignmentFile, ["confirm"]),
            ("cancelled", 1, FileNotProposed, ["lapse"]),
        )


def test_lapse_proposals__and_the_same_file_again_at_once_leaves_the_new_proposal() -> None:
    cast = make_cast()
    for _ in range(ROUNDS):
        file = proposed(cast, AT)

        *sweeps, again = outcomes_at_once(*[lapse] * SWEEPS, partial(proposed, cast, LATE, file))

        assert isinstance(again, ConsignmentFile), again
        states = ConsignmentFile.objects.filter(consignment=file.consignment_id).order_by("pk").values_list("state")
        swept = sum(count for count in sweeps if isinstance(count, int))
        assert (swept, list(states)) in ((0, [("proposed",)]), (1, [("cancelled",), ("proposed",)]))
        again.refresh_from_db()
        assert (again.state, again.stored_at, len(acts_on(file))) == ("proposed", LATE, swept)


@pytest.mark.parametrize("is_sent_again", [False, True])
def test_lapse_proposals__looks_again_once_it_has_the_lock(is_sent_again: bool) -> None:
    cast = make_cast()
    file = proposed(cast, AT)
    seen = digest_of_defaults(file.defaults)
    confirm = partial(confirm_consignment_file, file_id=file.pk, defaults_seen=seen, actor=cast.sven, at=LATE)
    decided: list[object] = []

    def decide_first(execute: Any, sql: str, *others: Any) -> Any:
        if "SKIP LOCKED" in sql:
            decided.extend(outcomes_at_once(partial(proposed, cast, LATE, file) if is_sent_again else confirm))
        return execute(sql, *others)

    with connection.execute_wrapper(decide_first):
        assert lapse() == 0

    file.refresh_from_db()
    assert [type(one) for one in decided] == [ConsignmentFile]
    assert (file.state, file.stored_at) == (("proposed", LATE) if is_sent_again else ("waiting", AT))
    assert acts_on(file) == ([] if is_sent_again else ["confirm"])


def test_lapse_proposals__leaves_what_somebody_is_at_without_waiting() -> None:
    cast = make_cast()
    held, free = proposed(cast, AT), proposed(cast, AT + timedelta(hours=1))

    with transaction.atomic():
        lock_consignment(held.consignment_id, actor=cast.sven)
        (swept,) = outcomes_at_once(lapse)
        assert swept == 1

    free.refresh_from_db()
    held.refresh_from_db()
    assert (free.state, held.state) == ("cancelled", "proposed")
    assert lapse() == 1


def test_forget_files__two_sweeps_at_once_do_no_harm() -> None:
    cast = make_cast()
    for _ in range(6):
        proposed(cast, AT)
    lapse()
    forget = partial(forget_files, limit=2, actor=SYSTEM, at=LATE + timedelta(days=31))

    at_once(*[forget] * SWEEPS)

    assert ConsignmentFile.objects.filter(content=b"").count() in (2, 4, 6)
    while forget():
        pass
    assert ConsignmentFile.objects.filter(content=b"").count() == 6
