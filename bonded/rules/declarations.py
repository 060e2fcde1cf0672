"""The life of a customs declaration, and what each of its states lets happen to the goods."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from bonded.rules.errors import RuleViolation
from bonded.rules.money import Money
from bonded.rules.withdrawals import Clearance


class DeclarationKind(StrEnum):
    """What is declared."""

    INTO_BOND = "into_bond"  # A consignment that comes into the warehouse.
    WITHDRAWAL = "withdrawal"  # Goods that leave it.


class DeclarationState(StrEnum):
    """What customs last said of a declaration, in our own words."""

    DRAFT = "draft"  # Written, not yet on its way.
    LODGED = "lodged"  # Queued for the office or sent to it; the office has said nothing yet.
    RECEIVED = "received"  # The office has it; it is not accepted in law.
    ACCEPTED = "accepted"  # Accepted in law.
    INSPECTION_ORDERED = "inspection_ordered"  # The office wants to see the goods.
    DOCUMENTS_REQUESTED = "documents_requested"  # The office wants to see papers.
    TAX_ASSESSED = "tax_assessed"  # The office has told the tax to be paid.
    RELEASED = "released"  # The goods may go; the debt is not final.
    CLEARED = "cleared"  # The debt is final and the file closed.
    REJECTED = "rejected"  # Returned; a new declaration has to be lodged.
    CANCELLED = "cancelled"  # Deleted by the office or withdrawn.


class SelectivityLane(StrEnum):
    """How closely customs looks at a declaration."""

    GREEN = "green_lane"  # Let go by what it says.
    YELLOW = "yellow_lane"  # Papers were asked for.
    RED = "red_lane"  # The goods were to be seen.


class DebtState(StrEnum):
    """What customs last said of the money owed, which is another thing than where the goods may go."""

    NOT_TOLD = "not_told"  # Nothing yet.
    TOLD = "told"  # The office has told what is to be paid.
    BALANCE_TOO_LOW = "balance_too_low"  # The deferment account does not cover it.
    SECURED = "secured"  # Released against a guarantee; the amount is still open.
    FINAL = "final"  # Nothing will change any more.


# Told again after an amendment or a top-up; secured by a release; nothing follows what is final.
_OPEN_DEBT = frozenset({DebtState.TOLD, DebtState.BALANCE_TOO_LOW, DebtState.SECURED})
DEBT_STEPS: dict[DebtState, frozenset[DebtState]] = {
    DebtState.NOT_TOLD: _OPEN_DEBT | {DebtState.FINAL},
    DebtState.TOLD: _OPEN_DEBT | {DebtState.FINAL},
    DebtState.BALANCE_TOO_LOW: _OPEN_DEBT | {DebtState.FINAL},
    DebtState.SECURED: _OPEN_DEBT | {DebtState.FINAL},
    DebtState.FINAL: frozenset(),
}


_S = DeclarationState
_BEFORE_RELEASE = frozenset({_S.INSPECTION_ORDERED, _S.DOCUMENTS_REQUESTED, _S.TAX_ASSESSED})
_ENDS = frozenset({_S.REJECTED, _S.CANCELLED})

# No authority publishes such a table. These facts shape it: an office may skip a step or we may have lost the word of
# it; it may inspect at any point before release, and once more after (Customs Law, art. 28); it may refuse only until
# release; a release may still be taken back; a debt is final only after a release.
STEPS: dict[DeclarationState, frozenset[DeclarationState]] = {
    _S.DRAFT: frozenset({_S.LODGED, _S.CANCELLED}),
    _S.LODGED: frozenset({_S.RECEIVED, _S.ACCEPTED, _S.RELEASED}) | _BEFORE_RELEASE | _ENDS,
    _S.RECEIVED: frozenset({_S.ACCEPTED, _S.RELEASED}) | _BEFORE_RELEASE | _ENDS,
    _S.ACCEPTED: frozenset({_S.RELEASED}) | _BEFORE_RELEASE | _ENDS,
    # The answer to an inspection or to a request for papers is that the office accepts after all.
    _S.INSPECTION_ORDERED: frozenset({_S.ACCEPTED, _S.DOCUMENTS_REQUESTED, _S.TAX_ASSESSED, _S.RELEASED}) | _ENDS,
    _S.DOCUMENTS_REQUESTED: frozenset({_S.ACCEPTED, _S.INSPECTION_ORDERED, _S.TAX_ASSESSED, _S.RELEASED}) | _ENDS,
    _S.TAX_ASSESSED: frozenset({_S.INSPECTION_ORDERED, _S.DOCUMENTS_REQUESTED, _S.RELEASED}) | _ENDS,
    _S.RELEASED: frozenset({_S.INSPECTION_ORDERED, _S.CLEARED, _S.CANCELLED}),
    _S.CLEARED: frozenset(),
    _S.REJECTED: frozenset(),
    _S.CANCELLED: frozenset(),
}
# Goods with a declaration in one of these can't be declared again.
LIVE_STATES = frozenset(DeclarationState) - _ENDS
# The office still has something to say.
UNDER_WAY_STATES = LIVE_STATES - {_S.CLEARED}
# An office takes a change of what was declared until it has let the goods go.
CHANGEABLE_STATES = frozenset({_S.LODGED, _S.RECEIVED, _S.ACCEPTED}) | _BEFORE_RELEASE

# What a state settles about the goods. While the office has a question open, nothing that it said before lets them go.
_SETTLED: dict[DeclarationState, frozenset[Clearance]] = {
    _S.ACCEPTED: frozenset({Clearance.CUSTOMS_ACCEPTED}),
    _S.TAX_ASSESSED: frozenset({Clearance.CUSTOMS_ACCEPTED}),
    _S.RELEASED: frozenset({Clearance.CUSTOMS_ACCEPTED, Clearance.CUSTOMS_RELEASED}),
    _S.CLEARED: frozenset({Clearance.CUSTOMS_ACCEPTED, Clearance.CUSTOMS_RELEASED}),
}


class AlreadyDeclared(RuleViolation):
    """The goods have a declaration that is neither rejected nor cancelled."""

    code = "already_declared"


class DeclarationUnchangeable(RuleViolation):
    """The office has let the goods go, or the declaration has ended: it is changed no more."""

    code = "declaration_unchangeable"


class CancellationAsked(RuleViolation):
    """The office was asked to delete the declaration, and nothing else is asked of it."""

    code = "cancellation_asked"


class NothingToDeclare(RuleViolation):
    """There is not one line of goods to declare."""

    code = "nothing_to_declare"


def settled_by(state: DeclarationState) -> frozenset[Clearance]:
    """Give the clearances that stand while a declaration is in the state; empty for most."""
    return _SETTLED.get(state, frozenset())


@dataclass(frozen=True, slots=True)
class DeclaredGoods:
    """One line of a declaration: all its goods of one heading, origin and currency; carats to 0.001."""

    hs_code: str
    origin: str
    pieces: int
    weight_carats: Decimal
    value: Money


def declaration_number(*, serial: int, on: date) -> str:
    """Write our number of a declaration, 18 digits as customs' own have: the day, then the serial number."""
    return f"{on:%Y%m%d}{serial:010d}"
