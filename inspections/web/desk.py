"""The keeper's day: who comes, and at the desk one visit from the door to its end, before a second keeper."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from bonded.rules.errors import InputInvalid
from bonded.rules.permissions import Role
from bonded.web.base import (
    PageRequest,
    acts,
    address_of,
    choice_of,
    console,
    done,
    page,
    pieces_of,
    reason_from,
    shown_filled,
    uuid_from_text,
    weight_of,
    witness_from,
)
from inspections.actions.booking_approvals import approve_booking, refuse_booking
from inspections.actions.booking_passes import check_in_by_pass
from inspections.actions.sessions import check_in, close_session, open_session, weigh_in_session
from inspections.models.bookings import Booking
from inspections.queries.bookings import (
    booking_of_pass,
    booking_visible_to,
    bookings_between,
    bookings_to_decide,
    bookings_visible_to,
    visit_of_lot,
)
from inspections.rules.booking_passes import PassNotValid
from inspections.rules.bookings import BookingState
from inspections.rules.sessions import WeighedIn, WeighedOut
from inspections.rules.slots import ROOM_ZONE
from inspections.rules.visitors import DocumentKind, Paper

WATCHERS = (Role.VAULT_KEEPER, Role.CUSTOMS_OFFICER, Role.ADMINISTRATOR, Role.AUDITOR)
LONGEST_NOTE = 200
LONGEST_PASS = 200


def _day_of(at: datetime) -> tuple[datetime, datetime]:
    """Give the beginning and the end of the building's day."""
    begins_at = at.astimezone(ROOM_ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    return begins_at, begins_at + timedelta(days=1)


@console(*WATCHERS)
def visits_today(request: PageRequest) -> HttpResponse:
    """List today's visits by hour and desk."""
    rows = bookings_between(*_day_of(request.at), actor=request.actor)
    return page(request, "inspections/keeper/today.html", {"rows": rows})


@console(Role.VAULT_KEEPER)
def vault_today(request: PageRequest) -> HttpResponse:
    """List what is to be fetched and brought back today, and what waits for a decision; ask for a visitor's pass."""
    rows = bookings_between(*_day_of(request.at), actor=request.actor)
    context = {"rows": rows, "is_keeper": True, "undecided": bookings_to_decide(actor=request.actor)}
    return page(request, "inspections/keeper/today.html", context)


def _visitors(booking: Booking) -> list[dict[str, Any]]:
    """Give who comes, each with the paper that was announced, if one was."""
    papers = {paper.name: paper for paper in booking.announced.all()}
    return [{"name": name, "paper": papers.get(name)} for name in booking.visitors]


@console(Role.VAULT_KEEPER)
def at_desk(request: PageRequest, booking_id: UUID) -> HttpResponse:
    """Show one visit as the keeper works on it: the next step, with a line for each lot."""
    booking = booking_visible_to(request.actor, booking_id)
    session = getattr(booking, "session", None)
    context = {
        "booking": booking,
        "session": session,
        "lots": booking.lots.all(),
        "visitors": _visitors(booking),
        "document_kinds": list(DocumentKind),
        "step": session.state if session else booking.state,
    }
    return page(request, "inspections/keeper/at_desk.html", context)


def _papers(request: PageRequest) -> list[Paper]:
    """Read the papers that were shown, one line of fields each; empty lines are none."""
    typed = request.POST
    rows = zip(
        typed.getlist("paper_name"), typed.getlist("document_kind"), typed.getlist("document_number"), strict=False
    )
    papers = [Paper(name[:100], kind, number[:40]) for name, kind, number in rows if number.strip()]
    if any(paper.document_kind not in list(DocumentKind) for paper in papers):
        raise InputInvalid("Choose from what the form offers.")
    return papers


@acts(Role.VAULT_KEEPER, shows=at_desk)
def let_in(request: PageRequest, booking_id: UUID) -> HttpResponse:
    """Let the visitors of a booking in, whose papers were seen, by their pass if they show one."""
    seen: dict[str, Any] = {
        "identity_note": reason_from(request.POST, "identity_note", longest=LONGEST_NOTE),
        "papers": _papers(request),
        "actor": request.actor,
        "at": request.at,
    }
    if pass_token := request.POST.get("pass", "").strip()[:LONGEST_PASS]:
        if check_in_by_pass(pass_token=pass_token, **seen).booking_id != booking_id:
            raise PassNotValid("This pass is of another visit.")
    else:
        check_in(booking_id=booking_id, **seen)
    return done(request, _("They are in. Fetch the lots."), "at_desk", booking_id=booking_id)


def _readings(request: PageRequest, booking: Booking) -> list[dict[str, Any]]:
    """Read weight, pieces, seal and report number of every lot of the booking, by its stock number."""
    typed = request.POST
    return [
        {
            "lot_id": one.lot_id,
            "weight_carats": weight_of(request, f"carats {one.lot.stock_number}"),
            "pieces": pieces_of(request, f"pieces {one.lot.stock_number}"),
            "seal_number": typed.get(f"seal {one.lot.stock_number}", "").strip()[:40],
        }
        for one in booking.lots.all()
    ]


@acts(Role.VAULT_KEEPER, shows=at_desk)
def weigh_out(request: PageRequest, booking_id: UUID) -> HttpResponse:
    """Break every seal and weigh each lot out to the desk."""
    booking = booking_visible_to(request.actor, booking_id)
    weighed_out = [WeighedOut(**reading) for reading in _readings(request, booking)]
    open_session(
        booking_id=booking_id,
        weighed_out=weighed_out,
        witness_id=witness_from(request),
        actor=request.actor,
        at=request.at,
    )
    return done(request, _("Weighed out. The visit is open."), "at_desk", booking_id=booking_id)


@acts(Role.VAULT_KEEPER, shows=at_desk)
def weigh_in(request: PageRequest, booking_id: UUID) -> HttpResponse:
    """Weigh every lot in, and close each packet with a new seal."""
    booking = booking_visible_to(request.actor, booking_id)
    typed = request.POST
    numbers = {one.lot_id: typed.get(f"report {one.lot.stock_number}", "").strip()[:40] for one in booking.lots.all()}
    weighed_in = [
        WeighedIn(**reading, report_number=numbers[reading["lot_id"]]) for reading in _readings(request, booking)
    ]
    weigh_in_session(
        booking_id=booking_id,
        weighed_in=weighed_in,
        witness_id=witness_from(request),
        actor=request.actor,
        at=request.at,
    )
    return done(request, _("Weighed in and sealed."), "at_desk", booking_id=booking_id)


@acts(Role.VAULT_KEEPER, shows=at_desk)
def close(request: PageRequest, booking_id: UUID) -> HttpResponse:
    """End the visit."""
    close_session(booking_id=booking_id, actor=request.actor, at=request.at)
    return done(request, _("The visit is over."), "vault_today")


class Decision(StrEnum):
    """What is said to a visit that waits for a decision."""

    APPROVE = "approve"
    REFUSE = "refuse"


@acts(Role.VAULT_KEEPER, shows=at_desk)
def decide(request: PageRequest, booking_id: UUID) -> HttpResponse:
    """Allow a requested visit all the same, or refuse it, with the reason."""
    reason = reason_from(request.POST, longest=LONGEST_NOTE)
    if choice_of(request, "answer", Decision) is Decision.REFUSE:
        refuse_booking(booking_id=booking_id, reason=reason, actor=request.actor, at=request.at)
        return done(request, _("Refused; everything that the visit claimed is free."), "vault_today")
    booking = approve_booking(booking_id=booking_id, reason=reason, actor=request.actor, at=request.at)
    is_booked = booking.state == BookingState.BOOKED
    told = _("The visit is booked.") if is_booked else _("Allowed; what is left is for others to allow.")
    return done(request, told, "vault_today")


def visit_of_code(request: PageRequest, code: str) -> HttpResponse | None:
    """Lead to a visit's desk, by its pass, which is filled in, by its number, or by a lot or seal of one of today."""
    if booking_id := booking_of_pass(code):
        return shown_filled(request, at_desk, {"pass": code}, booking_id=booking_id)
    if visit := visit_of_lot(code, *_day_of(request.at), actor=request.actor):
        return HttpResponseRedirect(
            f"{address_of('at_desk', booking_id=visit.booking_id)}#lot-{visit.lot_id}", status=303
        )
    booking_id = uuid_from_text(code)
    if booking_id and bookings_visible_to(request.actor).filter(pk=booking_id).exists():
        return HttpResponseRedirect(address_of("at_desk", booking_id=booking_id), status=303)
    return None
