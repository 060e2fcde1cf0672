"""What one row of the schedule or of the exchange rates says, and how each of its values is written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Any, ClassVar

from bonded.rules.errors import InputInvalid
from bonded.rules.money import currency_decimals, decimal_from_text
from bonded.rules.validity import Validity
from tariffs.rules.exchange_rates import Quoting
from tariffs.rules.jurisdictions import Jurisdiction
from tariffs.rules.rate_grammar import parse_rate
from tariffs.rules.rates import inclusive_amount_of, units_of
from tariffs.rules.regimes import Regime
from tariffs.rules.schedule import ANY, ENDED, NO_DOCUMENT, Document, MeasureKind, hs_digits, rate_sentence

LONGEST_SOURCE = 300
# S sourced, G general knowledge, D derived, M made up.
MARKS = ("S", "G", "D", "M")


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """One row of the schedule as it is published; `rate` is its text, or ENDED, and `hs_code` is digits only."""

    jurisdiction: Jurisdiction
    kind: MeasureKind
    hs_code: str
    origin: str
    regime: str
    rate: str
    validity: Validity
    mark: str
    source: str
    needs_document: str = NO_DOCUMENT

    @property
    def key(self) -> tuple[str, ...]:
        """Give what two rows must not share on one day."""
        return (self.jurisdiction, self.kind, self.hs_code, self.origin, self.regime, self.needs_document)

    @property
    def is_end(self) -> bool:
        """Say whether the row ends a measure for its days instead of giving it a rate."""
        return self.rate == ENDED

    @property
    def says(self) -> str:
        """Say it for a person."""
        return rate_sentence(self.rate)


@dataclass(frozen=True, slots=True)
class ExchangeRateRow:
    """One customs exchange rate as it is published."""

    is_end: ClassVar[bool] = False
    local_currency: str
    currency: str
    rate: Decimal
    quoted: Quoting
    validity: Validity
    mark: str
    source: str

    @property
    def key(self) -> tuple[str, ...]:
        """Give what two rows must not share on one day."""
        return (self.local_currency, self.currency)

    @property
    def says(self) -> str:
        """Say it for a person."""
        return f"{self.rate}"


Row = MeasureRow | ExchangeRateRow


def cells_of(row: MeasureRow) -> dict[str, str]:
    """Write a row of the schedule as it is read."""
    days = row.validity
    texts = {field.name: f"{getattr(row, field.name)}" for field in fields(row) if field.name != "validity"}
    first_day = "ends" if row.is_end else "valid_from"
    texts |= {first_day: days.from_on.isoformat(), "valid_until": days.until_on.isoformat() if days.until_on else ""}
    return texts


def _one_of(words: Iterable[str]) -> Callable[[str], str]:
    known = tuple(words)

    def read(text: str) -> str:
        if text not in known:
            raise ValueError(f"{text[:40]!r} is none of {', '.join(word or 'empty' for word in known)}.")
        return text

    return read


def _origin(text: str) -> str:
    if text != ANY and not re.fullmatch(r"[A-Z]{2}", text):
        raise ValueError(f"{text[:40]!r} is no country of ISO 3166-1, such as CO, and not empty.")
    return text


def _currency(text: str) -> str:
    currency_decimals(text)
    return text


def _rate(text: str) -> str:
    parse_rate(text)
    return text


def _exchange_rate(text: str) -> Decimal:
    rate = decimal_from_text(text)
    exponent = rate.as_tuple().exponent
    if rate <= 0 or rate >= 10**10 or (isinstance(exponent, int) and exponent < -8):
        raise ValueError("An exchange rate is more than 0, below 10,000,000,000, and has at most 8 decimals.")
    return rate


def _source(text: str) -> str:
    if not 0 < len(text) <= LONGEST_SOURCE or not text.isprintable():
        raise ValueError(f"A row names its source, in 1 to {LONGEST_SOURCE} printable characters.")
    return text


def _measure_problem(row: MeasureRow) -> tuple[str, str] | None:
    """Say what is wrong with a row whose values are all right by themselves: (column, sentence)."""
    rate = parse_rate(row.rate)
    if row.kind is MeasureKind.CONSUMPTION_TAX:
        try:
            inclusive_amount_of(rate, base=Fraction(1), quantities=dict.fromkeys(units_of(rate), Decimal(1)))
        except InputInvalid as error:
            return ("rate", error.message)
    return None


def _no_problem(row: Row) -> None:
    """Find nothing wrong with a row whose values are all right by themselves."""


def _exchange_rate_problem(row: ExchangeRateRow) -> tuple[str, str] | None:
    same = row.currency == row.local_currency
    return ("currency", "A currency needs no rate to itself.") if same else None


@dataclass(frozen=True, slots=True)
class Shape:
    """How a row is written: the reader of each column, the column of its first day, and who makes it and judges it.

    A column of `optional` may be left out; one of `silent` is left out or empty.
    """

    readers: Mapping[str, Callable[[str], Any]]
    first_day: str
    made: Callable[..., Row]
    problem_of: Callable[[Any], tuple[str, str] | None]
    optional: frozenset[str] = frozenset()
    silent: frozenset[str] = frozenset()


_KEY_AND_SOURCE: dict[str, Callable[[str], Any]] = {
    "jurisdiction": Jurisdiction,
    "kind": MeasureKind,
    "hs_code": hs_digits,
    "origin": _origin,
    "regime": _one_of((ANY, *Regime)),
    "mark": _one_of(MARKS),
    "source": _source,
    "needs_document": _one_of((NO_DOCUMENT, *Document)),
}
MEASURE = Shape(
    _KEY_AND_SOURCE | {"rate": _rate},
    first_day="valid_from",
    made=MeasureRow,
    problem_of=_measure_problem,
    optional=frozenset({"needs_document"}),
    silent=frozenset({"ends"}),
)
END_OF_A_MEASURE = Shape(
    _KEY_AND_SOURCE,
    first_day="ends",
    made=partial(MeasureRow, rate=ENDED),
    problem_of=_no_problem,
    optional=frozenset({"needs_document", "valid_until"}),
    silent=frozenset({"rate", "valid_from"}),
)
EXCHANGE_RATE = Shape(
    {
        "local_currency": _currency,
        "currency": _currency,
        "rate": _exchange_rate,
        "quoted": Quoting,
        "mark": _one_of(MARKS),
        "source": _source,
    },
    first_day="valid_from",
    made=ExchangeRateRow,
    problem_of=_exchange_rate_problem,
)


def measure_shape(cells: Mapping[str, str]) -> Shape:
    """Say how a row of the schedule is written: one that names the day on which a measure ends has no rate."""
    return END_OF_A_MEASURE if cells.get("ends") else MEASURE


def exchange_rate_shape(cells: Mapping[str, str]) -> Shape:
    """Say how an exchange rate is written: always alike."""
    return EXCHANGE_RATE
