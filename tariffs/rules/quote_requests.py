"""Reads a what-if question: goods, costs, rates and measures as JSON, every fault named with where it stands.

`read_quote` understands one question, `read_alternatives` the changes that are asked for beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from bonded.rules.errors import ErrorKind, InputInvalid, Problem, ProblemsFound
from bonded.rules.money import Money
from bonded.rules.validity import Validity
from bonded.rules.withdrawals import Procedure
from tariffs.rules.exchange_rates import ExchangeRate, Quoting
from tariffs.rules.jurisdictions import AssessmentRules, Jurisdiction, RulesMissing, rules_of_day
from tariffs.rules.places import Faults, Place, day_from_text, known_currency, positive, share, stated_money_at
from tariffs.rules.quote_lines import GIVEN, SOURCE, goods_line_at
from tariffs.rules.shipments import NamedCost, ShareOfCif, ShareOfGoods, Shipment, UnknownInsurance

MOST_LINES, MOST_COSTS, MOST_RATES, MOST_ALTERNATIVES = 200, 20, 40, 20
MOST_LINES_IN_ALL = 1_000
LONGEST_NAME = 60
OF_THE_WHOLE, OF_EVERY_LINE = ("on", "procedure"), ("origin", "regime")


class QuoteInvalid(ProblemsFound):
    """The question can't be answered as it was asked; every fault says where it stands."""

    code = "quote_invalid"
    kind = ErrorKind.INVALID


@dataclass(frozen=True, slots=True)
class Quote:
    """One question as it was understood; `rates` are those that it gives itself."""

    jurisdiction: Jurisdiction
    shipment: Shipment
    rates: tuple[ExchangeRate, ...]

    def currencies(self, rules: AssessmentRules) -> frozenset[str]:
        """Give every currency from which something is converted."""
        shipment = self.shipment
        costs = [cost.amount for cost in (*shipment.additions, *shipment.deductions)]
        carriage = [shipment.freight, shipment.insurance] if rules.value_includes_carriage else []
        moneys = [*costs, *(line.value for line in shipment.lines), *carriage]
        return frozenset(money.currency for money in moneys if isinstance(money, Money))


def read_quote(body: object) -> Quote:
    """Read one question; raises QuoteInvalid with every fault."""
    faults = Faults()
    quote = _quote(Place(body, "", faults))
    if quote is None or faults.found:
        raise QuoteInvalid(said_of(faults.found), faults.found)
    return quote


def read_alternatives(body: Mapping[str, Any]) -> list[Quote]:
    """Read the changes that are asked for beside a question that could be read, each as a question of its own.

    A change of day or procedure is of the whole; of origin or regime, of every line. Another
    jurisdiction is another question: rates and measures that are given would be of another currency.
    Raises QuoteInvalid with every fault, at the change that leads to it.
    """
    faults = Faults()
    rest = {name: value for name, value in body.items() if name != "alternatives"}
    changes = Place(body, "", faults).items("alternatives", most=MOST_ALTERNATIVES)
    if len(body["lines"]) * (1 + len(changes)) > MOST_LINES_IN_ALL:
        message = f"Lines, counted once for each alternative, are at most {MOST_LINES_IN_ALL}."
        faults.add("/alternatives", "input_invalid", message)
        changes = []
    quotes = []
    for number, change in enumerate(changes):
        if not change.only(*OF_THE_WHOLE, *OF_EVERY_LINE):
            continue
        whole = {name: value for name, value in change.value.items() if name in OF_THE_WHOLE}
        of_lines = {name: value for name, value in change.value.items() if name in OF_EVERY_LINE}
        try:
            quotes.append(read_quote({**rest, **whole, "lines": [line | of_lines for line in body["lines"]]}))
        except QuoteInvalid as error:
            faults.found += at_change(number, error.problems)
    if faults.found:
        raise QuoteInvalid(said_of(faults.found), faults.found)
    return quotes


def at_change(number: int, problems: Iterable[Problem]) -> list[Problem]:
    """Give the faults of a changed question at the change, by its number from 0; each once, though of every line."""
    found = {}
    for one in problems:
        where = one.where or ""
        name = where.rpartition("/")[2]
        place = f"/{name}" if name in OF_EVERY_LINE else where
        problem = replace(one, where=f"/alternatives/{number}{place}")
        found[problem.where, problem.code, problem.message] = problem
    return list(found.values())


def said_of(problems: Sequence[Problem]) -> str:
    """Say how many things are wrong."""
    number = len(problems)
    return "One thing is wrong with the question." if number == 1 else f"{number} things are wrong with the question."


def _quote(body: Place) -> Quote | None:
    known = ("on", "jurisdiction", "procedure", "currency", "exchange_rates", "freight", "insurance")
    if not body.only(*known, "additions", "deductions", "lines", "alternatives"):
        return None
    on, jurisdiction = body.child("on").read(day_from_text), body.child("jurisdiction").choice(Jurisdiction)
    procedure = body.child("procedure").choice(Procedure)
    currency = body.child("currency")
    usual = currency.read(known_currency) if currency.value is not None else None
    freight, insurance = _freight(body.child("freight")), _insurance(body.child("insurance"))
    additions, deductions = (
        [_cost(one) for one in body.items(name, most=MOST_COSTS)] for name in ("additions", "deductions")
    )
    lines = [goods_line_at(one, currency, usual) for one in body.items("lines", most=MOST_LINES, fewest=1)]
    rates = _rates(body, on, jurisdiction)
    if body.faults.found or on is None or jurisdiction is None or procedure is None:
        return None
    shipment = Shipment(
        on,
        procedure,
        tuple(one for one in lines if one),
        freight,
        insurance,
        tuple(one for one in additions if one),
        tuple(one for one in deductions if one),
    )
    return Quote(jurisdiction, shipment, tuple(rates))


def _freight(place: Place) -> Money | ShareOfGoods | None:
    if place.value is None or not place.only("amount", "currency", "rate_of_goods"):
        return None
    if "rate_of_goods" not in place.value:
        return stated_money_at(place)
    share = _alone(place, "rate_of_goods")
    return None if share is None else ShareOfGoods(share)


def _insurance(place: Place) -> Money | ShareOfCif | UnknownInsurance | None:
    if place.value is None:
        return None
    if place.value == "unknown":
        return UnknownInsurance()
    if isinstance(place.value, str):
        place.refuse('Write {"amount", "currency"}, {"rate_of_cif"} or "unknown".')
        return None
    if not place.only("amount", "currency", "rate_of_cif"):
        return None
    if "rate_of_cif" not in place.value:
        return stated_money_at(place)
    share = _alone(place, "rate_of_cif")
    if share is not None and share >= 1:
        place.child("rate_of_cif").refuse("Insurance is less than the whole of the value.")
    return None if share is None else ShareOfCif(share)


def _alone(place: Place, name: str) -> Decimal | None:
    """Read a share beside which no amount may stand."""
    if len(place.value) > 1:
        place.refuse(f"Write either an amount and its currency, or {name} alone.")
    return place.child(name).read(share)


def _name(text: str) -> str:
    if not 0 < len(text) <= LONGEST_NAME or not text.isprintable():
        raise InputInvalid(f"A name has 1 to {LONGEST_NAME} characters.")
    return text


def _cost(place: Place) -> NamedCost | None:
    if not place.only("name", "amount", "currency"):
        return None
    name, amount = place.child("name").read(_name), stated_money_at(place)
    return NamedCost(name, amount) if name is not None and amount is not None else None


def _rates(body: Place, on: date | None, jurisdiction: Jurisdiction | None) -> list[ExchangeRate]:
    local = None
    if on is not None and jurisdiction is not None:
        try:
            local = rules_of_day(jurisdiction, on=on).currency
        except RulesMissing as error:
            body.child("on").refuse(error.message, error.code)
    found: list[ExchangeRate] = []
    for place in body.items("exchange_rates", most=MOST_RATES):
        if not place.only("currency", "rate", "quoted"):
            continue
        currency, rate = place.child("currency").read(known_currency), place.child("rate").read(positive)
        quoted = place.child("quoted").choice(Quoting)
        if currency is not None and currency in (local, *(one.currency for one in found)):
            place.child("currency").refuse("A currency has one rate, and the local one has none.", "rate_not_needed")
        if currency and rate and quoted and local and on:
            found.append(ExchangeRate(GIVEN, currency, local, rate, quoted, Validity(on), SOURCE, is_verified=False))
    return found
