"""Reading a status message in our own envelope."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from bonded.rules.customs_messages import CustomsMessage, MessageUnreadable, read_envelope


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
    {"code_list": "runes"},
    {"code_list": None},
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


def test_read_envelope__reads_our_envelope() -> None:
    assert read_envelope(json.dumps(envelope()).encode()) == CustomsMessage(
        message_id="m-1",
        office="SIM",
        declaration_number="202603020000000001",
        mrn="530120261000000001",
        sequence=1,
        issued_at=datetime(2026, 3, 2, 9, 0, tzinfo=UTC),
        code_list="channel",
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
def test_read_envelope__refuses_what_it_does_not_understand(raw: bytes) -> None:
    with pytest.raises(MessageUnreadable) as refusal:
        read_envelope(raw)
    assert refusal.value.facts["reason"]


@pytest.mark.parametrize(
    "change",
    [
        {"declaration_number": "\ud800"},
        {"mrn": "\udfff"},
        {"message_id": "a\ud800"},
        {"issued_at": "0001-01-01T00:00:00+23:59"},
    ],
)
def test_read_envelope__refuses_what_a_database_would_stumble_over(change: dict[str, str]) -> None:
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
        read_envelope(json.dumps(fields | change).encode())


def test_read_envelope__keeps_moments_in_utc() -> None:
    fields = {
        "message_id": "m-1",
        "office": "SIM",
        "declaration_number": "202611230000000001",
        "sequence": 1,
        "issued_at": "2026-11-23T10:00:00+23:59",
        "status": "L",
    }

    assert read_envelope(json.dumps(fields).encode()).issued_at.isoformat() == "2026-11-22T10:01:00+00:00"
