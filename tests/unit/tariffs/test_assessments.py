"""The calculator on whole shipments: shared costs, foreign money, schedules, exemptions and the working."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from bonded.rules.money import Money
from bonded.rules.validity import Validity
from bonded.rules.withdrawals import Procedure
from tariffs.rules.customs_values import CustomsValueInvalid
from tariffs.rules.exchange_rates import ExchangeRate, ExchangeRateMissing, Quoting
from tariffs.rules.rates import QuantityMissing
from tariffs.rules.schedule import MeasureKind, MeasureMissing
from tariffs.rules.shipments import NamedCost, ShareOfCif, ShareOfGoods, UnknownInsurance
from tariffs.rules.steps import name_of
from tests.unit.tariffs.examples import assess_lines, goods_line, stated

GEM = {MeasureKind.DUTY_MFN: "4%", MeasureKind.CONSUMPTION_TAX: "10%", MeasureKind.VAT: "13%"}
DOLLAR = ExchangeRate(
    "rate:1", "USD", "CNY", Decimal("7.1"), Quoting.LOCAL_PER_UNIT, Validity(date(2026, 1, 1)), "made up"
)


def yuan(text: str) -> Money:
    return Money.from_text(text, "CNY")


def test_assess__shares_freight_so_that_the_parts_add_up() -> None:
    lines = [goods_line(yuan("100.00"), GEM, reference=reference) for reference in "abc"]
    assessment = assess_lines(*lines, freight=yuan("100.00"))
    assert [str(line.charges.customs_value) for line in assessment.lines] == ["133.34", "133.33", "133.33"]
    assert assessment.totals.customs_value == yuan("400.00")


def test_assess__gives_the_odd_fen_to_the_same_line_in_any_order() -> None:
    lines = [goods_line(yuan("100.00"), GEM, reference=reference) for reference in "cab"]
    assessment = assess_lines(*lines, freight=yuan("100.00"))
    assert [line.reference for line in assessment.lines if line.charges.customs_value == yuan("133.34")] == ["a"]


def test_assess__converts_before_it_rounds() -> None:
    line = goods_line(Money.from_text("1000.07", "USD"), GEM)
    assessment = assess_lines(line, rates=[DOLLAR], freight=Money.from_text("0.07", "USD"))
    assert assessment.totals.customs_value == yuan("7100.99")  # 7100.497 + 0.497 = 7100.994


def test_assess__puts_three_per_mille_for_unknown_insurance() -> None:
    assessment = assess_lines(goods_line(yuan("1000"), GEM), freight=yuan("200"), insurance=UnknownInsurance())
    assert assessment.totals.customs_value == yuan("1203.60")


def test_assess__solves_insurance_said_as_a_share_of_cif() -> None:
    assessment = assess_lines(
        goods_line(yuan("900"), GEM), freight=ShareOfGoods(Decimal("0.1")), insurance=ShareOfCif(Decimal("0.01"))
    )
    assert assessment.totals.customs_value == yuan("1000.00")  # 990 / 0.99


def test_assess__adds_and_deducts_named_costs() -> None:
    assessment = assess_lines(
        goods_line(yuan("1000"), GEM),
        additions=(NamedCost("selling broker", yuan("10")), NamedCost("packing", yuan("5"))),
        deductions=(NamedCost("inland freight", yuan("3")),),
    )
    assert assessment.totals.customs_value == yuan("1012.00")
    figures = [(step.figure, step.result) for step in assessment.lines[0].steps[:5]]
    assert figures == [
        ("goods_value", "1000"),
        ("addition", "10"),
        ("addition", "5"),
        ("deduction", "3"),
        ("customs_value", "1012.00"),
    ]


def test_assess__leaves_carriage_out_where_the_value_is_without_it() -> None:
    line = goods_line(Money.from_text("1000", "USD"), {MeasureKind.DUTY_MFN: "5%"})
    assessment = assess_lines(line, jurisdiction="US", freight=Money.from_text("50", "USD"))
    assert assessment.totals.customs_value == Money.from_text("1000", "USD")


def test_assess__puts_fees_into_the_vat_base_where_the_territory_does() -> None:
    measures = {MeasureKind.DUTY_MFN: "0%", MeasureKind.FEE: "10", MeasureKind.VAT: "20%"}
    in_uk = assess_lines(goods_line(Money.from_text("100", "GBP"), measures), jurisdiction="UK").totals
    in_eu = assess_lines(goods_line(Money.from_text("100", "EUR"), measures), jurisdiction="EU").totals
    assert (str(in_uk.vat), str(in_eu.vat)) == ("22.00", "20.00")
    assert (str(in_uk.total), str(in_eu.total)) == ("32.00", "30.00")


def test_assess__charges_nothing_on_goods_that_do_not_enter_the_market() -> None:
    totals = assess_lines(goods_line(yuan("1000"), GEM), procedure=Procedure.RE_EXPORT).totals
    assert (str(totals.customs_value), str(totals.total)) == ("1000.00", "0.00")


@pytest.mark.parametrize(
    ("on", "duty"), [(date(2024, 11, 30), "0.00"), (date(2024, 12, 1), "50.00")], ids=["regulation", "tariff law"]
)
def test_assess__exempts_duty_of_fifty_yuan_while_the_regulation_was_in_force(on: date, duty: str) -> None:
    assert str(assess_lines(goods_line(yuan("1250"), GEM), on=on).totals.duty) == duty


def test_assess__counts_the_exemption_for_the_shipment_and_not_the_line() -> None:
    lines = (goods_line(yuan("1000"), GEM, reference="a"), goods_line(yuan("250.25"), GEM, reference="b"))
    assert str(assess_lines(*lines, on=date(2020, 1, 1)).totals.duty) == "50.01"


def test_assess__charges_a_compound_duty_by_weighed_carat() -> None:
    totals = assess_lines(goods_line(yuan("1000"), {MeasureKind.DUTY_MFN: "4% + 2/ct"})).totals
    assert str(totals.duty) == "44.62"  # 40 + 2 × 2.310


def test_assess__adds_anti_dumping_duty_to_the_duty() -> None:
    measures = {MeasureKind.DUTY_MFN: "4%", MeasureKind.ANTI_DUMPING: "6%", MeasureKind.VAT: "13%"}
    totals = assess_lines(goods_line(yuan("1000"), measures)).totals
    assert (str(totals.duty), str(totals.vat)) == ("100.00", "143.00")


def test_assess__explains_every_figure() -> None:
    steps = assess_lines(goods_line(yuan("1000000"), GEM)).lines[0].steps
    assert [(step.figure.value, step.exact, step.result) for step in steps] == [
        ("goods_value", "1000000", "1000000"),
        ("customs_value", "1000000", "1000000.00"),
        ("duty", "40000", "40000.00"),
        ("composite_value", "10400000/9", "10400000/9"),
        ("consumption_tax", "1040000/9", "115555.56"),
        ("vat_base", "1155555.56", "1155555.56"),
        ("vat_levied", "150222.2228", "150222.22"),
        ("total", "305777.78", "305777.78"),
    ]
    tax = steps[4]
    assert dict(tax.inputs) == {"composite_value": "10400000/9", "rate": "10%"}
    assert (tax.rounding, tax.version) == ("minor_unit", "stated")
    name = name_of(tax.figure)
    assert (name.en, name.zh) == ("Consumption tax", "消费税")


def test_assess__asks_the_schedule_when_the_line_states_nothing() -> None:
    schedule = [stated(MeasureKind.DUTY_MFN, "3%"), stated(MeasureKind.VAT, "13%")]
    totals = assess_lines(goods_line(yuan("100"), None), schedule=schedule).totals
    assert (str(totals.duty), str(totals.vat)) == ("3.00", "13.39")


def test_assess__refuses_a_gap_in_the_schedule() -> None:
    with pytest.raises(MeasureMissing) as refusal:
        assess_lines(goods_line(yuan("100"), None), schedule=[stated(MeasureKind.DUTY_MFN, "3%")])
    assert refusal.value.facts == {"kind": "vat", "hs_code": "71039100", "origin": "CO", "on": "2026-11-23"}


def test_assess__refuses_money_without_a_rate() -> None:
    with pytest.raises(ExchangeRateMissing) as refusal:
        assess_lines(goods_line(Money(100, "USD"), GEM))
    assert refusal.value.facts == {"currency": "USD", "local_currency": "CNY", "on": "2026-11-23"}


def test_assess__refuses_deductions_beyond_the_value() -> None:
    with pytest.raises(CustomsValueInvalid):
        assess_lines(goods_line(yuan("10"), GEM), deductions=(NamedCost("discount", yuan("10.01")),))


def test_assess__asks_for_a_missing_quantity() -> None:
    with pytest.raises(QuantityMissing):
        assess_lines(goods_line(yuan("10"), {MeasureKind.DUTY_MFN: "2/unit:jewel"}))


def test_assess__charges_the_unknown_origin_the_general_rate() -> None:
    schedule = [
        stated(MeasureKind.DUTY_MFN, "4%"),
        stated(MeasureKind.DUTY_GENERAL, "35%"),
        stated(MeasureKind.DUTY_PROVISIONAL, "0%"),
        stated(MeasureKind.VAT, "13%"),
    ]
    line = goods_line(yuan("100"), None, origin="XX")
    assert str(assess_lines(line, schedule=schedule).totals.duty) == "35.00"
