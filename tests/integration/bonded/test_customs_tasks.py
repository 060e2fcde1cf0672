"""What customs leaves for people: opened once, closed by the office itself or by a person, answered."""

import json
from datetime import datetime, timedelta

import pytest

from bonded.actions.customs_messages import store_customs_message
from bonded.actions.customs_tasks import close_task
from bonded.actions.declaration_changes import amend_declaration, answer_customs_query, cancel_declaration
from bonded.actions.holds import lift_hold
from bonded.actions.office_silence import watch_offices
from bonded.actions.withdrawals import cancel_withdrawal, refuse_withdrawal
from bonded.models import Activity, CustomsTask, Declaration, Hold, Lot, OutgoingCustomsMessage
from bonded.rules.customs_messages import MessageIdReused
from bonded.rules.customs_offices import OFFICES, SIMULATOR
from bonded.rules.customs_tasks import TaskKind, TaskNotOpen
from bonded.rules.declarations import CancellationAsked, DeclarationState, DeclarationUnchangeable
from bonded.rules.errors import NotFound, NotPermitted
from bonded.rules.holds import AnswerMissing
from bonded.rules.permissions import SYSTEM
from bonded.rules.withdrawals import StillDeclared
from tests.cast import Cast
from tests.situations.customs import a_declared_consignment, a_declared_withdrawal, apply_all, inbox, message, store

pytestmark = pytest.mark.django_db


def tell(declaration: Declaration, statuses: str, at: datetime, *, first: int = 1, **facts: object) -> Declaration:
    for sequence, status in enumerate(statuses, start=first):
        store(message(declaration, sequence, status, at=at, facts=facts), at=at)
    apply_all(at)
    declaration.refresh_from_db()
    return declaration


def sent() -> list[tuple[str, dict[str, object]]]:
    return [(one.kind, json.loads(one.body)) for one in OutgoingCustomsMessage.objects.order_by("pk")]


def test_inspection__stops_the_lots_until_the_office_answers(cast: Cast, at: datetime) -> None:
    declaration = tell(a_declared_withdrawal(cast, at), "LC", at)
    hold, lot = Hold.objects.get(), Lot.objects.get()
    assert (hold.kind, hold.declaration_id, lot.is_on_hold) == ("customs_inspection", declaration.pk, True)
    with pytest.raises(AnswerMissing) as refusal:
        lift_hold(hold_id=hold.pk, reason="it looks fine", actor=cast.olga, at=at)
    assert refusal.value.facts == {"declaration": declaration.number}
    lot.refresh_from_db()
    assert lot.is_on_hold

    tell(declaration, "J", at, first=3)
    lot.refresh_from_db()
    hold.refresh_from_db()
    assert (lot.is_on_hold, hold.lifted_at) == (False, at)
    assert "customs message" in hold.lifting_reason


def test_inspection__answered_leaves_another_hold_in_force(cast: Cast, at: datetime) -> None:
    declaration = tell(a_declared_withdrawal(cast, at), "LC", at)
    Hold.objects.create(lot=Lot.objects.get(), kind="discrepancy", reason="scale", placed_at=at)
    tell(declaration, "J", at, first=3)
    assert Lot.objects.get().is_on_hold


def test_gap__given_up_opens_a_task(cast: Cast, at: datetime) -> None:
    declaration = a_declared_withdrawal(cast, at)
    store(message(declaration, 1, "L", at=at), at=at)
    store(message(declaration, 4, "J", at=at), at=at)
    apply_all(at)
    assert not CustomsTask.objects.exists()
    apply_all(at + OFFICES[SIMULATOR].patience)
    task = CustomsTask.objects.get()
    assert (task.kind, task.facts) == ("sequence_gap", {"first_missing": 2, "last_missing": 3})


def test_release_taken_back__opens_a_task(cast: Cast, at: datetime) -> None:
    declaration = tell(a_declared_withdrawal(cast, at), "LJPD", at)
    assert declaration.state == "cancelled"
    assert [(one.kind, one.facts["became"]) for one in CustomsTask.objects.all()] == [
        ("release_taken_back", "cancelled")
    ]


def test_handled_by_hand__opens_one_task_a_message_and_changes_nothing(cast: Cast, at: datetime) -> None:
    declaration = tell(a_declared_withdrawal(cast, at), "LHH", at)
    assert declaration.state == "received"
    assert CustomsTask.objects.filter(kind="handled_by_hand").count() == 2


def test_id_reused__opens_a_task(cast: Cast, at: datetime) -> None:
    declaration = a_declared_withdrawal(cast, at)
    store(message(declaration, 1, "L", at=at), at=at)
    with pytest.raises(MessageIdReused):
        store_customs_message(
            office=SIMULATOR, message_id=f"{declaration.number}-1", raw=b"{}", headers={}, actor=SYSTEM, at=at
        )
    assert CustomsTask.objects.get().kind == "id_reused"


def test_watch_offices__tells_a_silence_once_and_closes_it_when_the_office_speaks(cast: Cast, at: datetime) -> None:
    declaration = tell(a_declared_withdrawal(cast, at), "L", at)
    term = OFFICES[SIMULATOR].expects[DeclarationState.RECEIVED]
    assert watch_offices(limit=10, actor=SYSTEM, at=at + term - timedelta(seconds=1)) == 0
    assert watch_offices(limit=10, actor=SYSTEM, at=at + term) == 1
    assert watch_offices(limit=10, actor=SYSTEM, at=at + term) == 0
    task = CustomsTask.objects.get()
    assert (task.kind, task.facts["state"], task.facts["expected_within_hours"]) == ("silence", "received", 24)

    tell(declaration, "J", at + term, first=2)
    task.refresh_from_db()
    assert (task.closed_at, task.closing_reason) == (at + term, "The office has spoken.")
    assert watch_offices(limit=10, actor=SYSTEM, at=at + term) == 0


def test_watch_offices__does_not_tell_again_what_a_person_has_looked_at(cast: Cast, at: datetime) -> None:
    tell(a_declared_withdrawal(cast, at), "L", at)
    later = at + timedelta(days=2)
    watch_offices(limit=10, actor=SYSTEM, at=later)
    close_task(task_id=CustomsTask.objects.get().pk, reason="they are on strike", actor=cast.ada, at=later)
    assert watch_offices(limit=10, actor=SYSTEM, at=later + timedelta(days=1)) == 0


def test_close_task__closes_once_and_says_how(cast: Cast, at: datetime) -> None:
    tell(a_declared_withdrawal(cast, at), "LH", at)
    task = CustomsTask.objects.get()
    with pytest.raises(NotPermitted):
        close_task(task_id=task.pk, reason="mine", actor=cast.alice, at=at)
    close_task(task_id=task.pk, reason="telephoned", actor=cast.ada, at=at)
    with pytest.raises(TaskNotOpen):
        close_task(task_id=task.pk, reason="again", actor=cast.olga, at=at)
    assert CustomsTask.objects.get().closing_reason == "telephoned"
    assert Activity.objects.get(act="bonded.customs_task.close").facts == {"reason": "telephoned"}


def test_answer_customs_query__tells_the_office_and_closes_the_task(cast: Cast, at: datetime) -> None:
    declaration = a_declared_withdrawal(cast, at)
    task = CustomsTask.objects.create(
        kind=TaskKind.QUERY,
        office=SIMULATOR,
        subject="q",
        declaration=declaration,
        facts={"text": "Origin?"},
        opened_at=at,
    )
    with pytest.raises(NotFound):
        answer_customs_query(task_id=task.pk, answer="BW", actor=cast.charlie, at=at)
    answer_customs_query(task_id=task.pk, answer="Botswana, by the invoice.", actor=cast.alice, at=at)
    kind, body = sent()[-1]
    assert (kind, body["number"], body["question"], body["answer"]) == (
        "answer",
        declaration.number,
        {"text": "Origin?"},
        "Botswana, by the invoice.",
    )
    with pytest.raises(TaskNotOpen):
        answer_customs_query(task_id=task.pk, answer="again", actor=cast.alice, at=at)
    assert len(sent()) == 2


def test_amend_declaration__states_the_goods_anew(cast: Cast, at: datetime) -> None:
    declaration = tell(a_declared_withdrawal(cast, at), "LJ", at)
    amend_declaration(declaration_id=declaration.pk, reason="weight read again", actor=cast.alice, at=at)
    kind, body = sent()[-1]
    assert (kind, body["version"], body["reason"]) == ("amend", 2, "weight read again")
    assert body["goods"] == sent()[0][1]["goods"]
    with pytest.raises(NotFound):
        amend_declaration(declaration_id=declaration.pk, reason="mine", actor=cast.charlie, at=at)


def test_cancel_declaration__asks_once_and_then_nothing_else(cast: Cast, at: datetime) -> None:
    declaration = tell(a_declared_withdrawal(cast, at), "LJ", at)
    cancel_declaration(declaration_id=declaration.pk, reason="wrong lot", actor=cast.alice, at=at)
    for act in (cancel_declaration, amend_declaration):
        with pytest.raises(CancellationAsked):
            act(declaration_id=declaration.pk, reason="again", actor=cast.alice, at=at)
    assert [kind for kind, _ in sent()] == ["lodge", "cancel"]
    assert Declaration.objects.get().state == "accepted"
    assert tell(declaration, "D", at, first=3).state == "cancelled"


def test_amend_declaration__after_the_release_is_refused(cast: Cast, at: datetime) -> None:
    declaration = tell(a_declared_withdrawal(cast, at), "LJP", at)
    with pytest.raises(DeclarationUnchangeable) as refusal:
        amend_declaration(declaration_id=declaration.pk, reason="late", actor=cast.alice, at=at)
    assert refusal.value.facts == {"state": "released"}
    assert [kind for kind, _ in sent()] == ["lodge"]


def test_refuse_withdrawal__asks_the_office_to_delete_the_declaration(cast: Cast, at: datetime) -> None:
    declaration = tell(a_declared_withdrawal(cast, at), "LJ", at)
    assert declaration.withdrawal_id is not None
    refuse_withdrawal(withdrawal_id=declaration.withdrawal_id, reason="no licence", actor=cast.olga, at=at)
    assert [kind for kind, _ in sent()] == ["lodge", "cancel"]
    assert tell(declaration, "D", at, first=3).state == "cancelled"


def test_cancel_withdrawal__waits_until_the_office_has_deleted_the_declaration(cast: Cast, at: datetime) -> None:
    declaration = tell(a_declared_withdrawal(cast, at), "LJ", at)
    assert declaration.withdrawal_id is not None
    with pytest.raises(StillDeclared) as refusal:
        cancel_withdrawal(withdrawal_id=declaration.withdrawal_id, actor=cast.alice, at=at)
    assert refusal.value.facts == {"number": declaration.number}
    tell(declaration, "D", at, first=3)
    assert cancel_withdrawal(withdrawal_id=declaration.withdrawal_id, actor=cast.alice, at=at).state == "cancelled"
    assert Lot.objects.get().trade_state == "free"


def test_receive_consignment__is_refused_while_an_inspection_is_open(cast: Cast, at: datetime) -> None:
    from bonded.actions.consignments import receive_consignment
    from bonded.rules.consignments import InspectionOpen
    from tests.situations.bonded import weighings_as_declared

    declaration = tell(a_declared_consignment(cast, at), "LJC", at)
    assert declaration.consignment is not None
    with pytest.raises(InspectionOpen):
        receive_consignment(
            consignment_id=declaration.consignment.pk,
            weighings=weighings_as_declared(declaration.consignment),
            witness_id=cast.vera.user_id or 0,
            scale="BAL-1",
            actor=cast.victor,
            at=at,
        )
    assert Lot.objects.get().goods_state == "expected"


@pytest.mark.parametrize("fact", ["a\0b", "\ud800", 2**63, -(2**63) - 1, 10**400, "x" * 5_000])
def test_facts__that_a_database_would_stumble_over_park_their_message_alone(
    cast: Cast, at: datetime, fact: object
) -> None:
    declaration = a_declared_withdrawal(cast, at)
    store(message(declaration, 1, "H", at=at, facts={"remark": fact}), at=at)
    store(message(declaration, 1, "L", at=at, message_id="good"), at=at)
    apply_all(at)
    assert [cause for _, _, cause in inbox()] == ["unreadable", None]
    assert not CustomsTask.objects.exists()


@pytest.mark.parametrize("name", ["a\0b", "\ud800", "x" * 81, ""])
def test_facts__of_an_odd_name_park_their_message_alone(cast: Cast, at: datetime, name: str) -> None:
    declaration = a_declared_withdrawal(cast, at)
    store(message(declaration, 1, "H", at=at, facts={name: 1}), at=at)
    apply_all(at)
    assert [cause for _, _, cause in inbox()] == ["unreadable"]
