"""The codes of every refusal, and the states, kinds and roles that pages show: what needs words in each language."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from bonded.rules.errors import RuleViolation

APPS = ("bonded", "tariffs", "inspections")
PROJECT = Path(__file__).resolve().parent.parent


def _subclasses(cls: type[RuleViolation]) -> Iterator[type[RuleViolation]]:
    yield cls
    for one in cls.__subclasses__():
        yield from _subclasses(one)


def _problem_codes() -> Iterator[str]:
    """Give the first word of every `Problem("code", …)` that is written out."""
    for app in APPS:
        for path in (PROJECT / app).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Problem" and node.args:
                    first = node.args[0]
                    if isinstance(first, ast.Constant) and isinstance(first.value, str):
                        yield first.value


def refusal_codes() -> set[str]:
    """Give the code of every refusal that the platform can answer with."""
    return {one.code for one in _subclasses(RuleViolation)} | set(_problem_codes())


def words_of_states() -> set[str]:
    """Give the values of every enumeration of words in the rules: states, kinds, roles, procedures, channels."""
    words: set[str] = set()
    for app in APPS:
        package = import_module(f"{app}.rules")
        for module in iter_modules(package.__path__, f"{app}.rules."):
            for _, one in inspect.getmembers(import_module(module.name), inspect.isclass):
                if issubclass(one, StrEnum) and one.__module__ == module.name and one.__name__ != "Act":
                    words |= {member.value for member in one}
    return words
