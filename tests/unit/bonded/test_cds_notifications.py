"""HMRC's fifteen samples, each read to the last fact, and what is no notification."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bonded.gateways.cds_notifications import read_cds_notification
from bonded.gateways.customs_message_forms import read_stored_message
from bonded.rules.customs_codes import CDS
from bonded.rules.customs_messages import CustomsMessage, MessageFact, MessageUnreadable

SAMPLES = Path(__file__).parents[2] / "samples" / "hmrc_cds"
RECEIVED_AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FIRST = ("3.1_P1_TT_1311RM41", "19GBCKKCQSXV2FGVA8")
INSPECTED = ("IM08a_PHYCTL_002", "20GB1Q3RTK463FGVR4")
AMENDED = "20GB1OJPU2P01FGVR4"
SHORT = ("TT_IM01a_CPI_0707_09", "20GB7HGPXUC5DFGVR2")
GB_TAX = {"tax_total": "2324.00", "currency": "GBP", "name_code": "4"}

# File; status; our number and HMRC's; issued; HMRC's own id of the notification and the other facts.
EXPECTED: list[tuple[str, str, tuple[str, str], str, dict[str, MessageFact]]] = [
    (
        "01_DMSACC",
        "01",
        FIRST,
        "2019-11-13T17:22:16",
        {"notification": "a6e4e95b91be4fe4a95800c235c7c010", "version": "2"},
    ),
    (
        "02_DMSRCV",
        "02",
        FIRST,
        "2019-11-13T17:21:39",
        {"notification": "96209a1284e649abbd269c37b2530b74", "version": "1"},
    ),
    (
        "03_DMSREJ",
        "03",
        ("Sample_A_TC01_1102_03", "20GB1NA4Y2YSRFGVR6"),
        "2020-02-11T11:42:12",
        {"notification": "561fb99741a94910913f9bd1e4d4055e", "version": "1", "errors": "CDS12005"},
    ),
    (
        "05_DMSCTL",
        "05",
        INSPECTED,
        "2020-02-13T11:07:23",
        {"notification": "cf614e6aa7fe4c01ae675b40ef4dffcf", "version": "1"},
    ),
    (
        "06_DMSDOC",
        "06",
        ("CDCMRESLCTTT2211KM05", "23GBCXDLLRXMOCTAA4"),
        "2023-11-22T16:33:45",
        {
            "notification": "450a2ae1589b40cb9db92fef786e8777",
            "version": "1",
            "statement": "ACA ACA",
            "limit_at": "2026-09-11T16:33:45+00:00",
        },
    ),
    (
        "07_DMSRES",
        "07",
        FIRST,
        "2019-11-13T17:22:17",
        {"notification": "f01bff53f1ff47c1b2fdac4bf560dfe8", "version": "2"},
    ),
    (
        "08_DMSROG",
        "08",
        ("R251_TC05_2111_13", AMENDED),
        "2020-02-12T09:15:07",
        {"notification": "b850b7f5b53a4e699713199658a2d17f", "version": "3", "statement": "AFB A1"},
    ),
    (
        "09_DMSCLE",
        "09",
        FIRST,
        "2019-11-13T17:22:17",
        {"notification": "33a255bb919f485681b057d74164cb00", "version": "2", "statement": "AFB A2"},
    ),
    (
        "10_DMSINV",
        "10",
        ("TC18_SM_1701_004", "20GB0NKQGSX2IX8PR5"),
        "2020-01-17T13:30:13",
        {
            "notification": "6d28f492631e40d5ac020129051f3f85",
            "version": "1",
            "statement": "AFB Comments for Submitter for TC18",
        },
    ),
    (
        "11_DMSREQ",
        "11",
        ("Comp_Amend_001", AMENDED),
        "2020-02-12T09:11:50",
        {"notification": "1fefd5ad7dae41d7b847c8efab5f39fb", "version": "1", "name_code": "39"},
    ),
    (
        "13_DMSTAX",
        "13",
        INSPECTED,
        "2020-02-13T11:11:55",
        {"notification": "026dbf69ad164b92868f5df716955cad", "version": "1", **GB_TAX},
    ),
    (
        "14_DMSCPI",
        "14",
        SHORT,
        "2020-07-07T13:58:08",
        {
            "notification": "58732f17f9d7459d91e775e1edf9cd55",
            "version": "1",
            "shortfall": "226.40",
            "currency": "GBP",
            "guarantee_reference": "1909241",
        },
    ),
    (
        "15_DMSCPR",
        "15",
        SHORT,
        "2020-07-08T13:58:08",
        {
            "notification": "bee6c4091dd14ef2a058c73398029611",
            "version": "1",
            "shortfall": "226.40",
            "currency": None,
            "guarantee_reference": "1909241",
        },
    ),
    (
        "16_DMSEOG",
        "16",
        FIRST,
        "2019-11-13T17:24:08",
        {
            "notification": "fb2794252d6b45e6b5def84d53bb969f",
            "version": "2",
            "name_code": "A1",
            "statement": "CEX GB000041",
        },
    ),
    (
        "17_DMSGER",
        "18",
        ("U.7847610GCIRM", "24GB9WRD7U2Y5ISAA2"),
        "2024-10-21T16:28:14",
        {
            "notification": "8a96724cd7cc4a0cbbff980753ec4627",
            "version": "1",
            "statement": "CEX",
            "limit_at": "2025-02-03T16:12:04+00:00",
        },
    ),
]
ISSUED = '<IssueDateTime><DateTimeString formatCode="304">20260302090000Z</DateTimeString></IssueDateTime>'
NAMED = "<Declaration><FunctionalReferenceID>D1</FunctionalReferenceID><ID>M1</ID></Declaration>"


def document(inside: str, *, around: str = "MetaData") -> bytes:
    return f"<{around}><Response>{inside}</Response></{around}>".encode()


def read(raw: bytes) -> CustomsMessage:
    return read_cds_notification(office="GBCDS", message_id="m-1", raw=raw, received_at=RECEIVED_AT)


@pytest.mark.parametrize(("name", "status", "numbers", "issued", "facts"), EXPECTED, ids=[one[0] for one in EXPECTED])
def test_read_stored_message__reads_every_published_sample(
    name: str, status: str, numbers: tuple[str, str], issued: str, facts: dict[str, MessageFact]
) -> None:
    raw = (SAMPLES / f"{name}.xml").read_bytes()

    assert read_stored_message(office="GBCDS", message_id="m-1", raw=raw, received_at=RECEIVED_AT) == CustomsMessage(
        message_id="m-1",
        office="GBCDS",
        declaration_number=numbers[0],
        mrn=numbers[1],
        sequence=None,
        issued_at=datetime.fromisoformat(f"{issued}+00:00"),
        code_list="cds",
        status=status,
        facts=facts,
    )
    assert status in CDS.meanings


def test_samples__are_all_expected() -> None:
    assert sorted(path.stem for path in SAMPLES.glob("*.xml")) == [one[0] for one in EXPECTED]


@pytest.mark.parametrize(
    ("told", "issued_at"),
    [
        ("20260302090000Z", datetime(2026, 3, 2, 9, tzinfo=UTC)),
        ("20260302090000+00", datetime(2026, 3, 2, 9, tzinfo=UTC)),
        ("20260302100000+0100", datetime(2026, 3, 2, 9, tzinfo=UTC)),
        ("20260301233000-09:30", datetime(2026, 3, 2, 9, tzinfo=UTC)),
        ("20260302", datetime(2026, 3, 2, tzinfo=UTC)),
        ("", RECEIVED_AT),
    ],
)
def test_read_cds_notification__reads_the_moment_of_issue(told: str, issued_at: datetime) -> None:
    inside = ISSUED.replace("20260302090000Z", told)
    assert read(document(f"<FunctionCode>9</FunctionCode>{inside}{NAMED}")).issued_at == issued_at


def test_read_cds_notification__takes_the_arrival_where_no_moment_is_told() -> None:
    message = read(document(f"<FunctionCode>9</FunctionCode>{NAMED}"))
    assert (message.status, message.issued_at, message.facts) == ("09", RECEIVED_AT, {})


def test_read_cds_notification__does_not_mind_a_namespace() -> None:
    inside = f"<r:FunctionCode>01</r:FunctionCode>{NAMED.replace('<', '<r:').replace('<r:/', '</r:')}"
    raw = f'<m:MetaData xmlns:m="urn:a" xmlns:r="urn:b"><r:Response>{inside}</r:Response></m:MetaData>'
    assert read(raw.encode()).mrn == "M1"


def test_read_cds_notification__adds_up_what_the_declaration_owes_and_not_its_items_again() -> None:
    fee = '<DutyTaxFee><Payment><PaymentAmount currencyID="GBP">{}</PaymentAmount></Payment></DutyTaxFee>'
    goods = "<GovernmentAgencyGoodsItem><Commodity>{}</Commodity></GovernmentAgencyGoodsItem>"
    item = f"<GoodsShipment>{goods}</GoodsShipment>"
    owed = fee.format("0.10") + fee.format("0.2") + item.format(fee.format("0.3"))
    facts = read(document(f"<FunctionCode>13</FunctionCode>{NAMED.replace('<ID>', owed + '<ID>')}")).facts
    assert facts == {"tax_total": "0.30", "currency": "GBP"}


def test_read_cds_notification__adds_up_the_items_where_the_declaration_tells_no_sum() -> None:
    amounts = ("0.10", "99999999999999.95")
    fees = "".join(
        f'<DutyTaxFee><Payment><PaymentAmount currencyID="GBP">{amount}</PaymentAmount></Payment></DutyTaxFee>'
        for amount in amounts
    )
    goods = f"<GovernmentAgencyGoodsItem><Commodity>{fees}</Commodity></GovernmentAgencyGoodsItem>"
    item = f"<GoodsShipment>{goods}</GoodsShipment>"
    facts = read(document(f"<FunctionCode>13</FunctionCode>{NAMED.replace('<ID>', item + '<ID>')}")).facts
    assert facts == {"tax_total": "100000000000000.05", "currency": "GBP"}


def test_read_cds_notification__tells_no_amount_of_other_notifications() -> None:
    fee = "<DutyTaxFee><Payment><PaymentAmount>1.00</PaymentAmount></Payment></DutyTaxFee>"
    assert read(document(f"<FunctionCode>09</FunctionCode>{NAMED.replace('<ID>', fee + '<ID>')}")).facts == {}


def test_read_cds_notification__joins_several_errors() -> None:
    errors = "".join(f"<Error><ValidationCode>{code}</ValidationCode></Error>" for code in ("A1", "B2", "A1"))
    assert read(document(f"<FunctionCode>03</FunctionCode>{errors}{NAMED}")).facts == {"errors": "A1 B2"}


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (document("", around="Other"), "Other is no CDS notification"),
        (b"<MetaData/>", "it has no function code"),
        (document(NAMED), "it has no function code"),
        (document("<FunctionCode>09</FunctionCode>"), "it names no declaration"),
        (document("<FunctionCode>09</FunctionCode><Declaration/>"), "it names no declaration"),
        (document(f"<FunctionCode>09</FunctionCode>{NAMED}{NAMED}"), "it holds more than one declaration"),
        (document("</Response><Response>"), "it holds more than one notification"),
        (
            document(f"<FunctionCode>09</FunctionCode><FunctionCode>08</FunctionCode>{NAMED}"),
            "FunctionCode stands twice",
        ),
        (
            document(f"<FunctionCode>0<b>9</b></FunctionCode>{NAMED}"),
            "FunctionCode holds elements where text should be",
        ),
        (
            document(f"<FunctionCode>{'9' * 13}</FunctionCode>{NAMED}"),
            "FunctionCode is longer than 12 characters or not one line",
        ),
        (
            document(f"<FunctionCode>09</FunctionCode>{NAMED.replace('M1', 'M' * 41)}"),
            "ID is longer than 40 characters or not one line",
        ),
        *(
            (
                document(f"<FunctionCode>09</FunctionCode>{ISSUED.replace('20260302090000Z', told)}{NAMED}"),
                f"{told} is no moment with its zone",
            )
            for told in ("20260302090000", "20261302090000Z", "20260230", "yesterday", "00010101000000+0100")
        ),
        *(
            (
                document(
                    f"<FunctionCode>14</FunctionCode><Declaration><ID>M1</ID><DutyTaxFee><Payment>"
                    f"<PaymentAmount>{told}</PaymentAmount></Payment></DutyTaxFee></Declaration>"
                ),
                "a payment's amount is no number",
            )
            for told in ("", "-1", "1e3", "NaN", "1,5", "٣")
        ),
        *(
            (
                document(
                    f"<FunctionCode>13</FunctionCode><Declaration><ID>M1</ID><DutyTaxFee><Payment>"
                    f'<PaymentAmount currencyID="GBP">1</PaymentAmount></Payment><Payment>'
                    f"<PaymentAmount{second}>1</PaymentAmount></Payment></DutyTaxFee></Declaration>"
                ),
                "its payments are in several currencies",
            )
            for second in ("", ' currencyID="EUR"')
        ),
        (
            document(
                "<FunctionCode>14</FunctionCode><Declaration><ID>M1</ID><DutyTaxFee><Payment>"
                '<PaymentAmount currencyID="pound">1</PaymentAmount></Payment></DutyTaxFee></Declaration>'
            ),
            "a payment's currency is no code of three letters",
        ),
    ],
)
def test_read_cds_notification__refuses_what_it_can_not_be_sure_of(raw: bytes, reason: str) -> None:
    with pytest.raises(MessageUnreadable) as refusal:
        read(raw)
    assert refusal.value.facts == {"reason": reason}
