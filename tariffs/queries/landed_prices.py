"""The calculator's arithmetic in SQL, for a million lots at once; the same digits, or an invariant says so.

Which rates apply is decided by the rules, once for each sort of goods. Here their terms become
one exact expression each: amounts are whole minor units or decimals that end, and the only
division, by what a tax that is part of its own base leaves of it, is rounded from the quotient's whole part.
"""

# ruff: noqa: S608 (the pieces of SQL are constants and numbers of published rates)

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from bonded.rules.errors import RuleViolation
from bonded.rules.money import LARGEST_MINOR, currency_decimals
from tariffs.queries.exchange_rates import rates_for
from tariffs.queries.schedule import measures_for
from tariffs.rules.exchange_rates import Quoting
from tariffs.rules.jurisdictions import AssessmentRules, Jurisdiction, rules_of_day
from tariffs.rules.landed_prices import Formula, Sort, formula_of
from tariffs.rules.rates import Flat, Greatest, Least, Percent, PerUnit, Rate, Sum
from tariffs.rules.rounding import Rounding, RoundingStep

# What a rate is charged by, of the columns that the innermost rows have.
QUANTITIES = {
    "piece": "pieces",
    "ct": "weight_carats",
    "trade_ct": "trunc(weight_carats + 0.001, 2)",
    "g": "(weight_carats * 0.2)",
    "kg": "(weight_carats * 0.0002)",
}
FREE = Percent(Decimal(0))
NOTHING = "0::numeric"
CHARGES = ("customs_value", "duty", "consumption_tax", "vat", "fees")


@dataclass(frozen=True, slots=True)
class Unpriced:
    """A sort of goods that can't be priced, and why."""

    sort: Sort
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Pricing:
    """How every sort of goods is priced on a day, and which can't be."""

    on: date
    rules: AssessmentRules
    formulas: Mapping[Sort, Formula]
    unpriced: Sequence[Unpriced]

    def of(self, sorts: Collection[Sort]) -> Pricing:
        """Keep some sorts."""
        return replace(self, formulas={sort: self.formulas[sort] for sort in sorts})


def pricing_of_day(sorts: Collection[Sort], *, on: date) -> Pricing:
    """Choose the rates of every sort for a day; runs two SQL statements. Raises RulesMissing."""
    rules = rules_of_day(Jurisdiction.CN, on=on)
    schedule = measures_for({sort.hs_code for sort in sorts}, on=on)
    currencies = {sort.currency for sort in sorts}
    rates = rates_for(currencies, on=on, local_currency=rules.currency)
    formulas, unpriced = {}, []
    for sort in sorted(sorts):
        try:
            formulas[sort] = formula_of(sort, on=on, rules=rules, schedule=schedule, rates=rates)
        except RuleViolation as gap:
            unpriced.append(Unpriced(sort, gap.code, gap.message))
    return Pricing(on, rules, formulas, unpriced)


def sorts_in_bond() -> dict[Sort, int]:
    """Count the lots in bond of each sort; reads all of them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT hs_code, origin, currency, count(*) FROM bonded_lot"
            " WHERE customs_state = 'bonded' GROUP BY hs_code, origin, currency"
        )
        return {Sort(*row[:3]): row[3] for row in cursor.fetchall()}


def priced_sql(
    pricing: Pricing, *, where: str = "true", columns: str = "", prefix: str = ""
) -> tuple[str, dict[str, Any]]:
    """Give the statement, and its parameters, that prices the lots in bond that fulfil a condition on `lot`.

    The parameters' names begin with `prefix`. Its rows have `lot_id`, the further `columns` of `lot`,
    and in minor units of the rules' currency `customs_value`, `duty`, `consumption_tax`, `vat`, `fees`
    and `landed`. Lots of a sort without a formula are left out, and so are those that come to more
    than any amount that is kept here.
    """
    kinds = list(dict.fromkeys(pricing.formulas.values()))
    figures = _figures(kinds, pricing.rules)
    sql = f"""
        SELECT lot.id AS lot_id, sort.formula, lot.pieces, lot.weight_carats AS weight_carats,
               lot.value_minor::numeric AS goods_value {"," if columns else ""} {columns}
          FROM unnest(%({prefix}hs_codes)s::text[], %({prefix}origins)s::text[],
                      %({prefix}currencies)s::text[], %({prefix}formulas)s::int[])
               AS sort (hs_code, origin, currency, formula)
          JOIN bonded_lot lot USING (hs_code, origin, currency)
         WHERE lot.customs_state = 'bonded' AND {where}
    """
    fence = ""
    for name, expression in figures.items():
        sql = f"SELECT *, {expression} AS {name} FROM ({sql} {fence}) AS level"
        # What has to be worked out is worked out once, behind a fence; the planner sees through all else.
        fence = "" if expression == NOTHING or expression in figures else "OFFSET 0"
    sql, total = f"{sql} {fence}", _sum_of(CHARGES, figures)
    parameters: dict[str, Any] = {
        "hs_codes": [sort.hs_code for sort in pricing.formulas],
        "origins": [sort.origin for sort in pricing.formulas],
        "currencies": [sort.currency for sort in pricing.formulas],
        "formulas": [kinds.index(formula) for formula in pricing.formulas.values()],
    }
    return (
        f"SELECT *, {total} AS landed FROM ({sql}) AS charged WHERE {total} <= {LARGEST_MINOR}",
        {prefix + name: value for name, value in parameters.items()},
    )


def _figures(kinds: Sequence[Formula], rules: AssessmentRules) -> dict[str, str]:
    """Give each figure's expression, in the order in which they stand on each other; NOTHING where no goods owe it."""
    tax = rules.tax_rounding
    unit = 10 ** currency_decimals(rules.currency)

    def charge(rate: Rate | None, base: str) -> str:
        return NOTHING if rate in (None, FREE) else _rounded(_amount(rate, base, unit), tax)

    def duty(formula: Formula) -> str:
        charges = [charge(rate, "customs_value") for rate in (formula.duty, formula.anti_dumping)]
        both = " + ".join(one for one in charges if one != NOTHING) or NOTHING
        limit = rules.exempt_duty_up_to
        if limit is None or both == NOTHING:
            return both
        return f"CASE WHEN {both} <= {limit.minor} THEN 0 ELSE {both} END"

    def refund(formula: Formula) -> str:
        if formula.vat_refund_above is None:
            return "vat_levied"
        borne = _amount(formula.vat_refund_above, "vat_base", unit)
        return f"vat_levied - {_rounded(f'GREATEST(vat_levied - ({borne}), 0)', tax)}"

    figures = {
        "customs_value": _by_formula(kinds, lambda formula: _local_value(formula, rules)),
        "duty": _by_formula(kinds, duty),
        "fees": _by_formula(kinds, lambda formula: charge(formula.fee, "customs_value")),
    }
    dutiable = _sum_of(("customs_value", "duty"), figures)
    figures["consumption_tax"] = _by_formula(
        kinds, lambda formula: _inclusive(formula.consumption_tax, dutiable, unit, tax)
    )
    taxable = ("customs_value", "duty", "consumption_tax", *(["fees"] if rules.vat_base_includes_fees else []))
    figures["vat_base"] = _sum_of(taxable, figures)
    figures["vat_levied"] = _by_formula(kinds, lambda formula: charge(formula.vat, "vat_base"))
    figures["vat"] = _by_formula(kinds, refund)
    return figures


def _sum_of(names: Sequence[str], figures: Mapping[str, str]) -> str:
    """Write the sum of some figures without those that are nothing: adding zero a million times takes its time, too."""
    return " + ".join(name for name in names if figures[name] != NOTHING) or NOTHING


def _by_formula(kinds: Sequence[Formula], expression: Callable[[Formula], str]) -> str:
    """Write one expression, or, where the formulas differ, a choice among them."""
    by_text: dict[str, list[int]] = {}
    for number, formula in enumerate(kinds):
        by_text.setdefault(expression(formula), []).append(number)
    if len(by_text) <= 1:
        return next(iter(by_text), NOTHING)
    *cases, last = by_text
    whens = " ".join(f"WHEN formula IN ({', '.join(map(str, by_text[text]))}) THEN {text}" for text in cases)
    return f"CASE {whens} ELSE {last} END"


def _local_value(formula: Formula, rules: AssessmentRules) -> str:
    """Convert the invoice value, exactly whichever way the rate is quoted, and round it as the rules say."""
    exchange = formula.exchange
    if exchange is None:
        return "goods_value"
    shift = currency_decimals(rules.currency) - currency_decimals(exchange.currency)
    if exchange.quoted is Quoting.LOCAL_PER_UNIT:
        return _rounded(f"goods_value * {exchange.rate.scaleb(shift):f}", rules.value_rounding)
    return _quotient(f"goods_value * {Decimal(1).scaleb(shift):f}", exchange.rate, rules.value_rounding)


def _amount(rate: Rate, base: str, unit: int) -> str:
    """Write what a rate comes to, in minor units and unrounded; `unit` is how many of them make a major one."""
    match rate:
        case Percent(percent):
            return f"({base}) * {percent.scaleb(-2):f}"
        case PerUnit(amount, quantity):
            return f"{QUANTITIES[quantity]} * {amount * unit:f}"
        case Flat(amount):
            return f"{amount * unit:f}"
        case Sum(terms):
            return f"({' + '.join(_amount(term, base, unit) for term in terms)})"
        case Least(choices):
            return f"LEAST({', '.join(_amount(choice, base, unit) for choice in choices)})"
        case Greatest(choices):
            return f"GREATEST({', '.join(_amount(choice, base, unit) for choice in choices)})"


def _inclusive(rate: Rate | None, base: str, unit: int, rounding: Rounding) -> str:
    """Write a tax that is part of its own base, rounded: `(base × share + specific) ÷ (1 - share)`.

    Which is `(base + specific) ÷ (1 - share) × share + specific`. Rounding keeps the order of
    amounts, so the least of rounded amounts is the least amount rounded.
    """
    match rate:
        case None | Percent(percent=0):
            return NOTHING
        case Least(choices):
            return f"LEAST({', '.join(_inclusive(choice, base, unit, rounding) for choice in choices)})"
        case Greatest(choices):
            return f"GREATEST({', '.join(_inclusive(choice, base, unit, rounding) for choice in choices)})"
    terms = rate.terms if isinstance(rate, Sum) else (rate,)
    share = sum((term.percent.scaleb(-2) for term in terms if isinstance(term, Percent)), Decimal())
    return _quotient(_amount(rate, base, unit), 1 - share, rounding)


def _rounded(amount: str, rounding: Rounding) -> str:
    """Round half away from zero, as `round` of numerics does."""
    if rounding.step is RoundingStep.WHOLE_UNIT:
        return f"round(({amount}) * 0.01) * 100"
    return f"round({amount})"


def _quotient(amount: str, divisor: Decimal, rounding: Rounding) -> str:
    """Divide an amount that is not negative and round half up, exactly: `div` gives the whole part of a quotient."""
    if divisor == 1:
        return _rounded(amount, rounding)
    size = 100 if rounding.step is RoundingStep.WHOLE_UNIT else 1
    return f"div(2 * ({amount}) + {divisor * size:f}, {2 * divisor * size:f}) * {size}"
