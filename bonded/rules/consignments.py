"""The life of a consignment, and when what the vault found is what was announced."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum

from bonded.rules.errors import Problem, ProblemsFound, RuleViolation
from bonded.rules.locations import KEEPS_GOODS


class ConsignmentState(StrEnum):
    """How far a consignment has come."""

    ANNOUNCED = "announced"  # The supplier has said what will come; lines may still be added.
    DECLARED = "declared"  # The declaration into bond is with customs; the lines are fixed.
    ACCEPTED = "accepted"  # Customs lets it into bond; the vault may take it in.
    RECEIVED = "received"  # Weighed, compared, sealed and stored.
    REFUSED = "refused"  # Customs does not let it in.
    CANCELLED = "cancelled"  # The supplier withdrew it before it came.


STEPS: dict[ConsignmentState, frozenset[ConsignmentState]] = {
    ConsignmentState.ANNOUNCED: frozenset({ConsignmentState.DECLARED, ConsignmentState.CANCELLED}),
    ConsignmentState.DECLARED: frozenset({ConsignmentState.ACCEPTED, ConsignmentState.REFUSED}),
    ConsignmentState.ACCEPTED: frozenset({ConsignmentState.RECEIVED}),
    ConsignmentState.RECEIVED: frozenset(),
    ConsignmentState.REFUSED: frozenset({ConsignmentState.DECLARED, ConsignmentState.CANCELLED}),
    ConsignmentState.CANCELLED: frozenset(),
}

# Bonded warehouses keep goods for one year, extended by at most one more (customs' rule for public
# and own bonded warehouses; the extension is an act of its own).
STORAGE_TERM = timedelta(days=365)
# A difference found at the door is explained or reported within three days: our own term.
DIFFERENCE_ANSWER_TERM = timedelta(days=3)


# The vault weighs a consignment in by one list.
LARGEST_CONSIGNMENT_LOTS = 20_000


class ConsignmentTooLarge(RuleViolation):
    """The consignment has more lots than can be received together: announce it in parts."""

    code = "consignment_too_large"


class InspectionOpen(RuleViolation):
    """Customs has ordered an inspection of the consignment and has not answered yet."""

    code = "inspection_open"


class FilesUnfinished(RuleViolation):
    """A file of this consignment is still being imported, or nobody has said whether it is to be."""

    code = "files_unfinished"


class ConsignmentNotOpen(RuleViolation):
    """The consignment is declared already: no line comes in or out any more."""

    code = "consignment_not_open"


class WeighingsIncomplete(ProblemsFound):
    """The weighings of a consignment are not exactly one for each of its lots."""

    code = "weighings_incomplete"


@dataclass(frozen=True, slots=True)
class Weighing:
    """What the vault found for one lot at the door: carats to 0.001, counted pieces, its seal and its place."""

    stock_number: str
    pieces: int
    weight_carats: Decimal
    seal_number: str
    location_code: str


def require_one_weighing_each(
    expected: Collection[str], weighings: Sequence[Weighing], known_locations: Mapping[str, str]
) -> None:
    """Refuse weighings unless there is one for each lot, with its own seal and a known place that keeps goods.

    `known_locations` gives the kind of each place by its code. Raises WeighingsIncomplete with every problem, at most a
    hundred named.
    """
    counts = Counter(weighing.stock_number for weighing in weighings)
    seals = Counter(weighing.seal_number for weighing in weighings)
    places = {weighing.location_code for weighing in weighings}
    passing = {code for code in places & known_locations.keys() if known_locations[code] not in KEEPS_GOODS}
    problems = [
        *_problems("lot_not_weighed", "is not weighed", set(expected) - counts.keys()),
        *_problems("lot_unknown", "is not of this consignment", counts.keys() - set(expected)),
        *_problems("lot_weighed_twice", "is weighed more than once", _repeated(counts)),
        *_problems("seal_used_twice", "is the seal of more than one lot", _repeated(seals)),
        *_problems("location_unknown", "is no place of this vault", places - known_locations.keys()),
        *_problems("location_keeps_nothing", "is no tray, drawer, safe or vault: goods do not stay there", passing),
    ]
    if problems:
        raise WeighingsIncomplete(
            "Each lot of the consignment needs exactly one weighing.", problems[:100], problems_in_all=len(problems)
        )


def _repeated(counts: Counter[str]) -> list[str]:
    return [name for name, count in counts.items() if count > 1]


def _problems(code: str, what: str, names: Iterable[str]) -> list[Problem]:
    return [Problem(code, f"{name} {what}.") for name in sorted(names)]
