"""What a scale says of a weight: the line that its printer port or keyboard wedge types into a field.

Read are the forms that makers publish: a sign, a number and a unit (Sartorius' 16 characters, with or without an
identifying letter), the same after `ST,` or `ST,GS,` (A&D, Kern and most indicators), and after `S S` (Mettler
Toledo's SICS). One metric carat is 0.2 g exactly.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from bonded.rules.errors import InputInvalid
from bonded.rules.quantities import WEIGHED_STEP, WeightInvalid, carats_from_text

LONGEST_LINE = 40
CARATS_OF_UNIT = {"ct": Decimal(1), "g": Decimal(5), "mg": Decimal("0.005")}
SETTLED = frozenset({"", "ST", "ST,GS", "ST,NT", "S S", "N", "G"})
UNSETTLED = frozenset({"US", "US,GS", "US,NT", "S D"})
_LINE = re.compile(
    r"(?P<header>[A-Z]{1,2}(?:[, ][A-Z]{1,2})?)?[, ]*"
    r"(?P<sign>[+-]?) *(?P<number>[0-9]{1,9}(?:\.[0-9]{1,6})?) *(?P<unit>[A-Za-z]{0,3})"
)


class ScaleNotSettled(InputInvalid):
    """The scale was still moving when it sent its line."""

    code = "scale_not_settled"


class ReadingTooCoarse(InputInvalid):
    """The scale shows steps larger than a thousandth of a carat."""

    code = "reading_too_coarse"


@dataclass(frozen=True, slots=True)
class ScaleReading:
    """A weight as it is kept, in carats to 0.001 (half up), and exactly as the scale said it, in carats."""

    weight_carats: Decimal
    exact_carats: Decimal

    @property
    def is_rounded(self) -> bool:
        """Say whether what is kept differs from what was said."""
        return self.weight_carats != self.exact_carats


def reading_from_text(text: str) -> ScaleReading:
    """Read a scale's line such as `ST,GS,+0001.023ct`, or a weight in carats as a person types it.

    Grams and milligrams become carats exactly; what has more than three decimals of a carat is rounded half up. A
    person's number is not rounded: more decimals are a slip. Raises ScaleNotSettled, also for a signed number without
    a unit, which scales send while they move; ReadingTooCoarse; WeightInvalid. All of them tell what was read.
    """
    line = " ".join(text.split())
    read = line[:LONGEST_LINE]
    found = _LINE.fullmatch(line) if len(line) <= LONGEST_LINE else None
    if found is None:
        raise WeightInvalid("This is no weight and no line of a scale.", read=read)
    header, sign, number, unit = found["header"] or "", found["sign"], found["number"], found["unit"].casefold()
    if not (header or sign or unit):
        return _typed(number)
    if header in UNSETTLED or (header in SETTLED and not unit):
        raise ScaleNotSettled("The scale had not settled: wait until it stands still and send again.", read=read)
    if header not in SETTLED or unit not in CARATS_OF_UNIT or sign == "-":
        raise WeightInvalid("This is no weight in carats or grams.", read=read)
    exact_carats = Decimal(number) * CARATS_OF_UNIT[unit]
    if CARATS_OF_UNIT[unit].scaleb(-len(number.partition(".")[2])) > WEIGHED_STEP:
        raise ReadingTooCoarse("The scale's steps are too large: a weight is needed to 0.001 ct.", read=read)
    kept = exact_carats.quantize(WEIGHED_STEP, rounding=ROUND_HALF_UP)
    return ScaleReading(_in_bounds(format(kept, "f"), read), exact_carats)


def _typed(number: str) -> ScaleReading:
    weight_carats = _in_bounds(number, number)
    return ScaleReading(weight_carats, weight_carats)


def _in_bounds(number: str, read: str) -> Decimal:
    try:
        return carats_from_text(number)
    except WeightInvalid as refusal:
        raise WeightInvalid(refusal.message, read=read) from None
