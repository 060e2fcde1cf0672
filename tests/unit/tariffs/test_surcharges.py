"""The surcharge on each tax of a debt that was paid late, at once or in portions; worked by hand."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bonded.rules.money import Money
from tariffs.rules.surcharges import PARTS, TAXES, late_surcharge, surcharges_of

DUE = date(2026, 12, 7)


def yuan(text: str) -> Money:
    return Money.from_text(text, "CNY")


# The emerald of a million yuan: 40,000.00 + 115,555.56 + 150,222.22, and no fees.
EMERALD = {
    "duty": yuan("40000.00"), "consumption_tax": yuan("115555.56"), "vat": yuan("150222.22"), "fees": yuan("0.00"),
}  # fmt: skip
WHOLE = yuan("305777.78")


def amounts(*receipts: tuple[Money, int], until: int = 100) -> dict[str, str]:
    found = surcharges_of(
        EMERALD,
        [(money, DUE + timedelta(days=days)) for money, days in receipts],
        due=DUE,
        until=DUE + timedelta(days=until),
    )
    return {name: str(one.amount) for name, one in found.items()}


def test_surcharges_of__is_nothing_in_time() -> None:
    assert amounts((WHOLE, 0)) == {"duty": "0.00", "consumption_tax": "0.00", "vat": "0.00"}


def test_surcharges_of__is_of_each_tax_alone() -> None:
    # 40,000 × 0.0005 × 10 = 200; 115,555.56 × 0.005 = 577.7778; 150,222.22 × 0.005 = 751.1111.
    assert amounts((WHOLE, 10)) == {"duty": "200.00", "consumption_tax": "577.78", "vat": "751.11"}


def test_surcharges_of__waives_each_tax_below_fifty_yuan_alone() -> None:
    # One day: 20.00, 57.77778, 75.11111: the duty's is waived.
    assert amounts((WHOLE, 1)) == {"duty": "0.00", "consumption_tax": "57.78", "vat": "75.11"}


def test_surcharges_of__counts_each_portion_for_its_own_days() -> None:
    # 100,000 on day 4 pays the duty and 60,000 of the consumption tax; the rest comes on day 10.
    # 40,000 × 0.0005 × 4 = 80; 60,000 × 0.002 + 55,555.56 × 0.005 = 120 + 277.7778; VAT as above.
    rest = yuan("205777.78")
    assert amounts((yuan("100000.00"), 4), (rest, 10)) == {
        "duty": "80.00", "consumption_tax": "397.78", "vat": "751.11",
    }  # fmt: skip


def test_surcharges_of__counts_what_has_not_come_until_the_day() -> None:
    assert amounts((yuan("155555.56"), 0), until=10) == {"duty": "0.00", "consumption_tax": "0.00", "vat": "751.11"}


def test_surcharges_of__bears_nothing_on_fees() -> None:
    parts = EMERALD | {"fees": yuan("1000000.00")}
    found = surcharges_of(parts, [(WHOLE, DUE)], due=DUE, until=DUE + timedelta(days=50))
    assert [one.amount.minor for one in found.values()] == [0, 0, 0]


portions = st.lists(st.tuples(st.integers(1, 40_000_000), st.integers(0, 60)), max_size=6)


@given(portions)
def test_surcharges_of__never_falls_by_waiting(found: list[tuple[int, int]]) -> None:
    receipts = [
        (Money(minor, "CNY"), DUE + timedelta(days=days)) for minor, days in sorted(found, key=lambda one: one[1])
    ]
    until = DUE + timedelta(days=60)
    now, later = (surcharges_of(EMERALD, receipts, due=DUE, until=day) for day in (until, until + timedelta(days=1)))
    whole = surcharges_of(EMERALD, [(WHOLE, until)], due=DUE, until=until)
    for name in TAXES:
        assert now[name].amount.minor <= later[name].amount.minor
        assert now[name].amount.minor <= whole[name].amount.minor


def test_parts__end_with_what_bears_no_surcharge() -> None:
    assert PARTS[:-1] == TAXES
    assert late_surcharge([(yuan("1.00"), DUE)], due=DUE).days == 0
