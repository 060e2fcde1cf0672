"""What a rate is once it is read, and what it comes to on given goods: exact, in fractions.

`rate_grammar` reads and writes the text; nothing here knows how a rate is spelled.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from bonded.rules.errors import InputInvalid
from bonded.rules.quantities import grams, kilograms, trade_carats

# Unit → how many of it the goods are. The units are those that `quantities_of` names, and `unit:…`.
Quantities = Mapping[str, Decimal]

# `ct` is the carat that the scale showed (0.001); `trade_ct` the carat that the trade writes (0.01).
WEIGHT_UNITS = ("ct", "trade_ct", "g", "kg")
UNITS = ("piece", *WEIGHT_UNITS)
COUNTED = "unit:"
NOTHING = Fraction()


class QuantityMissing(InputInvalid):
    """A rate is charged per unit, and how many units the goods are was not said."""

    code = "quantity_missing"


class RateNotSolvable(InputInvalid):
    """A tax that is part of its own base can't be found: the rate is 100 % or more, or a choice stands inside a sum."""

    code = "rate_not_solvable"


@dataclass(frozen=True, slots=True)
class Percent:
    """`8%`: a share of the base."""

    percent: Decimal
    share: Fraction = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "share", Fraction(self.percent) / 100)


@dataclass(frozen=True, slots=True)
class PerUnit:
    """`2/ct`: an amount for each unit of a quantity."""

    amount: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class Flat:
    """`31.67`: an amount that does not depend on the goods."""

    amount: Decimal


@dataclass(frozen=True, slots=True)
class Sum:
    """`4% + 2/ct`: all of the terms together."""

    terms: tuple[Rate, ...]


@dataclass(frozen=True, slots=True)
class Least:
    """`min(…, …)`: whichever comes to the smallest amount."""

    choices: tuple[Rate, ...]


@dataclass(frozen=True, slots=True)
class Greatest:
    """`max(…, …)`: whichever comes to the largest amount."""

    choices: tuple[Rate, ...]


Rate = Percent | PerUnit | Flat | Sum | Least | Greatest


def quantities_of(
    *, pieces: int, weight_carats: Decimal | None, counted: Mapping[str, Decimal] | None = None
) -> dict[str, Decimal]:
    """Give every unit that a rate may be charged by: pieces, carats both ways, grams, kilograms, and what was counted.

    `counted` maps a name such as `jewel` to its number; a rate asks for it as `unit:jewel`.
    """
    quantities = {"piece": Decimal(pieces)}
    if weight_carats is not None:
        weights = (weight_carats, trade_carats(weight_carats), grams(weight_carats), kilograms(weight_carats))
        quantities |= dict(zip(WEIGHT_UNITS, weights, strict=True))
    return quantities | {COUNTED + name: number for name, number in (counted or {}).items()}


def amount_of(rate: Rate, *, base: Fraction, quantities: Quantities) -> Fraction:
    """Give what the rate comes to, unrounded, in the currency of the base.

    Raises QuantityMissing when the rate is per a unit that `quantities` does not hold.
    """
    match rate:
        case Percent():
            return base * rate.share
        case PerUnit(amount, unit):
            return Fraction(amount) * _quantity(unit, quantities)
        case Flat(amount):
            return Fraction(amount)
        case Sum(terms):
            return sum((amount_of(term, base=base, quantities=quantities) for term in terms), NOTHING)
        case Least(choices):
            return min(amount_of(choice, base=base, quantities=quantities) for choice in choices)
        case Greatest(choices):
            return max(amount_of(choice, base=base, quantities=quantities) for choice in choices)


def inclusive_amount_of(rate: Rate, *, base: Fraction, quantities: Quantities) -> Fraction:
    """Give a tax that is part of its own base, unrounded: `(base + specific) / (1 - share) × share + specific`.

    This is China's consumption tax at import (Provisional Regulation on Consumption Tax, Arts. 5 and 9),
    with `base` the customs value plus duty. Raises RateNotSolvable and QuantityMissing.
    """
    match rate:
        case Least(choices):
            return min(inclusive_amount_of(choice, base=base, quantities=quantities) for choice in choices)
        case Greatest(choices):
            return max(inclusive_amount_of(choice, base=base, quantities=quantities) for choice in choices)
    terms = rate.terms if isinstance(rate, Sum) else (rate,)
    if any(isinstance(term, Sum | Least | Greatest) for term in terms):
        raise RateNotSolvable("In a tax that is part of its own base, min and max must stand outside of sums.")
    share = sum((term.share for term in terms if isinstance(term, Percent)), NOTHING)
    if share >= 1:
        raise RateNotSolvable("A tax that is part of its own base must be less than 100 % of it.")
    specific = amount_of(rate, base=NOTHING, quantities=quantities)
    return (base + specific) * (share / (1 - share)) + specific


def units_of(rate: Rate) -> frozenset[str]:
    """Name the units that the rate is charged by; empty for a rate that needs no quantity."""
    match rate:
        case PerUnit(_, unit):
            return frozenset({unit})
        case Sum(parts) | Least(parts) | Greatest(parts):
            return frozenset().union(*(units_of(part) for part in parts))
    return frozenset()


def _quantity(unit: str, quantities: Quantities) -> Fraction:
    try:
        return Fraction(quantities[unit])
    except KeyError:
        raise QuantityMissing(f"The rate is charged per {unit}; say how many there are.", unit=unit) from None
