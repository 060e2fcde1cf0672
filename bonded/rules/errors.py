"""What a user may get wrong, said once, in a form that API, page and terminal all understand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

Fact = str | int | bool | None | Sequence[str]


class ErrorKind(StrEnum):
    """What sort of no this is; doors translate it to a status, rules never know of HTTP."""

    INVALID = "invalid"  # The request itself is wrong and will stay wrong.
    NOT_SIGNED_IN = "not_signed_in"  # Nobody is acting.
    FORBIDDEN = "forbidden"  # This role may never do this.
    NOT_FOUND = "not_found"  # It does not exist, or not for this company.
    CONFLICT = "conflict"  # It is refused by the state that things are in now.


class RuleViolation(Exception):
    """A refusal with a stable code, a sentence and the facts that led to it.

    Subclasses are named as the sentence that is wrong. `code` is the contract with
    clients and never changes; `message` is for people and may; `facts` hold the ids,
    amounts and states that a client needs in order to act, as strings and numbers.
    """

    code: ClassVar[str] = "rule_violation"
    kind: ClassVar[ErrorKind] = ErrorKind.CONFLICT

    def __init__(self, message: str, /, **facts: Fact) -> None:
        super().__init__(message)
        self.message = message
        self.facts: Mapping[str, Fact] = facts


class NotSignedIn(RuleViolation):
    """Nobody is acting."""

    code = "not_signed_in"
    kind = ErrorKind.NOT_SIGNED_IN


class NotPermitted(RuleViolation):
    """The actor's role is not among those that may perform the act."""

    code = "not_permitted"
    kind = ErrorKind.FORBIDDEN


class NotFound(RuleViolation):
    """The thing does not exist, or it is not this actor's to see: both look the same."""

    code = "not_found"
    kind = ErrorKind.NOT_FOUND


class InputInvalid(RuleViolation):
    """A value can't be read or is outside what the unit or the field allows."""

    code = "input_invalid"
    kind = ErrorKind.INVALID


@dataclass(frozen=True, slots=True)
class Problem:
    """One of several reasons against an act, with who may override it, if anybody.

    `where` is the place in the request that it speaks of, as a JSON pointer (RFC 6901): "" is the whole of it.
    """

    code: str
    message: str
    overridable_by: tuple[str, ...] = ()
    where: str | None = None


class ProblemsFound(RuleViolation):
    """Several things stand against one act; all of them are named at once."""

    code = "problems_found"

    def __init__(self, message: str, problems: Sequence[Problem], /, **facts: Fact) -> None:
        super().__init__(message, **facts)
        self.problems = tuple(problems)
