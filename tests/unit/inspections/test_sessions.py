"""Readings that name every lot once, and when the guarantee goes on standing."""

import pytest

from inspections.rules.findings import Intent, keeps_headroom
from inspections.rules.sessions import LotsDiffer, require_each_lot_once

EXPECTED = {1: "D-1", 2: "D-2"}


@pytest.mark.parametrize(
    ("named", "missing"), [([1], ["D-2"]), ([1, 1], ["D-2"]), ([1, 2, 3], []), ([1, 2, 2], []), ([], ["D-1", "D-2"])]
)
def test_require_each_lot_once__refuses_any_other_list(named: list[int], missing: list[str]) -> None:
    require_each_lot_once(EXPECTED, [2, 1])  # Every lot, in any order, passes.
    with pytest.raises(LotsDiffer) as refusal:
        require_each_lot_once(EXPECTED, named)
    assert refusal.value.facts == {"missing": missing}


def test_keeps_headroom__while_one_lot_is_wanted() -> None:
    assert keeps_headroom([Intent.DECLINE, Intent.BUY])
    assert not keeps_headroom([Intent.DECLINE, Intent.SECOND_LOOK])
    assert not keeps_headroom([])
