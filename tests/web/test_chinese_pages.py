"""A Chinese page has Chinese words, but for what people wrote themselves, codes, and words that have no other."""

from __future__ import annotations

import re
from datetime import datetime
from html.parser import HTMLParser

from tests.browser.every_page import addresses
from tests.cast import Cast
from tests.situations.web_clients import signed_in

# Abbreviations in capitals are the same in both languages; what hangs together by digits and hyphens is a number.
ENGLISH = re.compile(r"(?<![\dA-Za-z-])(?![A-Z]+(?![a-z]))[A-Za-z]{3,}(?![\dA-Za-z-])")
SHOWN = frozenset({"placeholder", "aria-label", "title", "alt", "data-confirm"})
# What is written for programs, or stands on the key itself.
OF_PROGRAMS = frozenset({"script", "style", "code", "kbd"})
PEOPLE = """
    Ada Alice Amir Audrey Bob Charlie Olga Sven Vera Victor ada alice bob olga sven vera victor
    Alder Trading Cedar Gems Svensson Stones Customs Office simulated Luohu Bonded Vault
"""
# Notes, names of files and searches, findings, questions, reasons.
TYPED = """
    tip For the ring regular customer Large and white Rubies Which mine Whose are these for emerald fees heavy
    opening test text query December Room lines proposal statement csv xml strange polished diamond rough weight carats
"""
# Cuts as reports write them, the language's own name, a form's, a zone's, a key's, and a parser's words.
SAME_IN_BOTH = """
    Ideal Good English camt Asia Shanghai no JSON Expecting value character exchangerate from
"""
EXPECTED = frozenset(f"{PEOPLE} {TYPED} {SAME_IN_BOTH}".split())


class Words(HTMLParser):
    """Collects what a page says to a person."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take what is read out or shown of an element."""
        self.depth += tag in OF_PROGRAMS
        self.said += [value for name, value in attrs if name in SHOWN and value]

    def handle_endtag(self, tag: str) -> None:
        """Leave what is written for programs."""
        self.depth -= tag in OF_PROGRAMS

    def handle_data(self, data: str) -> None:
        """Take words."""
        if not self.depth:
            self.said.append(data)


def test_every_page__is_chinese_for_who_reads_chinese(cast: Cast, at: datetime) -> None:
    english = []
    for one in addresses(cast, at):
        if one.username is None:
            continue
        page = Words()
        page.feed(signed_in(one.username).get(one.path, headers={"accept-language": "zh-hans"}).content.decode())
        found = ((set(ENGLISH.findall(text)) - EXPECTED, " ".join(text.split())[:120]) for text in page.said)
        english += [f"{one}: {sorted(words)} in {text}" for words, text in found if words]

    assert english == []
