"""How a row of tax_examples.json becomes a shipment for the calculator."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from bonded.rules.money import Money
from bonded.rules.validity import Validity
from bonded.rules.withdrawals import Procedure
from tariffs.rules.assessments import Assessment, assess
from tariffs.rules.exchange_rates import ExchangeRate
from tariffs.rules.jurisdictions import Jurisdiction, rules_of_day
from tariffs.rules.rate_grammar import parse_rate
from tariffs.rules.schedule import ANY, Measure, MeasureKind
from tariffs.rules.shipments import GoodsLine, Shipment

Example = dict[str, Any]
DATA = Path(__file__).parent / "data"
EXAMPLES: dict[str, Any] = json.loads((DATA / "tax_examples.json").read_text())
HAND_EXAMPLES: list[dict[str, Any]] = json.loads((DATA / "hand_examples.json").read_text())["examples"]
# Every example without a date of its own is read as of this day.
TODAY = date(2026, 11, 23)


def stated(kind: MeasureKind, rate: str) -> Measure:
    """Give a measure that a question states instead of asking the schedule."""
    return Measure("stated", kind, "71", ANY, ANY, parse_rate(rate), Validity(date(2000, 1, 1)), "stated")


def goods_line(value: Money, measures: Mapping[MeasureKind, str] | None, **changes: Any) -> GoodsLine:
    """Give a line of worked gems with the measures stated; None asks the schedule."""
    line: dict[str, Any] = {
        "reference": "1",
        "hs_code": "71039100",
        "origin": "CO",
        "regime": "general",
        "value": value,
        "quantities": {"piece": Decimal(1), "ct": Decimal("2.310")},
        "measures": measures and tuple(stated(kind, rate) for kind, rate in measures.items()),
    }
    return GoodsLine(**line | changes)


def assess_lines(
    *lines: GoodsLine,
    jurisdiction: str = "CN",
    on: date = TODAY,
    procedure: Procedure = Procedure.HOME_USE,
    schedule: Sequence[Measure] = (),
    rates: Sequence[ExchangeRate] = (),
    **shared: Any,
) -> Assessment:
    """Assess lines by the rules of the day; without a schedule the lines must state their measures."""
    shipment = Shipment(on=on, procedure=procedure, lines=lines, **shared)
    rules = rules_of_day(Jurisdiction(jurisdiction), on=on)
    return assess(shipment, rules=rules, schedule=schedule, rates=rates)
