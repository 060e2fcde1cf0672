"""When some lots leave bond cheapest, by what is published now."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain

from bonded.queries.lots import lot_ids_by_stock_numbers, storage_limits
from bonded.queries.withdrawals import goods_as_agreed
from bonded.rules.errors import Problem
from bonded.rules.permissions import Actor
from bonded.rules.withdrawals import Procedure
from tariffs.queries.exchange_rates import rates_between
from tariffs.queries.landed_costs import landed_cost_by, shipment_of
from tariffs.queries.schedule import measures_between
from tariffs.rules.charges import Charges
from tariffs.rules.jurisdictions import RULES, Jurisdiction, rules_of_day
from tariffs.rules.landed_prices import days_of_change
from tariffs.rules.permissions import Act, require
from tariffs.rules.withdrawal_dates import WithdrawalDates, last_day, not_known, withdrawal_dates
from tariffs.rules.working_days import business_day


@dataclass(frozen=True, slots=True)
class DatedLots:
    """The days, the last day in bond by stock number where there is one, and what the answer can't know."""

    dates: WithdrawalDates
    storage_limits: Mapping[str, date]
    not_known: tuple[Problem, ...]


def withdrawal_dates_of_lots(stock_numbers: Collection[str], *, actor: Actor, at: datetime) -> DatedLots:
    """Price lots that the actor sees, as one withdrawal for home use, on every day that can be said.

    Lots that leave at a price agreed on are worth that. Runs six SQL statements however many days there are.
    Raises NotFound, and what `assess` raises of today.
    """
    require(actor, Act.SEARCH_LANDED)
    goods, _ = goods_as_agreed(lot_ids_by_stock_numbers(stock_numbers, actor=actor), actor=actor)
    kept = storage_limits([facts.lot_id for facts in goods])
    limits = {facts.stock_number: kept[facts.lot_id] for facts in goods if facts.lot_id in kept}
    today = business_day(at)
    last_on, bound = last_day(today, limits.values())
    measures = measures_between({facts.hs_code for facts in goods}, first=today, last=last_on)
    rates = rates_between({facts.value.currency for facts in goods}, first=today, last=last_on)

    def charges_on(day: date) -> Charges:
        shipment = shipment_of(goods, on=day, procedure=Procedure.HOME_USE)
        rules = rules_of_day(Jurisdiction.CN, on=day)
        return landed_cost_by(shipment, rules=rules, schedule=measures, rates=rates).charges

    rules = (one.validity for one in RULES if one.jurisdiction is Jurisdiction.CN)
    in_force = chain((one.validity for one in measures), (one.validity for one in rates), rules)
    changes = days_of_change(in_force, after=today)
    dates = withdrawal_dates(changes, today=today, last_on=last_on, bound=bound, charges_on=charges_on)
    numbers = [facts.stock_number for facts in goods]
    problems = not_known(dates, rates=rates, storage_limits=limits, stock_numbers=numbers)
    return DatedLots(dates, limits, tuple(problems))
