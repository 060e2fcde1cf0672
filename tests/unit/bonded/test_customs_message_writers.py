"""What is written reads as the same message, in each of the three forms."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bonded.gateways.customs_message_forms import read_stored_message
from bonded.gateways.customs_message_writers import write_message
from bonded.rules.customs_codes import BONDED_LIST, CDS, CHANNEL, GATE_PASS, CodeList
from bonded.rules.customs_messages import CustomsMessage, MessageFact
from bonded.rules.customs_offices import OFFICES, OfficeUnknown

ISSUED_AT = datetime(2026, 3, 2, 9, 0, 7, tzinfo=UTC)
ARRIVED_AT = datetime(2026, 3, 2, 10, tzinfo=UTC)
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=12)


def message(office: str, codes: CodeList, status: str = "1", **facts: MessageFact) -> CustomsMessage:
    return CustomsMessage(
        message_id="m-1",
        office=office,
        declaration_number="BND-26-000001",
        mrn="530120261000000001",
        sequence=3 if OFFICES[office].is_numbered else None,
        issued_at=ISSUED_AT,
        code_list=codes.name,
        status=status,
        facts=facts,
    )


def read_again(written: CustomsMessage) -> CustomsMessage:
    raw, _ = write_message(office=written.office, message=written)
    return read_stored_message(office=written.office, message_id=written.message_id, raw=raw, received_at=ARRIVED_AT)


def as_read(written: CustomsMessage) -> CustomsMessage:
    """A gate pass names a list or a declaration by one number, and does not say which."""
    if written.code_list != GATE_PASS.name:
        return written
    return replace(written, mrn=None, provisional_number=written.mrn)


def nameable(written: CustomsMessage) -> list[CustomsMessage]:
    alone = [replace(written, declaration_number=None)]
    if written.code_list != GATE_PASS.name:
        alone.append(written)
    return [*alone, replace(written, mrn=None)]


@pytest.mark.parametrize(
    ("office", "codes", "status"),
    [
        (office, codes, status)
        for office in ("CNSW", "GBCDS")
        for codes in OFFICES[office].code_lists
        for status in codes.meanings
    ],
)
def test_write_message__reads_again_as_the_same(office: str, codes: CodeList, status: str) -> None:
    for written in nameable(message(office, codes, status)):
        again = read_again(written)
        assert replace(again, facts={}) == as_read(written)


@pytest.mark.parametrize("codes", [CHANNEL, BONDED_LIST, GATE_PASS])
def test_write_message__keeps_the_envelope_s_facts_too(codes: CodeList) -> None:
    written = message("SIM", codes, "1", shortfall="1.20", pieces=3, found=True, note=None)
    raw, content_type = write_message(office="SIM", message=written)
    assert read_again(written) == written
    assert (content_type, json.loads(raw)["sequence"]) == ("application/json", 3)


CDS_FACTS: list[tuple[str, dict[str, MessageFact]]] = [
    ("03", {"notification": "a1", "version": "1", "errors": "CDS12005 CDS40011"}),
    ("06", {"statement": "Invoice <1> & packing list", "limit_at": "2026-03-09T09:00:00+00:00"}),
    ("11", {"name_code": "39"}),
    ("13", {"tax_total": "2324.00", "currency": "GBP"}),
    ("14", {"shortfall": "226.40", "currency": "GBP", "guarantee_reference": "1909241"}),
    ("15", {"shortfall": "0.00", "currency": None}),
]


@pytest.mark.parametrize(("status", "facts"), CDS_FACTS)
def test_write_message__keeps_the_facts_of_a_notification(status: str, facts: dict[str, MessageFact]) -> None:
    written = message("GBCDS", CDS, status, **facts)
    assert read_again(written) == written
    assert write_message(office="GBCDS", message=written)[1] == "application/xml; charset=utf-8"


@pytest.mark.parametrize("codes", [CHANNEL, BONDED_LIST, GATE_PASS])
def test_write_message__keeps_the_note_of_a_receipt(codes: CodeList) -> None:
    written = replace(message("CNSW", codes, note="已放行,\u3000<两> 票 & 单"), mrn=None)
    assert read_again(written) == written


def test_write_message__keeps_a_receipt_s_fraction_of_a_second() -> None:
    written = replace(message("CNSW", CHANNEL, "P"), issued_at=ISSUED_AT.replace(microsecond=123_456))
    assert read_again(written) == written


@pytest.mark.parametrize("note", ["a\0b", "a\x1fb", "a\ud800b", "a\rb", "a\ufffe"])
def test_write_message__refuses_what_xml_can_not_carry(note: str) -> None:
    with pytest.raises(ValueError, match="NOTE holds a character"):
        write_message(office="CNSW", message=message("CNSW", CHANNEL, note=note))


def test_write_message__knows_no_other_office() -> None:
    with pytest.raises(OfficeUnknown):
        write_message(office="XX", message=message("SIM", CHANNEL))


@given(office=st.sampled_from(sorted(OFFICES)), number=TEXTS, mrn=TEXTS, status=TEXTS)
def test_write_message__reads_again_whatever_the_codes_are(office: str, number: str, mrn: str, status: str) -> None:
    codes = OFFICES[office].code_lists[0]
    # CDS writes its function codes with two digits.
    status = status.zfill(2)
    written = replace(message(office, codes, status), declaration_number=number, mrn=mrn)
    assert replace(read_again(written), facts={}) == written
