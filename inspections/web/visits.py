"""A company's visits: those to come, and one with its lots, its pass, its findings and what may still be done."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from enum import StrEnum
from itertools import zip_longest
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bonded.rules.errors import InputInvalid
from bonded.rules.money import Money
from bonded.rules.permissions import Actor, Role
from bonded.rules.quantities import carats_from_text
from bonded.web.base import Found, PageRequest, acts, address_of, choice_of, console, done, listed, page, uuid_from_text
from inspections.actions.booking_holds import confirm_booking
from inspections.actions.booking_passes import issue_booking_pass
from inspections.actions.bookings import cancel_booking
from inspections.actions.calendar_feeds import make_calendar_feed, revoke_calendar_feed
from inspections.actions.finding_photos import store_finding_photo
from inspections.actions.findings import record_finding
from inspections.actions.waiting_list import accept_place, decline_place, leave_waiting_list
from inspections.gateways.booking_passes import pass_pdf
from inspections.queries.bookings import booked_lot_ids, booking_visible_to, bookings_visible_to
from inspections.queries.calendar_feeds import calendar_feeds_of
from inspections.queries.finding_photos import photos_of_visit
from inspections.queries.viewing_rooms import room_id_of
from inspections.queries.waiting_list import waits_visible_to
from inspections.rules.bookings import LOT_NOT_VIEWABLE, BookingState
from inspections.rules.calendar_feeds import FeedSort
from inspections.rules.findings import Intent
from inspections.rules.permissions import Act, may
from inspections.rules.photos import MAX_BYTES
from inspections.rules.visitors import DocumentKind, Paper
from inspections.rules.waiting_list import OFFER_DECLINED, OFFER_LEFT

VISITORS = frozenset({Role.BUYER, Role.VAULT_KEEPER, Role.CUSTOMS_OFFICER, Role.ADMINISTRATOR, Role.AUDITOR})
# Who brings more than these is a crowd; a visit takes two without asking.
MOST_VISITOR_ROWS = 4
# What the platform writes down in English is told in the reader's language.
REASONS = {
    LOT_NOT_VIEWABLE: gettext_lazy("A lot of this booking can't be viewed any more."),
    OFFER_DECLINED: gettext_lazy("The offer was declined."),
    OFFER_LEFT: gettext_lazy("The company left the waiting list."),
}
# A visit that can still be given up or moved.
TO_COME = (BookingState.HELD, BookingState.REQUESTED, BookingState.BOOKED)


@console(*VISITORS)
def visits(request: PageRequest) -> HttpResponse:
    """List the visits, the newest first, and the places that are waited for."""
    waits = []
    if may(request.actor, Act.READ_WAITING_LIST):
        waits = list(waits_visible_to(request.actor).order_by("-entered_at")[:20])
    rows = listed(request, bookings_visible_to(request.actor), "-booked_at", "-id")
    return page(request, "inspections/everyone/visits.html", {"page": rows, "waits": waits})


def _photos_by_lot(request: PageRequest, booking_id: UUID) -> dict[int, list[Any]]:
    if not may(request.actor, Act.READ_FINDING_PHOTO):
        return {}
    photos: dict[int, list[Any]] = defaultdict(list)
    for photo in photos_of_visit(booking_id, actor=request.actor):
        photos[photo.finding.session_lot.lot_id].append(photo)
    return photos


@console(*VISITORS)
def visit(request: PageRequest, booking_id: UUID) -> HttpResponse:
    """Show one visit."""
    booking = booking_visible_to(request.actor, booking_id)
    session = getattr(booking, "session", None)
    weighed = {one.lot_id: one for one in session.lots.all()} if session else {}
    context: dict[str, Any] = {
        "booking": booking,
        "session": session,
        "lots": [{"booked": one, "weighed": weighed.get(one.lot_id)} for one in booking.lots.all()],
        "duty": Money(booking.duty_minor, booking.currency),
        "shortfall": Money(booking.shortfall_minor, booking.currency) if booking.shortfall_minor else None,
        "why_it_ended": REASONS.get(booking.cancellation_reason, booking.cancellation_reason),
        "is_buyer": request.actor.role is Role.BUYER,
        "is_to_come": booking.state in TO_COME,
        "moved_to": getattr(booking, "moved_to", None),
        "intents": list(Intent),
        "photos": _photos_by_lot(request, booking_id) if session else {},
        "document_kinds": list(DocumentKind),
        "more_visitors": range(1, MOST_VISITOR_ROWS),
        "are_several": any(name or number.strip() for name, _kind, number in _rows(request)[1:]),
        "is_printable": booking.state == BookingState.BOOKED,
    }
    return page(request, "inspections/everyone/visit.html", context)


def _names(text: str) -> list[str]:
    """Read names, one a line."""
    return [name for line in text.splitlines() if (name := " ".join(line.split()))]


def _rows(request: PageRequest) -> list[tuple[str, str, str]]:
    """Read the rows of visitors as they were typed: name, kind of paper, its number."""
    columns = [request.POST.getlist(name) for name in ("visitor", "document_kind", "document_number")]
    return [(" ".join(name.split()), kind, number) for name, kind, number in zip_longest(*columns, fillvalue="")]


def _visitors(request: PageRequest) -> tuple[list[str], list[Paper]]:
    """Read the visitors: a name each, and a paper where one was typed. Raises InputInvalid for one without a name."""
    rows = [row for row in _rows(request) if row[0] or row[2].strip()]
    if not all(name for name, _kind, _number in rows):
        raise InputInvalid("Write the name of whoever this paper belongs to.")
    papers = [Paper(name, kind, number) for name, kind, number in rows if number.strip()]
    return [name for name, _kind, _number in rows], papers


@acts(Role.BUYER, shows=visit)
def confirm(request: PageRequest, booking_id: UUID) -> HttpResponse:
    """Book what was held, with the names of those who come."""
    names, papers = _visitors(request)
    booking = confirm_booking(
        booking_id=booking_id,
        visitors=names,
        remote_visitors=_names(request.POST.get("remote_visitors", "")),
        papers=papers,
        justification=request.POST.get("justification", ""),
        actor=request.actor,
        at=request.at,
    )
    is_booked = booking.state == BookingState.BOOKED
    told = _("The visit is booked.") if is_booked else _("The visit waits for a decision; its time is kept meanwhile.")
    return done(request, told, "visit", booking_id=booking_id)


@acts(Role.BUYER, Role.ADMINISTRATOR, shows=visit)
def cancel(request: PageRequest, booking_id: UUID) -> HttpResponse:
    """Give a visit up."""
    reason = request.POST.get("reason", "")
    cancel_booking(booking_id=booking_id, reason=reason, actor=request.actor, at=request.at)
    return done(
        request, _("The visit is given up; everything that it claimed is free."), "visit", booking_id=booking_id
    )


@acts(Role.BUYER, shows=visit)
def print_pass(request: PageRequest, booking_id: UUID) -> HttpResponse:
    """Give the pass for the door as a PDF; an older one is void from now on."""
    printed = pass_pdf(issue_booking_pass(booking_id=booking_id, actor=request.actor, at=request.at))
    response = HttpResponse(printed, content_type="application/pdf")
    response["Content-Disposition"] = 'attachment; filename="visit-pass.pdf"'
    return response


@acts(Role.BUYER, shows=visit)
def write_finding(request: PageRequest, booking_id: UUID) -> HttpResponse:
    """Write down what the buyer makes of one of the lots."""
    typed = request.POST
    (lot_id,) = booked_lot_ids(booking_id, [typed.get("stock_number", "")], actor=request.actor)
    try:
        intent = Intent(typed.get("intent", ""))
    except ValueError:
        raise InputInvalid("Choose what you mean to do with the lot.") from None
    agreed: Decimal | None = carats_from_text(typed["agreed_carats"]) if typed.get("agreed_carats") else None
    record_finding(
        booking_id=booking_id,
        lot_id=lot_id,
        intent=intent,
        agreed_carats=agreed,
        remarks=typed.get("remarks", ""),
        actor=request.actor,
        at=request.at,
    )
    return done(request, _("Your finding is written down."), "visit", booking_id=booking_id)


@acts(Role.BUYER, shows=visit)
def keep_photo(request: PageRequest, booking_id: UUID) -> HttpResponse:
    """Keep photos with the finding of one of the lots."""
    (lot_id,) = booked_lot_ids(booking_id, [request.POST.get("stock_number", "")], actor=request.actor)
    sent = request.FILES.getlist("photo")
    if not sent:
        raise InputInvalid("Choose a photo.")
    for file in sent:
        content = file.read(MAX_BYTES + 1)
        store_finding_photo(booking_id=booking_id, lot_id=lot_id, content=content, actor=request.actor, at=request.at)
    return done(request, _("The photos are kept with your finding."), "visit", booking_id=booking_id)


class PlaceAnswer(StrEnum):
    """What is said to a place that was waited for."""

    ACCEPT = "accept"
    DECLINE = "decline"
    LEAVE = "leave"  # Said without a place, too.


@acts(Role.BUYER, shows=visits)
def answer_place(request: PageRequest, entry_id: UUID) -> HttpResponse:
    """Accept or decline a place that was waited for, or wait no more."""
    answer = choice_of(request, "answer", PlaceAnswer)
    if answer is PlaceAnswer.ACCEPT:
        accept_place(
            entry_id=entry_id,
            visitors=_names(request.POST.get("visitors", "")),
            justification="",
            actor=request.actor,
            at=request.at,
        )
        return done(request, _("The visit is booked."), "visits")
    if answer is PlaceAnswer.DECLINE:
        decline_place(entry_id=entry_id, actor=request.actor, at=request.at)
        return done(request, _("The place is the next one's."), "visits")
    leave_waiting_list(entry_id=entry_id, actor=request.actor, at=request.at)
    return done(request, _("You wait no more."), "visits")


@console(*VISITORS)
def calendar(request: PageRequest) -> HttpResponse:
    """List the reader's calendar addresses; a new one is shown once."""
    context = {
        "feeds": calendar_feeds_of(request.actor),
        "sorts": list(FeedSort),
        "address": request.session.pop("calendar_address", None),
    }
    return page(request, "inspections/everyone/calendar.html", context)


@acts(*VISITORS, shows=calendar)
def make_calendar(request: PageRequest) -> HttpResponse:
    """Make a calendar address, or a new one in place of the old."""
    try:
        sort = FeedSort(request.POST.get("sort", ""))
    except ValueError:
        raise InputInvalid("Choose from what the form offers.") from None
    room_id = room_id_of(request.POST.get("room") or None, actor=request.actor)
    _feed, token = make_calendar_feed(sort=sort, room_id=room_id, actor=request.actor, at=request.at)
    request.session["calendar_address"] = f"{settings.PUBLIC_URL}/api/v1/calendar-feeds/{token}.ics"
    return done(request, _("Copy the address into your calendar now: it is shown once."), "calendar")


@acts(*VISITORS, shows=calendar)
def end_calendar(request: PageRequest, feed_id: UUID) -> HttpResponse:
    """Make a calendar address void."""
    revoke_calendar_feed(feed_id=feed_id, actor=request.actor, at=request.at)
    return done(request, _("The address is void."), "calendar")


def visits_by_id(actor: Actor, text: str) -> list[Found]:
    """Look for a visit by its id."""
    booking_id = uuid_from_text(text)
    if booking_id is None or actor.role not in VISITORS:
        return []
    seen = bookings_visible_to(actor).filter(pk=booking_id).exists()
    return [Found("booking", str(booking_id)[:8], address_of("visit", booking_id=booking_id))] if seen else []
