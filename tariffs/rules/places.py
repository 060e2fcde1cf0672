"""Reads JSON strictly, place by place: every fault is collected with where it stands.

A place is a JSON pointer (RFC 6901), such as `/lines/0/measures/1/rate`. Numbers are decimal texts, so that
nothing passes through a float.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from bonded.rules.errors import InputInvalid, Problem
from bonded.rules.money import Money, currency_decimals, decimal_from_text

MOST_FAULTS = 100
Read = TypeVar("Read")
Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(slots=True)
class Faults:
    """Collects what is wrong, and where."""

    found: list[Problem] = field(default_factory=list)

    def add(self, where: str, code: str, message: str) -> None:
        """Note one fault; who has made so many learns no more from the rest."""
        if len(self.found) < MOST_FAULTS:
            self.found.append(Problem(code, message, where=where))


@dataclass(frozen=True, slots=True)
class Place:
    """One value of the question and where it stands; what can't be read is noted there and comes out as None."""

    value: Any
    where: str
    faults: Faults

    def refuse(self, message: str, code: str = "input_invalid") -> None:
        """Note what is wrong here."""
        self.faults.add(self.where, code, message)

    def child(self, name: str | int) -> Place:
        """Give the value of a name, None when there is none."""
        key = str(name).replace("~", "~0").replace("/", "~1")
        value = self.value[name] if isinstance(name, int) else self.value.get(name)
        return Place(value, f"{self.where}/{key}", self.faults)

    def only(self, *names: str) -> bool:
        """Say whether this is an object, and refuse what is none or has names that nobody knows."""
        if not isinstance(self.value, dict):
            self.refuse("Write a JSON object.")
            return False
        for name in sorted(set(self.value) - set(names))[:MOST_FAULTS]:
            self.child(name).refuse(f"There is no such field; there are {', '.join(names)}.", "field_unknown")
        return True

    def items(self, name: str, *, most: int, fewest: int = 0) -> list[Place]:
        """Give the places of a list, which may be left out when it may be empty."""
        child = self.child(name)
        if child.value is None and not fewest:
            return []
        if not isinstance(child.value, list) or not fewest <= len(child.value) <= most:
            child.refuse(f"Write a list of {fewest} to {most}.")
            return []
        return [child.child(index) for index in range(len(child.value))]

    def text(self) -> str | None:
        """Read a text."""
        if isinstance(self.value, str):
            return self.value
        if self.value is None:
            self.refuse("This is missing.", "field_missing")
        elif isinstance(self.value, int | float) and not isinstance(self.value, bool):
            self.refuse('Write numbers as decimal texts, such as "12.50".', "not_a_text")
        else:
            self.refuse("Write a text.", "not_a_text")
        return None

    def read(self, reader: Callable[[str], Read]) -> Read | None:
        """Read a text by a reader of the rules, and note what it refuses."""
        text = self.text()
        if text is None:
            return None
        try:
            return reader(text)
        except InputInvalid as error:
            self.refuse(error.message, error.code)
            return None

    def choice(self, choices: type[Choice]) -> Choice | None:
        """Read one of the words that there are."""
        text = self.text()
        if text is not None and text not in [choice.value for choice in choices]:
            self.refuse(f"This is one of {', '.join(choices)}.", "word_unknown")
            return None
        return None if text is None else choices(text)


def day_from_text(text: str) -> date:
    """Read a day such as 2026-11-23."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise InputInvalid("Write a day as 2026-11-23.")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputInvalid("There is no such day.") from None


def known_currency(text: str) -> str:
    """Read a currency that the platform keeps books in."""
    currency_decimals(text)
    return text


def positive(text: str) -> Decimal:
    """Read a number above zero."""
    number = decimal_from_text(text)
    if number <= 0:
        raise InputInvalid("This is more than 0.")
    return number


def not_negative(text: str) -> Decimal:
    """Read a number that is zero or more."""
    number = decimal_from_text(text)
    if number < 0:
        raise InputInvalid("This is not less than 0.")
    return number


def whole(text: str) -> Decimal:
    """Read a whole number that is zero or more."""
    number = not_negative(text)
    if number != number.to_integral_value():
        raise InputInvalid("This is a whole number.")
    return number


def share(text: str) -> Decimal:
    """Read `10%` as a tenth."""
    if not text.endswith("%"):
        raise InputInvalid("Write a share in percent, such as 3%.")
    return not_negative(text.removesuffix("%").rstrip()) / 100


def money_at(amount: Place, currency: str | None) -> Money | None:
    """Read an amount of a currency; None when either can not be read."""
    if currency is None:
        # Its own fault is noted where it stands; what can be said of the number is said too.
        amount.read(not_negative)
        return None
    money = amount.read(lambda text: Money.from_text(text, currency))
    if money is not None and money.minor < 0:
        amount.refuse("An amount is not less than 0.", "amount_negative")
    return money


def stated_money_at(place: Place) -> Money | None:
    """Read an object of `amount` and `currency`."""
    return money_at(place.child("amount"), place.child("currency").read(known_currency))
