"""Reads XML that comes from outside: no DTD, no entities, and limits that are kept while it is read.

Elements are matched by their local names, because offices disagree about namespaces. What an
element holds is read whole or not at all: text is never cut short by a comment, a CDATA section or
a processing instruction, and an element that should be plain text and holds others is refused.
"""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from bonded.rules.customs_messages import MESSAGE_MAX_BYTES, MessageUnreadable

DEEPEST = 40
MOST_ELEMENTS = 20_000
LONGEST_TEXT = 1_000
# GB 18030 holds the two older Chinese sets, in which receipts are written to this day.
ENCODINGS = {
    "utf-8": "utf-8-sig",
    "utf8": "utf-8-sig",
    "us-ascii": "ascii",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb18030": "gb18030",
}
UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_ENCODING = re.compile(rb"(?:\xef\xbb\xbf)?\s*<\?xml[^>]{0,100}?encoding\s*=\s*[\"']([^\"'<>]{1,40})[\"']")


def unreadable(reason: str) -> MessageUnreadable:
    """Make the refusal of a document, with a short reason."""
    return MessageUnreadable("This is not a status message.", reason=reason[:200])


def read_xml(raw: bytes) -> Element:
    """Read a document and give its root.

    Raises MessageUnreadable for what is empty, larger than 2 MB, deeper than 40 or more than
    20,000 elements; for an encoding that is unknown or not kept to; for a DTD, an entity or a
    reference to something outside; and for what is not XML or ends too early.
    """
    if len(raw) > MESSAGE_MAX_BYTES:
        raise unreadable(f"it is larger than {MESSAGE_MAX_BYTES // 1024**2} MB")
    if not raw.strip():
        raise unreadable("it is empty")
    # Decoded here, because the parser knows none of the Chinese encodings; so it is told what it gets.
    parser = DefusedXMLParser(target=_LimitedBuilder(), encoding="utf-8", forbid_dtd=True)
    try:
        parser.feed(_decoded(raw).encode())
        root = parser.close()
    except DefusedXmlException:
        raise unreadable("it declares a DTD or an entity") from None
    except (ParseError, ValueError, LookupError) as error:
        raise unreadable(f"it is not XML: {error}") from None
    if not isinstance(root, Element):
        raise unreadable("it holds no element")
    return root


class _LimitedBuilder(TreeBuilder):
    """Builds the tree, and stops as soon as it grows beyond the limits."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = self._count = 0

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        self._depth += 1
        self._count += 1
        if self._depth > DEEPEST:
            raise unreadable(f"it is nested more than {DEEPEST} deep")
        if self._count > MOST_ELEMENTS:
            raise unreadable(f"it has more than {MOST_ELEMENTS} elements")
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> Element:
        self._depth -= 1
        return super().end(tag)


def _decoded(raw: bytes) -> str:
    if raw.startswith(UTF_16_MARKS):
        encoding = "utf-16"
    else:
        declared = _ENCODING.match(raw[:256])
        name = declared[1].decode("ascii", "replace").lower() if declared else "utf-8"
        if name not in ENCODINGS:
            raise unreadable(f"its encoding {name!a} is unknown")
        encoding = ENCODINGS[name]
    try:
        decoded = raw.decode(encoding)
    except UnicodeDecodeError as error:
        raise unreadable(f"it is not {encoding}, at byte {error.start}") from None
    # The parser would take it for a sign of UTF-16, whatever it is told.
    if "\0" in decoded:
        raise unreadable("it holds a NUL")
    return decoded


def children(node: Element, name: str) -> list[Element]:
    """Give the children with a local name, in their order."""
    return [child for child in node if local_name(child) == name]


def local_name(node: Element) -> str:
    """Give an element's name without its namespace."""
    return str(node.tag).rpartition("}")[2]


def child(node: Element | None, *path: str) -> Element | None:
    """Give the element at the end of a path of local names, or None; raises MessageUnreadable when one stands twice."""
    for name in path:
        found = children(node, name) if node is not None else []
        if len(found) > 1:
            raise unreadable(f"{name} stands twice")
        node = found[0] if found else None
    return node


def text(node: Element | None, *path: str) -> str | None:
    """Give the whole text at the end of a path, stripped; None when it is missing or empty.

    Raises MessageUnreadable when an element stands twice, or holds elements instead of text.
    """
    found = child(node, *path)
    if found is None:
        return None
    if len(found):
        raise unreadable(f"{local_name(found)} holds elements where text should be")
    return (found.text or "").strip() or None


def word(node: Element | None, *path: str, longest: int = 40) -> str | None:
    """Give a number or a code, or None; raises MessageUnreadable when it is longer than that."""
    found = text(node, *path)
    if found is not None and (len(found) > longest or not found.isprintable()):
        raise unreadable(f"{path[-1]} is longer than {longest} characters or not one line")
    return found


def remark(node: Element | None, *path: str) -> str | None:
    """Give words meant for people, or None; beyond 1,000 characters they stand in the stored message only."""
    found = text(node, *path)
    return found if found is None or len(found) <= LONGEST_TEXT else f"{found[: LONGEST_TEXT - 1]}…"
