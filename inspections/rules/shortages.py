"""What is missing when stones come back, as goods on which duty would be owed."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from bonded.rules.lots import GoodsFacts
from bonded.rules.money import Money


def shortage(
    goods: GoodsFacts, *, out_carats: Decimal, in_carats: Decimal, out_pieces: int, in_pieces: int
) -> GoodsFacts | None:
    """Give the missing part of a lot that was weighed out and in; None when nothing is missing.

    Its value is the larger of the missing shares of weight and pieces, rounded half up to the minor unit; it counts
    as one piece at least, so that a rate by the piece is never forgotten. Of 2.000 ct worth USD 5,000.00, 0.100 ct
    missing are one piece worth USD 250.00.
    """
    missing_carats, missing_pieces = max(out_carats - in_carats, Decimal()), max(out_pieces - in_pieces, 0)
    if not missing_carats and not missing_pieces:
        return None
    share = max(Fraction(missing_carats) / Fraction(out_carats), Fraction(missing_pieces, out_pieces))
    minor = (goods.value.minor * share.numerator * 2 + share.denominator) // (2 * share.denominator)
    return replace(
        goods,
        weight_carats=missing_carats or out_carats * missing_pieces / out_pieces,
        pieces=max(missing_pieces, 1),
        value=Money(minor, goods.value.currency),
    )
