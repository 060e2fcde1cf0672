"""The three receipts of the Single Window, and what is none."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bonded.gateways.customs_message_forms import read_stored_message
from bonded.rules.customs_messages import CustomsMessage, MessageFact, MessageUnreadable
from bonded.rules.customs_offices import OfficeUnknown

SAMPLES = Path(__file__).parents[2] / "samples" / "single_window"
RECEIVED_AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
OURS = "202603020000000001"
MRN = "530120261000000001"

EXPECTED: list[tuple[str, str, str, str | None, str | None, str | None, datetime, dict[str, MessageFact]]] = [
    (
        "declaration",
        "channel",
        "P",
        None,
        MRN,
        "I20260000000000001",
        datetime(2026, 3, 2, 9, 0, tzinfo=UTC),
        {
            "data_centre_number": "I20260000000000001",
            "note": "I20260000000000001,已放行",
            "customs_office": "5301",
            "declared_on": "20260302",
        },
    ),
    (
        "declaration_older",
        "channel",
        "7",
        None,
        None,
        "000000009000000001",
        datetime(2026, 3, 2, 9, 0, 0, 500_000, tzinfo=UTC),
        {"data_centre_number": "000000009000000001", "note": "直接申报成功"},
    ),
    (
        "bonded_list",
        "bonded_list",
        "0",
        OURS,
        MRN,
        None,
        datetime(2026, 3, 2, 9, 4, tzinfo=UTC),
        {
            "list_number": "QD530126I000000001",
            "result": "1",
            "deducted": "1",
            "passed_gate": "1",
            "declaration_released": "1",
        },
    ),
    (
        "bonded_list_taken_in",
        "bonded_list",
        "result:Y",
        OURS,
        None,
        None,
        datetime(2026, 3, 2, 9, 5, tzinfo=UTC),
        {"result": "Y", "note": "报文入库成功"},
    ),
    (
        "gate_pass",
        "gate_pass",
        "2",
        OURS,
        None,
        None,
        datetime(2026, 3, 2, 10, 0, tzinfo=UTC),
        {
            "pass_number": "Z5301I260302000000000001",
            "result": "1",
            "declared_weight": "1800.5",
            "gate_weight": "1801",
            "weight_difference": "0.5",
            "passed_at": "20260302175900",
        },
    ),
]


def read(raw: bytes) -> CustomsMessage:
    return read_stored_message(office="CNSW", message_id="m-1", raw=raw, received_at=RECEIVED_AT)


def receipt(*inside: str) -> bytes:
    return f"<DEC_RESULT><CHANNEL>P</CHANNEL>{''.join(inside)}</DEC_RESULT>".encode()


@pytest.mark.parametrize(
    ("name", "code_list", "status", "number", "mrn", "provisional", "issued_at", "facts"),
    EXPECTED,
    ids=[one[0] for one in EXPECTED],
)
def test_read_stored_message__reads_every_sample(
    name: str,
    code_list: str,
    status: str,
    number: str | None,
    mrn: str | None,
    provisional: str | None,
    issued_at: datetime,
    facts: dict[str, MessageFact],
) -> None:
    assert read((SAMPLES / f"{name}.xml").read_bytes()) == CustomsMessage(
        message_id="m-1",
        office="CNSW",
        declaration_number=number,
        mrn=mrn,
        sequence=None,
        issued_at=issued_at,
        code_list=code_list,
        status=status,
        facts=facts,
        provisional_number=provisional,
    )


@pytest.mark.parametrize(
    "raw",
    [
        b"<DEC_DATA><ClientSeqNo>D1</ClientSeqNo>" + receipt("<ENTRY_ID>M1</ENTRY_ID>") + b"</DEC_DATA>",
        receipt("<CLIENTSEQ_NO>D1</CLIENTSEQ_NO><ENTRY_ID>M1</ENTRY_ID>"),
    ],
)
def test_read_single_window_receipt__takes_our_own_number_where_the_sender_adds_it(raw: bytes) -> None:
    message = read(raw)
    assert (message.declaration_number, message.mrn) == ("D1", "M1")


def package(kind: str, inside: str) -> bytes:
    return f"<Package><DataInfo><BussinessData><{kind}>{inside}</{kind}></BussinessData></DataInfo></Package>".encode()


@pytest.mark.parametrize(
    ("raw", "number", "provisional"),
    [
        (
            package(
                "INV201",
                "<HdeApprResult><etpsPreentNo>S1</etpsPreentNo></HdeApprResult><BondInvtBsc><invtStucd>0</invtStucd>"
                "<bondInvtNo>Q1</bondInvtNo><invtPreentNo>S1</invtPreentNo></BondInvtBsc>",
            ),
            None,
            "Q1",
        ),
        (
            package(
                "INV201",
                "<HdeApprResult><etpsPreentNo>S1</etpsPreentNo></HdeApprResult><BondInvtBsc><invtStucd>0</invtStucd>"
                "<bondInvtNo>Q1</bondInvtNo><etpsInnerInvtNo>D1</etpsInnerInvtNo></BondInvtBsc>",
            ),
            "D1",
            None,
        ),
        (
            package(
                "SAS221",
                "<HdeApprResult><etpsPreentNo>S1</etpsPreentNo></HdeApprResult><SasPassportBsc><stucd>1</stucd>"
                "<sasPassportPreentNo>S1</sasPassportPreentNo><rltNo>Q1</rltNo></SasPassportBsc>",
            ),
            None,
            "Q1",
        ),
    ],
)
def test_read_single_window_receipt__does_not_take_the_single_window_s_number_for_ours(
    raw: bytes, number: str | None, provisional: str | None
) -> None:
    message = read(raw)
    assert (message.declaration_number, message.mrn, message.provisional_number) == (number, None, provisional)


@pytest.mark.parametrize(
    ("told", "issued_at"),
    [
        ("2026-03-02T17:00:00", datetime(2026, 3, 2, 9, tzinfo=UTC)),
        ("2026-03-02 17:00:00.5", datetime(2026, 3, 2, 9, 0, 0, 500_000, tzinfo=UTC)),
        ("2026-03-02T17:00:00+08:00", datetime(2026, 3, 2, 9, tzinfo=UTC)),
        ("20260302170000", None),
        ("20260302T17000000", datetime(2026, 3, 2, 9, tzinfo=UTC)),
        ("2026-03-02", datetime(2026, 3, 1, 16, tzinfo=UTC)),
        ("", RECEIVED_AT),
        ("soon", None),
    ],
)
def test_read_single_window_receipt__reads_a_time_as_shanghai_s(told: str, issued_at: datetime | None) -> None:
    raw = receipt(f"<ENTRY_ID>M1</ENTRY_ID><NOTICE_DATE>{told}</NOTICE_DATE>")
    if issued_at is not None:
        assert read(raw).issued_at == issued_at
        return
    with pytest.raises(MessageUnreadable) as refusal:
        read(raw)
    assert refusal.value.facts == {"reason": f"{told} is no moment"}


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"<Root><failCode>C134</failCode></Root>", "Root is no Single Window receipt"),
        (b"<DEC_DATA/>", "it holds no receipt"),
        (b"<DEC_DATA><DEC_RESULT/><DEC_RESULT/></DEC_DATA>", "it holds more than one receipt"),
        (b"<DEC_RESULT><ENTRY_ID>M1</ENTRY_ID></DEC_RESULT>", "it has no status"),
        (receipt(), "it names no declaration"),
        (receipt("<CHANNEL>R</CHANNEL>"), "CHANNEL stands twice"),
        (b"<Package/>", "it holds no receipt"),
        (
            b"<Package><DataInfo><BussinessData><INV201/><SAS221/></BussinessData></DataInfo></Package>",
            "it holds more than one receipt",
        ),
        (
            b"<Package><DataInfo><BussinessData><INV211/></BussinessData></DataInfo></Package>",
            "INV211 is no receipt that is known",
        ),
        (b"<Package><DataInfo><BussinessData><INV201/></BussinessData></DataInfo></Package>", "it has no status"),
    ],
)
def test_read_single_window_receipt__refuses_what_it_can_not_be_sure_of(raw: bytes, reason: str) -> None:
    with pytest.raises(MessageUnreadable) as refusal:
        read(raw)
    assert refusal.value.facts == {"reason": reason}


def test_read_stored_message__knows_no_other_office() -> None:
    with pytest.raises(OfficeUnknown):
        read_stored_message(office="XX", message_id="m-1", raw=b"<a/>", received_at=RECEIVED_AT)
