"""Hostile and broken XML: each is refused with a reason, quickly, and never in another way."""

import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bonded.gateways.customs_message_forms import read_stored_message
from bonded.gateways.xml_documents import read_xml, text
from bonded.rules.customs_messages import MESSAGE_MAX_BYTES, MessageUnreadable

DATA = Path(__file__).parents[2] / "samples"
SAMPLE = (DATA / "hmrc_cds" / "14_DMSCPI.xml").read_bytes()
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
# Far above what it takes, so that a busy machine passes and a blow-up does not.
SLOWEST_SECONDS = 20.0
FILLED = MESSAGE_MAX_BYTES - 40


def declared(encoding: str, body: bytes = b"<a>x</a>") -> bytes:
    return b'<?xml version="1.0" encoding="' + encoding.encode() + b'"?>' + body


DTD = "it declares a DTD or an entity"
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
HOSTILE = {
    "billion laughs": (f'<!DOCTYPE a [<!ENTITY l0 "ha">{LAUGHS}]><a>&l9;</a>'.encode(), DTD),
    "quadratic": (f'<!DOCTYPE a [<!ENTITY b "{"b" * 50_000}">]><a>{"&b;" * 50_000}</a>'.encode(), DTD),
    "external file": (b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', DTD),
    "external address": (b'<!DOCTYPE a [<!ENTITY x SYSTEM "http://127.0.0.1:1/">]><a>&x;</a>', DTD),
    "parameter entity": (b'<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1:1/"> %x;]><a/>', DTD),
    "external DTD": (b'<!DOCTYPE a SYSTEM "http://127.0.0.1:1/a.dtd"><a/>', DTD),
    "empty DTD": (b"<!DOCTYPE a><a/>", DTD),
    "DTD in UTF-16": ('<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'.encode("utf-16"), DTD),
    "undeclared entity": (b"<a>&x;</a>", "it is not XML: undefined entity: line 1, column 3"),
    "deep": (b"<a>" * 100_000, "it is nested more than 40 deep"),
    "many": (b"<a>" + b"<b/>" * (FILLED // 4) + b"</a>", "it has more than 20000 elements"),
    "large": (b"<a>" + b"x" * MESSAGE_MAX_BYTES + b"</a>", "it is larger than 2 MB"),
    "empty": (b"", "it is empty"),
    "blank": (b" \r\n\t", "it is empty"),
    "no element": (b"<!-- nothing -->", "it is not XML: no element found: line 1, column 16"),
    "UTF-16 without a mark": ("<a>x</a>".encode("utf-16-le"), "it holds a NUL"),
    "UTF-16 cut": ("<a>x</a>".encode("utf-16")[:-1], "it is not utf-16, at byte 16"),
    "declared Latin-1": (declared("iso-8859-1", "<a>é</a>".encode()), "its encoding 'iso-8859-1' is unknown"),
    "Latin-1 as UTF-8": ("<a>é</a>".encode("latin-1"), "it is not utf-8-sig, at byte 3"),
    "unknown encoding": (declared("klingon"), "its encoding 'klingon' is unknown"),
    "a codec that is none": (declared("zlib_codec"), "its encoding 'zlib_codec' is unknown"),
    "strange encoding": (b'<?xml version="1.0" encoding="\xff"?><a/>', "its encoding '\\ufffd' is unknown"),
    "not GB 18030": (declared("gb2312", b"<a>\xff\xff</a>"), "it is not gb18030, at byte 42"),
    "NUL": (b"<a>\0</a>", "it holds a NUL"),
    "NUL by number": (b"<a>&#0;</a>", "it is not XML: reference to invalid character number: line 1, column 3"),
    "two roots": (b"<a/><a/>", "it is not XML: junk after document element: line 1, column 4"),
    "unbound prefix": (b"<p:a/>", "it is not XML: unbound prefix: line 1, column 0"),
    "attribute twice": (b'<a b="1" b="2"/>', "it is not XML: duplicate attribute: line 1, column 9"),
    "JSON": (b'{"a": 1}', "it is not XML: not well-formed (invalid token): line 1, column 0"),
}


def reason_of(office: str, raw: bytes) -> str | None:
    """Give why the office's form is refused, None where it is read; anything else fails the test."""
    try:
        read_stored_message(office=office, message_id="m", raw=raw, received_at=AT)
    except MessageUnreadable as refusal:
        return str(refusal.facts["reason"])
    return None


def forms_refuse(raw: bytes) -> bool:
    """Say whether both XML forms refuse it, each with a short reason and soon."""
    started = time.monotonic()
    reasons = [reason_of(office, raw) for office in ("CNSW", "GBCDS")]
    assert time.monotonic() - started < SLOWEST_SECONDS
    assert all(reason is None or 0 < len(reason) <= 200 for reason in reasons)
    return None not in reasons


@pytest.mark.parametrize(("raw", "reason"), HOSTILE.values(), ids=HOSTILE)
def test_read_xml__refuses_with_a_reason(raw: bytes, reason: str) -> None:
    with pytest.raises(MessageUnreadable) as refusal:
        read_xml(raw)
    assert refusal.value.facts == {"reason": reason}
    assert forms_refuse(raw)


@pytest.mark.parametrize(
    "raw",
    [
        b"<a>" + b"x" * FILLED + b"</a>",
        b"<a" + b"".join(b' b%d="1"' % n for n in range(100_000)) + b"/>",
        b"<a>" + b"\n" * FILLED + b"</a>",
        b"<a>" + b"&lt;" * (FILLED // 4) + b"</a>",
        b"<a>" + b"<?p x?>" * (FILLED // 7) + b"</a>",
        b"<a>" + b"<!---->" * (FILLED // 7) + b"</a>",
        b"<" + b"a" * FILLED + b"/>",
    ],
    ids=["text", "attributes", "lines", "references", "instructions", "comments", "name"],
)
def test_read_xml__reads_two_megabytes_quickly(raw: bytes) -> None:
    started = time.monotonic()
    read_xml(raw)
    assert time.monotonic() - started < SLOWEST_SECONDS
    assert forms_refuse(raw)


def test_read_xml__leaves_an_inclusion_alone() -> None:
    raw = b'<a xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="file:///etc/passwd" parse="text"/></a>'
    root = read_xml(raw)
    assert [(str(one.tag), one.text) for one in root] == [("{http://www.w3.org/2001/XInclude}include", None)]


@pytest.mark.parametrize(
    "inside",
    [
        "one two",
        "one<!-- x --> two",
        "one<?p x?> two",
        "<![CDATA[one]]> two",
        "on<![CDATA[e t]]>w<!-- -->o",
        " &#111;ne two\n",
    ],
)
def test_text__is_whole(inside: str) -> None:
    assert text(read_xml(f"<a><b>{inside}</b></a>".encode()), "b") == "one two"


@pytest.mark.parametrize("encoding", ["gb2312", "GBK", "gb18030", "UTF-8"])
def test_read_xml__reads_chinese(encoding: str) -> None:
    raw = f'<?xml version="1.0" encoding="{encoding}"?><a>报文入库成功</a>'.encode(encoding)
    assert read_xml(raw).text == "报文入库成功"
    assert read_xml("<a>放行</a>".encode("utf-16")).text == "放行"
    assert read_xml(b"\xef\xbb\xbf" + "<a>放行</a>".encode()).text == "放行"


def test_read_stored_message__refuses_every_cut_of_a_sample() -> None:
    # From the last bracket on, nothing is missing.
    cuts = range(0, SAMPLE.rindex(b">"), 50)
    assert [cut for cut in cuts if not forms_refuse(SAMPLE[:cut])] == []


def damaged(count: int) -> Iterator[bytes]:
    chance = random.Random(7)
    for _ in range(count):
        body = bytearray(SAMPLE)
        for _ in range(chance.randint(1, 20)):
            body[chance.randrange(len(body))] = chance.randrange(256)
        yield bytes(body)
        yield chance.randbytes(chance.randint(1, 3_000))


def test_read_stored_message__survives_bytes_that_flipped() -> None:
    refused = [forms_refuse(body) for body in damaged(500)]
    assert sum(refused[1::2]) == 500


@given(
    st.lists(
        st.sampled_from(
            [
                *("<MetaData>", "</MetaData>", "<Response>", "</Response>", "<Declaration>", "</Declaration>"),
                *("<FunctionCode>", "</FunctionCode>", "<DEC_RESULT>", "</DEC_RESULT>", "<CHANNEL>", "</CHANNEL>"),
                *("<Package>", "<DataInfo>", "<![CDATA[", "]]>", "<!--", "-->", "<?xml", "?>", "<!DOCTYPE a [", "]>"),
                *("&amp;", "&#0;", "&x;", "<ID>", "</ID>", "<a/>", "\0", "\ud7ff", "放", "9", " ", '"'),
            ]
        )
        | st.text(max_size=5)
    )
)
def test_read_stored_message__refuses_or_reads_whatever_comes(parts: list[str]) -> None:
    forms_refuse("".join(parts).encode("utf-8", "surrogatepass"))


@given(st.binary(max_size=200))
def test_read_stored_message__refuses_noise(raw: bytes) -> None:
    assert forms_refuse(raw)
