"""What a line of a consignment may say: one table of columns, from which every check follows.

The table is data so that a file of a million lines can be judged in the database, in sets, by
exactly what stands here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bonded.rules.errors import InputInvalid
from bonded.rules.lots import LotKind
from bonded.rules.money import CURRENCY_DECIMALS

LONGEST_VALUE = 100
_NUMBER = r"\d{1,12}(\.\d{1,6})?"


class LineFault(StrEnum):
    """Why a line is refused."""

    WRONG_NUMBER_OF_COLUMNS = "wrong_number_of_columns"
    UNREADABLE = "unreadable"
    MISSING = "missing"
    MALFORMED = "malformed"
    TOO_SMALL = "too_small"
    TOO_LARGE = "too_large"
    TOO_MANY_DECIMALS = "too_many_decimals"
    DUPLICATE_LINE = "duplicate_line"
    STOCK_NUMBER_REPEATED = "stock_number_repeated"
    STOCK_NUMBER_TAKEN = "stock_number_taken"
    MEASURES_DO_NOT_FIT_WEIGHT = "measures_do_not_fit_weight"
    HS_CODE_DOES_NOT_FIT_KIND = "hs_code_does_not_fit_kind"
    KIMBERLEY_CERTIFICATE_MISSING = "kimberley_certificate_missing"


SENTENCES = {
    LineFault.WRONG_NUMBER_OF_COLUMNS: "The line has not as many values as the file has columns.",
    LineFault.UNREADABLE: f"A value is longer than {LONGEST_VALUE} characters or holds a NUL character.",
    LineFault.MISSING: "This column must have a value.",
    LineFault.MALFORMED: "The value is not of the form that this column takes.",
    LineFault.TOO_SMALL: "The value is smaller than this column allows.",
    LineFault.TOO_LARGE: "The value is larger than this column allows.",
    LineFault.TOO_MANY_DECIMALS: "The value has more decimals than its unit has.",
    LineFault.DUPLICATE_LINE: "An earlier line of this file says exactly the same.",
    LineFault.STOCK_NUMBER_REPEATED: "An earlier line of this file bears the same stock number.",
    LineFault.STOCK_NUMBER_TAKEN: "A lot with this stock number is here already.",
    LineFault.MEASURES_DO_NOT_FIT_WEIGHT: "A round brilliant of these measures can't have this weight.",
    LineFault.HS_CODE_DOES_NOT_FIT_KIND: "Goods of this kind do not have this HS code.",
    LineFault.KIMBERLEY_CERTIFICATE_MISSING: "Rough diamonds need the number of their Kimberley certificate.",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a consignment file.

    `pattern` is a regular expression that the whole value must match, in the common part of
    Python's and PostgreSQL's dialects. Bounds are inclusive, decimals the most that the unit has.
    A column with a default is filled by it when the file has no such column or no such value.
    """

    name: str
    pattern: str
    aliases: tuple[str, ...] = ()
    is_required: bool = False
    smallest: str | None = None
    largest: str | None = None
    decimals: int | None = None


def _words(*words: str) -> str:
    return "|".join(words)


COLUMNS: tuple[Column, ...] = (
    Column("stock_number", r"[A-Za-z0-9][A-Za-z0-9./-]{0,39}", ("stock #", "stock")),
    Column("kind", _words(*LotKind), is_required=True),
    Column("hs_code", r"\d{6}(\d{2}(\d{2})?)?", is_required=True),
    Column("origin", r"[A-Z]{2}", ("country",), is_required=True),
    Column("pieces", r"\d{1,8}", ("parcel stones",), is_required=True, smallest="1", largest="10000000"),
    Column(
        "weight_carats", _NUMBER, ("carat", "carats", "weight"), is_required=True,
        smallest="0.001", largest="999999.999", decimals=3,
    ),
    Column("value", _NUMBER, ("price",), is_required=True, smallest="0.01", largest="1000000000000"),
    Column("currency", _words(*CURRENCY_DECIMALS), is_required=True),
    Column("shape", r"[A-Za-z][A-Za-z -]{0,19}"),
    Column("colour", r"[D-Z]|[A-Za-z][A-Za-z -]{2,19}", ("color",)),
    Column("clarity", _words("FL", "IF", "VVS1", "VVS2", "VS1", "VS2", "SI1", "SI2", "SI3", "I1", "I2", "I3")),
    Column("cut", _words("Ideal", "Excellent", "Premium", "Very Good", "Good", "Fair", "Poor"), ("cut grade",)),
    Column("depth_percent", _NUMBER, ("depth", "depth %"), smallest="30", largest="100", decimals=2),
    Column("table_percent", _NUMBER, ("table", "table %"), smallest="30", largest="100", decimals=2),
    Column("length_mm", _NUMBER, ("x",), smallest="0.1", largest="999", decimals=2),
    Column("width_mm", _NUMBER, ("y",), smallest="0.1", largest="999", decimals=2),
    Column("depth_mm", _NUMBER, ("z",), smallest="0.1", largest="999", decimals=2),
    Column("variety", r"[A-Za-z][A-Za-z -]{0,29}"),
    # AGTA's codes: none, enhanced, bleach, coat, dye, fill, flux, heat, heat and pressure, impregnate,
    # laser, oil, irradiate, diffusion, wax; several joined by commas.
    Column("treatment", r"(N|E|B|C|D|F|FH|H|HP|I|L|O|R|U|W)(,(E|B|C|D|F|FH|H|HP|I|L|O|R|U|W)){0,3}"),
    Column("lab", r"[A-Za-z][A-Za-z0-9]{0,11}"),
    Column("report_number", r"[A-Za-z0-9-]{3,30}", ("report #",)),
    Column("kimberley_number", r"[A-Z]{2}[A-Z0-9-]{3,30}"),
)  # fmt: skip

HS_OF_KIND = {
    LotKind.POLISHED_DIAMOND: "710239",
    LotKind.ROUGH_DIAMOND: "710210|710221|710231",
    LotKind.COLOURED_GEM: "710310|710391|710399",
}

# The weight of a round brilliant in carats is about diameter² × depth × 0.0061 in millimetres (GIA's
# published estimate). Real stones stay within a third of it; a measure typed wrongly does not.
ROUND_WEIGHT_FACTOR = "0.0061"
LEAST_PART_OF_ESTIMATE = "0.4"
MOST_PART_OF_ESTIMATE = "2.5"


class DefaultInvalid(InputInvalid):
    """A value given for lines that have none is not one that the column takes."""

    code = "default_invalid"


class FileUnreadable(InputInvalid):
    """The file as a whole can't be taken: not text, no header, no lines, unknown or missing columns."""

    code = "file_unreadable"


def require_defaults(defaults: Mapping[str, str]) -> None:
    """Refuse a default that no line could say itself; raises DefaultInvalid naming the column."""
    patterns = {column.name: column.pattern for column in COLUMNS} | {"is_made_up": "true|false"}
    for name, value in defaults.items():
        if name not in patterns or not re.fullmatch(patterns[name], value):
            raise DefaultInvalid(f"{name[:40]} can't be {value[:40]!r}.", column=name[:40], value=value[:40])


def columns_of_header(header: Sequence[str], defaults: Sequence[str]) -> list[str]:
    """Give the column that each name of a file's header stands for.

    Names are compared without case and surrounding space, by name or alias. Raises FileUnreadable
    for an unknown or repeated name, and when a required column is neither there nor has a default.
    """
    known = {name: column.name for column in COLUMNS for name in (column.name, *column.aliases)}
    names = [known.get(word.strip().casefold(), "") for word in header]
    unknown = [word.strip()[:40] for word, name in zip(header, names, strict=True) if not name]
    if unknown:
        raise FileUnreadable(
            f"These columns are not known: {', '.join(unknown[:20])}.",
            unknown=unknown[:20],
            known=[column.name for column in COLUMNS],
        )
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise FileUnreadable(f"These columns stand twice: {', '.join(repeated)}.", repeated=repeated)
    missing = [column.name for column in COLUMNS if column.is_required and column.name not in {*names, *defaults}]
    if missing:
        raise FileUnreadable(f"These columns are missing: {', '.join(missing)}.", missing=missing)
    return names
