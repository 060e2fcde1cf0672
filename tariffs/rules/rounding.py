"""Rounding as data: to which step, which way a half goes; and the only place where a fraction becomes money."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache

from bonded.rules.money import Money, currency_decimals

# A decimal longer than this is harder to read than the fraction that it comes from.
_MOST_DIGITS = 60


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
    return _half_up(amount.numerator, amount.denominator)


def _half_up(numerator: int, denominator: int) -> int:
    whole = (2 * abs(numerator) + denominator) // (2 * denominator)
    return whole if numerator >= 0 else -whole


def minor_units(amount: Fraction, currency: str) -> int:
    """Round an amount in major units half up to whole minor units (fen, cents)."""
    return _half_up(amount.numerator * 10 ** currency_decimals(currency), amount.denominator)


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
    decimals = _decimals_of(amount.denominator)
    if decimals is None:
        return str(amount)
    digits = str(abs(amount.numerator) * 10**decimals // amount.denominator)
    if len(digits) > _MOST_DIGITS:
        return str(amount)
    sign, digits = "-" if amount.numerator < 0 else "", digits.zfill(decimals + 1)
    return f"{sign}{digits[:-decimals]}.{digits[-decimals:]}" if decimals else sign + digits


def exact_money_text(money: Money) -> str:
    """Write money in major units as `exact_text` writes the fraction: without zeros at the end."""
    text = str(money)
    return text.rstrip("0").rstrip(".") if "." in text else text


@lru_cache(maxsize=1024)
def _decimals_of(denominator: int) -> int | None:
    """Give how many decimals a lowest fraction of this denominator has; None when they have no end."""
    return next((decimals for decimals in range(denominator.bit_length()) if 10**decimals % denominator == 0), None)
