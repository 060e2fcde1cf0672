"""The lifecycle of a declaration, pair by pair, and what each state settles."""

from datetime import date
from itertools import product

import pytest

from bonded.rules.declarations import (
    LIVE_STATES,
    STEPS,
    DeclarationState,
    declaration_number,
    settled_by,
)
from bonded.rules.lifecycle import StepNotAllowed, require_step
from bonded.rules.withdrawals import Clearance

# Written out by hand, so that a slip in the table under test can't repeat itself here. Columns are the states below.
ORDER = [
    "draft",
    "lodged",
    "received",
    "accepted",
    "inspection_ordered",
    "documents_requested",
    "tax_assessed",
    "released",
    "cleared",
    "rejected",
    "cancelled",
]
ALLOWED = {
    "draft": "01000000001",
    "lodged": "00111111011",
    "received": "00011111011",
    "accepted": "00001111011",
    "inspection_ordered": "00010111011",
    "documents_requested": "00011011011",
    "tax_assessed": "00001101011",
    "released": "00001000101",
    "cleared": "00000000000",
    "rejected": "00000000000",
    "cancelled": "00000000000",
}


@pytest.mark.parametrize(("current", "target"), list(product(DeclarationState, DeclarationState)))
def test_steps__allow_exactly_the_listed_pairs(current: DeclarationState, target: DeclarationState) -> None:
    if ALLOWED[current.value][ORDER.index(target.value)] == "1":
        require_step(STEPS, current, target)
    else:
        with pytest.raises(StepNotAllowed) as refusal:
            require_step(STEPS, current, target)
        assert refusal.value.facts["current"] == current.value
        assert refusal.value.facts["target"] == target.value


def test_live_states__are_all_but_the_two_ends_after_which_one_may_declare_again() -> None:
    assert set(DeclarationState) - LIVE_STATES == {DeclarationState.REJECTED, DeclarationState.CANCELLED}


@pytest.mark.parametrize("state", DeclarationState)
def test_settled_by__lets_goods_go_only_when_released_or_cleared(state: DeclarationState) -> None:
    released = {DeclarationState.RELEASED, DeclarationState.CLEARED}
    accepted = released | {DeclarationState.ACCEPTED, DeclarationState.TAX_ASSESSED}
    assert (Clearance.CUSTOMS_RELEASED in settled_by(state)) == (state in released)
    assert (Clearance.CUSTOMS_ACCEPTED in settled_by(state)) == (state in accepted)
    assert settled_by(state) <= {Clearance.CUSTOMS_ACCEPTED, Clearance.CUSTOMS_RELEASED}


def test_declaration_number__has_eighteen_digits() -> None:
    assert declaration_number(serial=42, on=date(2026, 3, 2)) == "202603020000000042"
