"""300 seeded searches as buyers make them: some words, some bounds, mostly by price."""

from __future__ import annotations

import random
from collections.abc import Sequence
from urllib.parse import urlencode

from benchmarks.catalogues import ORIGINS, SHAPES

SEED = 7
SEARCHES = 300
COLOURS = ("D", "E", "F", "G", "H", "I", "J")
CLARITIES = ("IF", "VVS1", "VVS2", "VS1", "VS2", "SI1", "SI2", "I1")
CUTS = ("Ideal", "Premium", "Very Good", "Good", "Fair")
ORDERS = ("price",) * 12 + ("-price",) * 3 + ("carats",) * 3 + ("-carats",) * 2


def mixed_searches(count: int = SEARCHES) -> list[dict[str, str]]:
    """Give searches as parameters of an address; always the same ones."""
    die = random.Random(SEED)
    return [_search(die) for _ in range(count)]


def addresses(searches: Sequence[dict[str, str]], path: str) -> list[str]:
    """Write searches as addresses under a path."""
    return [f"{path}?{urlencode(search)}" for search in searches]


def _neighbours(die: random.Random, words: Sequence[str], most: int) -> str:
    count = die.randint(1, most)
    first = die.randrange(len(words) - count + 1)
    return ",".join(words[first : first + count])


def _search(die: random.Random) -> dict[str, str]:
    search = {}
    if die.random() < 0.6:
        search["shape"] = "round" if die.random() < 0.5 else ",".join(die.sample(SHAPES, die.randint(1, 3)))
    if die.random() < 0.6:
        search["colour"] = _neighbours(die, COLOURS, 4)
    if die.random() < 0.6:
        search["clarity"] = _neighbours(die, CLARITIES, 4)
    if die.random() < 0.25:
        search["cut"] = _neighbours(die, CUTS, 2)
    if die.random() < 0.55:
        lower = die.choice((300, 500, 700, 900, 1000, 1200, 1500, 2000))
        search["carats_from"] = f"{lower / 1000:.3f}"
        if die.random() < 0.7:
            search["carats_to"] = f"{lower * die.choice((11, 13, 16, 20)) // 10 / 1000:.3f}"
    if die.random() < 0.4:
        dollars = die.choice((0, 500, 1000, 2000, 3000, 5000, 8000))
        search["value_from"] = str(dollars)
        if die.random() < 0.75:
            search["value_to"] = str(dollars + die.choice((500, 1000, 3000, 8000)))
    if die.random() < 0.15:
        search["origin"] = ",".join(die.sample(ORIGINS, die.randint(1, 2)))
    search["order"] = die.choice(ORDERS)
    return search
