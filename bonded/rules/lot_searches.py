"""What may be asked of the lots: words, bounds, beginnings of numbers, and an order."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from bonded.rules.consignment_lines import COLUMNS
from bonded.rules.errors import ErrorKind, InputInvalid, Problem, ProblemsFound
from bonded.rules.money import CURRENCY_DECIMALS, Money
from bonded.rules.quantities import carats_from_text

# Prices jump at these weights, so the trade lists stones in sizes between them; carats, lower bounds.
SIZE_BOUNDS = tuple(
    Decimal(bound) for bound in ("0.3", "0.4", "0.5", "0.7", "0.9", "1", "1.2", "1.5", "2", "3", "5", "10")
)
MOST_WORDS = 50
DEFAULT_CURRENCY = "USD"
# The importer writes these columns in small letters, so a search may be written in any.
SMALL_LETTERS = frozenset({"shape", "variety"})
WORD_PARAMETERS = ("kind", "shape", "colour", "clarity", "cut", "origin", "variety", "treatment", "lab")
BEGINNINGS = {"stock_number": r"[A-Za-z0-9][A-Za-z0-9./-]{0,39}", "report_number": r"[A-Za-z0-9-]{1,30}"}
SINGLE_PARAMETERS = ("carats_from", "carats_to", "value_from", "value_to", "currency", *BEGINNINGS, "order")
_PATTERNS = {column.name: re.compile(column.pattern) for column in COLUMNS} | {
    # A lot names up to four treatments; a search names them one by one.
    "treatment": re.compile(r"N|E|B|C|D|F|FH|H|HP|I|L|O|R|U|W")
}


class LotOrder(StrEnum):
    """In which order lots are listed; lots of one rank follow each other by their ids."""

    PRICE = "price"  # By currency, then the cheapest first.
    DEAREST = "-price"  # The same backwards.
    CARATS = "carats"  # The lightest first.
    HEAVIEST = "-carats"

    @property
    def is_by_price(self) -> bool:
        """Say whether price decides."""
        return self in (LotOrder.PRICE, LotOrder.DEAREST)

    @property
    def is_backwards(self) -> bool:
        """Say whether the greatest comes first."""
        return self in (LotOrder.DEAREST, LotOrder.HEAVIEST)


class LotSearchInvalid(ProblemsFound):
    """Something in the search is not known or not a number; everything that is, is named."""

    code = "lot_search_invalid"
    kind = ErrorKind.INVALID


@dataclass(frozen=True, slots=True)
class LotSearch:
    """What is looked for; whatever is empty or None is not asked about.

    Words of one sort are alternatives, sorts are conditions that all hold. Carats to 0.001 and
    values in minor units of `currency`, both bounds inclusive; a search by value has a currency.
    """

    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    carats_from: Decimal | None = None
    carats_to: Decimal | None = None
    value_from_minor: int | None = None
    value_to_minor: int | None = None
    currency: str | None = None
    beginnings: Mapping[str, str] = field(default_factory=dict)
    order: LotOrder | None = None

    @property
    def sizes(self) -> range | None:
        """Give the numbers of the sizes that the weight's bounds touch; None when weight is not asked about."""
        if self.carats_from is None and self.carats_to is None:
            return None
        first = 0 if self.carats_from is None else bisect_right(SIZE_BOUNDS, self.carats_from)
        last = len(SIZE_BOUNDS) if self.carats_to is None else bisect_right(SIZE_BOUNDS, self.carats_to)
        return range(first, last + 1)


def lot_search_from_parameters(parameters: Mapping[str, Sequence[str]]) -> LotSearch:
    """Read a search from the parameters of an address, each with all its values.

    Words may be repeated or joined by commas. Values are in USD unless `currency` says otherwise.
    Raises LotSearchInvalid with every unknown parameter, unknown word and wrong number at once.
    """
    reading = _Reading(parameters)
    reading.refuse_unknown_parameters()
    currency = reading.currency()
    search = LotSearch(
        words={name: words for name in WORD_PARAMETERS if (words := reading.words(name))},
        carats_from=reading.carats("carats_from"),
        carats_to=reading.carats("carats_to"),
        value_from_minor=reading.value_minor("value_from", currency or DEFAULT_CURRENCY),
        value_to_minor=reading.value_minor("value_to", currency or DEFAULT_CURRENCY),
        currency=currency or (DEFAULT_CURRENCY if {"value_from", "value_to"} & parameters.keys() else None),
        beginnings={name: text for name in BEGINNINGS if (text := reading.beginning(name))},
        order=reading.order(),
    )
    reading.refuse_bounds("carats", search.carats_from, search.carats_to)
    reading.refuse_bounds("value", search.value_from_minor, search.value_to_minor)
    if reading.problems:
        raise LotSearchInvalid("The search can't be understood.", reading.problems)
    return search


class _Reading:
    """The parameters as they came, and what is wrong with them so far."""

    def __init__(self, parameters: Mapping[str, Sequence[str]]) -> None:
        self.parameters = parameters
        self.problems: list[Problem] = []

    def _refuse(self, code: str, message: str) -> None:
        self.problems.append(Problem(code, message))

    def refuse_unknown_parameters(self) -> None:
        for name in sorted(self.parameters.keys() - {*WORD_PARAMETERS, *SINGLE_PARAMETERS}):
            self._refuse("parameter_unknown", f"{name[:40]!r} is no parameter of this search.")

    def words(self, name: str) -> tuple[str, ...]:
        found = [word.strip() for text in self.parameters.get(name, ()) for word in text.split(",")]
        words = dict.fromkeys(word.lower() if name in SMALL_LETTERS else word for word in found)
        if len(words) > MOST_WORDS:
            self._refuse("too_many_words", f"{name} takes at most {MOST_WORDS} words.")
            return ()
        for word in words:
            if not _PATTERNS[name].fullmatch(word):
                self._refuse("word_unknown", f"{word[:40]!r} is no {name}.")
        return tuple(words)

    def _single(self, name: str) -> str | None:
        values = self.parameters.get(name, ())
        if len(values) > 1:
            self._refuse("parameter_repeated", f"{name} may be given once.")
        return values[0] if len(values) == 1 else None

    def currency(self) -> str | None:
        code = self._single("currency")
        if code is None or code in CURRENCY_DECIMALS:
            return code
        self._refuse("word_unknown", f"{code[:40]!r} is no currency.")
        return None

    def carats(self, name: str) -> Decimal | None:
        text = self._single(name)
        try:
            return None if text is None else carats_from_text(text)
        except InputInvalid as error:
            self._refuse("number_invalid", f"{name}: {error.message}")
            return None

    def value_minor(self, name: str, currency: str) -> int | None:
        text = self._single(name)
        try:
            value = None if text is None else Money.from_text(text, currency).minor
        except InputInvalid as error:
            self._refuse("number_invalid", f"{name}: {error.message}")
            return None
        if value is not None and value < 0:
            self._refuse("number_invalid", f"{name}: A value is not negative.")
        return value

    def beginning(self, name: str) -> str | None:
        text = self._single(name)
        if text is not None and not re.fullmatch(BEGINNINGS[name], text):
            self._refuse("word_unknown", f"No {name} begins with {text[:40]!r}.")
        return text

    def order(self) -> LotOrder | None:
        text = self._single("order")
        if text is None or text in set(LotOrder):
            return None if text is None else LotOrder(text)
        self._refuse("word_unknown", f"{text[:40]!r} is no order; known are {', '.join(LotOrder)}.")
        return None

    def refuse_bounds(self, name: str, lower: Decimal | int | None, upper: Decimal | int | None) -> None:
        if lower is not None and upper is not None and lower > upper:
            self._refuse("bounds_crossed", f"{name}_from is more than {name}_to.")


# What a lot's grade is made of, with about how many words of each sort are in trade: a search that names none
# of a sort goes through as many.
GRADE_WORDS = {"kind": 1, "shape": 10, "colour": 7, "clarity": 8}


def grades_asked_for(search: LotSearch) -> int:
    """Estimate how many grades (kind, shape, colour, clarity) a search goes through; decides about speed only."""
    count = 1
    for name, usual in GRADE_WORDS.items():
        count *= len(search.words.get(name, ())) or usual
    return count
