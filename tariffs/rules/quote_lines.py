"""Reads the goods of a what-if question: what they are, how many, and the measures that it states for them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from bonded.rules.quantities import carats_from_text
from bonded.rules.validity import Validity
from tariffs.rules.places import Place, known_currency, money_at, not_negative, whole
from tariffs.rules.rate_grammar import parse_rate
from tariffs.rules.rates import (
    COUNTED,
    UNITS,
    Rate,
    RateNotSolvable,
    Sum,
    inclusive_amount_of,
    quantities_of,
    units_of,
)
from tariffs.rules.regimes import Regime, usual_regime
from tariffs.rules.schedule import UNKNOWN_ORIGINS, Document, Measure, MeasureKind, hs_digits
from tariffs.rules.shipments import GoodsLine

# The version and the source of what a question itself says.
GIVEN, SOURCE = "given", "given in the question"
MOST_MEASURES, MOST_QUANTITIES = 20, 20
FIELDS = (
    *("hs_code", "origin", "regime", "goods_value", "currency"),
    *("pieces", "weight_carats", "quantities", "measures", "documents"),
)


class GivenKind(StrEnum):
    """What a measure in a question charges."""

    DUTY = "duty"
    ANTI_DUMPING = "anti_dumping"
    CONSUMPTION_TAX = "consumption_tax"
    VAT = "vat"
    FEE = "fee"


def goods_line_at(place: Place, currency_of_all: Place, usual_currency: str | None) -> GoodsLine | None:
    """Read one line; its reference is its place. None when something that it needs can't be read.

    `usual_currency` is what stands at `currency_of_all`, None when nothing is there or it can't be read.
    """
    if not place.only(*FIELDS):
        return None
    hs_code, origin = place.child("hs_code").read(hs_digits), _origin(place.child("origin"))
    regime = place.child("regime")
    by_regime = regime.choice(Regime) if regime.value is not None else usual_regime(hs_code or "")
    stated = place.child("currency")
    currency = stated.read(known_currency) if stated.value is not None else usual_currency
    if stated.value is None and currency_of_all.value is None:
        stated.refuse("Say the currency, here or for all lines.", "field_missing")
    value = money_at(place.child("goods_value"), currency)
    quantities = _quantities(place)
    measures = _measures(place, origin or "", quantities)
    documents = _documents(place)
    if hs_code is None or origin is None or by_regime is None or value is None:
        return None
    return GoodsLine(place.where, hs_code, origin, by_regime, value, quantities, measures, documents)


def _documents(place: Place) -> frozenset[str]:
    if place.child("documents").value is None:
        return frozenset()
    named = [one.choice(Document) for one in place.items("documents", most=len(Document))]
    return frozenset(document.value for document in named if document is not None)


def _origin(place: Place) -> str | None:
    if place.value is None:
        return ""
    text = place.text()
    if text is not None and not re.fullmatch(r"([A-Z]{2})?", text):
        place.refuse("Write the origin as two capital letters (ISO 3166-1), or nothing when it is unknown.")
        return None
    return text


def _quantities(place: Place) -> dict[str, Decimal]:
    pieces, weight, told = (place.child(name) for name in ("pieces", "weight_carats", "quantities"))
    carats = weight.read(carats_from_text) if weight.value is not None else None
    count = pieces.read(whole) if pieces.value is not None else None
    found = quantities_of(pieces=int(count or 0), weight_carats=carats)
    if count is None:
        del found["piece"]
    if told.value is None:
        return found
    if not isinstance(told.value, dict) or len(told.value) > MOST_QUANTITIES:
        told.refuse(f"Write an object of at most {MOST_QUANTITIES} units and their numbers.")
        return found
    for name in told.value:
        number = told.child(name).read(not_negative)
        if name not in UNITS and not re.fullmatch(r"[a-z][a-z_]{0,29}", name):
            told.child(name).refuse(f"A unit is one of {', '.join(UNITS)}, or a name of small letters.")
        elif name in found:
            told.child(name).refuse("This follows from the pieces or the weight already.")
        elif number is not None:
            found[name if name in UNITS else COUNTED + name] = number
    return found


def _measures(line: Place, origin: str, quantities: Mapping[str, Decimal]) -> tuple[Measure, ...] | None:
    """Read the measures that are stated; several of one kind are charged together, as one sum."""
    if line.child("measures").value is None:
        return None
    rates: dict[MeasureKind, list[Rate]] = {}
    for place in line.items("measures", most=MOST_MEASURES):
        if (read := _measure(place, quantities)) is not None:
            kind, rate = read
            rates.setdefault(_KINDS[kind](origin), []).append(rate)
    if several := rates.get(MeasureKind.CONSUMPTION_TAX):
        _require_solvable(line.child("measures"), several, quantities)
    return tuple(
        Measure(
            version=GIVEN,
            kind=kind,
            hs_code="",
            origin="",
            regime="",
            rate=of_kind[0] if len(of_kind) == 1 else Sum(tuple(of_kind)),
            validity=Validity(date.min),
            source=SOURCE,
            is_verified=False,
        )
        for kind, of_kind in rates.items()
    )


def _measure(place: Place, quantities: Mapping[str, Decimal]) -> tuple[GivenKind, Rate] | None:
    if not place.only("kind", "rate"):
        return None
    kind, rate = place.child("kind").choice(GivenKind), place.child("rate").read(parse_rate)
    if kind is None or rate is None:
        return None
    missing = sorted(units_of(rate) - quantities.keys())
    for unit in missing:
        place.child("rate").refuse(f"The rate is charged per {unit}; say how many there are.", "quantity_missing")
    return None if missing else (kind, rate)


def _require_solvable(place: Place, rates: list[Rate], quantities: Mapping[str, Decimal]) -> None:
    try:
        rate = rates[0] if len(rates) == 1 else Sum(tuple(rates))
        inclusive_amount_of(rate, base=Fraction(1), quantities=quantities)
    except RateNotSolvable as error:
        place.refuse(error.message, error.code)


def _duty_kind(origin: str) -> MeasureKind:
    # What the question gives is the rate of these goods, whatever the schedule would make of their origin.
    return MeasureKind.DUTY_GENERAL if origin in UNKNOWN_ORIGINS else MeasureKind.DUTY_MFN


_KINDS: Mapping[GivenKind, Callable[[str], MeasureKind]] = {
    GivenKind.DUTY: _duty_kind,
    GivenKind.ANTI_DUMPING: lambda _: MeasureKind.ANTI_DUMPING,
    GivenKind.CONSUMPTION_TAX: lambda _: MeasureKind.CONSUMPTION_TAX,
    GivenKind.VAT: lambda _: MeasureKind.VAT,
    GivenKind.FEE: lambda _: MeasureKind.FEE,
}
