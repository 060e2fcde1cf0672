"""History is chained, stays as it was written, and shows when it was touched behind its back."""

import pytest
from django.db import DatabaseError, connection, transaction

from bonded.actions.activity import record_activity
from bonded.models import Activity
from bonded.models.base import HISTORY_SQLSTATE
from bonded.queries.invariants import broken_invariants
from bonded.rules.permissions import Act
from tests.cast import Cast


def _two_acts(cast: Cast, at) -> list[Activity]:
    for weight in ("1.000", "2.000"):
        record_activity(Act.CHECK_OUT_LOT, cast.alder, actor=cast.victor, at=at, weight_carats=weight)
    connection.check_constraints()
    return list(Activity.objects.order_by("position"))


def test_record_activity__chains_the_acts_on_one_thing(cast, at):
    first, second = _two_acts(cast, at)

    assert (first.position, bytes(first.previous_hash)) == (1, b"")
    assert (second.position, bytes(second.previous_hash)) == (2, bytes(first.hash))
    assert len(bytes(second.hash)) == 32


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE bonded_activity SET act = 'bonded.lot.steal'",
        "DELETE FROM bonded_activity",
        "TRUNCATE bonded_activity",
    ],
)
def test_activity__is_never_changed(cast, at, attack):
    before = _two_acts(cast, at)

    with pytest.raises(DatabaseError) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(attack)

    assert refused.value.__cause__.sqlstate == HISTORY_SQLSTATE
    assert [bytes(row.hash) for row in Activity.objects.order_by("position")] == [bytes(row.hash) for row in before]


@pytest.mark.breaks_invariants
@pytest.mark.parametrize(
    ("attack", "reason"),
    [
        ("UPDATE bonded_activity SET facts = '{}' WHERE position = 1", "1 the row was changed"),
        ("DELETE FROM bonded_activity WHERE position = 1", "2 a row is missing"),
    ],
)
def test_broken_chain_rows__finds_what_an_owner_changed_with_the_trigger_off(cast, at, attack, reason):
    _two_acts(cast, at)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE bonded_activity DISABLE TRIGGER USER")
        cursor.execute(attack)

    (broken,) = broken_invariants()

    assert broken.sentence == "Every chain of history is whole."
    assert broken.examples[0] == f"bonded_activity: company:{cast.alder.pk} {reason}"
