"""The customs offices that we talk to: how each one writes, how orderly it is, and what its codes mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from bonded.rules.customs_codes import BONDED_LIST, CDS, CHANNEL, GATE_PASS, AddedCode, CodeList, Meaning
from bonded.rules.declarations import DeclarationState
from bonded.rules.errors import InputInvalid

SIMULATOR = "SIM"
SINGLE_WINDOW = "CNSW"
HMRC = "GBCDS"
# The header in which a sender says which office it is; the signature proves it.
OFFICE_HEADER = "customs-office"


class MessageForm(StrEnum):
    """In which form an office writes."""

    ENVELOPE = "envelope"  # Our own, JSON.
    SINGLE_WINDOW = "single_window"  # China Single Window receipts, XML.
    CDS = "cds"  # HMRC CDS notifications, XML.


@dataclass(frozen=True, slots=True)
class Office:
    """One customs office.

    `is_numbered` says whether its messages carry a sequence within their declaration; without one
    they are taken in the order of their issue. `patience` is how long a message waits for another
    that may have to go before it: for a missing number, or for one issued earlier and still under
    way. `step_patience` is how long a closing without a number waits for its release, which may
    still be under way. `expects` says
    how long a declaration may stay in a state until the office speaks again.
    """

    code: str
    form: MessageForm
    is_numbered: bool
    patience: timedelta
    step_patience: timedelta
    code_lists: tuple[CodeList, ...]
    expects: Mapping[DeclarationState, timedelta]

    def meaning_of(
        self, code_list: str, code: str, *, on: date, at: datetime, added: Iterable[AddedCode] = ()
    ) -> Meaning | None:
        """Give what the code of a list meant on a day, or None when nobody knew at that moment."""
        for known in self.code_lists:
            if known.name == code_list and known.valid.covers(on) and code in known.meanings:
                return known.meanings[code]
        for one in added:
            if one.covers(office=self.code, code_list=code_list, code=code, on=on, at=at):
                return one.meaning
        return None


_S = DeclarationState
# Of our own choosing, because no authority says how long it takes; each is a reason to ask, not a fault.
_EXPECTS = {
    _S.LODGED: timedelta(hours=1),
    _S.RECEIVED: timedelta(hours=24),
    _S.ACCEPTED: timedelta(hours=72),
    _S.INSPECTION_ORDERED: timedelta(hours=72),
    _S.DOCUMENTS_REQUESTED: timedelta(hours=72),
    _S.TAX_ASSESSED: timedelta(hours=72),
    _S.RELEASED: timedelta(days=30),
}

OFFICES: Mapping[str, Office] = {
    office.code: office
    for office in (
        Office(
            code=SIMULATOR,
            form=MessageForm.ENVELOPE,
            is_numbered=True,
            patience=timedelta(minutes=15),
            step_patience=timedelta(0),
            code_lists=(CHANNEL, BONDED_LIST, GATE_PASS),
            expects=_EXPECTS,
        ),
        Office(
            code=SINGLE_WINDOW,
            form=MessageForm.SINGLE_WINDOW,
            is_numbered=False,
            patience=timedelta(seconds=3),
            step_patience=timedelta(minutes=15),
            code_lists=(CHANNEL, BONDED_LIST, GATE_PASS),
            expects=_EXPECTS,
        ),
        Office(
            code=HMRC,
            form=MessageForm.CDS,
            is_numbered=False,
            patience=timedelta(seconds=3),
            step_patience=timedelta(minutes=15),
            code_lists=(CDS,),
            expects=_EXPECTS,
        ),
    )
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
