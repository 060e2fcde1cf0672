"""Late money by tax and by part, worked by hand: 0.05 % a day of what was unpaid, waived below 50 yuan a tax."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bonded.rules.money import Money
from tariffs.rules.payment_terms import SURCHARGE_CN, Surcharge, late_surcharge
from tariffs.rules.surcharges import Payment, Tax, late_surcharges, taxes_paid

DUE = date(2026, 12, 7)
TAXES = {
    Tax.DUTY: Money(40_000_00, "CNY"),
    Tax.CONSUMPTION_TAX: Money(115_555_56, "CNY"),
    Tax.VAT: Money(150_222_22, "CNY"),
}
TOTAL = Money(305_777_78, "CNY")


def paid(*parts: tuple[int, int]) -> list[Payment]:
    """Payments of (minor units, days late)."""
    return [Payment(Money(minor, "CNY"), DUE + timedelta(days=days)) for minor, days in parts]


def amounts(*parts: tuple[int, int]) -> list[str]:
    found = late_surcharges(TAXES, total=TOTAL, payments=paid(*parts), due=DUE, rule=SURCHARGE_CN)
    return [str(one.amount) for one in found.values()]


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([(305_777_78, 0)], ["0.00", "0.00", "0.00"]),
        ([(305_777_78, -3)], ["0.00", "0.00", "0.00"]),
        ([(305_777_78, 1)], ["0.00", "57.78", "75.11"]),  # 20.00 of duty is waived.
        ([(305_777_78, 10)], ["200.00", "577.78", "751.11"]),
        ([(152_888_89, 5), (152_888_89, 10)], ["150.00", "433.33", "563.33"]),  # As if all were 7.5 days late.
        ([(152_888_89, 0), (152_888_89, 10)], ["100.00", "288.89", "375.56"]),
        ([(152_888_89, 10), (152_888_89, 0)], ["100.00", "288.89", "375.56"]),
    ],
)
def test_late_surcharges__count_each_part_for_its_days(parts: list[tuple[int, int]], expected: list[str]) -> None:
    assert amounts(*parts) == expected


def test_late_surcharges__say_what_was_waived() -> None:
    found = late_surcharges(TAXES, total=TOTAL, payments=paid((305_777_78, 1)), due=DUE, rule=SURCHARGE_CN)
    assert found[Tax.DUTY] == Surcharge(1, Money(0, "CNY"), is_waived=True)
    assert found[Tax.VAT] == Surcharge(1, Money(75_11, "CNY"), is_waived=False)


def test_late_surcharges__leave_out_a_tax_of_zero() -> None:
    found = late_surcharges(
        TAXES | {Tax.DUTY: Money(0, "CNY")}, total=TOTAL, payments=paid((305_777_78, 9)), due=DUE, rule=SURCHARGE_CN
    )
    assert list(found) == [Tax.CONSUMPTION_TAX, Tax.VAT]


@given(st.integers(1, 10**12), st.integers(0, 400))
def test_late_surcharges__of_one_payment_are_the_law_s_formula(minor: int, days: int) -> None:
    tax = Money(minor, "CNY")
    payments = [Payment(tax, DUE + timedelta(days=days))]
    found = late_surcharges({Tax.VAT: tax}, total=tax, payments=payments, due=DUE, rule=SURCHARGE_CN)
    assert found[Tax.VAT] == late_surcharge(tax, due=DUE, paid_on=DUE + timedelta(days=days))


def test_taxes_paid__takes_the_first_money_and_leaves_the_surcharge_out() -> None:
    parts = taxes_paid(paid((200, 0), (0, 1), (150, 2), (70, 3)), total=Money(300, "CNY"))
    assert [(part.amount.minor, (part.booked_on - DUE).days) for part in parts] == [(200, 0), (100, 2)]
