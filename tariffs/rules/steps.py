"""The working of an assessment: one step for every figure, kept exactly, explained in two languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from bonded.rules.money import Money
from tariffs.rules.rounding import Rounding, exact_money_text, exact_text
from tariffs.rules.wording import Wording

# What a step stands on, by name, in the order in which it is said.
Inputs = Mapping[str, Fraction | Money | str]


class Figure(StrEnum):
    """What a step works out, in the order of the working."""

    GOODS_VALUE = "goods_value"
    FREIGHT = "freight"
    INSURANCE = "insurance"
    ADDITION = "addition"
    DEDUCTION = "deduction"
    CUSTOMS_VALUE = "customs_value"
    DUTY = "duty"
    ANTI_DUMPING_DUTY = "anti_dumping_duty"
    EXEMPTION = "exemption"
    COMPOSITE_VALUE = "composite_value"
    CONSUMPTION_TAX = "consumption_tax"
    FEES = "fees"
    VAT_BASE = "vat_base"
    VAT_LEVIED = "vat_levied"
    VAT_REFUNDED = "vat_refunded"
    TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Step:
    """One figure: what went in, what came out exactly, and what it was rounded to.

    Numbers are texts that lose nothing: decimals, or `numerator/denominator` where a decimal
    has no end; amounts in major units. `rounding` is empty where nothing was rounded, `version`
    names the measure, exchange rate or rules used, `why` says how these were chosen.
    """

    figure: Figure
    inputs: tuple[tuple[str, str], ...]
    exact: str
    result: str
    rounding: str = ""
    version: str = ""
    why: Wording | None = None


def name_of(figure: Figure) -> Wording:
    """Name a figure."""
    return _NAMES[figure]


def formula_of(figure: Figure) -> Wording:
    """Say how a figure comes from its inputs."""
    return _FORMULAS[figure]


def exact_step(figure: Figure, amount: Fraction | Money, inputs: Inputs, *, version: str = "") -> Step:
    """Write down a figure that is not rounded."""
    text = exact_money_text(amount) if isinstance(amount, Money) else exact_text(amount)
    return Step(figure, _texts(inputs), text, text, version=version)


def rounded_step(
    figure: Figure,
    amount: Fraction,
    inputs: Inputs,
    *,
    result: Money,
    rounding: Rounding,
    version: str,
    why: Wording | None = None,
) -> Step:
    """Write down a figure that was rounded to money."""
    return Step(figure, _texts(inputs), exact_text(amount), str(result), rounding.step.value, version, why)


def _texts(inputs: Inputs) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name, str(value) if isinstance(value, Money | str) else exact_text(value)) for name, value in inputs.items()
    )


_NAMES = {
    Figure.GOODS_VALUE: Wording("Goods in local currency", "货价(折合本币)"),
    Figure.FREIGHT: Wording("Share of freight", "运费分摊"),
    Figure.INSURANCE: Wording("Share of insurance", "保险费分摊"),
    Figure.ADDITION: Wording("Share of an addition", "加计费用分摊"),
    Figure.DEDUCTION: Wording("Share of a deduction", "扣减费用分摊"),
    Figure.CUSTOMS_VALUE: Wording("Customs value", "完税价格"),
    Figure.DUTY: Wording("Customs duty", "关税"),
    Figure.ANTI_DUMPING_DUTY: Wording("Anti-dumping duty", "反倾销税"),
    Figure.EXEMPTION: Wording("Exempt duty", "免征关税"),
    Figure.COMPOSITE_VALUE: Wording("Composite taxable value", "组成计税价格"),
    Figure.CONSUMPTION_TAX: Wording("Consumption tax", "消费税"),
    Figure.FEES: Wording("Fees", "规费"),
    Figure.VAT_BASE: Wording("Base of the VAT", "增值税计税价格"),
    Figure.VAT_LEVIED: Wording("VAT levied", "增值税"),
    Figure.VAT_REFUNDED: Wording("VAT refunded at once", "即征即退增值税"),
    Figure.TOTAL: Wording("Total", "税费合计"),
}
_FORMULAS = {
    Figure.GOODS_VALUE: Wording(
        "value of the goods × or ÷ exchange rate, as it is quoted", "货价按标价方式乘以或除以汇率"
    ),
    Figure.FREIGHT: Wording(
        "freight of the shipment × value of these goods ÷ value of all", "全部运费 × 本项货价 ÷ 总货价"
    ),
    Figure.INSURANCE: Wording("insurance × value of these goods ÷ value of all", "全部保险费 × 本项货价 ÷ 总货价"),
    Figure.ADDITION: Wording("addition × value of these goods ÷ value of all", "加计费用 × 本项货价 ÷ 总货价"),
    Figure.DEDUCTION: Wording("deduction × value of these goods ÷ value of all", "扣减费用 × 本项货价 ÷ 总货价"),
    Figure.CUSTOMS_VALUE: Wording(
        "goods + freight + insurance + additions - deductions", "货价 + 运费 + 保险费 + 加计 - 扣减"
    ),
    Figure.DUTY: Wording("rate of the customs value and the quantities", "完税价格(及数量) × 税率"),
    Figure.ANTI_DUMPING_DUTY: Wording("rate of the customs value and the quantities", "完税价格(及数量) × 税率"),
    Figure.EXEMPTION: Wording(
        "duty of a shipment not above the exempt amount is not charged", "一票货物关税不超过免征额的,免征关税"
    ),
    Figure.COMPOSITE_VALUE: Wording(
        "(customs value + duty + specific tax) ÷ (1 - rate)", "(完税价格 + 关税 + 从量税) ÷ (1 - 消费税税率)"
    ),
    Figure.CONSUMPTION_TAX: Wording("composite value × rate + specific tax", "组成计税价格 × 消费税税率 + 从量税"),
    Figure.FEES: Wording("rate of the customs value and the quantities", "完税价格(及数量) × 费率"),
    Figure.VAT_BASE: Wording("customs value + duty + consumption tax (+ fees)", "完税价格 + 关税 + 消费税(+ 规费)"),
    Figure.VAT_LEVIED: Wording("base × rate", "计税价格 × 增值税税率"),
    Figure.VAT_REFUNDED: Wording("VAT levied - base × rate that is borne", "已征增值税 - 计税价格 × 实际税负率"),
    Figure.TOTAL: Wording("duty + consumption tax + VAT + fees", "关税 + 消费税 + 增值税 + 规费"),
}
