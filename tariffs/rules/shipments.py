"""What is assessed: goods line by line, and the costs that the lines share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bonded.rules.money import Money
from bonded.rules.withdrawals import Procedure
from tariffs.rules.rates import Quantities
from tariffs.rules.schedule import Measure


@dataclass(frozen=True, slots=True)
class GoodsLine:
    """Goods of one code, origin and regime.

    `reference` names the line in the answer. `hs_code` holds digits only. `measures` are charged
    instead of the schedule's, for a question of what would be; None asks the schedule. `documents`
    are those that the goods have of the kinds that unlock a measure. `evidence` names what the value stands on.
    """

    reference: str
    hs_code: str
    origin: str
    regime: str
    value: Money
    quantities: Quantities
    measures: tuple[Measure, ...] | None = None
    documents: frozenset[str] = frozenset()
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class ShareOfGoods:
    """Freight said as a share of the goods' value: 0.1 is a tenth."""

    share: Decimal


@dataclass(frozen=True, slots=True)
class ShareOfCif:
    """Insurance said as a share of goods, freight and insurance together."""

    share: Decimal


@dataclass(frozen=True, slots=True)
class UnknownInsurance:
    """Insurance that nobody knows or paid: a share of goods and freight stands for it."""


@dataclass(frozen=True, slots=True)
class NamedCost:
    """A cost that is added to the value, or taken out of it, with what it is called."""

    name: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Shipment:
    """Goods assessed together on one day, and the costs that they share."""

    on: date
    procedure: Procedure
    lines: tuple[GoodsLine, ...]
    freight: Money | ShareOfGoods | None = None
    insurance: Money | ShareOfCif | UnknownInsurance | None = None
    additions: tuple[NamedCost, ...] = ()
    deductions: tuple[NamedCost, ...] = ()
