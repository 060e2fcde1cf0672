"""Rounding as data: to which step, which way a half goes; and the only place where a fraction becomes money."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Context, Decimal, Inexact
from enum import StrEnum
from fractions import Fraction

from bonded.rules.money import Money, currency_decimals

_EXACTLY = Context(prec=60, traps=[Inexact])


class RoundingStep(StrEnum):
    """What an amount is rounded to; a half always goes away from zero."""

    MINOR_UNIT = "minor_unit"  # The fen, the cent, the penny.
    WHOLE_UNIT = "whole_unit"  # The yuan, the euro.


@dataclass(frozen=True, slots=True)
class Rounding:
    """How one figure of an assessment is rounded, and who says so."""

    step: RoundingStep
    source: str

    def money(self, amount: Fraction, currency: str) -> Money:
        """Round an exact amount in major units, half up, to this step of the currency."""
        if self.step is RoundingStep.WHOLE_UNIT:
            return Money(minor_units(Fraction(half_up(amount)), currency), currency)
        return Money(minor_units(amount, currency), currency)


def half_up(amount: Fraction) -> int:
    """Round to a whole number; a half goes away from zero, so 2.5 is 3 and -2.5 is -3."""
    whole = (2 * abs(amount.numerator) + amount.denominator) // (2 * amount.denominator)
    return whole if amount >= 0 else -whole


def minor_units(amount: Fraction, currency: str) -> int:
    """Round an amount in major units half up to whole minor units (fen, cents)."""
    return half_up(amount * 10 ** currency_decimals(currency))


def major_units(money: Money) -> Fraction:
    """Give an amount in major units (yuan, dollars), exactly."""
    return Fraction(money.minor, 10 ** currency_decimals(money.currency))


def decimal_text(amount: Fraction, *, most_decimals: int = 8) -> str:
    """Write a fraction as a decimal: in full when it ends within `most_decimals`, else cut there and marked with `…`.

    Cut, not rounded: what stands before the mark are true digits of the exact value.
    """
    sign = "-" if amount < 0 else ""
    whole, rest = divmod(abs(amount), 1)
    scaled = rest * 10**most_decimals
    digits = f"{int(scaled):0{most_decimals}d}" if most_decimals else ""
    mark = "" if scaled.denominator == 1 else "…"
    shown = digits if mark else digits.rstrip("0")
    return f"{sign}{whole}.{shown}{mark}" if shown else f"{sign}{whole}{mark}"


def exact_text(amount: Fraction) -> str:
    """Write a fraction without losing anything: as a decimal when it has an end, else as `numerator/denominator`."""
    try:
        return f"{_EXACTLY.divide(Decimal(amount.numerator), Decimal(amount.denominator)):f}"
    except Inexact:
        return f"{amount.numerator}/{amount.denominator}"
