"""The page of one lot, for whoever may see it: what it is, and what every app has to say of it."""

from __future__ import annotations

from django.http import HttpResponse

from bonded.queries.lots import lot_by_stock_number
from bonded.rules.money import Money
from bonded.rules.quantities import trade_carats
from bonded.web.doors import PageRequest, console, page


@console()
def stone(request: PageRequest, stock_number: str) -> HttpResponse:
    """Show one lot, with the sections that are for the reader's role."""
    lot = lot_by_stock_number(stock_number, actor=request.actor)
    context = {
        "lot": lot,
        "price": Money(lot.value_minor, lot.currency),
        "trade_carats": trade_carats(lot.weight_carats),
    }
    return page(request, "bonded/everyone/stone.html", context)
