"""Booking a visit on one page: the tray of lots, the times at which all are free, the headroom, and the hold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, cast
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from bonded.queries.lots import goods_of_lots, lot_ids_by_stock_numbers, viewing_problems
from bonded.rules.errors import InputInvalid, NotFound, RuleViolation
from bonded.rules.permissions import Role
from bonded.web.base import PageRequest, acts, console, day_from_text, done, moment_from_text, page, uuid_from_text
from inspections.actions.booking_holds import hold_viewing
from inspections.actions.booking_moves import move_booking
from inspections.actions.waiting_list import join_waiting_list
from inspections.queries.availability import availability
from inspections.queries.bookings import booking_visible_to
from inspections.queries.viewing_rooms import desk_by_code, desks_in_use
from inspections.rules.bookings import MOST_LOTS, VisitWish
from inspections.rules.slots import ROOM_ZONE
from tariffs.queries.guarantees import guarantee_of
from tariffs.queries.landed_costs import landed_cost_of_goods
from tariffs.rules.working_days import business_day

TRAY = "tray"
DAYS_SHOWN = 7


def tray_of(request: PageRequest) -> list[str]:
    """Give the stock numbers that lie in the reader's tray, in the order of viewing."""
    return [str(one) for one in request.session.get(TRAY, [])][:MOST_LOTS]


def _lots_in_tray(request: PageRequest) -> list[int]:
    """Give the ids of the tray's lots; one that is out of sight by now is taken out."""
    stock_numbers = tray_of(request)
    try:
        return lot_ids_by_stock_numbers(stock_numbers, actor=request.actor)
    except NotFound as gone:
        missing = cast("Sequence[str]", gone.facts["stock_numbers"])
        request.session[TRAY] = [one for one in stock_numbers if one not in missing]
        return lot_ids_by_stock_numbers(tray_of(request), actor=request.actor)


def _times_by_day(request: PageRequest, lot_ids: Sequence[int], first_on: date) -> list[dict[str, Any]]:
    """Give the days from the first one on, each with the times at each desk."""
    found = availability(
        desks=desks_in_use(actor=request.actor),
        lot_ids=lot_ids,
        first_on=first_on,
        days=DAYS_SHOWN,
        at=request.at,
        actor=request.actor,
    )
    by_day: dict[date, list[tuple[datetime, str, str]]] = defaultdict(list)
    for desk_times in found:
        code, room = desk_times.desk.location.code, desk_times.desk.room.name
        for slot in desk_times.slots:
            by_day[slot.starts_at.astimezone(ROOM_ZONE).date()].append((slot.starts_at, code, room))
    return [
        {"day": first_on + timedelta(days=n), "times": sorted(by_day.get(first_on + timedelta(days=n), []))}
        for n in range(DAYS_SHOWN)
    ]


def _headroom(request: PageRequest, lot_ids: Sequence[int]) -> dict[str, Any]:
    """Give what the lots would owe and what is left of the guarantee; the reason where either can't be said."""
    context: dict[str, Any] = {}
    today = business_day(request.at)
    try:
        context["duty"] = landed_cost_of_goods(goods_of_lots(lot_ids, actor=request.actor), on=today).total
        context["headroom"] = guarantee_of(request.actor.company_id, actor=request.actor, at=request.at).headroom
        context["is_enough"] = context["headroom"].available.minor >= context["duty"].minor
    except RuleViolation as refusal:
        context["no_headroom"] = refusal
    return context


@console(Role.BUYER)
def book(request: PageRequest, booking_id: UUID | None = None) -> HttpResponse:
    """Show the tray, the times of a week, and whether the guarantee is enough; of a visit to move, its lots instead."""
    moved_id = booking_id or uuid_from_text(request.GET.get("move", ""))
    moved = booking_visible_to(request.actor, moved_id) if moved_id else None
    lot_ids = [one.lot_id for one in moved.lots.all()] if moved else _lots_in_tray(request)
    today = request.at.astimezone(ROOM_ZONE).date()
    first_on = max(day_from_text(request.GET.get("from", "")) or today, today)
    goods = {one.lot_id: one for one in goods_of_lots(lot_ids, actor=request.actor)}
    context: dict[str, Any] = {
        "moved": moved,
        "tray": [goods[lot_id] for lot_id in lot_ids],
        "first_on": first_on,
        "earlier": max(first_on - timedelta(days=DAYS_SHOWN), today) if first_on > today else None,
        "later": first_on + timedelta(days=DAYS_SHOWN),
    }
    if lot_ids:
        context["days"] = _times_by_day(request, lot_ids, first_on)
        context["problems"] = viewing_problems(lot_ids, actor=request.actor)
        context |= {} if moved else _headroom(request, lot_ids)
    return page(request, "inspections/buyer/book.html", context)


@acts(Role.BUYER, shows=book)
def put_into_tray(request: PageRequest) -> HttpResponse:
    """Put a lot that the reader sees into the tray, at its end."""
    stock_number = request.POST.get("stock_number", "")
    lot_ids_by_stock_numbers([stock_number], actor=request.actor)
    tray = tray_of(request)
    if stock_number not in tray:
        if len(tray) >= MOST_LOTS:
            raise InputInvalid(f"A visit is to at most {MOST_LOTS} lots.")
        request.session[TRAY] = [*tray, stock_number]
    return done(request, _("%(lot)s lies in your tray.") % {"lot": stock_number}, "book")


@acts(Role.BUYER, shows=book)
def take_from_tray(request: PageRequest) -> HttpResponse:
    """Take a lot out of the tray."""
    request.session[TRAY] = [one for one in tray_of(request) if one != request.POST.get("stock_number")]
    return HttpResponseRedirect(reverse("book"), status=303)


def _place(request: PageRequest) -> tuple[int, datetime]:
    """Read the time and the desk that were chosen together, as `moment|desk`."""
    moment, _bar, code = request.POST.get("place", "").partition("|")
    starts_at = moment_from_text(moment)
    if starts_at is None or not code:
        raise InputInvalid("Choose a time.")
    return desk_by_code(code, actor=request.actor).pk, starts_at


@acts(Role.BUYER, shows=book)
def hold(request: PageRequest) -> HttpResponse:
    """Claim everything for a visit to the tray's lots for ten minutes."""
    desk_id, starts_at = _place(request)
    wish = VisitWish(lot_ids=_lots_in_tray(request), desk_id=desk_id, starts_at=starts_at)
    booking = hold_viewing(wish=wish, actor=request.actor, at=request.at)
    request.session[TRAY] = []
    return done(request, _("This time is held for you. Say who will come."), "visit", booking_id=booking.pk)


@acts(Role.BUYER, shows=book)
def move(request: PageRequest, booking_id: UUID) -> HttpResponse:
    """Book the same lots for another time, and give the old one up."""
    desk_id, starts_at = _place(request)
    booking = move_booking(
        booking_id=booking_id,
        desk_id=desk_id,
        starts_at=starts_at,
        escort_id=None,
        scale_id=None,
        justification=request.POST.get("justification", ""),
        actor=request.actor,
        at=request.at,
    )
    return done(request, _("The visit has been moved."), "visit", booking_id=booking.pk)


@acts(Role.BUYER, shows=book)
def wait(request: PageRequest) -> HttpResponse:
    """Wait for a visit to the tray's lots that lies within a window."""
    starts_at, ends_at = (
        moment_from_text(request.POST.get("starts_at", "")),
        moment_from_text(request.POST.get("ends_at", "")),
    )
    party = request.POST.get("party_size", "")
    if starts_at is None or ends_at is None or not (party.isascii() and party.isdigit() and len(party) < 4):
        raise InputInvalid("Say from when, until when, and how many will come.")
    join_waiting_list(
        lot_ids=_lots_in_tray(request),
        starts_at=starts_at,
        ends_at=ends_at,
        party_size=int(party),
        actor=request.actor,
        at=request.at,
    )
    return done(request, _("You wait for a place; a notice comes when one is free."), "visits")
