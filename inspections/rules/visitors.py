"""Who comes to a visit: the papers by which they are known again, and who is not let in."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bonded.rules.errors import InputInvalid, Problem, RuleViolation


class DocumentKind(StrEnum):
    """Which papers prove who somebody is."""

    PASSPORT = "passport"
    IDENTITY_CARD = "identity_card"  # Of residents of the Mainland.
    TRAVEL_PERMIT = "travel_permit"  # Of residents of Hong Kong, Macao and Taiwan.
    RESIDENCE_PERMIT = "residence_permit"  # Of foreigners who live here.


class DocumentNumberInvalid(InputInvalid):
    """The text is not the number of anybody's paper."""

    code = "document_number_invalid"


class VisitorUnknown(InputInvalid):
    """Papers were told of somebody who is not among the visitors, or twice."""

    code = "visitor_unknown"


class VisitorNotIdentified(RuleViolation):
    """The papers that are shown are not those of the visitors who were announced with theirs."""

    code = "visitor_not_identified"


class VisitorNotAdmitted(RuleViolation):
    """A visitor is on the ban list; only keepers hear why."""

    code = "visitor_not_admitted"


@dataclass(frozen=True, slots=True)
class Paper:
    """A visitor's paper as it is typed; its number is kept nowhere."""

    name: str
    document_kind: str
    document_number: str


@dataclass(frozen=True, slots=True)
class Identity:
    """What is kept of a paper: its kind, its last four characters, and a keyed digest by which it is known again."""

    name: str
    document_kind: str
    last_four: str
    digest: bytes


_NUMBER = re.compile(r"[A-Z0-9]{5,30}")


def identity_of(paper: Paper, *, key: str) -> Identity:
    """Give what is kept of a paper; capitals, blanks and hyphens make no difference. Raises DocumentNumberInvalid.

    The salt is one key for all, because a banned person has to be known again; without it nobody can try numbers.
    """
    number = re.sub(r"[\s-]", "", paper.document_number).upper()
    if not _NUMBER.fullmatch(number):
        raise DocumentNumberInvalid("A paper's number has 5 to 30 letters and digits.", visitor=paper.name)
    digest = hmac.digest(key.encode(), f"{paper.document_kind}:{number}".encode(), hashlib.sha256)
    return Identity(paper.name, paper.document_kind, number[-4:], digest)


def require_named(identities: Sequence[Identity], visitors: Collection[str]) -> None:
    """Refuse papers of somebody who does not come, and two of one person or of two; raises VisitorUnknown."""
    names = [one.name for one in identities]
    if unknown := sorted(set(names) - set(visitors)):
        raise VisitorUnknown("These people are not among the visitors.", visitors=unknown)
    if len(set(names)) < len(names) or len({one.digest for one in identities}) < len(names):
        raise VisitorUnknown("Each visitor has one paper, and no two have the same.")


def ban_problems(reasons: Collection[str]) -> list[Problem]:
    """Say that somebody can't be admitted, and not why: the company that brings them need not know."""
    return [Problem("visitor_not_admitted", "One of the visitors can't be admitted.")] if reasons else []


def require_shown(announced: Mapping[str, bytes], shown: Iterable[Identity], visitors: Collection[str]) -> None:
    """Refuse papers that are not those that were announced: `announced` gives each visitor's digest by name,
    `visitors` all who may come.

    Whoever stays at home shows nothing, and whoever was named without a paper may show any; but of those with one
    somebody comes, and nobody comes in another's place. Raises VisitorNotIdentified with the names.
    """
    shown = list(shown)
    unannounced = set(visitors) - announced.keys()
    # A paper that was announced is nobody else's, not even of somebody who announced none.
    others = sorted(
        one.name
        for one in shown
        if announced
        and announced.get(one.name) != one.digest
        and (one.name not in unannounced or one.digest in announced.values())
    )
    if others or (announced and not announced.keys() & {one.name for one in shown}):
        raise VisitorNotIdentified(
            "The papers are not those that were announced.", visitors=others or sorted(announced)
        )
