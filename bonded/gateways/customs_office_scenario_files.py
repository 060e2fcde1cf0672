"""Reads the scenarios of simulated customs offices from the files in `scenarios/`: one file, one scenario.

To add a scenario, add a file; docs/simulator.md says what it may hold.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

from bonded.gateways.customs_office_scenarios import Calls, DeliveryMode, Fault, Scenario, Step
from bonded.gateways.customs_office_words import Word
from bonded.rules.customs_messages import MessageFact

FOLDER = Path(__file__).with_name("scenarios")
DEFAULT = "unruly"


class ScenarioInvalid(Exception):
    """A scenario's file is missing, can't be read, or holds something that nobody can play."""


def scenario_names() -> list[str]:
    """Give the names of all scenarios in alphabetical order."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def load_scenario(name: str) -> Scenario:
    """Read the scenario with a name; raises ScenarioInvalid with the names there are, or the file and its key."""
    if name not in scenario_names():
        raise ScenarioInvalid(f"There is no scenario {name!r}; there are {', '.join(scenario_names())}.")
    return read_scenario((FOLDER / f"{name}.toml").read_text(encoding="utf-8"), file=f"{name}.toml")


def read_scenario(text: str, *, file: str) -> Scenario:
    """Read a scenario from TOML; raises ScenarioInvalid that names the file and the key."""
    try:
        return _built(Scenario, tomllib.loads(text), at=file)
    except tomllib.TOMLDecodeError as error:
        raise ScenarioInvalid(f"{file}: {error}.") from None


_Part = TypeVar("_Part")


def _built(part: type[_Part], told: Any, *, at: str) -> _Part:
    """Build a part from its table; every key is known, and every value of its kind."""
    if not isinstance(told, dict):
        raise ScenarioInvalid(f"{at}: this is a table.")
    known = {one.name for one in fields(part)}  # type: ignore[arg-type]
    values = {}
    for key, value in told.items():
        where = f"{at}: {key}"
        if key not in known:
            raise ScenarioInvalid(f"{where} is not known; there are {', '.join(sorted(known))}.")
        try:
            values[key] = _READERS[key](value, where)
        except (ValueError, TypeError, AttributeError) as error:
            raise ScenarioInvalid(f"{where}: {error}.") from None
    return part(**values)


def _number(value: Any, where: str) -> float:
    if type(value) not in (int, float) or not 0 <= value <= 86_400:
        raise ValueError("a number from 0 to 86400 is expected")
    return float(value)


def _chance(value: Any, where: str) -> float:
    if (chance := _number(value, where)) > 1:
        raise ValueError("a chance from 0 to 1 is expected")
    return chance


def _count(value: Any, where: str) -> int:
    if type(value) is not int or not 0 <= value <= 1_000_000:
        raise ValueError("a whole number from 0 to 1000000 is expected")
    return value


def _some(value: Any, where: str) -> int:
    if (count := _count(value, where)) == 0:
        raise ValueError("at least 1 is expected")
    return count


def _switch(value: Any, where: str) -> bool:
    if type(value) is not bool:
        raise ValueError("true or false is expected")
    return value


def _facts(value: Any, where: str) -> dict[str, MessageFact]:
    if any(type(one) not in (str, int, bool) for one in value.values()):
        raise ValueError("a fact is a text, a whole number, true or false; an amount is a text")
    return dict(value)


def _awaited(value: Any, where: str) -> str:
    if value != "answer":
        raise ValueError("only an answer can be waited for")
    return "answer"


def _step(told: Any, where: str) -> Step:
    step = _built(Step, {"say": told} if isinstance(told, str) else told, at=where)
    if (step.say is None) == (step.wait_for is None):
        raise ValueError("a step has either say or wait_for")
    return step


def _steps(value: Any, where: str) -> tuple[Step, ...]:
    if not isinstance(value, list):
        raise ValueError("a list is expected")
    return tuple(_step(one, f"{where}[{place}]") for place, one in enumerate(value, start=1))


_READERS: Mapping[str, Callable[[Any, str], Any]] = {
    "steps": _steps,
    "delivery": lambda value, where: DeliveryMode(value),
    "step_seconds": _number,
    "twice": _chance,
    "jumps": _number,
    "silence_after": _count,
    "http": lambda value, where: _built(Calls, value, at=where),
    "say": lambda value, where: Word(value),
    "facts": _facts,
    "after_seconds": _number,
    "late_seconds": _number,
    "corrupt": _switch,
    "id_reused": _switch,
    "gap": _switch,
    "wait_for": _awaited,
    "at_most_seconds": _number,
    "fault": lambda value, where: Fault(value),
    "calls": _some,
    "taken": _switch,
    "seconds": _number,
}
