"""What is corrected, and which parts of the duty become more and which less."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bonded.rules.errors import NotFound
from bonded.rules.lots import GoodsFacts, LotKind
from bonded.rules.money import Money
from bonded.rules.withdrawals import WithdrawalState
from tariffs.rules.duty_amendments import (
    AmendedTooLate,
    Correction,
    NothingAmended,
    Part,
    WithdrawalNotReleased,
    corrected,
    differences,
    reductions,
    require_in_time,
    require_released,
)

EMERALD = GoodsFacts(
    1, "E-1", LotKind.COLOURED_GEM, "71039100", "CO", 1, Decimal("2.000"), Money(1_000_000_00, "CNY")
)  # fmt: skip
AMOUNTS = st.fixed_dictionaries({part: st.integers(0, 10**9) for part in Part})


@pytest.mark.parametrize("state", list(WithdrawalState))
def test_require_released__is_of_what_customs_let_go(state: WithdrawalState) -> None:
    if state in {"released", "handed_over"}:
        require_released(state)
    else:
        with pytest.raises(WithdrawalNotReleased):
            require_released(state)


@pytest.mark.parametrize(
    ("settled_on", "last_on"),
    [(date(2026, 11, 23), date(2029, 11, 23)), (date(2028, 2, 29), date(2031, 2, 28))],
)
def test_require_in_time__is_three_years(settled_on: date, last_on: date) -> None:
    require_in_time(settled_on, today=last_on)
    with pytest.raises(AmendedTooLate) as refusal:
        require_in_time(settled_on, today=last_on + timedelta(days=1))
    assert refusal.value.facts == {"last_on": last_on.isoformat()}


def test_corrected__leaves_what_is_not_named() -> None:
    (goods,) = corrected([EMERALD], {"E-1": Correction(customs_value=Money(9, "USD"))})
    assert (goods.value, goods.hs_code, goods.origin, goods.lot_id) == (Money(9, "USD"), "71039100", "CO", 1)
    (goods,) = corrected([EMERALD], {"E-1": Correction(hs_code="71031000", origin="ZM")})
    assert (goods.value, goods.hs_code, goods.origin) == (EMERALD.value, "71031000", "ZM")


@pytest.mark.parametrize("correction", [Correction(), Correction(customs_value=EMERALD.value, origin="CO")])
def test_corrected__refuses_what_changes_nothing(correction: Correction) -> None:
    with pytest.raises(NothingAmended):
        corrected([EMERALD], {"E-1": correction})


def test_corrected__refuses_other_goods() -> None:
    with pytest.raises(NotFound) as refusal:
        corrected([EMERALD], {"E-2": Correction(origin="ZM"), "E-1": Correction(origin="ZM")})
    assert refusal.value.facts == {"stock_numbers": ["E-2"]}


def test_differences__takes_each_part_for_itself() -> None:
    charged = {Part.DUTY: 40, Part.VAT: 150, Part.FEES: 7}
    assert differences(charged, {Part.DUTY: 50, Part.VAT: 120, Part.FEES: 7}) == ({Part.DUTY: 10}, {Part.VAT: 30})


def test_reductions__reach_from_one_debt_to_the_next() -> None:
    debts = [{Part.DUTY: 10, Part.VAT: 5}, {Part.VAT: 100}, {Part.DUTY: 40, Part.VAT: 50}]
    assert reductions({Part.DUTY: 25, Part.VAT: 60}, debts) == [
        {Part.DUTY: 10, Part.VAT: 5}, {Part.VAT: 55}, {Part.DUTY: 15},
    ]  # fmt: skip


@given(debts=st.lists(AMOUNTS, min_size=1, max_size=4), assessed=AMOUNTS)
def test_reductions__and_what_is_more_come_to_what_is_assessed(
    debts: list[dict[Part, int]], assessed: dict[Part, int]
) -> None:
    charged = {part: sum(debt[part] for debt in debts) for part in Part}
    more, less = differences(charged, assessed)
    taken = reductions(less, debts)
    assert not more.keys() & less.keys()
    for part in Part:
        parts = [debt[part] - off.get(part, 0) for debt, off in zip(debts, taken, strict=True)]
        assert min(parts) >= 0
        assert sum(parts) + more.get(part, 0) == assessed[part]
