"""What sets of messages cost and what spoils them: clearances granted together, one bad message, two office numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from io import StringIO
from itertools import permutations
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from bonded.actions.customs_lanes import LARGE_BYTES, MOST_LARGE
from bonded.actions.lane_settlements import Reader, apply_customs_messages
from bonded.actions.parked_customs_messages import reread_customs_message
from bonded.actions.withdrawals import refuse_withdrawal
from bonded.gateways.customs_message_forms import read_stored_message
from bonded.models import Activity, CustomsStatusChange, Declaration, GrantedClearance, IncomingCustomsMessage
from bonded.rules.customs_messages import CustomsMessage, MessageUnreadable
from bonded.rules.customs_offices import OFFICES, SIMULATOR, SINGLE_WINDOW
from bonded.rules.permissions import SYSTEM
from bonded.rules.withdrawals import evidence_told
from tests.cast import Cast
from tests.situations.customs import (
    a_declared_withdrawal,
    apply_all,
    inbox,
    message,
    steps_of,
    store,
)

PATIENCE = OFFICES[SIMULATOR].patience


def declare(cast: Cast, at: datetime, *, count: int) -> list[Declaration]:
    """So many declared withdrawals."""
    return [a_declared_withdrawal(cast, at) for _ in range(count)]


def apply(limit: int, at: datetime, read: Reader = read_stored_message) -> int:
    """Apply one set."""
    return apply_customs_messages(read=read, limit=limit, actor=SYSTEM, at=at)


def replay() -> str:
    """Replay everything, and give what was said."""
    out = StringIO()
    call_command("replay_customs_messages", stdout=out)
    return out.getvalue().strip()


def granted() -> list[tuple[str, str, str]]:
    """Everything that was granted, as (withdrawal, clearance, evidence)."""
    rows = GrantedClearance.objects.values_list("withdrawal_id", "clearance", "evidence", "facts")
    return sorted(
        (str(withdrawal), clearance, evidence_told(told, facts)) for withdrawal, clearance, told, facts in rows
    )


def test_apply_customs_messages__grants_to_many_what_it_grants_to_one(cast: Cast, at: datetime) -> None:
    declarations = declare(cast, at, count=6)
    for declaration in declarations:
        for sequence, status in enumerate("LJTPR", start=1):
            store(message(declaration, sequence, status, at=at), at=at)
    assert apply(5, at) == 5  # The first alone.
    with CaptureQueriesContext(connection) as few:
        assert apply(10, at) == 10
    with CaptureQueriesContext(connection) as many:
        assert apply(100, at) == 15
    assert len(few) == len(many)
    assert granted() == sorted(
        (str(one.withdrawal_id), clearance, f"customs message {one.number}-{sequence}")
        for one in declarations
        for clearance, sequence in (("customs_accepted", 2), ("customs_released", 4))
    )
    records = Activity.objects.filter(act="bonded.clearance.grant").order_by("pk")
    assert sorted((one.target_id, one.facts["clearance"], one.facts["evidence"]) for one in records) == granted()
    of_each = {
        tuple((one.position, one.facts["clearance"], one.actor_id, one.actor_role) for one in records)
        for records in ([one for one in records if one.target_id == str(each.withdrawal_id)] for each in declarations)
    }
    assert of_each == {((3, "customs_accepted", None, "system"), (4, "customs_released", None, "system"))}


def test_apply_customs_messages__grants_again_nothing_that_is_granted(cast: Cast, at: datetime) -> None:
    one, other = declare(cast, at, count=2)
    store(message(one, 1, "J", at=at), at=at)
    apply_all(at)
    first = (str(one.withdrawal_id), "customs_accepted", f"customs message {one.number}-1")
    assert granted() == [first]
    store(message(one, 2, "T", at=at), at=at)
    store(message(other, 1, "J", at=at), at=at)
    apply_all(at)
    second = (str(other.withdrawal_id), "customs_accepted", f"customs message {other.number}-1")
    assert granted() == sorted([first, second])


def test_apply_customs_messages__refuses_one_lane_of_a_set_without_the_others(cast: Cast, at: datetime) -> None:
    refused, other = declare(cast, at, count=2)
    assert refused.withdrawal_id is not None
    refuse_withdrawal(withdrawal_id=refused.withdrawal_id, reason="no", actor=cast.olga, at=at)
    for declaration in (refused, other):
        store(message(declaration, 1, "J", at=at), at=at)
    assert apply(10, at) == 2
    assert inbox() == [(1, "parked", "effect_refused"), (1, "applied", None)]
    assert granted() == [(str(other.withdrawal_id), "customs_accepted", f"customs message {other.number}-1")]


def reading(spoiling: str, spoil: Callable[[CustomsMessage], CustomsMessage]) -> Reader:
    """Read as the product does, except the message that is to spoil its set."""

    def read(*, office: str, message_id: str, raw: bytes, received_at: datetime) -> CustomsMessage:
        found = read_stored_message(office=office, message_id=message_id, raw=raw, received_at=received_at)
        return spoil(found) if message_id == spoiling else found

    return read


def fail(found: CustomsMessage) -> CustomsMessage:
    raise LookupError("nobody thought of this")


def overflow(found: CustomsMessage) -> CustomsMessage:
    return replace(found, sequence=2**40)


@pytest.mark.parametrize(("spoil", "error"), [(fail, "LookupError"), (overflow, "DataError")])
def test_apply_customs_messages__parks_the_one_that_spoils_a_set(
    cast: Cast, at: datetime, spoil: Callable[[CustomsMessage], CustomsMessage], error: str
) -> None:
    declarations = declare(cast, at, count=9)
    for declaration in declarations:
        store(message(declaration, 1, "L", at=at), at=at)
    spoiling = f"{declarations[4].number}-1"
    read = reading(spoiling, spoil)
    settled = 0
    while found := apply(8, at, read):
        settled += found
    assert settled == 9
    states = dict(IncomingCustomsMessage.objects.values_list("message_id", "state"))
    assert states.pop(spoiling) == "parked"
    assert set(states.values()) == {"applied"}
    parked = IncomingCustomsMessage.objects.get(message_id=spoiling)
    assert (parked.cause, parked.detail.partition(":")[0]) == ("effect_refused", error)
    assert not CustomsStatusChange.objects.filter(message_id=spoiling).exists()


def test_apply_customs_messages__parks_one_that_spoils_its_set_only_after_it_has_waited(
    cast: Cast, at: datetime
) -> None:
    late, other = declare(cast, at, count=2)
    store(message(late, 2, "L", at=at), at=at)
    assert apply(8, at) == 1
    assert inbox() == [(2, "waiting", "gap")]
    store(message(other, 1, "L", at=at), at=at)
    later = at + PATIENCE + timedelta(seconds=1)
    read = reading(f"{late.number}-2", fail)
    while apply(8, later, read):
        pass
    assert inbox() == [(None, "parked", "effect_refused"), (1, "applied", None)]
    store(message(late, 1, "L", at=at), at=later)
    assert apply(8, later, read) == 1
    assert [sequence for sequence, _, _ in steps_of(late)] == [None, 1]


def test_apply_customs_messages__reads_a_few_large_messages_at_a_time_beside_all_the_small(
    cast: Cast, at: datetime
) -> None:
    one, other = declare(cast, at, count=2)
    padding = " " * LARGE_BYTES
    for sequence, status in enumerate("7LJTPR", start=1):
        store(message(one, sequence, status, at=at) + padding.encode(), at=at)
        store(message(other, sequence, status, at=at), at=at)
    assert apply(100, at) == 6 + MOST_LARGE
    assert apply(100, at) == 6 - MOST_LARGE
    assert [state for _, state, _ in inbox()] == ["applied"] * 12


def test_apply_customs_messages__passes_a_lost_connection_on(cast: Cast, at: datetime) -> None:
    (declaration,) = declare(cast, at, count=1)
    store(message(declaration, 1, "L", at=at), at=at)

    def lose(found: CustomsMessage) -> CustomsMessage:
        raise OperationalError("the connection is lost")

    with pytest.raises(OperationalError, match="lost"):
        apply(8, at, reading(f"{declaration.number}-1", lose))
    assert inbox() == [(None, "stored", None)]


def test_apply_customs_messages__knows_since_when_a_lane_waits(cast: Cast, at: datetime) -> None:
    (declaration,) = declare(cast, at, count=1)

    def since() -> datetime | None:
        declaration.refresh_from_db()
        return declaration.waiting_since

    store(message(declaration, 4, "T", at=at), at=at - timedelta(minutes=10))
    store(message(declaration, 3, "J", at=at), at=at)
    apply_all(at)
    assert since() == at - timedelta(minutes=10)
    store(message(declaration, 1, "7", at=at), at=at)
    apply_all(at)
    assert since() == at - timedelta(minutes=10)
    store(message(declaration, 2, "L", at=at), at=at)
    apply_all(at)
    assert since() is None
    assert [sequence for sequence, _, _ in steps_of(declaration)] == [None, 1, 2, 3, 4]


def receipt(at: datetime, status: str, **numbers: str) -> bytes:
    """A receipt of the Single Window, which names its declaration by what it has."""
    told = "".join(f"<{name}>{number}</{name}>" for name, number in numbers.items())
    when = at.astimezone(ZoneInfo("Asia/Shanghai")).replace(tzinfo=None).isoformat()
    return f"<DEC_RESULT>{told}<NOTICE_DATE>{when}</NOTICE_DATE><CHANNEL>{status}</CHANNEL></DEC_RESULT>".encode()


def test_apply_customs_messages__follows_a_declaration_from_its_provisional_number_to_the_office_s_own(
    cast: Cast, at: datetime
) -> None:
    declared, other = declare(cast, at, count=2)
    Declaration.objects.update(office=SINGLE_WINDOW)
    portal, own = "I20260000000000001", "530120261000000001"
    told = [
        receipt(at, "7", CLIENTSEQ_NO=declared.number, CUS_CIQ_NO=portal),
        receipt(at + timedelta(seconds=1), "J", CUS_CIQ_NO=portal, ENTRY_ID=own),
        receipt(at + timedelta(seconds=2), "P", ENTRY_ID=own),
        receipt(at + timedelta(seconds=3), "R", CUS_CIQ_NO=portal),
    ]
    for number, raw in enumerate(told):
        moment = at + timedelta(minutes=number)
        store(raw, at=moment, office=SINGLE_WINDOW, message_id=f"r-{number}")
        apply_all(moment)
        apply_all(moment + OFFICES[SINGLE_WINDOW].patience)
    declared.refresh_from_db()
    other.refresh_from_db()
    assert (declared.provisional_number, declared.mrn, declared.state) == (portal, own, "cleared")
    assert (other.provisional_number, other.mrn, other.state) == (None, None, "lodged")
    assert [state for _, state, _ in inbox()] == ["applied"] * 4


def numbered_receipts(declared: Declaration, at: datetime) -> list[bytes]:
    """A journey whose first receipt names our number, and whose others only what the one before told."""
    portal, own = "I20260000000000001", "530120261000000001"
    return [
        receipt(at, "7", CLIENTSEQ_NO=declared.number, CUS_CIQ_NO=portal),
        receipt(at + timedelta(seconds=1), "J", CUS_CIQ_NO=portal, ENTRY_ID=own),
        receipt(at + timedelta(seconds=2), "P", ENTRY_ID=own),
    ]


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
@pytest.mark.parametrize("is_one_set", [True, False])
def test_apply_customs_messages__learns_an_office_s_numbers_from_messages_in_any_order(
    cast: Cast, at: datetime, order: tuple[int, ...], is_one_set: bool
) -> None:
    (declared,) = declare(cast, at, count=1)
    Declaration.objects.update(office=SINGLE_WINDOW)
    told = numbered_receipts(declared, at)
    for place in order:
        store(told[place], at=at, office=SINGLE_WINDOW, message_id=f"r-{place}")
        if not is_one_set:
            apply_all(at)
    apply_all(at)
    apply_all(at + OFFICES[SINGLE_WINDOW].patience)
    declared.refresh_from_db()
    assert (declared.provisional_number, declared.mrn) == ("I20260000000000001", "530120261000000001")
    assert [after for _, _, after in steps_of(declared)] == ["lodged", "received", "accepted", "released"]
    assert {state for _, state, _ in inbox()} == {"applied"}


def test_apply_customs_messages__lets_a_provisional_number_that_stood_as_the_office_s_give_way(
    cast: Cast, at: datetime
) -> None:
    (declared,) = declare(cast, at, count=1)
    Declaration.objects.update(office=SINGLE_WINDOW, mrn="I20260000000000001")
    store(numbered_receipts(declared, at)[1], at=at, office=SINGLE_WINDOW, message_id="r-1")
    apply_all(at)
    declared.refresh_from_db()
    assert (declared.provisional_number, declared.mrn) == ("I20260000000000001", "530120261000000001")


def test_apply_customs_messages__finds_what_waits_although_its_lane_forgot(cast: Cast, at: datetime) -> None:
    (declared,) = declare(cast, at, count=1)
    store(message(declared, 2, "L", at=at), at=at)
    apply_all(at)
    Declaration.objects.update(waiting_since=None)
    assert apply_all(at + PATIENCE) == 1
    assert inbox() == [(2, "applied", None)]


def test_apply_customs_messages__parks_a_waiting_one_that_a_stricter_reader_refuses(cast: Cast, at: datetime) -> None:
    (declared,) = declare(cast, at, count=1)
    store(message(declared, 2, "L", at=at), at=at)
    apply_all(at)
    store(message(declared, 1, "7", at=at), at=at)

    def refuse(found: CustomsMessage) -> CustomsMessage:
        raise MessageUnreadable("This is not a status message.", reason="it became too strict \0 \ud800")

    assert apply(8, at, reading(f"{declared.number}-2", refuse)) == 2
    assert inbox() == [(None, "parked", "unreadable"), (1, "applied", None)]
    assert IncomingCustomsMessage.objects.get(state="parked").detail == "it became too strict  ?"
    assert replay().endswith("0 declarations differ.")


def test_replay__equals_life_after_a_spoiling_message_was_parked(cast: Cast, at: datetime) -> None:
    (declared,) = declare(cast, at, count=1)
    store(message(declared, 2, "L", at=at), at=at)
    apply_all(at)
    read = reading(f"{declared.number}-2", fail)
    while apply(8, at + PATIENCE, read):
        pass
    store(message(declared, 1, "7", at=at), at=at + PATIENCE)
    apply_all(at + PATIENCE)
    assert inbox() == [(None, "parked", "effect_refused"), (1, "applied", None)]
    assert replay().endswith("0 declarations differ.")


def test_apply_customs_messages__lets_a_closing_wait_for_the_release_that_was_issued_before_it(
    cast: Cast, at: datetime
) -> None:
    (declared,) = declare(cast, at, count=1)
    Declaration.objects.update(office=SINGLE_WINDOW)
    office = OFFICES[SINGLE_WINDOW]

    def tell(name: str, status: str, *, issued: int, moment: datetime) -> None:
        raw = receipt(at + timedelta(seconds=issued), status, CLIENTSEQ_NO=declared.number)
        store(raw, at=moment, office=SINGLE_WINDOW, message_id=name)
        apply_all(moment)
        apply_all(moment + office.patience)

    tell("r-1", "J", issued=1, moment=at)
    tell("r-3", "R", issued=3, moment=at)
    assert [state for _, state, _ in inbox()] == ["applied", "waiting"]
    waiting = IncomingCustomsMessage.objects.get(message_id="r-3")
    assert waiting.waits_until == at + office.step_patience
    assert apply_all(at + office.patience * 2) == 0
    tell("r-2", "P", issued=2, moment=at + timedelta(minutes=5))
    assert [state for _, state, _ in inbox()] == ["applied", "applied", "applied"]
    assert [after for _, _, after in steps_of(declared)] == ["lodged", "accepted", "released", "cleared"]


def test_reread_customs_message__takes_what_came_too_late_and_then_what_followed_from_it(
    cast: Cast, at: datetime
) -> None:
    (declared,) = declare(cast, at, count=1)
    store(message(declared, 1, "J", at=at), at=at)
    store(message(declared, 3, "R", at=at), at=at)
    apply_all(at)
    later = at + PATIENCE
    apply_all(later)
    store(message(declared, 2, "P", at=at), at=later)
    apply_all(later)
    assert inbox() == [(1, "applied", None), (3, "parked", "step_impossible"), (2, "superseded", "late")]
    for name in (f"{declared.number}-2", f"{declared.number}-3"):
        row = IncomingCustomsMessage.objects.get(message_id=name)
        later += timedelta(minutes=1)
        reread_customs_message(message_id=row.pk, reason="the release came late", actor=cast.ada, at=later)
        apply_all(later)
    assert [state for _, state, _ in inbox()] == ["applied"] * 3
    assert [after for _, _, after in steps_of(declared)] == ["lodged", "accepted", "released", "cleared"]
    assert replay().endswith("0 declarations differ.")


def test_apply_customs_messages__takes_a_number_that_two_declarations_carry_for_neither(
    cast: Cast, at: datetime
) -> None:
    one, other = declare(cast, at, count=2)
    Declaration.objects.filter(pk=one.pk).update(office=SINGLE_WINDOW, mrn="X1")
    Declaration.objects.filter(pk=other.pk).update(office=SINGLE_WINDOW, provisional_number="X1")
    store(receipt(at, "7", ENTRY_ID="X1"), at=at, office=SINGLE_WINDOW, message_id="r-1")
    apply_all(at)
    assert inbox() == [(None, "parked", "declaration_unknown")]
