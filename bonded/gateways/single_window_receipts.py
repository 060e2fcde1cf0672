"""Reads the receipts of China's Single Window: of a declaration, a bonded goods list and a gate pass.

The official manual was not found. The names are those on which public programs that speak this
format agree, written for the ports of Shanghai, Hangzhou and Shenzhen between 2018 and 2024. A
declaration's receipt is a DEC_RESULT, alone or (the older form) inside a DEC_DATA. The receipts of
bonded goods are Packages: INV201 for a list, SAS221 and SAS223 for a gate pass. Times have no zone:
they are Shanghai's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree.ElementTree import Element
from zoneinfo import ZoneInfo

from bonded.gateways.xml_documents import child, children, local_name, read_xml, remark, text, unreadable, word
from bonded.rules.customs_codes import CodeListName
from bonded.rules.customs_messages import CustomsMessage, MessageFact

ZONE = ZoneInfo("Asia/Shanghai")
LONGEST_STATUS = 12


@dataclass(frozen=True, slots=True)
class _Receipt:
    code_list: CodeListName
    status: str | None
    declaration_number: str | None
    mrn: str | None
    issued: str | None
    facts: dict[str, str | None]
    provisional_number: str | None = None


def read_single_window_receipt(*, office: str, message_id: str, raw: bytes, received_at: datetime) -> CustomsMessage:
    """Read one receipt.

    A declaration's: CHANNEL is the status, ENTRY_ID the mrn, the data centre's number (CUS_CIQ_NO,
    once SEQ_NO) what it goes by until customs has given that; our own number only where the sender
    adds it as CLIENTSEQ_NO or ClientSeqNo. A list's or a pass's: invtStucd or stucd is the status,
    our own number etpsInnerInvtNo, or etpsPreentNo unless that only repeats the Single Window's;
    without that, bondInvtNo or rltNo is the provisional number. A mere acknowledgement has no status
    of goods, so its result is the status, as "result:Y", which no list knows. Facts are text, as
    told: see the fields below. Issued when it says, or else when it came.

    Raises MessageUnreadable with a reason: not XML that is safe to read, another document, more
    than one receipt, a part twice, no status, no declaration, a time that is none.
    """
    receipt = _receipt(read_xml(raw))
    if receipt.status is None:
        raise unreadable("it has no status")
    if receipt.declaration_number is None and receipt.mrn is None and receipt.provisional_number is None:
        raise unreadable("it names no declaration")
    facts: dict[str, MessageFact] = {name: value for name, value in receipt.facts.items() if value is not None}
    return CustomsMessage(
        message_id=message_id,
        office=office,
        declaration_number=receipt.declaration_number,
        mrn=receipt.mrn,
        sequence=None,
        issued_at=_moment(receipt.issued) if receipt.issued else received_at,
        code_list=receipt.code_list,
        status=receipt.status,
        facts=facts,
        provisional_number=receipt.provisional_number,
    )


def _receipt(root: Element) -> _Receipt:
    if local_name(root) == "DEC_RESULT":
        return _declaration_receipt(root, client_number=word(root, "ClientSeqNo"))
    if local_name(root) == "DEC_DATA":
        return _declaration_receipt(_the_only(children(root, "DEC_RESULT")), client_number=word(root, "ClientSeqNo"))
    if local_name(root) == "Package":
        # The misspelling is the format's own.
        business = child(root, "DataInfo", "BussinessData")
        result = _the_only([] if business is None else list(business))
        if (read := _PACKAGES.get(local_name(result))) is not None:
            return read(result, text(root, "EnvelopInfo", "send_time"))
        raise unreadable(f"{local_name(result)[:40]} is no receipt that is known")
    raise unreadable(f"{local_name(root)[:40]} is no Single Window receipt")


def _the_only(found: list[Element]) -> Element:
    if len(found) != 1:
        raise unreadable("it holds more than one receipt" if found else "it holds no receipt")
    return found[0]


def _declaration_receipt(result: Element, *, client_number: str | None) -> _Receipt:
    client_number = word(result, "CLIENTSEQ_NO") or client_number
    data_centre_number = word(result, "CUS_CIQ_NO") or word(result, "SEQ_NO")
    return _Receipt(
        code_list=CodeListName.CHANNEL,
        status=word(result, "CHANNEL", longest=LONGEST_STATUS),
        declaration_number=client_number,
        mrn=word(result, "ENTRY_ID"),
        provisional_number=data_centre_number,
        issued=text(result, "NOTICE_DATE"),
        facts={
            "data_centre_number": data_centre_number,
            "note": remark(result, "NOTE"),
            "customs_office": word(result, "CUSTOM_MASTER"),
            "declared_on": word(result, "D_DATE"),
        },
    )


def _bonded_list(result: Element, sent: str | None) -> _Receipt:
    decision, head = child(result, "HdeApprResult"), child(result, "BondInvtBsc")
    own = word(head, "etpsInnerInvtNo") or _own_number(decision, word(head, "invtPreentNo"))
    list_number = word(head, "bondInvtNo") or word(decision, "businessId")
    return _Receipt(
        code_list=CodeListName.BONDED_LIST,
        status=word(head, "invtStucd", longest=LONGEST_STATUS) or _acknowledgement(decision),
        declaration_number=own,
        mrn=word(head, "entryNo"),
        provisional_number=None if own else list_number,
        issued=text(decision, "manageDate") or sent,
        facts={
            "list_number": list_number,
            "result": word(decision, "manageResult"),
            "deducted": word(head, "vrfdedMarkcd"),
            "passed_gate": word(head, "invtIochkptStucd"),
            "declaration_released": word(head, "entryStucd"),
            "note": remark(result, "CheckInfo", "note") or remark(decision, "rmk"),
        },
    )


def _gate_pass(result: Element, sent: str | None) -> _Receipt:
    decision, head = child(result, "HdeApprResult"), child(result, "SasPassportBsc")
    own = _own_number(decision, word(head, "sasPassportPreentNo"))
    return _Receipt(
        code_list=CodeListName.GATE_PASS,
        status=word(head, "stucd", longest=LONGEST_STATUS) or _acknowledgement(decision),
        declaration_number=own,
        mrn=None,
        provisional_number=None if own else word(head, "rltNo"),
        issued=text(decision, "manageDate") or sent,
        facts={
            "pass_number": word(head, "passportNo") or word(decision, "businessId"),
            "result": word(decision, "manageResult"),
            "declared_weight": word(head, "totalWt"),
            "gate_weight": word(head, "passCollectWt"),
            "weight_difference": word(head, "wtError"),
            "passed_at": word(head, "passTime"),
            "note": remark(result, "CheckInfo", "note") or remark(decision, "rmk"),
        },
    )


def _own_number(decision: Element | None, single_window_number: str | None) -> str | None:
    # The format calls it the enterprise's number, yet real receipts repeat the Single Window's in it.
    told = word(decision, "etpsPreentNo")
    return None if told == single_window_number else told


def _acknowledgement(decision: Element | None) -> str | None:
    result = word(decision, "manageResult", longest=5)
    return f"result:{result}" if result else None


_PACKAGES: dict[str, Callable[[Element, str | None], _Receipt]] = {
    "INV201": _bonded_list,
    "SAS221": _gate_pass,
    "SAS223": _gate_pass,
}


def _moment(told: str) -> datetime:
    """Read 2018-12-12T14:40:43, the same with a blank, or the older 20180208T15032200 with its hundredths."""
    older = len(told) == 17 and told[8] == "T" and told.replace("T", "").isdecimal()
    try:
        moment = datetime.fromisoformat(f"{told[:15]}.{told[15:]}0" if older else told)
        return (moment if moment.tzinfo else moment.replace(tzinfo=ZONE)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise unreadable(f"{told[:40]} is no moment") from None
