"""The lifecycle of a declaration, pair by pair, and what each state settles."""

from decimal import Decimal
from itertools import product

import pytest

from bonded.rules.declarations import (
    LIVE_STATES,
    STEPS,
    DeclarationState,
    DeclaredGoods,
    declared_goods,
    settled_by,
)
from bonded.rules.lifecycle import StepNotAllowed, require_step
from bonded.rules.lots import GoodsFacts, LotKind
from bonded.rules.money import Money
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


def a_lot(*, hs_code: str, origin: str, carats: str, value: Money) -> GoodsFacts:
    return GoodsFacts(
        lot_id=1,
        stock_number="S1",
        kind=LotKind.POLISHED_DIAMOND,
        hs_code=hs_code,
        origin=origin,
        pieces=1,
        weight_carats=Decimal(carats),
        value=value,
    )


def test_declared_goods__sums_lots_by_heading_origin_and_currency() -> None:
    lots = [
        a_lot(hs_code="71039100", origin="MM", carats="2.010", value=Money(500_00, "USD")),
        a_lot(hs_code="71023900", origin="BW", carats="0.231", value=Money(326_00, "USD")),
        a_lot(hs_code="71023900", origin="BW", carats="1.004", value=Money(4_000_00, "USD")),
        a_lot(hs_code="71023900", origin="BW", carats="1.000", value=Money(4_000_00, "HKD")),
    ]
    assert declared_goods(lots) == [
        DeclaredGoods("71023900", "BW", 1, Decimal("1.000"), Money(4_000_00, "HKD")),
        DeclaredGoods("71023900", "BW", 2, Decimal("1.235"), Money(4_326_00, "USD")),
        DeclaredGoods("71039100", "MM", 1, Decimal("2.010"), Money(500_00, "USD")),
    ]


def test_declared_goods__of_nothing_is_nothing() -> None:
    assert declared_goods([]) == []
