"""Carats, grams and pieces, exact to what a scale and a count can say.

One metric carat is 0.2 g. Scales are read to 0.001 ct; the trade writes 0.01 ct and rounds up
only from a nine in the third decimal (GIA's published practice, and 逢九进一 in China).
"""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal

from bonded.rules.errors import InputInvalid
from bonded.rules.money import AmountInvalid, decimal_from_text

WEIGHED_STEP = Decimal("0.001")
TRADE_STEP = Decimal("0.01")
GRAMS_PER_CARAT = Decimal("0.2")
# The Cullinan weighed 3,106.75 ct; a parcel of a million carats is a slip.
LARGEST_CARATS = Decimal(1_000_000)


class WeightInvalid(InputInvalid):
    """The text is not a weight that a scale could have shown."""

    code = "weight_invalid"


def carats_from_text(text: str) -> Decimal:
    """Read a weight in carats such as `1.768`; more than three decimals, or zero or less, are refused."""
    try:
        weight_carats = decimal_from_text(text)
    except AmountInvalid:
        raise WeightInvalid("Write a weight in carats such as 1.768.", text=text[:24]) from None
    if weight_carats <= 0 or weight_carats >= LARGEST_CARATS:
        raise WeightInvalid("A weight in carats is more than 0 and less than 1000000.", text=text)
    if weight_carats != weight_carats.quantize(WEIGHED_STEP, rounding=ROUND_DOWN):
        raise WeightInvalid("A weight in carats has at most three decimals.", text=text)
    return weight_carats.quantize(WEIGHED_STEP)


def trade_carats(weighed_carats: Decimal) -> Decimal:
    """Give the weight that the trade writes: two decimals, up only from a nine in the third.

    1.768 is written 1.76, 1.769 is written 1.77. Carats in, carats out.
    """
    return (weighed_carats + WEIGHED_STEP).quantize(TRADE_STEP, rounding=ROUND_DOWN)


def grams(weight_carats: Decimal) -> Decimal:
    """Convert carats to grams, exactly (0.2 g each)."""
    return weight_carats * GRAMS_PER_CARAT


def kilograms(weight_carats: Decimal) -> Decimal:
    """Convert carats to kilograms, exactly (0.0002 kg each)."""
    return grams(weight_carats).scaleb(-3)
