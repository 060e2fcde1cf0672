"""What stones would cost landed by the project's own schedule; expected amounts are worked from the law's formulas."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.core.management import call_command

from bonded.rules.lots import GoodsFacts, LotKind
from bonded.rules.money import Money
from tariffs.queries.landed_costs import landed_cost_of_goods
from tariffs.rules.schedule import MeasureMissing

TODAY = date(2026, 11, 23)


def goods(hs_code: str, origin: str = "CO", value: str = "1000000.00", currency: str = "CNY") -> GoodsFacts:
    return GoodsFacts(
        1, "S-1", LotKind.COLOURED_GEM, hs_code, origin, 1, Decimal("2.310"), Money.from_text(value, currency)
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("hs_code", "origin", "on", "duty", "consumption_tax", "vat", "total"),
    [
        ("71039100", "CO", TODAY, "40000.00", "115555.56", "150222.22", "305777.78"),
        ("71031000", "MZ", TODAY, "30000.00", "114444.44", "148777.78", "293222.22"),
        ("71039100", "XX", TODAY, "350000.00", "150000.00", "195000.00", "695000.00"),
        ("71023900", "BW", TODAY, "0.00", "0.00", "130000.00", "130000.00"),
        ("71023900", "XX", TODAY, "0.00", "0.00", "130000.00", "130000.00"),
        ("71023900", "BW", date(2025, 10, 31), "0.00", "0.00", "40000.00", "40000.00"),
        ("71023900", "BW", date(2025, 11, 1), "0.00", "0.00", "130000.00", "130000.00"),
        ("71023100", "BW", date(2025, 10, 31), "0.00", "0.00", "0.00", "0.00"),
        ("71023100", "BW", date(2025, 11, 1), "0.00", "0.00", "130000.00", "130000.00"),
        ("71012290", "JP", TODAY, "210000.00", "134444.44", "174777.78", "519222.22"),
        ("71131911", "IT", TODAY, "80000.00", "0.00", "140400.00", "220400.00"),
    ],
)
def test_landed_cost_of_goods__follows_the_schedule_of_the_day(
    hs_code: str, origin: str, on: date, duty: str, consumption_tax: str, vat: str, total: str
) -> None:
    call_command("load_tariffs")
    charges = landed_cost_of_goods([goods(hs_code, origin)], on=on).charges
    assert (str(charges.duty), str(charges.consumption_tax)) == (duty, consumption_tax)
    assert (str(charges.vat), str(charges.total)) == (vat, total)


@pytest.mark.django_db
def test_landed_cost_of_goods__converts_by_the_rate_of_the_day() -> None:
    call_command("load_tariffs")
    stone = goods("71023900", "BW", "1000.00", "USD")
    values = [
        str(landed_cost_of_goods([stone], on=day).charges.customs_value)
        for day in (date(2026, 10, 31), date(2026, 11, 1), date(2026, 12, 1))
    ]
    assert values == ["7098.60", "7103.20", "7100.50"]


@pytest.mark.django_db
def test_landed_cost_of_goods__adds_value_and_charges() -> None:
    call_command("load_tariffs")
    cost = landed_cost_of_goods([goods("71039100"), goods("71023900")], on=TODAY)
    assert (str(cost.total), str(cost.landed)) == ("435777.78", "2435777.78")


@pytest.mark.django_db
def test_landed_cost_of_goods__refuses_a_code_for_which_no_source_was_found() -> None:
    call_command("load_tariffs")
    with pytest.raises(MeasureMissing) as refusal:
        landed_cost_of_goods([goods("71049190", "IN")], on=TODAY)
    assert refusal.value.facts["kind"] == "duty_mfn"


@pytest.mark.django_db
def test_landed_cost_of_goods__asks_two_questions_of_the_database(django_assert_num_queries) -> None:
    call_command("load_tariffs")
    stones = [goods("71023900", "BW", "1000.00", "USD")] * 50
    with django_assert_num_queries(2):
        landed_cost_of_goods(stones, on=TODAY)
