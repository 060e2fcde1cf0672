"""The one dialect in which rates are written: in files, in the admin, over the API.

    rate   = term { "+" term }
    term   = number "%"  |  number "/" unit  |  number  |  ("min" | "max") "(" rate { "," rate } ")"
    unit   = "ct" | "trade_ct" | "g" | "kg" | "piece" | "unit:" name

`4% + 2/ct`, `0.45/piece + 7% + 0.025/unit:jewel`, `min(max(0.3464%, 31.67), 614.35)`.
Amounts are in the currency of the jurisdiction. Nothing is negative: there is no minus sign.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NoReturn

from bonded.rules.errors import InputInvalid
from tariffs.rules.rates import UNITS, Flat, Greatest, Least, Percent, PerUnit, Rate, Sum

LONGEST_TEXT = 200
DEEPEST_NESTING = 6
MOST_DIGITS = 15

_TOKEN = re.compile(r"[0-9]+(?:\.[0-9]+)?|unit:[a-z][a-z_]{0,29}|[a-z][a-z_]*|[%/+,()]|\Z")
_CHOICES: dict[str, type[Least | Greatest]] = {"min": Least, "max": Greatest}


class RateUnreadable(InputInvalid):
    """The text is not a rate; `position` counts characters from 1 to where reading stopped."""

    code = "rate_unreadable"


def parse_rate(text: str) -> Rate:
    """Read a rate expression into its tree; raises RateUnreadable with the position and what was expected there."""
    if len(text) > LONGEST_TEXT:
        raise RateUnreadable(f"A rate has at most {LONGEST_TEXT} characters.", position=LONGEST_TEXT + 1)
    reader = _Reader(text)
    rate = reader.rate(depth=0)
    if reader.token:
        reader.refuse("+ or the end")
    return rate


def rate_text(rate: Rate) -> str:
    """Write a rate so that `parse_rate` reads the same tree again."""
    match rate:
        case Percent(percent):
            return f"{percent:f}%"
        case PerUnit(amount, unit):
            return f"{amount:f}/{unit}"
        case Flat(amount):
            return f"{amount:f}"
        case Sum(terms):
            return " + ".join(rate_text(term) for term in terms)
        case Least(choices):
            return f"min({', '.join(rate_text(choice) for choice in choices)})"
        case Greatest(choices):
            return f"max({', '.join(rate_text(choice) for choice in choices)})"


class _Reader:
    """Looks one token ahead; each method below `take` reads one rule of the grammar."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.look(0)

    def look(self, after: int) -> None:
        """Look at the token that follows so many characters; at the end of the text it is the empty token."""
        self.start = len(self.text) - len(self.text[after:].lstrip(" \t"))
        match = _TOKEN.match(self.text, self.start)
        if match is None:
            self.refuse("a rate such as 8%, 2/ct or 31.67")
        self.token = match.group()

    def advance(self) -> str:
        """Give the token and look at the next."""
        token = self.token
        self.look(self.start + len(token))
        return token

    def refuse(self, expected: str) -> NoReturn:
        found = repr(self.text[self.start : self.start + 12]) if self.start < len(self.text) else "the end"
        raise RateUnreadable(
            f"At character {self.start + 1} of the rate there should be {expected}, not {found}.",
            text=self.text,
            position=self.start + 1,
            expected=expected,
        )

    def take(self, sign: str) -> bool:
        if self.token != sign:
            return False
        self.advance()
        return True

    def rate(self, *, depth: int) -> Rate:
        terms = [self.term(depth=depth)]
        while self.take("+"):
            terms.append(self.term(depth=depth))
        return terms[0] if len(terms) == 1 else Sum(tuple(terms))

    def term(self, *, depth: int) -> Rate:
        if self.token[:1].isdigit():
            return self.priced()
        if self.token not in _CHOICES:
            self.refuse("a number, min( or max(")
        if depth == DEEPEST_NESTING:
            self.refuse(f"at most {DEEPEST_NESTING} levels of min and max")
        choice = _CHOICES[self.advance()]
        if not self.take("("):
            self.refuse("(")
        choices = [self.rate(depth=depth + 1)]
        while self.take(","):
            choices.append(self.rate(depth=depth + 1))
        if len(choices) < 2:
            self.refuse(", and another rate to choose from")
        if not self.take(")"):
            self.refuse(", or )")
        return choice(tuple(choices))

    def priced(self) -> Rate:
        if len(self.token) > MOST_DIGITS:
            self.refuse(f"a number of at most {MOST_DIGITS} characters")
        number = Decimal(self.advance())
        if self.take("%"):
            return Percent(number)
        if not self.take("/"):
            return Flat(number)
        if self.token not in UNITS and not self.token.startswith("unit:"):
            self.refuse(f"a unit: {', '.join(UNITS)} or unit:name")
        return PerUnit(number, self.advance())
