"""Arrivals: what comes to the vault's door, weighed in lot by lot, and received before a second keeper."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from bonded.actions.arrivals import receive_arrival, weigh_arrival
from bonded.models.consignments import Consignment
from bonded.models.lots import Lot
from bonded.queries.arrivals import (
    arrival_of_lot,
    consignments_at_the_door,
    consignments_to_come,
    is_inspection_open,
    is_on_its_way,
    last_place,
    lot_to_weigh,
    lots_at_the_door,
    lots_of_arrival,
    readings_of_arrival,
)
from bonded.queries.consignments import consignment_by_reference, standing_of_consignment
from bonded.rules.consignments import ConsignmentState
from bonded.rules.custody import Difference, difference
from bonded.rules.permissions import Role
from bonded.web.doors import PageRequest, acts, console, done, page
from bonded.web.fields import text_of
from bonded.web.lists import listed
from bonded.web.weighings import pieces_of, weight_of
from bonded.web.witnesses import witness_from

WATCHERS = (Role.VAULT_KEEPER, Role.CUSTOMS_OFFICER, Role.ADMINISTRATOR, Role.AUDITOR)


@console(*WATCHERS)
def arrivals(request: PageRequest) -> HttpResponse:
    """List what may be taken in now, with how much of it is weighed, and what is announced or before customs."""
    door = listed(request, consignments_at_the_door(request.actor), "announced_at", "id", cursor="door")
    counts = lots_at_the_door(one.pk for one in door.rows)
    context = {
        "door": door,
        "at_the_door": [(one, *counts.get(one.pk, (0, 0))) for one in door.rows],
        "page": listed(request, consignments_to_come(request.actor), "-id"),
        "is_keeper": request.actor.role is Role.VAULT_KEEPER,
    }
    return page(request, "bonded/keeper/arrivals.html", context)


def _row(lot: Lot) -> dict[str, Any]:
    reading = getattr(lot, "arrival_reading", None)
    gap = reading and difference(
        expected_carats=lot.declared_carats,
        expected_pieces=lot.declared_pieces,
        found_carats=reading.weight_carats,
        found_pieces=reading.pieces,
    )
    return {"lot": lot, "reading": reading, "gap": gap}


def _to_weigh(request: PageRequest, one: Consignment) -> Lot | None:
    """Give the lot whose turn it is: the one of the refused form, the one that the address names, else the next."""
    if request.actor.role is not Role.VAULT_KEEPER or one.state != ConsignmentState.ACCEPTED:
        return None
    named = getattr(request, "typed", request.GET)
    return lot_to_weigh(one.pk, named.get("lot", ""))


@console(*WATCHERS)
def arrival(request: PageRequest, reference: str) -> HttpResponse:
    """Show one consignment at the door: the lot whose turn it is, every line, and the taking in of the whole."""
    one = consignment_by_reference(reference, actor=request.actor)
    lots = listed(request, lots_of_arrival(one.pk), "id")
    is_keeper, is_inspected = request.actor.role is Role.VAULT_KEEPER, is_inspection_open(one)
    turn = _to_weigh(request, one)
    standing, (weighed, newest) = standing_of_consignment(one.pk), readings_of_arrival(one.pk)
    context = {
        "consignment": one,
        "is_keeper": is_keeper,
        "is_inspection_open": is_inspected,
        "may_weigh": is_keeper and one.state == ConsignmentState.ACCEPTED and not is_inspected,
        "turn": turn and _row(turn),
        "last_place": last_place(one.pk) if turn else "",
        "lots_in_all": standing["lots"],
        "lots_weighed": weighed,
        "readings": f"{weighed}-{newest}",
        "is_complete": one.state == ConsignmentState.ACCEPTED and weighed == standing["lots"] > 0,
        "page": lots,
        "rows": [_row(lot) for lot in lots.rows],
    }
    return page(request, "bonded/keeper/arrival.html", context)


def _told(stock_number: str, gap: Difference) -> str:
    if gap.is_within_tolerance:
        return _("%(lot)s is weighed.") % {"lot": stock_number}
    facts = {"lot": stock_number, "carats": f"{gap.weight_carats:+.3f}", "pieces": f"{gap.pieces:+d}"}
    return _("%(lot)s differs by %(carats)s ct and %(pieces)s pieces: it goes on hold when it is taken in.") % facts


@acts(Role.VAULT_KEEPER, shows=arrival)
def weigh(request: PageRequest, reference: str) -> HttpResponse:
    """Write down what one lot weighs; the next one's turn comes."""
    stock_number = text_of(request, "lot", most=40)
    gap = weigh_arrival(
        consignment_id=consignment_by_reference(reference, actor=request.actor).pk,
        stock_number=stock_number,
        weight_carats=weight_of(request, "carats"),
        pieces=pieces_of(request, "pieces"),
        seal_number=text_of(request, "seal", most=32),
        location_code=text_of(request, "location", most=40),
        is_again="again" in request.POST,
        actor=request.actor,
        at=request.at,
    )
    return done(request, _told(stock_number, gap), "arrival", reference=reference)


def _readings_seen(request: PageRequest) -> tuple[int, int]:
    """Give what the page had shown of the readings; of a form that does not say, what no page shows."""
    lots, _dash, newest = request.POST.get("readings", "")[:40].partition("-")
    is_said = (lots + newest).isascii() and lots.isdigit() and newest.isdigit()
    return (int(lots), int(newest)) if is_said else (-1, -1)


@acts(Role.VAULT_KEEPER, shows=arrival)
def receive(request: PageRequest, reference: str) -> HttpResponse:
    """Take the whole consignment in."""
    one = receive_arrival(
        consignment_id=consignment_by_reference(reference, actor=request.actor).pk,
        readings_seen=_readings_seen(request),
        scale=text_of(request, "scale", most=40),
        witness_id=witness_from(request),
        actor=request.actor,
        at=request.at,
    )
    return done(request, _("%(reference)s is in the vault.") % {"reference": one.reference}, "arrivals")


def line_at_the_door(request: PageRequest, code: str) -> HttpResponse | None:
    """Lead to the line of a lot that is at the door, or to the consignment that goes by the reference."""
    if reference := arrival_of_lot(request.actor, code):
        query = urlencode({"lot": code})
        return HttpResponseRedirect(f"{reverse('arrival', args=[reference])}?{query}#carats", status=303)
    if is_on_its_way(request.actor, code):
        return HttpResponseRedirect(reverse("arrival", args=[code]), status=303)
    return None
