"""Pricing the catalogue: all lots in bond when rates change, and single lots when they do."""

# ruff: noqa: S608 (the pieces of SQL are constants and those of landed prices)

from __future__ import annotations

from dataclasses import asdict, astuple
from datetime import datetime

from django.db import connection, transaction

from bonded.actions.activity import record_activity
from bonded.rules.lot_searches import SIZE_BOUNDS
from bonded.rules.permissions import Actor
from tariffs.models.landed_prices import PriceList, RatesToPrice
from tariffs.queries.landed_prices import CHARGES, Pricing, priced_sql, pricing_of_day, sorts_in_bond
from tariffs.queries.rate_changes import coming_days, impacts_of
from tariffs.rules.landed_prices import Sort, staleness_of
from tariffs.rules.permissions import Act, require
from tariffs.rules.working_days import business_day

# Longer than a million lots take; the role's own limit is for what a person waits for.
LONGEST_PRICING = "300s"
# The grade is looked up lot by lot and not joined: just after an import the planner believes in a table without rows,
# and would go through all lots once for each grade.
_SEARCHED = (
    "(SELECT grade.id FROM bonded_lotgrade grade WHERE (grade.kind, grade.shape, grade.colour, grade.clarity)"
    " = (lot.kind, lot.shape, lot.colour, lot.clarity)) AS grade_id,"
    " lot.cut, lot.origin, lot.is_on_offer, width_bucket(lot.weight_carats, %(size_bounds)s::numeric[]) AS size"
)


def note_published(*, at: datetime) -> None:
    """Say that the prices do not know what is published now; part of the act that publishes."""
    RatesToPrice.objects.create(published_at=at)


@transaction.atomic
def price_catalogue(*, actor: Actor, at: datetime) -> PriceList | None:
    """Price all lots in bond by the rates of the business day, unless that was done and nothing has changed since.

    Searches go by the list before until this one is whole. None when there is nothing to do, or
    another worker is at it. Raises RulesMissing.
    """
    require(actor, Act.PRICE_CATALOGUE)
    today = business_day(at)
    if not _may_price():
        return None
    before = PriceList.objects.current().locked().first()
    # Looked for before any rate is read: what is published while the rest is priced stays noted.
    published, _ = RatesToPrice.objects.all().delete()
    if before and not staleness_of(is_outdated=bool(published), good_until=before.good_until, today=today):
        return None
    sorts = sorts_in_bond()
    pricing = pricing_of_day(sorts, on=today)
    days = coming_days(after=today)
    prices = PriceList(
        slot=1 - before.slot if before else 0,
        priced_on=today,
        known_at=at,
        good_until=days[0] if days else None,
        made_at=at,
        currency=pricing.rules.currency,
        lots=0,
        sorts=[astuple(sort) for sort in sorted(sorts)],
        unpriced=[
            {**asdict(one.sort), "lots": sorts[one.sort], "code": one.code, "message": one.message}
            for one in pricing.unpriced
        ],
        coming=[{**asdict(impact), "on": impact.on.isoformat()} for impact in impacts_of(days, sorts)],
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT tariffs_empty_price_slot(%s::smallint)", [prices.slot])
        # What changes while the rest is priced is noted again after this, and priced again.
        cursor.execute("DELETE FROM tariffs_lottoprice")
    prices.lots = _fill(prices.slot, pricing)
    with connection.cursor() as cursor:
        cursor.execute("SELECT tariffs_analyze_price_slot(%s::smallint)", [prices.slot])
    if before:
        before.is_current = False
        before.save(update_fields=["is_current"])
    prices.is_current = True
    prices.save(force_insert=True)
    record_activity(Act.PRICE_CATALOGUE, prices, actor=actor, at=at, lots=prices.lots, priced_on=today.isoformat())
    return prices


@transaction.atomic
def price_changed_lots(*, limit: int, actor: Actor, at: datetime) -> int:
    """Price lots again that have changed or come since, by the current list's rates, and give their number.

    Nothing when there is no list yet, or another worker is at it.
    """
    require(actor, Act.PRICE_CATALOGUE)
    if not _may_price():
        return 0
    prices = PriceList.objects.current().first()
    if prices is None:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM tariffs_lottoprice WHERE id IN (SELECT id FROM tariffs_lottoprice ORDER BY id LIMIT %s)"
            " RETURNING lot_id",
            [limit],
        )
        lot_ids = sorted({lot_id for (lot_id,) in cursor.fetchall()})
        cursor.execute("DELETE FROM tariffs_landedprice WHERE slot = %s AND lot_id = ANY(%s)", [prices.slot, lot_ids])
        cursor.execute(
            "SELECT DISTINCT hs_code, origin, currency FROM bonded_lot WHERE id = ANY(%s) AND customs_state = 'bonded'",
            [lot_ids],
        )
        sorts = [Sort(*row) for row in cursor.fetchall()]
    pricing = pricing_of_day(sorts, on=prices.priced_on)
    _fill(prices.slot, pricing, lot_ids=lot_ids)
    return len(lot_ids)


def _may_price() -> bool:
    """Take the turn of the one who prices, until the transaction ends, unless somebody else has it."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = '{LONGEST_PRICING}'")
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('tariffs_landedprice'))")
        (is_ours,) = cursor.fetchone()
    return bool(is_ours)


def _fill(slot: int, pricing: Pricing, *, lot_ids: list[int] | None = None) -> int:
    """Write the prices of lots, in one statement, and give their number."""
    where = "true" if lot_ids is None else "lot.id = ANY(%(lot_ids)s)"
    sql, parameters = priced_sql(pricing, where=where, columns=_SEARCHED)
    minor = ", ".join(f"{name}_minor" for name in CHARGES)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO tariffs_landedprice (slot, lot_id, grade_id, size, weight_carats, cut, origin, is_on_offer,"
            f" {minor}, landed_minor)"
            " SELECT %(slot)s, lot_id, grade_id, size, weight_carats, cut, origin, is_on_offer,"
            f" {', '.join(CHARGES)}, landed FROM ({sql}) AS priced",
            parameters | {"slot": slot, "size_bounds": list(SIZE_BOUNDS), "lot_ids": lot_ids},
        )
        priced: int = cursor.rowcount
    return priced
