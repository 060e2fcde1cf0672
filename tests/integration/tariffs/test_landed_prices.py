"""The catalogue's prices: the calculator's digits for every lot, kept fresh, and never stale without saying so."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange

from bonded.actions.holds import place_hold
from bonded.models import Consignment, Location, Lot
from bonded.rules.errors import RuleViolation
from bonded.rules.holds import HoldKind
from bonded.rules.locations import LocationKind
from bonded.rules.lots import GoodsFacts, LotKind
from bonded.rules.money import LARGEST_MINOR, Money
from bonded.rules.permissions import SYSTEM
from tariffs.actions.landed_prices import price_catalogue, price_changed_lots
from tariffs.actions.versions import publish_versions
from tariffs.models import LandedPrice, LotToPrice, PriceList, RatesToPrice
from tariffs.queries.landed_costs import landed_cost_of_goods
from tariffs.queries.landed_lots import current_prices
from tariffs.queries.landed_prices import priced_sql, pricing_of_day
from tariffs.rules.landed_prices import PricesMissing, Sort, Staleness
from tests.cast import Cast
from tests.situations.bonded import a_sealed_lot
from tests.situations.tariffs import GEM, a_measure, a_schedule, an_exchange_rate

DAY = date(2026, 11, 23)
RATES: dict[str, list[str | None]] = {
    "duty_mfn": ["0%", "4%", "4% + 2/ct", "max(3%, 9/piece)", "min(max(0.3464%, 31.67), 614.35)", "0.5/trade_ct + 3/g"],
    "duty_agreement": [None, None, "0%", "3.9% + 1.37/ct", "0.001/kg"],
    "duty_provisional": [None, "2.13%"],
    "duty_general": ["35%", "14% + 7/ct"],
    "anti_dumping": [None, None, "12.5%", "0.07/ct"],
    "consumption_tax": ["0%", "10%", "3.7% + 0.3/ct", "max(1%, 2/piece)", "min(5% + 3/ct, 9%)"],
    "vat": ["13%", "9%"],
    "vat_refund_above": [None, "4%", "3.33%"],
    "fee": [None, "0.125%", "31.67"],
}
CURRENCIES: dict[str, str | None] = {"USD": "7.0986", "JPY": "0.047512", "EUR": None}


def lots_of_every_sort(dice: random.Random, cast: Cast) -> list[Lot]:
    consignment = Consignment.objects.create(
        reference="P-1",
        supplier=cast.stones,
        origin="BW",
        currency="USD",
        announced_at=datetime(2026, 11, 1, tzinfo=UTC),
    )
    tray = Location.objects.create(code="P-TRAY", kind=LocationKind.TRAY)
    weights = [Decimal(dice.randrange(1, 9000)) / 1000 for _ in range(60)] + [Decimal("1.768"), Decimal("1.769")]
    return Lot.objects.bulk_create(
        Lot(
            stock_number=f"P-{n}", consignment=consignment, supplier=cast.stones, location=tray, kind="coloured_gem",
            hs_code=dice.choice(["71039100", "71031000", "71023900"]), origin=dice.choice(["CO", "MZ", "XX"]),
            declared_pieces=1, pieces=dice.randrange(1, 5), declared_carats=weight, weight_carats=weight,
            value_minor=dice.choice([1, 3, dice.randrange(1, 10**4), dice.randrange(1, 10**9), 10**14]),
            currency=dice.choice([*CURRENCIES, "CNY"]), goods_state="in_vault", customs_state="bonded",
        )
        for n, weight in enumerate(weights)
    )  # fmt: skip


def publish_at_random(dice: random.Random, at: datetime) -> None:
    measures = [
        a_measure(kind, code, rate, origin=origin)
        for kind, rates in RATES.items()
        for code, origin in (("71", ""), ("7103", ""), ("710310", "CO"))
        if (rate := dice.choice(rates))
    ]
    publish_versions(measures, actor=SYSTEM, at=at)
    rates = [an_exchange_rate(rate, currency) for currency, rate in CURRENCIES.items() if rate]
    by_units = an_exchange_rate(dice.choice(["0.1279", "0.13", "7"]), "EUR", quoted="units_per_local")
    publish_versions([*rates, by_units], actor=SYSTEM, at=at)


@pytest.mark.django_db
@pytest.mark.breaks_invariants  # Lots are written without their movements.
@pytest.mark.parametrize("seed", range(12))
def test_priced_sql__gives_the_calculators_digits(seed: int, cast: Cast, at: datetime) -> None:
    dice = random.Random(seed)
    publish_at_random(dice, at)
    lots = {lot.pk: lot for lot in lots_of_every_sort(dice, cast)}
    pricing = pricing_of_day({Sort(lot.hs_code, lot.origin, lot.currency) for lot in lots.values()}, on=DAY)
    sql, parameters = priced_sql(pricing)
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        names = [column.name for column in cursor.description]
        priced = {row[0]: dict(zip(names, row, strict=True)) for row in cursor.fetchall()}
    assert len(pricing.formulas) > 1
    refused = {}
    for lot_id, lot in lots.items():
        try:
            charges = landed_cost_of_goods([goods_of(lot)], on=DAY).charges
        except RuleViolation as gap:
            refused[lot_id] = gap.code
            continue
        if charges.customs_value.minor + charges.total.minor > LARGEST_MINOR:
            assert lot_id not in priced
            continue
        found = priced[lot_id]
        assert [found[name] for name in ("customs_value", "duty", "consumption_tax", "vat", "fees")] == [
            charges.customs_value.minor, charges.duty.minor, charges.consumption_tax.minor, charges.vat.minor,
            charges.fees.minor,
        ], (lot.value_minor, lot.currency, pricing.formulas)  # fmt: skip
    why = {one.sort: one.code for one in pricing.unpriced}
    assert refused == {
        pk: why[sort] for pk, lot in lots.items() if (sort := Sort(lot.hs_code, lot.origin, lot.currency)) in why
    }


def goods_of(lot: Lot) -> GoodsFacts:
    value = Money(lot.value_minor, lot.currency)
    return GoodsFacts(
        lot.pk, lot.stock_number, LotKind(lot.kind), lot.hs_code, lot.origin, lot.pieces, lot.weight_carats, value
    )


def landed_of(lot: Lot) -> int:
    return LandedPrice.objects.get(slot=PriceList.objects.get(is_current=True).slot, lot_id=lot.pk).landed_minor


def changed(lot: Lot, **columns: Any) -> None:
    """Change a lot, and what says that it is as it was declared."""
    Lot.objects.filter(pk=lot.pk).update(**columns)


def test_price_catalogue__prices_all_lots_in_bond_once(cast: Cast, at: datetime) -> None:
    a_schedule(at)
    lot = a_sealed_lot(cast, at, **GEM)
    prices = price_catalogue(actor=SYSTEM, at=at)
    assert prices is not None
    assert (prices.lots, prices.priced_on, prices.unpriced, prices.good_until) == (1, DAY, [], None)
    assert landed_of(lot) == 1_305_777_78
    assert not LotToPrice.objects.exists()
    assert price_catalogue(actor=SYSTEM, at=at + timedelta(days=30)) is None


def test_price_catalogue__names_what_it_cannot_price(cast: Cast, at: datetime) -> None:
    a_sealed_lot(cast, at, **GEM)
    prices = price_catalogue(actor=SYSTEM, at=at)
    assert prices is not None
    assert prices.lots == 0
    assert [(one["hs_code"], one["origin"], one["lots"], one["code"]) for one in prices.unpriced] == [
        ("71039100", "CO", 1, "measure_missing")
    ]


def test_price_catalogue__is_made_again_when_rates_are_published(cast: Cast, at: datetime) -> None:
    a_schedule(at)
    lot = a_sealed_lot(cast, at, **GEM)
    first = price_catalogue(actor=SYSTEM, at=at)
    later = at + timedelta(hours=1)
    publish_versions([a_measure("duty_mfn", "7103", "0%")], actor=SYSTEM, at=later)
    assert current_prices(actor=cast.alice, at=later).staleness is Staleness.RATES_PUBLISHED
    assert landed_of(lot) == 1_305_777_78
    second = price_catalogue(actor=SYSTEM, at=later)
    assert first is not None
    assert second is not None
    assert (first.slot, second.slot) == (0, 1)
    assert current_prices(actor=cast.alice, at=later).staleness is None
    assert landed_of(lot) == 1_255_555_55


def test_price_catalogue__is_made_again_on_the_day_of_a_published_change(cast: Cast, at: datetime) -> None:
    a_schedule(at)
    lot = a_sealed_lot(cast, at, **GEM)
    from_december = DateRange(date(2026, 12, 1), None)
    publish_versions([a_measure("vat", "71", "9%", validity=from_december)], actor=SYSTEM, at=at + timedelta(hours=1))
    prices = price_catalogue(actor=SYSTEM, at=at)
    assert prices is not None
    assert prices.good_until == date(2026, 12, 1)
    assert prices.coming == [{"on": "2026-12-01", "lots": 1, "before_minor": 1_305_777_78, "after_minor": 1_259_555_56}]
    last_moment = datetime(2026, 11, 30, 15, 59, 59, tzinfo=UTC)
    assert current_prices(actor=cast.alice, at=last_moment).staleness is None
    first_moment = last_moment + timedelta(seconds=1)
    assert current_prices(actor=cast.alice, at=first_moment).staleness is Staleness.ANOTHER_DAY
    assert price_catalogue(actor=SYSTEM, at=last_moment) is None
    price_catalogue(actor=SYSTEM, at=first_moment)
    assert landed_of(lot) == 1_259_555_56


def test_current_prices__are_missing_until_the_catalogue_was_priced(cast: Cast, at: datetime) -> None:
    with pytest.raises(PricesMissing):
        current_prices(actor=cast.alice, at=at)


@pytest.mark.breaks_invariants  # A lot is changed without an act.
def test_price_changed_lots__prices_again_what_changed_and_what_came(cast: Cast, at: datetime) -> None:
    a_schedule(at)
    first = a_sealed_lot(cast, at, **GEM)
    price_catalogue(actor=SYSTEM, at=at)
    assert price_changed_lots(limit=100, actor=SYSTEM, at=at) == 0
    changed(first, value_minor=2_000_000_00)
    assert LotToPrice.objects.get().lot_id == first.pk
    assert price_changed_lots(limit=100, actor=SYSTEM, at=at) == 1
    assert landed_of(first) == 2_611_555_55
    changed(first, is_made_up=True)
    assert not LotToPrice.objects.exists()


def test_price_changed_lots__learns_that_a_lot_is_not_on_offer(cast: Cast, at: datetime) -> None:
    a_schedule(at)
    lot = a_sealed_lot(cast, at, **GEM)
    price_catalogue(actor=SYSTEM, at=at)
    place_hold(lot_id=lot.pk, kind=HoldKind.CUSTOMS, reason="seal", actor=cast.olga, at=at)
    assert price_changed_lots(limit=100, actor=SYSTEM, at=at) == 1
    assert not LandedPrice.objects.get().is_on_offer


def test_publish_versions__of_nothing_new_leaves_prices_as_they_are(cast: Cast, at: datetime) -> None:
    a_schedule(at)
    price_catalogue(actor=SYSTEM, at=at)
    publish_versions([a_measure("duty_mfn", "7103", "4%")], actor=SYSTEM, at=at + timedelta(hours=1))
    assert not RatesToPrice.objects.exists()
