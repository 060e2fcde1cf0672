"""Lots for those who may see them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

from django.db.models import F

from bonded.models.bond_entries import BondEntry
from bonded.models.lots import Lot
from bonded.rules.errors import NotFound, Problem
from bonded.rules.lots import GoodsFacts, LotKind
from bonded.rules.money import Money
from bonded.rules.permissions import Actor


def lot_by_stock_number(stock_number: str, *, actor: Actor) -> Lot:
    """Give one lot; raises NotFound when it is not there or not for this actor."""
    visible = Lot.objects.visible_to(actor).filter(stock_number=stock_number)
    lot = visible.select_related("location", "consignment").first()
    if lot is None:
        raise NotFound("There is no such lot.", stock_number=stock_number[:40])
    return lot


def lot_ids_by_stock_numbers(stock_numbers: Collection[str], *, actor: Actor) -> list[int]:
    """Give the ids in the order of the stock numbers; raises NotFound naming those not there for this actor."""
    # A text with NUL can't even be asked for.
    asked = {one for one in stock_numbers if "\0" not in one}
    visible = Lot.objects.visible_to(actor).filter(stock_number__in=asked)
    found = dict(visible.values_list("stock_number", "pk"))
    missing = sorted(set(stock_numbers) - found.keys())
    if missing:
        raise NotFound("There is no such lot.", stock_numbers=missing)
    return [found[stock_number] for stock_number in stock_numbers]


def goods_of_lots(lot_ids: Collection[int], *, actor: Actor) -> list[GoodsFacts]:
    """Give what duty and viewing need to know of lots, in the order of their ids; raises NotFound as above."""
    lots = list(Lot.objects.visible_to(actor).filter(pk__in=set(lot_ids)).order_by("pk"))
    missing = set(lot_ids) - {lot.pk for lot in lots}
    if missing:
        raise NotFound("There is no such lot.", lot_ids=[str(lot_id) for lot_id in sorted(missing)])
    return goods_facts(lots)


def goods_facts(lots: Iterable[Lot]) -> list[GoodsFacts]:
    """Give what duty and viewing need to know of lots that are at hand, in their order."""
    return [
        GoodsFacts(
            lot_id=lot.pk,
            stock_number=lot.stock_number,
            kind=LotKind(lot.kind),
            hs_code=lot.hs_code,
            origin=lot.origin,
            pieces=lot.pieces,
            weight_carats=lot.weight_carats,
            value=Money(lot.value_minor, lot.currency),
        )
        for lot in lots
    ]


def storage_limits(lot_ids: Collection[int]) -> dict[int, date]:
    """Give the last day in bond of lots that have a bond entry with something left of it, by id."""
    left = BondEntry.objects.filter(lot__in=lot_ids, written_off_pieces__lt=F("entered_pieces"))
    return dict(left.values_list("lot", "storage_limit_on"))


def viewing_problems(lot_ids: Collection[int], *, actor: Actor, at_hand: Iterable[Lot] | None = None) -> list[Problem]:
    """Name the lots that may not be looked at: on hold, out, or kept for another; empty when all may be.

    A lot that this actor can't see is a problem of its own, in the same words as one that does not exist. `at_hand`
    are those in the actor's sight, from who has read them already.
    """
    if at_hand is None:
        at_hand = Lot.objects.visible_to(actor).filter(pk__in=set(lot_ids))
    lots = {lot.pk: lot for lot in at_hand}
    problems = [Problem("not_found", "There is no such lot.") for _ in set(lot_ids) - lots.keys()]
    return problems + [
        Problem("lot_not_viewable", f"{lot.stock_number} can't be viewed now.")
        for _, lot in sorted(lots.items())
        if lot.is_on_hold or not (lot.is_on_offer or lot.buyer_id in actor.company_ids)
    ]
