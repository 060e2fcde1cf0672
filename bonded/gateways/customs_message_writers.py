"""Writes customs messages as their offices write them: the inverse of reading, for the simulated offices."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, SubElement, tostring

from bonded.gateways.single_window_receipts import ZONE
from bonded.rules.customs_codes import CodeListName
from bonded.rules.customs_messages import CustomsMessage, MessageFact
from bonded.rules.customs_offices import MessageForm, office_of

JSON = "application/json"
XML = "application/xml; charset=utf-8"
# What XML 1.0 can't carry, and the return, which a reader would take for a new line.
_UNWRITABLE = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_message(*, office: str, message: CustomsMessage) -> tuple[bytes, str]:
    """Write a message in the form of an office; gives the body and its content type.

    Reading it gives the same message again, with what its form can carry: the XML forms know no
    sequence; CDS knows whole seconds, and of the facts those of its notifications; the Single
    Window knows only the note, and a gate pass either our number or the office's. Raises
    OfficeUnknown; ValueError for a text that XML can't carry.
    """
    match office_of(office).form:
        case MessageForm.ENVELOPE:
            return _envelope(message), JSON
        case MessageForm.CDS:
            return _document(_notification(message)), XML
        case MessageForm.SINGLE_WINDOW:
            return _document(_RECEIPTS[CodeListName(message.code_list)](message)), XML


def _envelope(message: CustomsMessage) -> bytes:
    fields = {
        "message_id": message.message_id,
        "office": message.office,
        "declaration_number": message.declaration_number,
        "mrn": message.mrn,
        "sequence": message.sequence,
        "issued_at": message.issued_at.isoformat(),
        "code_list": message.code_list,
        "status": message.status,
        "facts": dict(message.facts),
    }
    return json.dumps({name: value for name, value in fields.items() if value is not None}).encode()


def _document(root: Element) -> bytes:
    for node in root.iter():
        if _UNWRITABLE.search(node.text or ""):
            raise ValueError(f"{node.tag} holds a character that is not written")
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))


def _put(parent: Element, path: str, value: MessageFact = None) -> Element:
    """Put an element at the end of a path, the last of it always anew; a value that is not told leaves it out."""
    *way, last = path.split("/")
    for name in way:
        found = parent.find(name)
        parent = SubElement(parent, name) if found is None else found
    made = SubElement(parent, last)
    made.text = None if value is None else str(value)
    return made


def _put_told(parent: Element, values: Mapping[str, MessageFact]) -> None:
    for path, value in values.items():
        if value is not None:
            _put(parent, path, value)


def _notification(message: CustomsMessage) -> Element:
    facts = message.facts
    root = Element("MetaData")
    _put_told(root, {"WCODataModelVersionCode": "3.6", "WCOTypeName": "RES"})
    response = _put(root, "Response")
    _put_told(response, {"FunctionCode": message.status, "FunctionalReferenceID": facts.get("notification")})
    _put_moment(response, "IssueDateTime", message.issued_at)
    if (limit := facts.get("limit_at")) is not None:
        _put_moment(response, "AdditionalInformation/LimitDateTime", datetime.fromisoformat(str(limit)))
    _put_told(
        response,
        {
            "AdditionalInformation/StatementDescription": facts.get("statement"),
            "Status/NameCode": facts.get("name_code"),
        },
    )
    for code in str(facts.get("errors") or "").split():
        _put(_put(response, "Error"), "ValidationCode", code)
    declaration = _put(response, "Declaration")
    _put_told(
        declaration,
        {
            "FunctionalReferenceID": message.declaration_number,
            "ID": message.mrn,
            "VersionID": facts.get("version"),
        },
    )
    _put_payment(declaration, facts)
    return root


def _put_moment(parent: Element, path: str, moment: datetime) -> None:
    written = f"{moment.astimezone(UTC):%Y%m%d%H%M%S}Z"
    _put(parent, f"{path}/DateTimeString", written).set("formatCode", "304")


def _put_payment(declaration: Element, facts: Mapping[str, MessageFact]) -> None:
    told = facts.get("shortfall") or facts.get("tax_total")
    if told is not None:
        amount = _put(declaration, "DutyTaxFee/Payment/PaymentAmount", told)
        if (currency := facts.get("currency")) is not None:
            amount.set("currencyID", str(currency))
    _put_told(
        declaration,
        {"DutyTaxFee/Payment/ObligationGuarantee/ReferenceID": facts.get("guarantee_reference")},
    )


def _local(moment: datetime) -> str:
    return moment.astimezone(ZONE).replace(tzinfo=None).isoformat()


def _declaration_receipt(message: CustomsMessage) -> Element:
    root = Element("DEC_DATA")
    _put_told(
        _put(root, "DEC_RESULT"),
        {
            "CLIENTSEQ_NO": message.declaration_number,
            "ENTRY_ID": message.mrn,
            "NOTICE_DATE": _local(message.issued_at),
            "CHANNEL": message.status,
            "NOTE": message.facts.get("note"),
        },
    )
    return root


def _list_receipt(message: CustomsMessage) -> Element:
    return _package(
        "INV201",
        message,
        {
            "BondInvtBsc/etpsInnerInvtNo": message.declaration_number,
            "BondInvtBsc/entryNo": message.mrn,
            "BondInvtBsc/invtStucd": message.status,
        },
    )


def _pass_receipt(message: CustomsMessage) -> Element:
    return _package(
        "SAS221",
        message,
        {
            "HdeApprResult/etpsPreentNo": message.declaration_number,
            "SasPassportBsc/rltNo": message.mrn,
            "SasPassportBsc/stucd": message.status,
        },
    )


def _package(kind: str, message: CustomsMessage, values: Mapping[str, MessageFact]) -> Element:
    root = Element("Package")
    _put_told(
        root,
        {
            "EnvelopInfo/message_id": message.message_id,
            "EnvelopInfo/message_type": kind,
            "EnvelopInfo/send_time": _local(message.issued_at),
        },
    )
    _put_told(
        _put(root, f"DataInfo/BussinessData/{kind}"),
        {
            "HdeApprResult/manageDate": _local(message.issued_at).replace("T", " "),
            "HdeApprResult/rmk": message.facts.get("note"),
            **values,
        },
    )
    return root


_RECEIPTS = {
    CodeListName.CHANNEL: _declaration_receipt,
    CodeListName.BONDED_LIST: _list_receipt,
    CodeListName.GATE_PASS: _pass_receipt,
}
