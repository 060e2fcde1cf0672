"""What the simulated customs offices can say, in our own words, and each office's code for it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from bonded.rules.customs_codes import CodeListName
from bonded.rules.customs_offices import HMRC, SIMULATOR, SINGLE_WINDOW


class Word(StrEnum):
    """One thing that an office says about a declaration."""

    RECEIVED = "received"  # Taken in.
    ENTERED = "entered"  # In customs' own database.
    ACCEPTED = "accepted"
    INSPECTION = "inspection"  # The office wants to see the goods.
    DOCUMENTS = "documents"  # The office wants to see papers.
    QUERY = "query"  # The office asks a question.
    BY_HAND = "by_hand"  # A person took it out of the ordinary course.
    TAX = "tax"  # The tax is told; said only of goods for home use.
    BALANCE_TOO_LOW = "balance_too_low"
    BALANCE_REMINDER = "balance_reminder"
    RELEASED = "released"
    RELEASED_ON_GUARANTEE = "released_on_guarantee"
    CLEARED = "cleared"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    CORRECTED = "corrected"  # An amendment is taken.
    GATE_PASSED = "gate_passed"
    UNKNOWN = "unknown"  # A code that no list has.


_CHANNEL: Mapping[Word, str] = {
    Word.RECEIVED: "7",
    Word.ENTERED: "L",
    Word.ACCEPTED: "J",
    Word.INSPECTION: "C",
    # China's letters know no question and no request for papers; a person suspends the declaration and asks.
    Word.DOCUMENTS: "H",
    Word.QUERY: "H",
    Word.BY_HAND: "H",
    Word.TAX: "T",
    Word.RELEASED: "P",
    Word.RELEASED_ON_GUARANTEE: "B",
    Word.CLEARED: "R",
    Word.REJECTED: "E",
    Word.CANCELLED: "D",
    Word.UNKNOWN: "~",
}
_CDS: Mapping[Word, str] = {
    Word.RECEIVED: "02",
    Word.ACCEPTED: "01",
    Word.INSPECTION: "05",
    Word.DOCUMENTS: "06",
    Word.QUERY: "51",
    Word.BY_HAND: "17",
    Word.TAX: "13",
    Word.BALANCE_TOO_LOW: "14",
    Word.BALANCE_REMINDER: "15",
    Word.RELEASED: "08",
    Word.RELEASED_ON_GUARANTEE: "08",
    Word.CLEARED: "09",
    Word.REJECTED: "03",
    Word.CANCELLED: "10",
    Word.CORRECTED: "07",
    Word.UNKNOWN: "99",
}


def _listed(code_list: CodeListName, codes: Mapping[Word, str]) -> dict[Word, tuple[CodeListName, str]]:
    return {word: (code_list, code) for word, code in codes.items()}


_CHINA = _listed(CodeListName.CHANNEL, _CHANNEL) | _listed(CodeListName.GATE_PASS, {Word.GATE_PASSED: "2"})
_CODES: Mapping[str, Mapping[Word, tuple[CodeListName, str]]] = {
    SIMULATOR: _CHINA,
    SINGLE_WINDOW: _CHINA,
    HMRC: _listed(CodeListName.CDS, _CDS),
}


def code_of(office: str, word: Word) -> tuple[CodeListName, str] | None:
    """Give the list and the code with which an office says a word; None where it has none and says nothing."""
    return _CODES[office].get(word)
