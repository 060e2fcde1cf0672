"""What must be settled before goods leave: every combination of clearances."""

from itertools import combinations

import pytest

from bonded.rules.money import Money
from bonded.rules.withdrawals import Clearance, Procedure, missing_clearances, needs_countersignature

C = Clearance
EVERY_SET = [frozenset(chosen) for size in range(len(C) + 1) for chosen in combinations(C, size)]


@pytest.mark.parametrize("granted", EVERY_SET)
def test_missing_clearances__lets_home_use_go_only_when_all_is_settled(granted: frozenset[Clearance]) -> None:
    is_settled = ({C.DUTY_ASSESSED, C.CUSTOMS_ACCEPTED, C.CUSTOMS_RELEASED, C.CUSTODY_RECONCILED} <= granted) and bool(
        {C.DUTY_PAID, C.DUTY_SECURED} & granted
    )

    assert (missing_clearances(Procedure.HOME_USE, granted) == []) is is_settled


@pytest.mark.parametrize("procedure", [Procedure.RE_EXPORT, Procedure.BOND_TRANSFER])
@pytest.mark.parametrize("granted", EVERY_SET)
def test_missing_clearances__asks_no_duty_of_goods_that_stay_untaxed(
    procedure: Procedure, granted: frozenset[Clearance]
) -> None:
    is_settled = {C.CUSTOMS_ACCEPTED, C.CUSTOMS_RELEASED, C.CUSTODY_RECONCILED} <= granted

    assert (missing_clearances(procedure, granted) == []) is is_settled


def test_missing_clearances__names_alternatives_in_one_demand() -> None:
    assert missing_clearances(Procedure.HOME_USE, []) == [
        "duty_assessed",
        "duty_paid or duty_secured",
        "customs_accepted",
        "customs_released",
        "custody_reconciled",
    ]


@pytest.mark.parametrize(
    ("values", "needs"),
    [
        ([("CNY", 4_999_999_99)], False),
        ([("CNY", 5_000_000_00)], True),
        ([("CNY", 4_999_999_99), ("CNY", 1)], True),
        ([("CNY", 4_999_999_99), ("USD", 699_999_99)], False),
        ([("JPY", 1)], True),
        ([], False),
    ],
)
def test_needs_countersignature__sums_each_currency(values: list[tuple[str, int]], needs: bool) -> None:
    assert needs_countersignature(Money(minor, currency) for currency, minor in values) is needs
