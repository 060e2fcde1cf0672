"""What the codes of each customs office mean in our own words, kept as data.

A code that is not listed means nothing here: its message is parked for a person, never guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from bonded.rules.declarations import DeclarationState
from bonded.rules.errors import InputInvalid
from bonded.rules.validity import Validity

SIMULATOR = "SIM"
# The header in which a sender says which office it is; the signature proves it.
OFFICE_HEADER = "customs-office"


@dataclass(frozen=True, slots=True)
class CodeList:
    """The status codes of one office in force on certain days, with where they were found."""

    valid: Validity
    statuses: Mapping[str, DeclarationState]
    source: str


@dataclass(frozen=True, slots=True)
class Office:
    """One customs office: how long its later messages wait for an earlier one, and its code lists."""

    code: str
    patience: timedelta
    code_lists: tuple[CodeList, ...]

    def status_of(self, code: str, *, on: date) -> DeclarationState | None:
        """Give our word for the office's code on a day, or None when no list in force has it."""
        for code_list in self.code_lists:
            if code_list.valid.covers(on):
                return code_list.statuses.get(code)
        return None


SINGLE_WINDOW = CodeList(
    valid=Validity(date(2018, 8, 1)),
    statuses={
        "7": DeclarationState.RECEIVED,  # Taken in by the e-port.
        "L": DeclarationState.RECEIVED,  # Entered in customs' database.
        "G": DeclarationState.ACCEPTED,  # Accepted, papers to be handed over.
        "J": DeclarationState.ACCEPTED,  # Concluded without papers.
        "W": DeclarationState.ACCEPTED,  # Notice without papers, concluded.
        "C": DeclarationState.INSPECTION_ORDERED,  # Inspection notice.
        "T": DeclarationState.TAX_ASSESSED,  # Tax to be paid.
        "F": DeclarationState.RELEASED,  # Released, papers to be handed over.
        "I": DeclarationState.RELEASED,  # Release notice without papers.
        "P": DeclarationState.RELEASED,  # Released.
        "B": DeclarationState.RELEASED,  # Released against a guarantee.
        "K": DeclarationState.RELEASED,  # Released against a guarantee, without papers.
        "R": DeclarationState.CLEARED,  # Closed.
        "E": DeclarationState.REJECTED,  # Returned, not accepted.
        "D": DeclarationState.CANCELLED,  # Deleted before release.
    },
    # 3, 8, 9, A and Z are left out because those who speak this format disagree on them.
    source="China Single Window, declaration receipt CHANNEL; letters on which three independent programs agree",
)

OFFICES: Mapping[str, Office] = {
    SIMULATOR: Office(code=SIMULATOR, patience=timedelta(minutes=15), code_lists=(SINGLE_WINDOW,)),
}


class OfficeUnknown(InputInvalid):
    """No customs office with this code is known here."""

    code = "office_unknown"


def office_of(code: str) -> Office:
    """Give the office with a code; raises OfficeUnknown with the codes that are known."""
    try:
        return OFFICES[code]
    except KeyError:
        raise OfficeUnknown(f"There is no customs office {code[:12]!r}.", known=sorted(OFFICES)) from None
