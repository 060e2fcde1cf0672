"""Reads the notifications of HMRC's Customs Declaration Service: WCO MetaData with one Response.

Source: the fifteen samples that HMRC publishes with its declarations API. They carry no namespace
and so do not fit HMRC's own schema: the model is the samples' shape, not the schema's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from xml.etree.ElementTree import Element

from bonded.gateways.xml_documents import child, children, local_name, read_xml, remark, text, unreadable, word
from bonded.rules.customs_codes import CodeListName
from bonded.rules.customs_messages import CustomsMessage, MessageFact

# UN/EDIFACT 2379: 304 is a moment with its zone, 102 a day.
_MOMENT = re.compile(r"([0-9]{8})(?:([0-9]{6})(Z|[+-][0-9]{2}(?::?[0-9]{2})?))?")
_AMOUNT = re.compile(r"[0-9]{1,16}(\.[0-9]{1,6})?")
_CURRENCY = re.compile(r"[A-Z]{3}")
# What the payments of a notification are, by its function code: the tax told, or the balance's shortfall.
_PAYMENT_FACTS = {"13": "tax_total", "14": "shortfall", "15": "shortfall"}


def read_cds_notification(*, office: str, message_id: str, raw: bytes, received_at: datetime) -> CustomsMessage:
    """Read one notification; its function code, of two digits, becomes the status.

    Facts, where the notification tells them: `notification` (HMRC's own id of it), `version` of the
    declaration, `name_code` and `statement` (several joined by "; "), `errors` (codes, joined by
    blanks), `limit_at` (the earliest, ISO 8601, UTC) and `guarantee_reference`. Of 13 `tax_total`,
    of 14 and 15 `shortfall`, with `currency` (None when not told): decimal text, the exact sum of
    the payments told for the declaration, or else of those of its items, because the first repeats
    the second. It was issued when it says, or else when it came.

    Raises MessageUnreadable with a reason: not XML that is safe to read, not one notification for
    one declaration, a part twice, a time without its zone, an amount that is none, payments in
    several currencies.
    """
    root = read_xml(raw)
    if local_name(root) != "MetaData":
        raise unreadable(f"{local_name(root)[:40]} is no CDS notification")
    if len(children(root, "Response")) > 1:
        raise unreadable("it holds more than one notification")
    response = child(root, "Response")
    status = word(response, "FunctionCode", longest=12)
    if response is None or status is None:
        raise unreadable("it has no function code")
    status, declaration = status.zfill(2), _declaration(response)
    return CustomsMessage(
        message_id=message_id,
        office=office,
        declaration_number=word(declaration, "FunctionalReferenceID"),
        mrn=word(declaration, "ID"),
        sequence=None,
        issued_at=_moment(child(response, "IssueDateTime")) or received_at,
        code_list=CodeListName.CDS,
        status=status,
        facts={**_facts(response, declaration), **_payment_facts(status, declaration)},
    )


def _declaration(response: Element) -> Element:
    # A correction (07) holds a second Declaration that names none: only what was changed.
    named = [one for one in children(response, "Declaration") if word(one, "ID") or word(one, "FunctionalReferenceID")]
    if not named:
        raise unreadable("it names no declaration")
    if len(named) > 1:
        raise unreadable("it holds more than one declaration")
    return named[0]


def _facts(response: Element, declaration: Element) -> dict[str, MessageFact]:
    limits = [_moment(child(one, "LimitDateTime")) for one in children(response, "AdditionalInformation")]
    found: dict[str, MessageFact] = {
        "notification": word(response, "FunctionalReferenceID"),
        "version": word(declaration, "VersionID"),
        "name_code": _joined(word(one, "NameCode") for one in children(response, "Status")),
        "errors": _joined((word(one, "ValidationCode") for one in children(response, "Error")), by=" "),
        "statement": _joined(_statement(one) for one in children(response, "AdditionalInformation")),
        "limit_at": min((limit.isoformat() for limit in limits if limit), default=None),
        "guarantee_reference": _joined(_guarantees(declaration)),
    }
    return {name: value for name, value in found.items() if value is not None}


def _joined(parts: Iterator[str | None], *, by: str = "; ") -> str | None:
    return by.join(dict.fromkeys(part for part in parts if part)) or None


def _statement(information: Element) -> str:
    parts = [remark(information, name) for name in ("StatementTypeCode", "StatementCode", "StatementDescription")]
    return " ".join(part for part in parts if part)


def _guarantees(declaration: Element) -> Iterator[str | None]:
    for payment in _payments(declaration):
        for guarantee in children(payment, "ObligationGuarantee"):
            yield word(guarantee, "ReferenceID")


def _payments(node: Element) -> list[Element]:
    return [one for fee in children(node, "DutyTaxFee") for one in children(fee, "Payment")]


def _payment_facts(status: str, declaration: Element) -> dict[str, MessageFact]:
    name = _PAYMENT_FACTS.get(status)
    payments = _payments(declaration) or _payments_of_items(declaration)
    told = [one for payment in payments if (one := child(payment, "PaymentAmount")) is not None]
    if name is None or not told:
        return {}
    currencies = {one.get("currencyID") for one in told}
    if len(currencies) > 1:
        raise unreadable("its payments are in several currencies")
    currency = currencies.pop()
    if currency is not None and not _CURRENCY.fullmatch(currency):
        raise unreadable("a payment's currency is no code of three letters")
    return {name: _sum(told), "currency": currency}


def _payments_of_items(declaration: Element) -> list[Element]:
    return [
        payment
        for shipment in children(declaration, "GoodsShipment")
        for item in children(shipment, "GovernmentAgencyGoodsItem")
        for goods in children(item, "Commodity")
        for payment in _payments(goods)
    ]


def _sum(told: list[Element]) -> str:
    amounts = [text(one) or "" for one in told]
    if not all(_AMOUNT.fullmatch(amount) for amount in amounts):
        raise unreadable("a payment's amount is no number")
    return f"{sum(map(Decimal, amounts), Decimal()):f}"


def _moment(node: Element | None) -> datetime | None:
    """Read a DateTimeString: a moment with its zone, or a day, which begins at midnight UTC; None when not told."""
    told = text(node, "DateTimeString")
    if told is None:
        return None
    found = _MOMENT.fullmatch(told)
    try:
        if found is None:
            raise ValueError
        day, clock, zone = found.groups("")
        return datetime.fromisoformat(f"{day}T{clock or '000000'}{zone or 'Z'}").astimezone(UTC)
    except (ValueError, OverflowError):
        raise unreadable(f"{told[:40]} is no moment with its zone") from None
