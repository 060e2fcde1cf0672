"""The inbox against a real database: stored once, applied once, in order, nobody stalled, nothing rewound."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import permutations
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from bonded.actions.lane_settlements import apply_customs_messages
from bonded.actions.withdrawals import cancel_withdrawal, refuse_withdrawal
from bonded.gateways.customs_message_forms import read_stored_message
from bonded.gateways.customs_message_writers import write_message
from bonded.models import (
    Activity,
    Consignment,
    CustomsStatusChange,
    Declaration,
    GrantedClearance,
    IncomingCustomsMessage,
    Withdrawal,
)
from bonded.queries.customs_messages import message_figures
from bonded.rules.customs_messages import MessageIdReused
from bonded.rules.customs_offices import HMRC, OFFICES, SIMULATOR
from bonded.rules.errors import NotPermitted
from bonded.rules.permissions import SYSTEM
from bonded.signals import declaration_statuses_changed
from tests.cast import Cast
from tests.situations.bonded import a_requested_withdrawal
from tests.situations.customs import (
    a_declared_consignment,
    a_declared_withdrawal,
    apply_all,
    declared_withdrawals,
    inbox,
    message,
    steps_of,
    store,
)

PATIENCE = OFFICES[SIMULATOR].patience
JOURNEY = "LJCJTPR"


def clearances(withdrawal_id: UUID | None) -> set[str]:
    """The clearances of a withdrawal that are in force."""
    in_force = GrantedClearance.objects.filter(withdrawal=withdrawal_id, revoked_at__isnull=True)
    return set(in_force.values_list("clearance", flat=True))


def test_store_customs_message__keeps_the_bytes_once(cast: Cast, at: datetime) -> None:
    raw = b"whatever it is\0\xff"
    first = store(raw, at=at, message_id="m-1")
    again = store(raw, at=at + timedelta(seconds=1), message_id="m-1")
    assert (first.is_new, again.is_new, again.id) == (True, False, first.id)
    row = IncomingCustomsMessage.objects.get()
    assert (bytes(row.raw), row.received_at, row.state) == (raw, at, "stored")


def test_store_customs_message__takes_another_body_under_the_same_id_for_an_incident(cast: Cast, at: datetime) -> None:
    first = store(b"one", at=at, message_id="m-1")
    with pytest.raises(MessageIdReused) as refusal:
        store(b"two", at=at, message_id="m-1")
    assert refusal.value.facts == {"message_id": "m-1", "first_received_at": at.isoformat()}
    assert bytes(IncomingCustomsMessage.objects.get().raw) == b"one"
    record = Activity.objects.get(target_kind="incomingcustomsmessage")
    assert (record.act, record.target_id) == ("bonded.customs_message.store", str(first.id))


def test_store_customs_message__takes_the_same_id_of_two_offices_for_two_messages(cast: Cast, at: datetime) -> None:
    assert store(b"one", at=at, message_id="m-1").is_new
    assert store(b"two", at=at, message_id="m-1", office="OTHER").is_new
    assert apply_all(at) == 2


def test_apply_customs_messages__is_the_systems_only(cast: Cast, at: datetime) -> None:
    with pytest.raises(NotPermitted):
        apply_customs_messages(read=read_stored_message, limit=1, actor=cast.ada, at=at)


def test_apply_customs_messages__clears_a_withdrawal_step_by_step(cast: Cast, at: datetime) -> None:
    declaration = a_declared_withdrawal(cast, at)
    granted = []
    for sequence, status in enumerate(JOURNEY, start=1):
        store(message(declaration, sequence, status, at=at), at=at)
        assert apply_all(at) == 1
        granted.append(clearances(declaration.withdrawal_id) & {"customs_accepted", "customs_released"})
    accepted, released = {"customs_accepted"}, {"customs_accepted", "customs_released"}
    assert granted == [set(), accepted, set(), accepted, accepted, released, released]
    declaration.refresh_from_db()
    assert (declaration.state, declaration.last_sequence, declaration.mrn) == ("cleared", 7, "530100000000000001")
    assert steps_of(declaration) == [
        (None, "draft", "lodged"),
        (1, "lodged", "received"),
        (2, "received", "accepted"),
        (3, "accepted", "inspection_ordered"),
        (4, "inspection_ordered", "accepted"),
        (5, "accepted", "tax_assessed"),
        (6, "tax_assessed", "released"),
        (7, "released", "cleared"),
    ]


def test_apply_customs_messages__ends_the_same_for_every_permutation_with_repeats(cast: Cast, at: datetime) -> None:
    """Every order of six messages is a declaration of its own; all arrive side by side, a message of each at a time."""
    journey, chance = "LJCJPR", random.Random(7)
    orders = list(permutations(range(1, 7)))
    with transaction.atomic():
        declarations = declared_withdrawals(cast, at, count=len(orders))
        for place in range(6):
            for declaration, order in zip(declarations, orders, strict=True):
                for sequence in {order[place], *chance.choices(order[: place + 1], k=chance.randint(0, 1))}:
                    store(message(declaration, sequence, journey[sequence - 1], at=at), at=at)
            apply_customs_messages(read=read_stored_message, limit=chance.randint(1, 600), actor=SYSTEM, at=at)
        apply_all(at)
        ends = set(Declaration.objects.values_list("state", "last_sequence"))
        messages = set(IncomingCustomsMessage.objects.values_list("state", "cause"))
        histories = {tuple(steps_of(declaration)) for declaration in declarations}
        granted = Counter(
            GrantedClearance.objects.values_list("withdrawal", "clearance").filter(revoked_at__isnull=True)
        )
        assert IncomingCustomsMessage.objects.count() == 720 * 6
        # Nothing of this is a whole withdrawal, so the invariants of the other parts can't hold for it.
        transaction.set_rollback(True)
    assert ends == {("cleared", 6)}
    assert messages == {("applied", None)}
    assert histories == {
        (
            (1, "lodged", "received"),
            (2, "received", "accepted"),
            (3, "accepted", "inspection_ordered"),
            (4, "inspection_ordered", "accepted"),
            (5, "accepted", "released"),
            (6, "released", "cleared"),
        )
    }
    assert (len(granted), set(granted.values())) == (720 * 2, {1})


def test_apply_customs_messages__lets_a_consignment_into_bond(cast: Cast, at: datetime) -> None:
    declaration = a_declared_consignment(cast, at)
    for sequence, status in enumerate("LJCJPR", start=1):
        store(message(declaration, sequence, status, at=at), at=at)
    assert apply_all(at) == 6
    assert Consignment.objects.get().state == "accepted"
    assert [state for _, state, _ in inbox()] == ["applied"] * 6


def test_apply_customs_messages__lets_a_returned_consignment_not_in(cast: Cast, at: datetime) -> None:
    declaration = a_declared_consignment(cast, at)
    store(message(declaration, 1, "E", at=at), at=at)
    apply_all(at)
    declaration.refresh_from_db()
    assert (declaration.state, Consignment.objects.get().state) == ("rejected", "refused")


def test_apply_customs_messages__waits_for_a_gap_and_then_gives_it_up(cast: Cast, at: datetime) -> None:
    declaration = a_declared_withdrawal(cast, at)
    store(message(declaration, 1, "L", at=at), at=at)
    store(message(declaration, 3, "P", at=at), at=at)
    store(message(declaration, 4, "R", at=at), at=at + timedelta(minutes=1))
    apply_all(at)
    assert inbox() == [(1, "applied", None), (3, "waiting", "gap"), (4, "waiting", "gap")]
    assert apply_all(at + PATIENCE - timedelta(microseconds=1)) == 0

    assert apply_all(at + PATIENCE) == 2
    assert [state for _, state, _ in inbox()] == ["applied"] * 3
    store(message(declaration, 2, "J", at=at), at=at + PATIENCE)
    apply_all(at + PATIENCE)
    assert inbox()[-1] == (2, "superseded", "late")
    declaration.refresh_from_db()
    assert (declaration.state, declaration.last_sequence) == ("cleared", 4)
    assert clearances(declaration.withdrawal_id) >= {"customs_accepted", "customs_released"}


def test_apply_customs_messages__parks_what_it_does_not_understand_and_stalls_nobody(cast: Cast, at: datetime) -> None:
    declaration = a_declared_withdrawal(cast, at)
    store(b"\xff", at=at, message_id="m-1")
    store(message(declaration, 9, "L", at=at), at=at, message_id="m-2")
    store(message(declaration, 9, "L", at=at, message_id="m-3", office="OTHER"), at=at)
    store(message(declaration, 9, "L", at=at, message_id="m-4", declaration_number="nobody's"), at=at)
    told = read_stored_message(
        office=SIMULATOR, message_id="m-5", raw=message(declaration, 9, "L", at=at, message_id="m-5"), received_at=at
    )
    notification, _ = write_message(office=HMRC, message=replace(told, office=HMRC, code_list="cds", status="01"))
    store(notification, at=at, office=HMRC, message_id="m-5")
    store(message(declaration, 9, "L", at=at), at=at, office="OTHER", message_id="m-6")
    store(message(declaration, 1, "L", at=at), at=at)
    store(message(declaration, 2, "?", at=at), at=at)
    store(message(declaration, 3, "P", at=at), at=at)
    store(message(declaration, 4, "G", at=at), at=at)
    assert apply_all(at) == 10
    assert inbox() == [
        (None, "parked", "unreadable"),
        (None, "parked", "id_differs"),
        (None, "parked", "office_differs"),
        (None, "parked", "declaration_unknown"),
        (None, "parked", "office_differs"),
        (None, "parked", "unreadable"),
        (1, "applied", None),
        (2, "parked", "code_unknown"),
        (3, "applied", None),
        (4, "parked", "step_impossible"),
    ]
    assert message_figures().parked == 8


def test_apply_customs_messages__parks_a_message_whose_effect_is_refused(cast: Cast, at: datetime) -> None:
    declaration = a_declared_withdrawal(cast, at)
    other = a_declared_withdrawal(cast, at)
    refuse_withdrawal(withdrawal_id=declaration.withdrawal_id, reason="no", actor=cast.olga, at=at)  # type: ignore[arg-type]
    for sequence, status in enumerate("LJ", start=1):
        store(message(declaration, sequence, status, at=at), at=at)
        store(message(other, sequence, status, at=at), at=at)
    assert apply_all(at) == 4
    assert inbox() == [
        (1, "applied", None),
        (1, "applied", None),
        (2, "parked", "effect_refused"),
        (2, "applied", None),
    ]
    assert IncomingCustomsMessage.objects.get(cause="effect_refused").detail.startswith("WithdrawalNotLive: ")
    declaration.refresh_from_db()
    assert (declaration.state, declaration.last_sequence) == ("received", 2)


def test_apply_customs_messages__announces_each_change_once(cast: Cast, at: datetime) -> None:
    heard: list[tuple[int, str]] = []

    def hear(sender: object, changes: list[tuple[int, str]], **rest: object) -> None:
        heard.extend(changes)

    declaration = a_declared_withdrawal(cast, at)
    declaration_statuses_changed.connect(hear)
    try:
        for sequence, status in enumerate("7LP", start=1):
            store(message(declaration, sequence, status, at=at), at=at)
        apply_all(at)
    finally:
        declaration_statuses_changed.disconnect(hear)
    assert heard == [(declaration.pk, "received"), (declaration.pk, "released")]


def test_apply_customs_messages__costs_as_many_statements_for_many_as_for_few(cast: Cast, at: datetime) -> None:
    declarations = [a_declared_withdrawal(cast, at) for _ in range(5)]
    for declaration in declarations:
        store(message(declaration, 1, "L", at=at), at=at)
    with CaptureQueriesContext(connection) as few:
        apply_customs_messages(read=read_stored_message, limit=1, actor=SYSTEM, at=at)
    with CaptureQueriesContext(connection) as many:
        assert apply_customs_messages(read=read_stored_message, limit=100, actor=SYSTEM, at=at) == 4
    assert len(few) == len(many)


def test_history__of_a_declaration_can_not_be_changed(cast: Cast, at: datetime) -> None:
    declaration = a_declared_withdrawal(cast, at)
    change = CustomsStatusChange.objects.get(declaration=declaration)
    for attack in (
        "UPDATE bonded_customsstatuschange SET after = 'released' WHERE id = %s",
        "DELETE FROM bonded_customsstatuschange WHERE id = %s",
    ):
        with pytest.raises(Exception, match="is refused"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(attack, [change.pk])
    assert steps_of(declaration) == [(None, "draft", "lodged")]


def test_cancelled_withdrawal__is_not_declared(cast: Cast, at: datetime) -> None:
    withdrawal = a_requested_withdrawal(cast, at)
    cancel_withdrawal(withdrawal_id=withdrawal.pk, actor=cast.alice, at=at)
    assert Withdrawal.objects.get().state == "cancelled"
    assert Declaration.objects.count() == 0
