"""What needs words in each language: every refusal's code, and the states, kinds, roles and acts that pages show."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from enum import StrEnum
from importlib import import_module
from itertools import pairwise, product
from pathlib import Path
from pkgutil import iter_modules

from bonded.rules.consignment_lines import LineFault
from bonded.rules.errors import RuleViolation
from bonded.rules.lot_searches import WORD_PARAMETERS
from inspections.rules.company_papers import PaperKind

APPS = ("bonded", "tariffs", "inspections")
# Where the platform decides; elsewhere a word beside a sentence is a column or a parameter.
DECIDING = ("rules", "queries", "actions")
PROJECT = Path(__file__).resolve().parent.parent
CODE = re.compile(r"[a-z]+(_[a-z]+)+")
# What the search for a number finds, beside lots, consignments and withdrawals.
FOUND = frozenset({"lot", "declaration", "consignment", "withdrawal", "booking", "place", "saved_search"})

# What a working starts from that is no figure of its own.
INPUTS = frozenset({"base", "rate", "exchange_rate", "quoted", "evidence", "vat", "piece"})
# What an officer's queue holds, beside withdrawals and declarations; what a file of the schedule may say.
ROWS = frozenset({"task", "hold", "message", "measures", "exchange_rates"})

# How stones are cut; others stand as their supplier wrote them.
SHAPES = frozenset({
    "asscher", "baguette", "cabochon", "cushion", "emerald", "heart", "marquise", "oval", "pear", "princess",
    "radiant", "round", "trillion",
})  # fmt: skip
# What stones are.
VARIETIES = frozenset({
    "alexandrite", "aquamarine", "emerald", "garnet", "jadeite", "opal", "peridot", "ruby", "sapphire", "spinel",
    "tanzanite", "topaz", "tourmaline",
})  # fmt: skip


def _subclasses(cls: type[RuleViolation]) -> Iterator[type[RuleViolation]]:
    yield cls
    for one in cls.__subclasses__():
        yield from _subclasses(one)


def _code(node: ast.AST | None) -> str:
    """Give the code that is written out here, such as `lot_on_hold`; empty when there is none."""
    is_text = isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value)
    return node.value if is_text else ""  # type: ignore[union-attr]


def _is_sentence(node: ast.AST | None) -> bool:
    """Say whether this is several words, with or without values among them."""
    is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return isinstance(node, ast.JoinedStr) or (is_text and " " in node.value)  # type: ignore[union-attr]


def _problem_codes() -> Iterator[str]:
    """Give every code that is the first word of a `Problem`, or stands before its sentence."""
    for path in (file for app in APPS for layer in DECIDING for file in (PROJECT / app / layer).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            parts = node.args if isinstance(node, ast.Call) else getattr(node, "elts", [])
            is_problem = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Problem"
            for place, (first, after) in enumerate(pairwise([*parts, None])):
                if (code := _code(first)) and (_is_sentence(after) or (is_problem and place == 0)):
                    yield code


def _import_everything() -> None:
    """Import what decides and what answers: a refusal is known when its module is."""
    import_module("config.urls")
    for app, layer in product(APPS, DECIDING):
        package = import_module(f"{app}.{layer}")
        for module in iter_modules(package.__path__, f"{app}.{layer}."):
            import_module(module.name)


def refusal_codes() -> set[str]:
    """Give the code of every refusal that the platform can answer with."""
    _import_everything()
    papers = {f"{paper.value}_missing" for paper in PaperKind}
    own = {one.code for one in _subclasses(RuleViolation) if one.__module__.split(".")[0] in APPS}
    return own | set(_problem_codes()) | papers | {fault.value for fault in LineFault}


def _enumerations() -> Iterator[type[StrEnum]]:
    """Give every enumeration of words in the rules."""
    for app in APPS:
        package = import_module(f"{app}.rules")
        for module in iter_modules(package.__path__, f"{app}.rules."):
            for _, one in inspect.getmembers(import_module(module.name), inspect.isclass):
                if issubclass(one, StrEnum) and one.__module__ == module.name:
                    yield one


def words_of_acts() -> set[str]:
    """Give the names of all acts, as a history shows them."""
    return {member.value for one in _enumerations() if one.__name__ == "Act" for member in one}


def words_of_states() -> set[str]:
    """Give every word that a page may show: states, kinds, roles, procedures, channels, acts, sorts of grades."""
    # The books' accounts go by number, and are called by name.
    words = {
        member.name.lower() if member.value.isdigit() else member.value for one in _enumerations() for member in one
    }
    return words | set(WORD_PARAMETERS) | FOUND | INPUTS | ROWS | VARIETIES
