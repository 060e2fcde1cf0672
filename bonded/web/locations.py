"""The vault as a map: what is where, and how it is kept; a place is opened to its lots, and no page shows them all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from bonded.models.locations import Location
from bonded.queries.locations import (
    MOST_PLACES,
    Holdings,
    Place,
    expected_holdings,
    lots_kept,
    place_by_code,
    places_with_holdings,
    sum_of,
    way_to,
)
from bonded.rules.errors import InputInvalid
from bonded.rules.locations import Keeping
from bonded.rules.lots import LotKind
from bonded.rules.money import Money
from bonded.rules.permissions import Act, Actor, Role, may
from bonded.web.charts import Bar, stacked_bar
from bonded.web.doors import PageRequest, console, page
from bonded.web.find import Found, address_of
from bonded.web.lists import csv_of, listed
from bonded.web.words import word_of

WATCHERS = (Role.CUSTOMS_OFFICER, Role.VAULT_KEEPER, Role.ADMINISTRATOR, Role.AUDITOR)
# In the order of the bars' tones.
MEANINGS = {
    Keeping.SEALED: _("At its place, closed by a numbered seal."),
    Keeping.UNSEALED_ON_A_DESK: _("Open before people who look at it."),
    Keeping.UNSEALED: _("At its place or just received, without a seal: not for long."),
    Keeping.BLOCKED: _("On hold, wherever it lies, until an officer lifts the hold."),
    Keeping.OUT_AT_A_VIEWING: _("On a desk, with its seal on."),
    Keeping.EXPECTED: _("Announced, not yet here."),
}


def _count(keeping: str, place: Place) -> int:
    return place.holdings.by_keeping[keeping]


LOT_COLUMNS: Mapping[str, Callable[[Any], Any]] = {
    "stock_number": lambda lot: lot.stock_number,
    "supplier": lambda lot: lot.supplier.name,
    "kind": lambda lot: lot.kind,
    "pieces": lambda lot: lot.pieces,
    "weight_carats": lambda lot: lot.weight_carats,
    "value": lambda lot: Money(lot.value_minor, lot.currency),
    "currency": lambda lot: lot.currency,
    "customs_state": lambda lot: lot.customs_state,
    "kept": lambda lot: lot.keeping,
    "seal_number": lambda lot: lot.seal_number,
    "place": lambda lot: lot.location.code if lot.location else "",
}
PLACE_COLUMNS: Mapping[str, Callable[[Any], Any]] = {
    "place": lambda place: place.code,
    "kind": lambda place: place.kind,
    "lots": lambda place: place.holdings.lots,
    "weight_carats": lambda place: place.holdings.weight_carats,
    "bonded_value": lambda place: " + ".join(f"{one} {one.currency}" for one in place.holdings.bonded_value),
    **{keeping.value: partial(_count, keeping.value) for keeping in MEANINGS},
}


def _asked(request: PageRequest) -> dict[str, Any]:
    """Read what the address keeps of the lots."""
    typed = request.GET
    try:
        return {
            "kind": LotKind(typed["kind"]) if typed.get("kind") else None,
            "keeping": Keeping(typed["keeping"]) if typed.get("keeping") else None,
        }
    except ValueError:
        raise InputInvalid("Choose from what the form offers.") from None


def tile(holdings: Holdings) -> dict[str, Any]:
    """Give what lies somewhere as the page writes it: a bar of how it is kept, and the same in words."""
    kept = holdings.by_keeping
    bars = [Bar(word_of(one), Decimal(kept[one]), str(kept[one])) for one in MEANINGS]
    parts = stacked_bar(bars)["parts"]
    return {"holdings": holdings, "parts": [part for part in parts if part["bar"].amount]}


def _tiles(places: Iterable[Place]) -> list[dict[str, Any]]:
    return [{"place": place, **tile(place.holdings)} for place in places]


def _houses(places: Sequence[Place]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Part the outermost places that hold others from those that stand alone, such as desks and gates.

    A house is summed with all that lies in it, whether a page shows it or not.
    """
    shown = {place.id for place in places[:MOST_PLACES]}
    inner: dict[int | None, list[Place]] = {}
    for place in places:
        inner.setdefault(place.parent_id, []).append(place)
    outer = inner.get(None, [])
    houses = [
        {
            "place": place,
            "tiles": _tiles(one for one in inner[place.id] if one.id in shown),
            **tile(sum_of([place.holdings, *(one.holdings for one in inner[place.id])])),
        }
        for place in outer
        if place.id in inner and place.id in shown
    ]
    return houses, _tiles(place for place in outer if place.id not in inner and place.id in shown)


def _legend(whole: Holdings) -> list[dict[str, Any]]:
    return [
        {"keeping": keeping.value, "meaning": meaning, "tone": tone, "count": whole.by_keeping[keeping.value]}
        for tone, (keeping, meaning) in enumerate(MEANINGS.items())
    ]


def _shown(request: PageRequest, whole: Holdings, **context: Any) -> HttpResponse:
    asked = urlencode({name: word for name, word in _asked(request).items() if word})
    more = {"whole": whole, "legend": _legend(whole), "kinds": list(LotKind), "query": f"?{asked}" if asked else ""}
    return page(request, "bonded/everyone/vault.html", {**more, **context})


@console(*WATCHERS)
def vault(request: PageRequest) -> HttpResponse:
    """Show what is where: the outermost places, those right below, and what is expected."""
    asked = _asked(request)
    places, here = places_with_holdings(top=None, actor=request.actor, **asked)
    if request.GET.get("format") == "csv":
        return csv_of("vault", places, PLACE_COLUMNS)
    expected = expected_holdings(actor=request.actor, **asked)
    houses, alone = _houses(places)
    return _shown(
        request,
        sum_of([here, expected]),
        houses=houses,
        tiles=alone,
        expected=tile(expected),
        is_cut=len(places) > MOST_PLACES,
    )


def _lots(request: PageRequest, place: Location | None, whole: Holdings, **context: Any) -> HttpResponse:
    found = listed(request, lots_kept(place=place, actor=request.actor, **_asked(request)), "id")
    rows = [{"lot": lot, "value": Money(lot.value_minor, lot.currency)} for lot in found.rows]
    return _shown(request, whole, is_open=True, place=place, page=found, rows=rows, **context)


def _file(request: PageRequest, place: Location | None, name: str) -> HttpResponse:
    lots = lots_kept(place=place, actor=request.actor, **_asked(request)).order_by("id")
    return csv_of(name, lots, LOT_COLUMNS)


@console(*WATCHERS)
def vault_place(request: PageRequest, code: str) -> HttpResponse:
    """Open one place: those right below it, and the lots in it and below."""
    place = place_by_code(code, actor=request.actor)
    if request.GET.get("format") == "csv":
        return _file(request, place, f"vault-{place.pk}")
    places, whole = places_with_holdings(top=place, actor=request.actor, **_asked(request))
    return _lots(
        request,
        place,
        whole,
        way=way_to(place),
        tiles=_tiles(places[1 : MOST_PLACES + 1]),
        is_cut=len(places) > MOST_PLACES + 1,
    )


@console(*WATCHERS)
def vault_expected(request: PageRequest) -> HttpResponse:
    """List what is announced and not here yet."""
    if request.GET.get("format") == "csv":
        return _file(request, None, "vault-expected")
    return _lots(request, None, expected_holdings(actor=request.actor, **_asked(request)))


def places_by_code(actor: Actor, text: str) -> list[Found]:
    """Look for a place of the vault by its code."""
    if not may(actor, Act.READ_VAULT) or not Location.objects.filter(code=text).exists():
        return []
    return [Found("place", text, address_of("vault_place", code=text))]
