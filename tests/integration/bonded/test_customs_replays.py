"""Replaying stored messages gives what was lived: by the command, on real rows."""

import random
from dataclasses import replace
from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from bonded.actions.added_customs_codes import add_customs_code
from bonded.actions.lane_settlements import apply_customs_messages
from bonded.actions.parked_customs_messages import deal_with_customs_message, reread_customs_message
from bonded.gateways.customs_message_forms import read_stored_message
from bonded.gateways.customs_message_writers import write_message
from bonded.models import Activity, CustomsMessageId, CustomsStatusChange, Declaration, IncomingCustomsMessage
from bonded.rules.customs_codes import CodeListName, Meaning
from bonded.rules.customs_messages import read_envelope
from bonded.rules.customs_offices import OFFICES, SIMULATOR, SINGLE_WINDOW
from bonded.rules.declarations import DeclarationState
from bonded.rules.permissions import SYSTEM
from tests.cast import Cast
from tests.situations.customs import apply_all, declared_withdrawals, message, store

pytestmark = pytest.mark.django_db
PATIENCE = OFFICES[SIMULATOR].patience


def replay(*args: str) -> str:
    out = StringIO()
    call_command("replay_customs_messages", *args, stdout=out)
    return out.getvalue().strip()


def parked() -> IncomingCustomsMessage:
    return IncomingCustomsMessage.objects.get(state="parked")


def told(declaration: Declaration, place: int, status: str, *, at: datetime) -> tuple[bytes, str]:
    """What its office writes about a declaration at its place in the journey, and under which id."""
    raw = message(declaration, place, status, at=at)
    if OFFICES[declaration.office].is_numbered:
        return raw, f"{declaration.number}-{place}"
    read = read_envelope(raw)
    issued_at = at + timedelta(seconds=place)
    written, _ = write_message(
        office=declaration.office, message=replace(read, office=declaration.office, issued_at=issued_at)
    )
    return written, read.message_id


@pytest.mark.parametrize("office", [SIMULATOR, SINGLE_WINDOW])
def test_replay__equals_life_whatever_came_how(cast: Cast, at: datetime, office: str) -> None:
    chance = random.Random(3)
    declarations = declared_withdrawals(cast, at, count=60)
    Declaration.objects.update(office=office)
    for one in declarations:
        one.office = office
    arrivals = [
        (one, sequence, chance.choice("7LJTCPRED?"))
        for one in declarations
        for sequence in range(1, 8)
        if chance.random() > 0.15
    ]
    chance.shuffle(arrivals)
    for place, (one, sequence, status) in enumerate(arrivals):
        moment = at + timedelta(seconds=20 * place)
        raw, name = told(one, sequence, status, at=at)
        store(raw, at=moment, office=office, message_id=name)
        if chance.random() < 0.3:
            store(raw, at=moment, office=office, message_id=name)
        if chance.random() < 0.4:
            apply_customs_messages(read=read_stored_message, limit=chance.randint(1, 5), actor=SYSTEM, at=moment)
    end = at + timedelta(seconds=20 * len(arrivals))
    apply_all(end)
    apply_all(end + PATIENCE)
    assert not IncomingCustomsMessage.objects.filter(state="waiting").exists()
    states = set(IncomingCustomsMessage.objects.values_list("state", flat=True))
    assert states == {"applied", "superseded", "parked"}

    said = replay()
    assert said.endswith(f"messages of {len(declarations)} declarations replayed; 0 declarations differ.")
    assert replay("--declaration", declarations[0].number).endswith(
        "of 1 declarations replayed; 0 declarations differ."
    )


def test_replay__keeps_what_a_person_decided(cast: Cast, at: datetime) -> None:
    (one,) = declared_withdrawals(cast, at, count=1)
    for sequence, status in enumerate("LZT?", start=1):
        store(message(one, sequence, status, at=at), at=at)
    apply_all(at)
    zed, unknown = IncomingCustomsMessage.objects.filter(state="parked").order_by("pk")
    later = at + timedelta(hours=1)
    add_customs_code(
        office=SIMULATOR,
        code_list=CodeListName.CHANNEL,
        code="Z",
        meaning=Meaning(DeclarationState.INSPECTION_ORDERED),
        valid_from=at.date(),
        source="A letter of the office",
        actor=cast.ada,
        at=later,
    )
    reread_customs_message(message_id=zed.pk, reason="mapped", actor=cast.ada, at=later)
    deal_with_customs_message(message_id=unknown.pk, reason="telephoned", actor=cast.olga, at=later)
    apply_all(later + timedelta(seconds=2))
    one.refresh_from_db()
    assert (one.state, one.last_sequence) == ("inspection_ordered", 4)
    assert list(IncomingCustomsMessage.objects.order_by("pk").values_list("state", flat=True)) == [
        "applied",
        "applied",
        "applied",
        "dealt_with",
    ]
    assert replay() == "4 messages of 1 declarations replayed; 0 declarations differ."


def test_replay__tells_a_difference_and_changes_nothing_until_told_to(cast: Cast, at: datetime) -> None:
    (one,) = declared_withdrawals(cast, at, count=1)
    for sequence, status in enumerate("LJ", start=1):
        store(message(one, sequence, status, at=at), at=at)
    apply_all(at)
    Declaration.objects.update(state="received", last_sequence=1)

    with pytest.raises(CommandError, match=r"1 declarations differ\. Nothing was changed"):
        replay()
    one.refresh_from_db()
    assert (one.state, one.last_sequence) == ("received", 1)

    assert replay("--apply").endswith("and were set to what their messages say.")
    one.refresh_from_db()
    assert (one.state, one.last_sequence) == ("accepted", 2)
    last = CustomsStatusChange.objects.order_by("position").last()
    assert last is not None
    assert (last.before, last.after, last.message_id) == ("received", "accepted", None)
    assert Activity.objects.filter(act="bonded.customs_message.replay").count() == 1
    assert replay().endswith("0 declarations differ.")


def test_replay__of_an_unknown_declaration_says_so() -> None:
    with pytest.raises(CommandError, match="There is no such declaration"):
        replay("--declaration", "nobody's")


def test_replay__leaves_out_what_was_put_away(cast: Cast, at: datetime) -> None:
    one, other = declared_withdrawals(cast, at, count=2)
    for declaration in (one, other):
        store(message(declaration, 1, "L", at=at), at=at)
    apply_all(at)
    CustomsMessageId.objects.filter(message_id=f"{one.number}-1").delete()
    IncomingCustomsMessage.objects.filter(declaration=one).delete()
    said = replay()
    assert said.startswith("1 messages of 1 declarations replayed; 0 declarations differ; 1 were left out")


def know(office: str, *, cast: Cast, since: datetime, at: datetime) -> None:
    """Let Z mean accepted from now on."""
    meaning = Meaning(DeclarationState.ACCEPTED)
    add_customs_code(
        office=office, code_list=CodeListName.CHANNEL, code="Z", meaning=meaning, valid_from=since.date(),
        source="told by the office", actor=cast.ada, at=at,
    )  # fmt: skip


def test_replay__keeps_the_place_that_a_parked_message_had_before_it_was_read_again(cast: Cast, at: datetime) -> None:
    (one,) = declared_withdrawals(cast, at, count=1)
    Declaration.objects.update(office=SINGLE_WINDOW)
    one.office = SINGLE_WINDOW
    for place, status in ((1, "7"), (2, "Z")):
        raw, name = told(one, place, status, at=at)
        store(raw, at=at, office=SINGLE_WINDOW, message_id=name)
    apply_all(at)
    apply_all(at + OFFICES[SINGLE_WINDOW].patience)
    hour = at + timedelta(hours=1)
    know(SINGLE_WINDOW, cast=cast, since=at, at=hour)
    reread_customs_message(message_id=parked().pk, reason="mapped", actor=cast.ada, at=hour)
    apply_all(hour)
    one.refresh_from_db()
    assert (one.state, one.last_sequence) == ("accepted", 3)
    assert replay().endswith("0 declarations differ.")


def test_replay__takes_nothing_that_a_person_dealt_with_otherwise(cast: Cast, at: datetime) -> None:
    (one,) = declared_withdrawals(cast, at, count=1)
    for sequence, status in enumerate("7Z", start=1):
        store(message(one, sequence, status, at=at), at=at)
    apply_all(at)
    later = at + timedelta(minutes=2)
    know(SIMULATOR, cast=cast, since=at, at=later)
    deal_with_customs_message(message_id=parked().pk, reason="by phone", actor=cast.ada, at=later)
    one.refresh_from_db()
    assert (one.state, one.last_sequence) == ("received", 2)
    assert replay().endswith("0 declarations differ.")
