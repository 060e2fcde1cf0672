"""Bytes that are no customs message, by the office to which they are sent, with the reason that it is told.

What makes a parser slow, reach out, or blow up; what is half a message; and what looks like one.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from bonded.rules.customs_offices import HMRC, SIMULATOR, SINGLE_WINDOW
from tests.unit.bonded.test_xml_documents import FILLED, HOSTILE, SAMPLE, declared

XML_OFFICES = {SINGLE_WINDOW: "{} is no Single Window receipt", HMRC: "{} is no CDS notification"}
AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
NUMBER = "W-1"
ENVELOPE = {
    "message_id": "m-1",
    "office": SIMULATOR,
    "declaration_number": NUMBER,
    "sequence": 1,
    "issued_at": AT.isoformat(),
    "status": "L",
    "facts": {},
}


def envelope(**changes: Any) -> bytes:
    """A good message in our own form; changes overwrite its fields."""
    return json.dumps(ENVELOPE | changes).encode()


def raw_envelope(name: str, text: str) -> bytes:
    """An envelope one of whose values is this text, whatever it is."""
    return envelope(**{name: "HERE"}).replace(b'"HERE"', text.encode())


def notification(inside: str = "", *, code: str = "02", number: str = NUMBER) -> bytes:
    """A good notification of HMRC, with something more inside."""
    return (
        f"<MetaData><Response><FunctionCode>{code}</FunctionCode>{inside}"
        f"<Declaration><FunctionalReferenceID>{number}</FunctionalReferenceID></Declaration></Response></MetaData>"
    ).encode()


def receipt(inside: str = "", *, channel: str = "L", number: str = NUMBER) -> bytes:
    """A good receipt of the Single Window, with something more inside."""
    return (
        f"<DEC_RESULT><CHANNEL>{channel}</CHANNEL><ENTRY_ID>530120261000000001</ENTRY_ID>"
        f"<CLIENTSEQ_NO>{number}</CLIENTSEQ_NO>{inside}</DEC_RESULT>"
    ).encode()


FILE = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
DTD = "it declares a DTD or an entity"
# Beside those that the reader of XML is shown: all of them to both offices that write XML.
XML = {name: case for name, case in HOSTILE.items() if name != "large"} | {
    "XXE around a receipt": (FILE.encode() + receipt("<NOTE>&x;</NOTE>"), DTD),
    "XXE around a notification": (FILE.encode() + notification("&x;"), DTD),
    "parameter entity by FTP": (b'<!DOCTYPE a [<!ENTITY % x SYSTEM "ftp://127.0.0.1:1/"> %x;]><a/>', DTD),
    "public DTD": (b'<!DOCTYPE a PUBLIC "-//W3C//DTD X//EN" "http://127.0.0.1:1/a.dtd"><a/>', DTD),
    "attribute list": (b'<!DOCTYPE a [<!ATTLIST a b CDATA "c">]><a/>', DTD),
    "deep inside a notification": (notification("<Bank>" * 100 + "</Bank>" * 100), "it is nested more than 40 deep"),
    "UTF-16 declared as UTF-8": (declared("UTF-8").decode().encode("utf-16-le"), "it holds a NUL"),
    "UTF-32": ("<a>x</a>".encode("utf-32"), "it holds a NUL"),
    "EBCDIC": (declared("cp037").decode().encode("cp037"), "it is not utf-8-sig, at byte 2"),
    "EBCDIC declared": (declared("cp037"), "its encoding 'cp037' is unknown"),
    "UTF-7": (b"+ADw-a+AD4-x+ADw-/a+AD4-", "it is not XML: not well-formed (invalid token): line 1, column 0"),
    "UTF-7 declared": (declared("utf-7"), "its encoding 'utf-7' is unknown"),
    "UTF-8 marked as UTF-16": (b"\xff\xfe<a>x</a>", "it is not XML: not well-formed (invalid token): line 1, column 2"),
    "the mark alone": (b"\xef\xbb\xbf", "it is not XML: no element found: line 1, column 0"),
    "overlong UTF-8": (b"<a>\xc0\xbc</a>", "it is not utf-8-sig, at byte 3"),
    "half a character": (b"<a>\xed\xa0\x80</a>", "it is not utf-8-sig, at byte 3"),
    "control characters": (b"<a>\x01\x02</a>", "it is not XML: not well-formed (invalid token): line 1, column 3"),
    "XML 1.1": (
        b'<?xml version="1.1"?><a>&#1;</a>',
        "it is not XML: reference to invalid character number: line 1, column 24",
    ),
    "a tag of 2 MB that never ends": (b"<" + b"a" * FILLED, "it is not XML: unclosed token: line 1, column 0"),
    "an attribute of 2 MB that never ends": (
        b'<a b="' + b"c" * FILLED,
        "it is not XML: unclosed token: line 1, column 0",
    ),
    "a comment of 2 MB that never ends": (
        b"<a><!--" + b"-" * FILLED,
        "it is not XML: not well-formed (invalid token): line 1, column 9",
    ),
}
# What is XML, and read, and still no message.
NO_MESSAGE = {
    "text": b"<a>" + b"x" * FILLED + b"</a>",
    "attributes": b"<a" + b"".join(b' b%d=""' % n for n in range(200_000))[: FILLED - 20].rpartition(b" ")[0] + b"/>",
    "references": b"<a>" + b"&lt;" * (FILLED // 4) + b"</a>",
    "instructions": b"<a>" + b"<?p x?>" * (FILLED // 7) + b"</a>",
    "comments": b"<a>" + b"<!---->" * (FILLED // 7) + b"</a>",
    "inclusion": b'<a xmlns:i="http://www.w3.org/2001/XInclude"><i:include href="file:///etc/passwd"/></a>',
    "the mark twice": b"\xef\xbb\xbf\xef\xbb\xbf<a/>",
    "style sheet": b'<?xml-stylesheet href="http://127.0.0.1:1/a.xsl" type="text/xsl"?><a/>',
}
ONLY_ONE_OFFICE = {
    "a function code of 5,000 digits": (
        HMRC,
        notification(code="9" * 5_000),
        "FunctionCode is longer than 12 characters or not one line",
    ),
    "a function code that is none": (
        HMRC,
        notification(code="\u202e02"),
        "FunctionCode is longer than 12 characters or not one line",
    ),
    "an amount of 5,000 digits": (HMRC, SAMPLE.replace(b"226.40", b"9" * 5_000), "a payment's amount is no number"),
    "an amount with an exponent": (HMRC, SAMPLE.replace(b"226.40", b"1e400"), "a payment's amount is no number"),
    "no moment": (
        HMRC,
        SAMPLE.replace(b"20200707135808Z", b"99999999999999Z"),
        "99999999999999Z is no moment with its zone",
    ),
    "a far moment": (
        HMRC,
        SAMPLE.replace(b"20200707135808Z", b"00010101000000+14:00"),
        "00010101000000+14:00 is no moment with its zone",
    ),
    "twice": (
        HMRC,
        notification().replace(b"</MetaData>", b"<Response/></MetaData>"),
        "it holds more than one notification",
    ),
    "no declaration": (HMRC, notification(number=""), "it names no declaration"),
    "a number of 2 MB": (
        HMRC,
        notification(number="9" * (FILLED - 400)),
        "FunctionalReferenceID is longer than 40 characters or not one line",
    ),
    "a channel of 5,000 digits": (
        SINGLE_WINDOW,
        receipt(channel="9" * 5_000),
        "CHANNEL is longer than 12 characters or not one line",
    ),
    "no channel": (SINGLE_WINDOW, receipt(channel=" "), "it has no status"),
    "a day that is none": (SINGLE_WINDOW, receipt("<NOTICE_DATE>2026-13-99</NOTICE_DATE>"), "2026-13-99 is no moment"),
    "elements for text": (SINGLE_WINDOW, receipt(number="<a/>"), "CLIENTSEQ_NO holds elements where text should be"),
    "a number of 2 MB for the Single Window": (
        SINGLE_WINDOW,
        receipt(number="9" * (FILLED - 400)),
        "CLIENTSEQ_NO is longer than 40 characters or not one line",
    ),
}
JSON = {
    "empty": (b"", "it is no JSON: "),
    "blank": (b" \r\n", "it is no JSON: "),
    "NUL": (b"\0", "it is no JSON: "),
    "deep": (b"[" * 200_000, "it is nested too deeply"),
    "deep objects": (b'{"a":' * 200_000, "it is nested too deeply"),
    "deep facts": (raw_envelope("facts", '{"a":' * 5_000 + "1" + "}" * 5_000), "it is nested too deeply"),
    "facts that are not flat": (
        envelope(facts={"a": {"b": []}}),
        "a fact is a text, a whole number of 64 bits, true, false or null",
    ),
    "facts that are a list": (envelope(facts=[["a", "b"]]), "the facts are no JSON object"),
    "many facts": (
        envelope(facts=dict.fromkeys(map(str, range(150_000)), 1)),
        "there are more than 100 facts",
    ),
    "a fact of 2 MB": (
        envelope(facts={"a": "x" * (FILLED - 400)}),
        "a text of 1 to 2000 characters is missing",
    ),
    "2 MB of numbers": (b"[" + b"1," * (FILLED // 2) + b"1]", "it is no JSON object"),
    "2 MB of one number": (raw_envelope("sequence", "9" * (FILLED - 400)), "Exceeds the limit"),
    "2 MB of blanks": (b" " * FILLED, "it is no JSON: "),
    "2 MB of text": (b'"' + b"x" * FILLED + b'"', "it is no JSON object"),
    "2 MB of lists": (b"[" + b"[]," * (FILLED // 3) + b"[]]", "it is no JSON object"),
    "a key twice": (envelope().replace(b'"facts"', b'"office": "SIM", "facts"'), "a key stands twice"),
    "a key twice among facts": (raw_envelope("facts", '{"a": 1, "a": 2}'), "a key stands twice"),
    "NaN": (raw_envelope("sequence", "NaN"), "NaN is not a whole number"),
    "infinity": (raw_envelope("facts", '{"a": -Infinity}'), "-Infinity is not a whole number"),
    "an exponent": (raw_envelope("sequence", "1e400"), "1e400 is not a whole number"),
    "a fraction": (raw_envelope("facts", '{"a": 1.0}'), "1.0 is not a whole number"),
    "a fact beyond 64 bits": (
        raw_envelope("facts", '{"a": 9223372036854775808}'),
        "a fact is a text, a whole number of 64 bits, true, false or null",
    ),
    "sequence 0": (envelope(sequence=0), "the sequence is a whole number from 1 to 1000000"),
    "sequence true": (envelope(sequence=True), "the sequence is a whole number from 1 to 1000000"),
    "sequence in words": (envelope(sequence="1"), "the sequence is a whole number from 1 to 1000000"),
    "a NUL by its number": (envelope(status="L\0"), "a text of 1 to 12 characters is missing"),
    "half a character": (envelope(status="\ud800"), "it is not text in UTF-8"),
    "a time without its zone": (envelope(issued_at="2026-11-23T02:00:00"), "a time has no zone"),
    "a time before all times": (envelope(issued_at="0001-01-01T00:00:00+14:00"), "a time lies before all times"),
    "a time that is a number": (envelope(issued_at=0), "a text of 1 to 40 characters is missing"),
    "no status": (envelope(status=None), "a text of 1 to 12 characters is missing"),
    "a status that is a list": (envelope(status=["L"]), "'status' holds more than one value"),
    "a list of codes that is unknown": (envelope(code_list="x"), "'x' is not a valid CodeListName"),
    "a list of codes that is none": (envelope(code_list=[]), "'code_list' holds more than one value"),
    "UTF-16": (envelope().decode().encode("utf-16"), "it is not text in UTF-8"),
    "UTF-16 without a mark": (envelope().decode().encode("utf-16-le"), "it is no JSON: "),
    "UTF-32": (envelope().decode().encode("utf-32"), "it is not text in UTF-8"),
    "the mark": (b"\xef\xbb\xbf" + envelope(), "it is no JSON: "),
    "EBCDIC": (envelope().decode().encode("cp037"), "it is not text in UTF-8"),
    "UTF-7": (envelope().decode().replace("{", "+AHs-").encode(), "it is no JSON: "),
    "Latin-1": (envelope(status="HERE").replace(b"HERE", b"\xe9"), "it is not text in UTF-8"),
    "single quotes": (envelope().replace(b'"', b"'"), "it is no JSON: "),
    "a comma too many": (envelope().replace(b"}}", b"},}"), "it is no JSON: "),
    "two documents": (envelope() + envelope(), "it is no JSON: "),
    "null": (b"null", "it is no JSON object"),
    "a number": (b"5", "it is no JSON object"),
    "a pollution": (b'{"__proto__": {"message_id": "m-1"}}', "'__proto__' holds more than one value"),
    "pickle": (b"\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00.", "it is not text in UTF-8"),
    "gzip": (bytes.fromhex("1f8b08000000000000ff"), "it is not text in UTF-8"),
}
# (name, office, bytes, how the reason begins).
CASES = [
    *((name, office, raw, reason) for name, (raw, reason) in XML.items() for office in XML_OFFICES),
    *(
        (name, office, raw, reason.format("a"))
        for name, raw in NO_MESSAGE.items()
        for office, reason in XML_OFFICES.items()
    ),
    *((name, office, raw, reason) for name, (office, raw, reason) in ONLY_ONE_OFFICE.items()),
    *((name, SIMULATOR, raw, reason) for name, (raw, reason) in JSON.items()),
]
