"""What the codes of customs offices mean in our own words, kept as data.

A code that is not listed means nothing here: its message is parked for a person, never guessed.
The goods' status and the debt's status are two things, and one code may speak of either, of both
or of none: goods that are released may still have a debt that is not final.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from bonded.rules.customs_tasks import TaskKind
from bonded.rules.declarations import DebtState, DeclarationState
from bonded.rules.errors import RuleViolation
from bonded.rules.validity import Validity


class CodeListName(StrEnum):
    """Which list a message's code is from."""

    CHANNEL = "channel"  # China Single Window: the letter of a declaration's receipt.
    BONDED_LIST = "bonded_list"  # China: status of a bonded goods list (invtStucd).
    GATE_PASS = "gate_pass"  # noqa: S105 (China: status of a gate pass, stucd.)
    CDS = "cds"  # HMRC Customs Declaration Service: function code of a notification.


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a code says: the goods' new status, the debt's, and what a person has to do; None leaves it as it is."""

    goods: DeclarationState | None = None
    debt: DebtState | None = None
    task: TaskKind | None = None


@dataclass(frozen=True, slots=True)
class CodeList:
    """The codes of one list in force on certain days, with where they were found."""

    name: CodeListName
    valid: Validity
    meanings: Mapping[str, Meaning]
    source: str


@dataclass(frozen=True, slots=True)
class AddedCode:
    """A code that a person mapped, because no list has it; `recorded_at` is since when we know."""

    office: str
    code_list: str
    code: str
    valid: Validity
    recorded_at: datetime
    meaning: Meaning

    def covers(self, *, office: str, code_list: str, code: str, on: date, at: datetime) -> bool:
        """Say whether this is what the office's code meant on a day, as known at a moment."""
        return (
            (self.office, self.code_list, self.code) == (office, code_list, code)
            and self.valid.covers(on)
            and self.recorded_at <= at
        )


class CodeKnown(RuleViolation):
    """The code has a meaning on that day already."""

    code = "code_known"


_G = DeclarationState
_NOTED = Meaning()

CHANNEL = CodeList(
    name=CodeListName.CHANNEL,
    valid=Validity(date(2018, 8, 1)),
    meanings={
        "7": Meaning(_G.RECEIVED),  # Taken in by the e-port.
        "L": Meaning(_G.RECEIVED),  # Entered in customs' database.
        "G": Meaning(_G.ACCEPTED),  # Accepted, papers to be handed over.
        "J": Meaning(_G.ACCEPTED),  # Concluded without papers.
        "W": Meaning(_G.ACCEPTED),  # Notice without papers, concluded.
        "H": Meaning(task=TaskKind.HANDLED_BY_HAND),  # Suspended, handled by a person.
        "C": Meaning(_G.INSPECTION_ORDERED),  # Inspection notice.
        "T": Meaning(_G.TAX_ASSESSED, DebtState.TOLD),  # Tax to be paid.
        "F": Meaning(_G.RELEASED),  # Released, papers to be handed over.
        "I": Meaning(_G.RELEASED),  # Release notice without papers.
        "P": Meaning(_G.RELEASED),  # Released.
        "B": Meaning(_G.RELEASED, DebtState.SECURED),  # Released against a guarantee.
        "K": Meaning(_G.RELEASED, DebtState.SECURED),  # Released against a guarantee, without papers.
        "R": Meaning(_G.CLEARED, DebtState.FINAL),  # Closed.
        "E": Meaning(_G.REJECTED),  # Returned, not accepted.
        "D": Meaning(_G.CANCELLED),  # Deleted before release.
    },
    # 3, 8, 9, A and Z are left out because those who speak this format disagree on them.
    source="China Single Window, declaration receipt CHANNEL; letters on which three independent programs agree",
)

BONDED_LIST = CodeList(
    name=CodeListName.BONDED_LIST,
    valid=Validity(date(2018, 8, 1)),
    meanings={
        "0": Meaning(_G.ACCEPTED),  # Approved.
        "1": Meaning(_G.RECEIVED),  # Declared.
        "2": Meaning(_G.REJECTED),  # Returned.
        "3": Meaning(_G.CANCELLED),  # Deleted.
    },
    source="China, bonded goods list, invtStucd, as three published interface descriptions have it",
)

# A gate pass moves through the gate on its own; the declaration only notes where it is.
GATE_PASS = CodeList(
    name=CodeListName.GATE_PASS,
    valid=Validity(date(2018, 8, 1)),
    meanings={
        "0": _NOTED,  # Applied for.
        "1": _NOTED,  # Approved.
        "2": _NOTED,  # Through a single gate.
        "3": _NOTED,  # Through the first gate.
        "4": _NOTED,  # Through the second gate.
        "5": Meaning(task=TaskKind.HANDLED_BY_HAND),  # Deleted.
        "6": Meaning(task=TaskKind.HANDLED_BY_HAND),  # Voided.
    },
    source="China, bonded gate pass, stucd, as three published interface descriptions have it",
)

CDS = CodeList(
    name=CodeListName.CDS,
    valid=Validity(date(2018, 8, 1)),
    meanings={
        "01": Meaning(_G.ACCEPTED),  # DMSACC
        "02": Meaning(_G.RECEIVED),  # DMSRCV
        "03": Meaning(_G.REJECTED),  # DMSREJ
        "05": Meaning(_G.INSPECTION_ORDERED),  # DMSCTL
        "06": Meaning(_G.DOCUMENTS_REQUESTED, task=TaskKind.DOCUMENTS_REQUESTED),  # DMSDOC
        "07": _NOTED,  # DMSRES, corrected.
        "08": Meaning(_G.RELEASED),  # DMSROG, the debt is not final.
        "09": Meaning(_G.CLEARED, DebtState.FINAL),  # DMSCLE
        "10": Meaning(_G.CANCELLED),  # DMSINV
        "11": _NOTED,  # DMSREQ, the answer to an amendment or cancellation that was asked for.
        "13": Meaning(debt=DebtState.TOLD),  # DMSTAX
        "14": Meaning(debt=DebtState.BALANCE_TOO_LOW, task=TaskKind.BALANCE_TOO_LOW),  # DMSCPI
        "15": Meaning(debt=DebtState.BALANCE_TOO_LOW, task=TaskKind.BALANCE_TOO_LOW),  # DMSCPR, the reminder.
        "16": _NOTED,  # DMSEOG, exited.
        "17": Meaning(task=TaskKind.HANDLED_BY_HAND),  # DMSEXT
        "18": Meaning(task=TaskKind.HANDLED_BY_HAND),  # DMSGER, exit results missing.
        "50": _NOTED,  # DMSALV, delayed.
        "51": Meaning(task=TaskKind.QUERY),  # DMSQRY
    },
    # There is no 04 and no 12. Other programs carry wrong numbers (02 as DMSINV, 11 as DMSCLE).
    source="HMRC, CDS end-to-end guide and HMRC's own exports frontend; samples of hmrc/customs-declarations",
)
