"""The one checker of state changes; the tables themselves stand beside their nouns."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from bonded.rules.errors import RuleViolation

State = TypeVar("State", bound=StrEnum)


class StepNotAllowed(RuleViolation):
    """The thing can't go from the state that it is in to the one asked for."""

    code = "step_not_allowed"


def require_step(steps: Mapping[State, frozenset[State]], current: State, target: State) -> None:
    """Refuse a change of state that the table does not list.

    Raises StepNotAllowed with the current state, the target and the steps that are open.
    """
    allowed = steps[current]
    if target not in allowed:
        raise StepNotAllowed(
            f"It is {current.value} and can't become {target.value}.",
            current=current.value,
            target=target.value,
            allowed=sorted(state.value for state in allowed),
        )
