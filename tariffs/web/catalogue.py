"""The catalogue: lots found by what they are and by what they would cost landed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext as _

from bonded.actions.saved_searches import forget_search, save_search
from bonded.actions.search_alerts import set_search_alert
from bonded.queries.lot_searches import counts_of_lots, page_of_lots
from bonded.queries.pages import Page, page_size_from_text
from bonded.queries.saved_searches import saved_searches_of
from bonded.rules.lot_searches import WORD_PARAMETERS, LotSearch
from bonded.rules.money import Money
from bonded.rules.permissions import Act as BondedAct
from bonded.rules.permissions import Actor
from bonded.rules.permissions import may as may_bonded
from bonded.rules.saved_searches import search_id_from
from bonded.web.base import Found, PageRequest, acts, address_of, console, csv_of, done, page, shape_of, word_of
from tariffs.queries.landed_lots import Prices, current_prices, page_of_landed_lots
from tariffs.rules.landed_prices import PricesMissing
from tariffs.rules.landed_searches import APART, LandedSearch, asked_of, landed_search_from_parameters
from tariffs.rules.permissions import Act, may

ROWS_OF_A_FILE = 200
NUMBERS = ("carats_from", "carats_to", "landed_from", "landed_to", "value_from", "value_to", "currency")
# How the words of a search are told; grades, laboratories and countries go by their codes.
LABELS: dict[str, Callable[[str], str]] = {"kind": word_of, "shape": shape_of, "variety": word_of, "treatment": word_of}
COLUMNS = ("stock_number", "kind", "shape", "colour", "clarity", "cut", "variety", "origin", "lab", "report_number",
           "pieces", "weight_carats", "price", "landed")  # fmt: skip


def _search_of(request: PageRequest) -> LandedSearch:
    """Read what is looked for; a field that was left empty asks for nothing."""
    return landed_search_from_parameters(asked_of(dict(request.GET.lists())))


def _prices(request: PageRequest) -> Prices | None:
    """Give the prices that the search goes by; None where landed costs are not for the reader, or not made yet."""
    if not may(request.actor, Act.SEARCH_LANDED):
        return None
    try:
        return current_prices(actor=request.actor, at=request.at)
    except PricesMissing:
        return None


def _found(request: PageRequest, search: LandedSearch, prices: Prices | None, limit: int) -> Page[Mapping[str, Any]]:
    cursor = request.GET.get("cursor") or None
    if prices is None:
        return page_of_lots(search.lots, actor=request.actor, cursor=cursor, limit=limit)
    return page_of_landed_lots(search, prices=prices.list, actor=request.actor, cursor=cursor, limit=limit)


def _shown(row: Mapping[str, Any], currency: str) -> dict[str, Any]:
    landed = row.get("landed_minor")
    return {
        **row,
        "price": Money(row["value_minor"], row["currency"]),
        "landed": None if landed is None else Money(landed, currency),
    }


def _facets(request: PageRequest, search: LotSearch) -> list[dict[str, Any]]:
    """Give the words that there are to choose from, with how many lots on offer each would leave."""
    counts = counts_of_lots(search, actor=request.actor)
    return [
        {
            "name": name,
            "words": [
                {
                    "word": word,
                    "label": LABELS.get(name, str)(word),
                    "count": count,
                    "is_chosen": word in search.words.get(name, ()),
                }
                for word, count in words.items()
            ],
        }
        for name, words in counts.facets.items()
        if words
    ]


def _chosen_words(search: LotSearch) -> list[tuple[str, str]]:
    return [(name, word) for name in WORD_PARAMETERS for word in search.words.get(name, ())]


@console()
def stones(request: PageRequest) -> HttpResponse:
    """Find lots: a buyer what is on offer, by what it would cost landed; a supplier its own; staff all."""
    search = _search_of(request)
    if "facets" in request.GET and request.htmx:  # type: ignore[attr-defined]
        return page(request, "tariffs/everyone/_facets.html", {"facets": _facets(request, search.lots)})
    prices = _prices(request)
    as_file = request.GET.get("format") == "csv"
    limit = ROWS_OF_A_FILE if as_file else page_size_from_text(request.GET.get("limit"))
    found = _found(request, search, prices, limit)
    rows = [_shown(row, prices.list.currency if prices else "") for row in found.rows]
    if as_file:
        return _file(rows)
    context = {
        "page": found,
        "rows": rows,
        "prices": prices,
        "is_cards": request.GET.get("view") == "cards",
        "facets": _facets(request, search.lots) if "facets" in request.GET else None,
        "chosen_words": _chosen_words(search.lots),
        "saved": saved_searches_of(request.actor),
        "may_be_told": may_bonded(request.actor, BondedAct.SET_SEARCH_ALERT),
        "query": _kept_query(request),
    }
    template = "tariffs/everyone/_stones.html" if request.htmx else "tariffs/everyone/stones.html"  # type: ignore[attr-defined]
    return page(request, template, context)


def _file(rows: Sequence[Mapping[str, Any]]) -> HttpResponse:
    return csv_of("stones", rows, {name: lambda row, name=name: row.get(name) for name in COLUMNS})  # type: ignore[misc]


def _kept_query(request: PageRequest) -> str:
    query = request.GET.copy()
    for name in list(query):
        if name in APART - {"view"} or not any(query.getlist(name)):
            query.pop(name)
    return query.urlencode()


@acts(shows=stones)
def keep_search(request: PageRequest) -> HttpResponse:
    """Keep the search under a name."""
    # Written anew, so that nothing but a query gets into the address that follows.
    name, query = request.POST.get("name", ""), QueryDict(request.POST.get("query", "")).urlencode()
    save_search(name=name, query=query, actor=request.actor, at=request.at)
    response = done(request, _("The search is kept."), "stones")
    response["Location"] += f"?{query}"
    return response


@acts(shows=stones)
def drop_search(request: PageRequest, search_id: int) -> HttpResponse:
    """Forget a kept search."""
    forget_search(search_id=search_id, actor=request.actor, at=request.at)
    return done(request, _("The search is forgotten."), "stones")


@acts(shows=stones)
def set_alert(request: PageRequest, search_id: int) -> HttpResponse:
    """Tell the person of new lots in a kept search from now on, or no more."""
    is_wanted = request.POST.get("is_wanted") == "yes"
    set_search_alert(search_id=search_id, is_wanted=is_wanted, actor=request.actor, at=request.at)
    told = _("You will be told of new lots, once a day.") if is_wanted else _("You will be told no more.")
    return done(request, told, "stones")


def kept_search_by_id(actor: Actor, text: str) -> Sequence[Found]:
    """Find the person's kept search that a notice is about."""
    search_id = search_id_from(text)
    return [
        Found("saved_search", one.name, f"{address_of('stones')}?{one.query}")
        for one in (saved_searches_of(actor) if search_id else ())
        if one.pk == search_id
    ]
