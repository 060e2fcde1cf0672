"""Every business event posts by its rule, and every entry balances."""

from __future__ import annotations

import pytest

from bonded.rules.money import Money
from tariffs.rules.ledger import (
    POSTING_RULES,
    AccountCode,
    BusinessEvent,
    EntryDoesNotBalance,
    Leg,
    legs_of,
    require_balance,
    reversed_legs,
)

AMOUNTS = {
    "total": Money(305_777_78, "CNY"),
    "duty": Money(40_000_00, "CNY"),
    "consumption_tax": Money(115_555_56, "CNY"),
    "vat": Money(150_222_22, "CNY"),
    "fees": Money(0, "CNY"),
    "surcharge": Money(77_00, "CNY"),
    "owed": Money(305_854_78, "CNY"),
    "outstanding": Money(300_077_00, "CNY"),
    "paid": Money(5_777_78, "CNY"),
    "received": Money(305_800_00, "CNY"),
    "allocated": Money(305_777_78, "CNY"),
    "unallocated": Money(22_22, "CNY"),
    "set_apart": Money(5_777_78, "CNY"),
    "repaid": Money(5_777_78, "CNY"),
}


def test_legs_of__charges_duty_to_the_company_and_owes_it_to_customs() -> None:
    assert legs_of(BusinessEvent.DUTY_CHARGED, AMOUNTS) == (
        Leg(AccountCode.RECEIVABLE, Money(305_777_78, "CNY")),
        Leg(AccountCode.CUSTOMS_DUTY, Money(-40_000_00, "CNY")),
        Leg(AccountCode.CUSTOMS_CONSUMPTION_TAX, Money(-115_555_56, "CNY")),
        Leg(AccountCode.CUSTOMS_VAT, Money(-150_222_22, "CNY")),
    )


@pytest.mark.parametrize("event", list(POSTING_RULES))
def test_legs_of__balances_for_every_event(event: BusinessEvent) -> None:
    legs = legs_of(event, AMOUNTS)
    assert len(legs) >= 2
    assert sum(leg.amount.minor for leg in legs) == 0


def test_legs_of__refuses_parts_that_are_not_the_total() -> None:
    with pytest.raises(EntryDoesNotBalance) as refusal:
        legs_of(BusinessEvent.DUTY_CHARGED, AMOUNTS | {"vat": Money(150_222_23, "CNY")})
    assert refusal.value.facts == {"difference": "-0.01", "currency": "CNY"}


def test_require_balance__looks_at_each_currency_alone() -> None:
    legs = [Leg(AccountCode.BANK, Money(100, "CNY")), Leg(AccountCode.RECEIVABLE, Money(-100, "USD"))]
    with pytest.raises(EntryDoesNotBalance):
        require_balance(legs)


def test_reversed_legs__are_the_mirror_image() -> None:
    legs = legs_of(BusinessEvent.CUSTOMS_PAID, AMOUNTS)
    both = [*legs, *reversed_legs(legs)]
    assert {leg.account: sum(x.amount.minor for x in both if x.account is leg.account) for leg in legs} == {
        leg.account: 0 for leg in legs
    }
