"""What holds for every shipment: parts add up, order makes no difference, the working leads to the result."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from bonded.rules.money import Money
from tariffs.rules.assessments import Assessment
from tariffs.rules.charges import Charges
from tariffs.rules.rate_grammar import parse_rate
from tariffs.rules.rates import UNITS, amount_of
from tariffs.rules.rounding import half_up
from tariffs.rules.schedule import MeasureKind
from tariffs.rules.shipments import GoodsLine, UnknownInsurance
from tariffs.rules.steps import Figure, Step
from tests.unit.tariffs.examples import assess_lines, goods_line

RATES = {
    MeasureKind.DUTY_MFN: ["0%", "4%", "4% + 2/ct", "max(3%, 9/piece)", "35%"],
    MeasureKind.CONSUMPTION_TAX: ["0%", "10%", "5% + 3/ct", "max(1%, 2/piece)"],
    MeasureKind.VAT: ["13%", "20%"],
}
fen = st.integers(min_value=1, max_value=10**12)
measures = st.fixed_dictionaries({kind: st.sampled_from(rates) for kind, rates in RATES.items()})


@st.composite
def lines(draw: st.DrawFn) -> tuple[GoodsLine, ...]:
    count = draw(st.integers(min_value=1, max_value=6))
    return tuple(goods_line(Money(draw(fen), "CNY"), draw(measures), reference=str(i)) for i in range(count))


@given(lines(), fen)
def test_assess__parts_add_up_to_the_whole(goods: tuple[GoodsLine, ...], freight: int) -> None:
    assessment = assess_lines(*goods, freight=Money(freight, "CNY"))
    assert assessment.totals == sum((line.charges for line in assessment.lines), Charges.nothing("CNY"))
    assert assessment.totals.customs_value.minor == sum(line.value.minor for line in goods) + freight


@given(lines(), fen, st.randoms())
def test_assess__does_not_mind_the_order_of_lines(goods: tuple[GoodsLine, ...], freight: int, random: object) -> None:
    shuffled = list(goods)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    def by_reference(assessment: Assessment) -> dict[str, Charges]:
        return {line.reference: line.charges for line in assessment.lines}

    cost = Money(freight, "CNY")
    assert by_reference(assess_lines(*goods, freight=cost)) == by_reference(assess_lines(*shuffled, freight=cost))


@given(fen, fen, measures)
def test_assess__never_owes_less_on_more_value(one: int, other: int, rates: dict[MeasureKind, str]) -> None:
    low, high = sorted((one, other))
    totals = [assess_lines(goods_line(Money(value, "CNY"), rates)).totals for value in (low, high)]
    assert totals[0].total <= totals[1].total
    assert totals[0].duty <= totals[1].duty


@given(lines(), fen)
@settings(max_examples=50)
def test_assess__working_leads_to_the_result(goods: tuple[GoodsLine, ...], freight: int) -> None:
    assessment = assess_lines(*goods, freight=Money(freight, "CNY"), insurance=UnknownInsurance())
    for line in assessment.lines:
        for step in line.steps:
            assert recomputed(step) == Fraction(step.exact), step
            if step.rounding:
                assert Fraction(half_up(Fraction(step.exact) * 100), 100) == Fraction(step.result)


def recomputed(step: Step) -> Fraction:
    """Compute a step again from nothing but the texts of its inputs."""
    inputs = dict(step.inputs)
    quantities = {unit: Decimal(text) for unit, text in step.inputs if unit in UNITS}
    match step.figure:
        case Figure.GOODS_VALUE:
            return Fraction(inputs["goods_value"].removesuffix(" CNY"))
        case Figure.DUTY | Figure.VAT_LEVIED:
            return amount_of(parse_rate(inputs["rate"]), base=Fraction(inputs["base"]), quantities=quantities)
        case Figure.CUSTOMS_VALUE | Figure.VAT_BASE | Figure.TOTAL:
            return sum((Fraction(part) for part in inputs.values()), Fraction())
        case Figure.CONSUMPTION_TAX if "max" not in inputs["rate"]:
            base = Fraction(inputs["composite_value"])
            return amount_of(parse_rate(inputs["rate"]), base=base, quantities=quantities)
    return Fraction(step.exact)  # Shares of costs are checked by their sums.
