"""Reading a status message, and the order in which messages take effect."""

import json
import random
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from bonded.rules.customs_codes import OFFICES, SIMULATOR
from bonded.rules.customs_messages import (
    Cause,
    CustomsMessage,
    LaneMessage,
    MessageState,
    MessageUnreadable,
    Outcome,
    Position,
    read_customs_message,
    settle_lane,
)
from bonded.rules.declarations import DeclarationState

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
OFFICE = OFFICES[SIMULATOR]
LODGED = Position(DeclarationState.LODGED, 0)
# Taken in, accepted, inspection, accepted after all, tax told, released, closed.
JOURNEY = "LJCJTPR"


def envelope(**changes: Any) -> dict[str, Any]:
    return {
        "message_id": "m-1",
        "office": "SIM",
        "declaration_number": "202603020000000001",
        "mrn": "530120261000000001",
        "sequence": 1,
        "issued_at": "2026-03-02T17:00:00+08:00",
        "status": "L",
        "facts": {"desk": 4, "remark": None},
    } | changes


NOT_OURS: list[dict[str, Any]] = [
    {"sequence": 0},
    {"sequence": -1},
    {"sequence": "1"},
    {"sequence": True},
    {"sequence": 1.0},
    {"sequence": 1_000_001},
    {"sequence": float("nan")},
    {"issued_at": "2026-03-02T17:00:00"},
    {"issued_at": "yesterday"},
    {"issued_at": 5},
    {"status": ""},
    {"status": None},
    {"status": "LONGERTHAN12C"},
    {"declaration_number": "a\0b"},
    {"message_id": ["m-1"]},
    {"mrn": 7},
    {"facts": []},
    {"facts": {"tax": 1.5}},
    {"facts": {"lines": [1]}},
    {"facts": {"deep": {"deeper": 1}}},
]


def in_lane(sequence: int, status: str, *, waits_until: datetime = AT + OFFICE.patience, key: int = 0) -> LaneMessage:
    message = CustomsMessage(
        message_id=f"m-{sequence}",
        office="SIM",
        declaration_number="1",
        mrn=None,
        sequence=sequence,
        issued_at=AT,
        status=status,
        facts={},
    )
    return LaneMessage(key or sequence, message, waits_until)


def journey(statuses: str = JOURNEY) -> list[LaneMessage]:
    return [in_lane(number, status) for number, status in enumerate(statuses, start=1)]


def settle_one_by_one(arrivals: Iterable[LaneMessage]) -> tuple[Position, list[Outcome]]:
    """Let messages arrive singly, as the inbox does: a repeated key is stored once, a waiting one stays in the lane."""
    position, waiting, seen, settled = LODGED, list[LaneMessage](), set[int](), list[Outcome]()
    for arrival in arrivals:
        if arrival.key in seen:
            continue
        seen.add(arrival.key)
        lane = [*waiting, arrival]
        position, outcomes = settle_lane(position, lane, office=OFFICE, at=AT)
        still = {outcome.key for outcome in outcomes if outcome.became is MessageState.WAITING}
        waiting = [one for one in lane if one.key in still]
        settled += [outcome for outcome in outcomes if outcome.key not in still]
    assert waiting == []
    return position, settled


def brief(outcomes: Sequence[Outcome]) -> list[tuple[int, str, str | None, str]]:
    return [(one.key, one.became.value, one.cause and one.cause.value, one.after.value) for one in outcomes]


def test_read_customs_message__reads_our_envelope() -> None:
    assert read_customs_message(json.dumps(envelope()).encode()) == CustomsMessage(
        message_id="m-1",
        office="SIM",
        declaration_number="202603020000000001",
        mrn="530120261000000001",
        sequence=1,
        issued_at=datetime(2026, 3, 2, 9, 0, tzinfo=UTC),
        status="L",
        facts={"desk": 4, "remark": None},
    )


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"null",
        b'"text"',
        b'{"message_id": "m-1"}',
        b'{"message_id": "a", "message_id": "b"}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        *(json.dumps(envelope(**changes)).encode() for changes in NOT_OURS),
    ],
)
def test_read_customs_message__refuses_what_it_does_not_understand(raw: bytes) -> None:
    with pytest.raises(MessageUnreadable) as refusal:
        read_customs_message(raw)
    assert refusal.value.facts["reason"]


def test_settle_lane__applies_a_journey_in_its_order() -> None:
    position, outcomes = settle_lane(LODGED, journey(), office=OFFICE, at=AT)
    assert position == Position(DeclarationState.CLEARED, 7)
    assert brief(outcomes) == [
        (1, "applied", None, "received"),
        (2, "applied", None, "accepted"),
        (3, "applied", None, "inspection_ordered"),
        (4, "applied", None, "accepted"),
        (5, "applied", None, "tax_assessed"),
        (6, "applied", None, "released"),
        (7, "applied", None, "cleared"),
    ]


def test_settle_lane__ends_the_same_for_every_permutation() -> None:
    expected = settle_one_by_one(journey())
    assert expected[0] == Position(DeclarationState.CLEARED, 7)
    for arrivals in permutations(journey()):
        assert settle_one_by_one(arrivals) == expected


def test_settle_lane__ends_the_same_for_shuffles_with_repeats_of_long_journeys() -> None:
    chance = random.Random(20260302)
    for _ in range(1_000):
        messages = journey("7L" + "CJ" * chance.randint(0, 8) + chance.choice(["TPR", "?PR", "E", "PLR", "D"]))
        shuffled = [*messages, *chance.choices(messages, k=len(messages))]
        chance.shuffle(shuffled)
        assert settle_one_by_one(shuffled) == settle_one_by_one(messages)


def test_settle_lane__lets_an_early_message_wait() -> None:
    position, outcomes = settle_lane(LODGED, [in_lane(3, "P"), in_lane(1, "L")], office=OFFICE, at=AT)
    assert position == Position(DeclarationState.RECEIVED, 1)
    assert brief(outcomes) == [(1, "applied", None, "received"), (3, "waiting", "gap", "received")]


def test_settle_lane__gives_a_gap_up_when_a_message_behind_it_waited_long_enough() -> None:
    lane = [in_lane(3, "T"), in_lane(5, "P", waits_until=AT), in_lane(7, "R")]
    position, outcomes = settle_lane(LODGED, lane, office=OFFICE, at=AT)
    assert position == Position(DeclarationState.RELEASED, 5)
    assert brief(outcomes) == [
        (3, "applied", None, "tax_assessed"),
        (5, "applied", None, "released"),
        (7, "waiting", "gap", "released"),
    ]


def test_settle_lane__waits_until_the_very_moment() -> None:
    lane = [in_lane(2, "P", waits_until=AT + timedelta(microseconds=1))]
    assert settle_lane(LODGED, lane, office=OFFICE, at=AT)[0] == LODGED


def test_settle_lane__keeps_a_late_message_without_effect() -> None:
    position = Position(DeclarationState.RELEASED, 5)
    after, outcomes = settle_lane(position, [in_lane(3, "C"), in_lane(5, "E")], office=OFFICE, at=AT)
    assert after == position
    assert brief(outcomes) == [(3, "superseded", "late", "released"), (5, "superseded", "late", "released")]


def test_settle_lane__parks_an_unknown_code_and_goes_on() -> None:
    position, outcomes = settle_lane(LODGED, journey("L?P"), office=OFFICE, at=AT)
    assert position == Position(DeclarationState.RELEASED, 3)
    assert brief(outcomes)[1] == (2, "parked", "code_unknown", "received")


def test_settle_lane__parks_an_impossible_step_and_never_rewinds() -> None:
    position, outcomes = settle_lane(LODGED, journey("PLR"), office=OFFICE, at=AT)
    assert position == Position(DeclarationState.CLEARED, 3)
    assert brief(outcomes) == [
        (1, "applied", None, "released"),
        (2, "parked", "step_impossible", "released"),
        (3, "applied", None, "cleared"),
    ]


def test_settle_lane__parks_a_message_whose_effect_was_refused() -> None:
    position, outcomes = settle_lane(LODGED, journey("LJP"), office=OFFICE, refused={2}, at=AT)
    assert position == Position(DeclarationState.RELEASED, 3)
    assert brief(outcomes)[1] == (2, "parked", "effect_refused", "received")


def test_settle_lane__takes_a_second_code_of_the_same_state_as_a_confirmation() -> None:
    position, outcomes = settle_lane(LODGED, journey("7L"), office=OFFICE, at=AT)
    assert position == Position(DeclarationState.RECEIVED, 2)
    assert [outcome.became for outcome in outcomes] == [MessageState.APPLIED] * 2


def test_settle_lane__of_two_messages_with_one_sequence_takes_the_one_issued_first() -> None:
    first = in_lane(1, "L", key=8)
    second = LaneMessage(
        9,
        CustomsMessage("m-0", "SIM", "1", None, 1, AT + timedelta(seconds=1), "E", {}),
        AT + OFFICE.patience,
    )
    _, outcomes = settle_lane(LODGED, [second, first], office=OFFICE, at=AT)
    assert [(one.key, one.cause) for one in outcomes] == [(8, None), (9, Cause.LATE)]


def test_status_of__knows_a_code_only_while_its_list_is_in_force() -> None:
    assert OFFICE.status_of("P", on=datetime(2018, 8, 1, tzinfo=UTC).date()) is DeclarationState.RELEASED
    assert OFFICE.status_of("P", on=datetime(2018, 7, 31, tzinfo=UTC).date()) is None
    assert OFFICE.status_of("Z", on=AT.date()) is None


@pytest.mark.parametrize(
    "change",
    [
        {"declaration_number": "\ud800"},
        {"mrn": "\udfff"},
        {"message_id": "a\ud800"},
        {"issued_at": "0001-01-01T00:00:00+23:59"},
    ],
)
def test_read_customs_message__refuses_what_a_database_would_stumble_over(change: dict[str, str]) -> None:
    fields = {
        "message_id": "m-1",
        "office": "SIM",
        "declaration_number": "202611230000000001",
        "mrn": "26CN1",
        "sequence": 1,
        "issued_at": "2026-11-23T02:00:00+00:00",
        "status": "L",
    }

    with pytest.raises(MessageUnreadable):
        read_customs_message(json.dumps(fields | change).encode())


def test_read_customs_message__keeps_moments_in_utc() -> None:
    fields = {
        "message_id": "m-1",
        "office": "SIM",
        "declaration_number": "202611230000000001",
        "sequence": 1,
        "issued_at": "2026-11-23T10:00:00+23:59",
        "status": "L",
    }

    assert read_customs_message(json.dumps(fields).encode()).issued_at.isoformat() == "2026-11-22T10:01:00+00:00"
