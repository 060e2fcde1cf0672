"""A Chinese page has Chinese words, but for what people wrote themselves, codes, and words that have no other."""

from __future__ import annotations

import re
from datetime import datetime
from html.parser import HTMLParser

from tests.browser.every_page import addresses
from tests.cast import Cast
from tests.situations.web_clients import signed_in, words_of

# Abbreviations in capitals are the same in both languages; what hangs together by digits and hyphens is a number.
ENGLISH = re.compile(r"(?<![\dA-Za-z-])(?![A-Z]+(?![a-z]))[A-Za-z]{3,}(?![\dA-Za-z-])")
SHOWN = frozenset({"placeholder", "aria-label", "title", "alt", "data-confirm"})
# What is written for programs, or stands on the key itself.
OF_PROGRAMS = frozenset({"script", "style", "code", "kbd"})
PEOPLE = [
    "Ada", "Alice", "Amir", "Audrey", "Bob", "Charlie", "Olga", "Sven", "Vera", "Victor",
    "Alder Trading", "Alder", "Cedar Gems", "Svensson Stones", "Customs Office (simulated)", "Luohu Bonded Vault",
]  # fmt: skip
# Notes, names of files, rooms, drafts and searches, questions, reasons, and lines of a file.
TYPED = [
    "A tip.", "For the ring of a regular customer.", "Large and white", "Rubies", "Which mine?", "Whose are these?",
    "for the emerald", "fees", "opening", "December", "Room of DESK", "lines.csv", "proposal.csv", "statement.xml",
    "strange-1", "query 1", "text", "test", "heavy", "polished_diamond", "rough_diamond", "weight_carats",
]  # fmt: skip
# Cuts as reports write them, the language's own name, a form's, a zone's, a key's, and a parser's words.
SAME_IN_BOTH = [
    "VVS1 Ideal", "VS1 Ideal", "SI1 Good", "English", "camt.053", "Asia/Shanghai",
    "it is no JSON: Expecting value at character 0",
]  # fmt: skip
# A version's name, as the history has it.
VERSION = r"exchangerate:\d+ [\d.]+ from [\d-]+"
PHRASES = sorted(PEOPLE + TYPED + SAME_IN_BOTH, key=len, reverse=True)
EXPECTED = re.compile("|".join([VERSION, *(rf"\b{re.escape(one)}(?![a-z])" for one in PHRASES)]), re.IGNORECASE)


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
        answer = signed_in(one.username).get(one.path, headers={"accept-language": "zh-hans"}, follow=True)
        assert answer.status_code == 200
        assert '<html lang="zh-Hans"' in words_of(answer)
        page.feed(words_of(answer))
        found = ((ENGLISH.findall(EXPECTED.sub("", text)), " ".join(text.split())[:120]) for text in page.said)
        english += [f"{one}: {words} in {text}" for words, text in found if words]

    assert english == []
