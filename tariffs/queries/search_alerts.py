"""How many lots came into a search that somebody keeps, by what they are and by what they would cost landed."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import parse_qs

from bonded.queries.lot_searches import lots_come_since
from bonded.rules.lot_searches import LotSearchInvalid
from tariffs.models.landed_prices import LandedPrice, LotToPrice, PriceList
from tariffs.rules.landed_searches import asked_of, landed_search_from_parameters


def count_new_lots(query: str, since: datetime, until: datetime) -> int | None:
    """Count the lots on offer that a kept search finds and that came into bond after `since` and not after `until`.

    0 for a search that is understood no more. None while a search by landed cost waits for prices: of any lot, or of
    the first list. Runs one SQL statement, by landed cost three.
    """
    try:
        search = landed_search_from_parameters(asked_of(parse_qs(query, keep_blank_values=True)))
    except LotSearchInvalid:
        return 0
    lots = lots_come_since(search.lots, since=since, until=until)
    if search.landed_from_minor is None and search.landed_to_minor is None:
        return lots.count()
    lot_ids = lots.values("pk")
    # Asked before the list is read: a list that comes in between prices all these lots, the one before may not.
    if LotToPrice.objects.filter(lot_id__in=lot_ids).exists():
        return None
    prices = PriceList.objects.current().first()
    if prices is None:
        return None
    found = LandedPrice.objects.filter(slot=prices.slot, lot_id__in=lot_ids)
    if search.landed_from_minor is not None:
        found = found.filter(landed_minor__gte=search.landed_from_minor)
    if search.landed_to_minor is not None:
        found = found.filter(landed_minor__lte=search.landed_to_minor)
    return found.count()
