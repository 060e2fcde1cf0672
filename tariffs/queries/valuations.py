"""What the values of lots stand on."""

from __future__ import annotations

from collections.abc import Collection

from bonded.queries.lots import lot_by_stock_number
from bonded.queries.withdrawals import WithdrawalFacts
from bonded.rules.permissions import Actor
from tariffs.models.valuations import Valuation
from tariffs.rules.permissions import Act, require
from tariffs.rules.valuations import AGREED_PRICE


def evidence_in_force(lot_ids: Collection[int]) -> dict[int, str]:
    """Name the paper that each lot's value stands on, by id; a lot without one is left out. Runs one SQL statement."""
    latest = Valuation.objects.filter(lot__in=lot_ids).order_by("lot_id", "-position").distinct("lot_id")
    return {valuation.lot_id: str(valuation) for valuation in latest}


def evidence_of_withdrawal(facts: WithdrawalFacts) -> dict[int, str]:
    """Name what the value of each line stands on, by lot: the price agreed on, else the lot's paper; one SQL statement.

    A lot with neither is left out: it is worth what its supplier entered.
    """
    entered = [line.lot_id for line in facts.lines if line.lot_id not in facts.agreed]
    return evidence_in_force(entered) | dict.fromkeys(facts.agreed, AGREED_PRICE)


def valuations_of_lot(stock_number: str, *, actor: Actor) -> list[Valuation]:
    """Give what was recorded for a lot, the one in force first; raises NotFound."""
    require(actor, Act.READ_VALUATION)
    lot = lot_by_stock_number(stock_number, actor=actor)
    return list(Valuation.objects.filter(lot=lot).select_related("lot").order_by("-position"))
