"""What a lot would cost landed, on its page: a bar that adds up, and the working of every figure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from bonded.queries.lots import goods_of_lots
from bonded.rules.errors import RuleViolation
from bonded.rules.money import Money
from bonded.rules.permissions import Role
from bonded.web.base import Bar, PageRequest, Section, day_from_text, money, stacked_bar, word_of
from tariffs.queries.assessments import shown_steps, stored_steps
from tariffs.queries.landed_costs import landed_cost_of_goods
from tariffs.rules.rate_grammar import rate_text
from tariffs.rules.rates import WEIGHT_UNITS
from tariffs.rules.working_days import business_day

# A value that is a word of a list, and no figure.
WORD = re.compile(r"[a-z]+(_[a-z]+)*")


def spoken(words: Mapping[str, str] | None) -> str:
    """Give of words in both languages those in the reader's."""
    if not words:
        return ""
    return words["zh" if (get_language() or "en").startswith("zh") else "en"]


def charges_chart(amounts: Mapping[str, Money]) -> dict[str, Any]:
    """Draw amounts that add up as one bar; those of nothing are left out."""
    bars = [Bar(label, Decimal(one.minor), money(one)) for label, one in amounts.items() if one.minor]
    return stacked_bar(bars)


def steps_shown(steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give a working in the reader's language."""
    named = shown_steps(steps)
    return [
        step
        | {name: spoken(step[name]) for name in ("name", "formula", "why")}
        | {"inputs": "; ".join(f"{_name(name)}: {_value(value)}" for name, value in step["inputs"].items())}
        for step in named
    ]


def _name(name: str) -> str:
    """Give what an input is called; a unit of weight goes by its sign."""
    return name if name in WEIGHT_UNITS else word_of(name)


def _value(text: str) -> str:
    """Give a figure of a working as it is written down, and a word that it begins with in the reader's language."""
    word, colon, rest = text.partition(": ")
    return f"{word_of(word)}{colon}{rest}" if WORD.fullmatch(word) else text


def landed_cost(request: PageRequest, lot: Any) -> dict[str, Any]:
    """Work out what the lot would cost landed on the day that the address asks for, else today."""
    today = business_day(request.at)
    context: dict[str, Any] = {"today": today, "on": today, "stock_number": lot.stock_number}
    try:
        on = day_from_text(request.GET.get("on", "")) or today
        cost = landed_cost_of_goods(goods_of_lots([lot.pk], actor=request.actor), on=on)
    except RuleViolation as refusal:
        return context | {"no_cost": refusal}
    (line,) = cost.lines
    charges = cost.charges
    amounts = {
        _("Customs value"): charges.customs_value, word_of("duty"): charges.duty,
        _("Consumption tax"): charges.consumption_tax, _("VAT"): charges.vat, _("Fees"): charges.fees,
    }  # fmt: skip
    return context | {
        "on": on,
        "chart": charges_chart(amounts),
        "landed": cost.landed,
        "owed": cost.total,
        "is_verified": all(one.measure.is_verified for one in line.choices) and all(r.is_verified for r in cost.rates),
        "measures": [
            {"kind": one.measure.kind, "rate": rate_text(one.measure.rate), "source": one.measure.source,
             "why": spoken({"en": one.why.en, "zh": one.why.zh})}
            for one in line.choices
        ],
        "steps": steps_shown(stored_steps(line)),
    }  # fmt: skip


LANDED_COST = Section(
    "stone",
    "tariffs/everyone/_landed_cost.html",
    frozenset({Role.BUYER, Role.CUSTOMS_OFFICER, Role.ADMINISTRATOR, Role.AUDITOR}),
    landed_cost,
    order=20,
)
