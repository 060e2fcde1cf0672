"""Every row of tax_examples.json comes out of the calculator; see data/README.md for where they are from."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pytest

from bonded.rules.money import Money
from bonded.rules.quantities import trade_carats
from tariffs.rules.charges import Charges
from tariffs.rules.exchange_rates import publication_day
from tariffs.rules.schedule import MeasureKind
from tests.unit.tariffs.examples import EXAMPLES, Example, assess_lines, goods_line

# What each input of an example states, and what each output is called here.
RATES = {
    "duty_rate": MeasureKind.DUTY_MFN,
    "consumption_tax_rate": MeasureKind.CONSUMPTION_TAX,
    "vat_rate": MeasureKind.VAT,
    "effective_vat_rate": MeasureKind.VAT_REFUND_ABOVE,
}
LOCAL_CURRENCY = {"CN": "CNY", "EU": "EUR", "US": "USD"}


def charges_of(example: Example) -> tuple[Charges, Decimal]:
    """Assess an example; give its charges and how many currency units its unit is (10,000 for the wan)."""
    inputs, jurisdiction = example["inputs"], example["jurisdiction"]
    unit = Decimal(10000) if "10000" in example["unit"] else Decimal(1)
    value = inputs.get("customs_value") or inputs.get("entered_value") or inputs.get("goods", "0")
    measures = {kind: f"{Decimal(inputs[name]) * 100:f}%" for name, kind in RATES.items() if name in inputs}
    if "specific_rate" in inputs:
        measures[MeasureKind.DUTY_MFN] = f"{inputs['specific_rate']}/{inputs['quantity_unit']}"
    if "duty" in inputs:
        measures[MeasureKind.DUTY_MFN] = f"{Decimal(inputs['duty']) * unit:f}"
    line = goods_line(
        Money.from_text(f"{Decimal(value) * unit:f}", LOCAL_CURRENCY[jurisdiction]),
        measures,
        quantities={inputs.get("quantity_unit", "kg"): Decimal(inputs.get("quantity", "0"))},
    )
    carriage = inputs.get("freight_and_insurance")
    freight = Money.from_text(f"{Decimal(carriage) * unit:f}", "CNY") if carriage else None
    return assess_lines(line, jurisdiction=jurisdiction, freight=freight).totals, unit


def outputs_of(charges: Charges) -> dict[str, Money]:
    return {
        "customs_value": charges.customs_value,
        "duty": charges.duty,
        "composite_value": charges.customs_value + charges.duty + charges.consumption_tax,
        "consumption_tax": charges.consumption_tax,
        "vat_base": charges.customs_value + charges.duty + charges.consumption_tax,
        "vat": charges.vat,
        "vat_levied": charges.vat_levied,
        "vat_refunded_immediately": charges.vat_refunded,
        "vat_borne": charges.vat,
        "total": charges.total,
    }


@pytest.mark.parametrize("example", EXAMPLES["examples"], ids=lambda example: example["id"])
def test_assess__gives_what_the_example_prints(example: Example) -> None:
    charges, unit = charges_of(example)
    computed = outputs_of(charges)
    for name, printed in example["outputs"].items():
        expected = Decimal(printed)
        in_unit = computed[name].to_decimal() / unit
        assert in_unit.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP) == expected, name


@pytest.mark.parametrize("case", EXAMPLES["date_cases"], ids=lambda case: case["id"])
def test_publication_day__is_the_third_wednesday_of_the_month_before(case: Example) -> None:
    month = date.fromisoformat(f"{case['inputs']['declaration_month']}-01")
    assert publication_day(month, is_holiday=lambda day: False).isoformat() == case["expected"]["rate_date"]


@pytest.mark.parametrize("case", EXAMPLES["carat_rounding_cases"], ids=lambda case: case["id"])
def test_trade_carats__rounds_up_only_from_a_nine(case: Example) -> None:
    assert f"{trade_carats(Decimal(case['scale']))}" == case["reported"]


def test_tax_examples__are_all_run() -> None:
    assert {name: len(rows) for name, rows in EXAMPLES.items() if isinstance(rows, list)} == {
        "examples": 14,
        "date_cases": 1,
        "carat_rounding_cases": 4,
    }
