"""What may be asked of the catalogue by landed cost, beside what is asked of lots anyway."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bonded.rules.errors import InputInvalid, Problem
from bonded.rules.lot_searches import LotSearch, LotSearchInvalid, lot_search_from_parameters
from bonded.rules.money import Money

# Words of a page's address that say how it looks, not what is looked for.
APART = frozenset({"cursor", "limit", "view", "format", "facets", "saved"})
LANDED_ORDERS = ("landed", "-landed")  # The cheapest landed first, and the dearest.


@dataclass(frozen=True, slots=True)
class LandedSearch:
    """Lots that are looked for, with bounds of what they would cost landed: inclusive, in minor units of CNY."""

    lots: LotSearch
    landed_from_minor: int | None = None
    landed_to_minor: int | None = None
    is_dearest_first: bool = False


def asked_of(address: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Give what the words of a page's address ask for; a field that was left empty asks for nothing."""
    given = {name: [text for text in texts if text.strip()] for name, texts in address.items() if name not in APART}
    return {name: texts for name, texts in given.items() if texts}


def landed_search_from_parameters(parameters: Mapping[str, Sequence[str]]) -> LandedSearch:
    """Read a search from the parameters of an address, each with all its values.

    `landed_from`, `landed_to` and `order` are read here, the others as bonded's searches are. Raises
    LotSearchInvalid with every problem at once.
    """
    problems: list[Problem] = []
    texts = {name: _single(parameters, name, problems) for name in ("landed_from", "landed_to", "order")}
    lower = _landed_minor("landed_from", texts["landed_from"], problems)
    upper = _landed_minor("landed_to", texts["landed_to"], problems)
    if lower is not None and upper is not None and lower > upper:
        problems.append(Problem("bounds_crossed", "landed_from is more than landed_to."))
    if texts["order"] not in (None, *LANDED_ORDERS):
        problems.append(Problem("word_unknown", f"Known orders are {', '.join(LANDED_ORDERS)}."))
    others = {name: values for name, values in parameters.items() if name not in texts}
    lots = LotSearch()
    try:
        lots = lot_search_from_parameters(others)
    except LotSearchInvalid as refusal:
        problems.extend(refusal.problems)
    if problems:
        raise LotSearchInvalid("The search can't be understood.", problems)
    return LandedSearch(lots, lower, upper, is_dearest_first=texts["order"] == LANDED_ORDERS[1])


def _single(parameters: Mapping[str, Sequence[str]], name: str, problems: list[Problem]) -> str | None:
    values = parameters.get(name, ())
    if len(values) > 1:
        problems.append(Problem("parameter_repeated", f"{name} may be given once."))
    return values[0] if len(values) == 1 else None


def _landed_minor(name: str, text: str | None, problems: list[Problem]) -> int | None:
    try:
        amount = None if text is None else Money.from_text(text, "CNY").minor
    except InputInvalid as error:
        problems.append(Problem("number_invalid", f"{name}: {error.message}"))
        return None
    if amount is not None and amount < 0:
        problems.append(Problem("number_invalid", f"{name}: An amount is not negative."))
    return amount
