"""Bookings over JSON: ask, follow, give up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from bonded.api.base import (
    CURSOR,
    IDEMPOTENCY_KEY,
    LIMIT,
    ApiView,
    Request,
    columns_of,
    idempotent,
    json_response,
    page_response,
    read,
)
from bonded.queries.lots import lot_ids_by_stock_numbers
from bonded.queries.pages import page_by, page_size_from_text
from bonded.rules.money import Money
from inspections.actions.bookings import book_viewing, cancel_booking
from inspections.actions.visitors import identities_of
from inspections.api.visitors import PaperRequest, papers_from
from inspections.models.bookings import Booking
from inspections.models.sessions import SessionLot, ViewingSession
from inspections.queries.bookings import booking_as_told, bookings_visible_to, exceptions_of, session_of
from inspections.queries.viewing_rooms import place_of
from inspections.queries.visitors import announced_for
from inspections.rules.bookings import VisitWish


class PlaceRequest(serializers.Serializer[Any]):
    """At which desk, and when. A time without an offset is Shanghai's.

    Without an escort (a keeper's user name) or a scale (its number) the first free one is taken.
    """

    desk = serializers.CharField(max_length=40)
    starts_at = serializers.DateTimeField()
    escort = serializers.CharField(max_length=150, required=False)
    scale = serializers.CharField(max_length=40, required=False)


class VisitRequest(PlaceRequest):
    """Which lots, in the order of viewing, at which desk, and when.

    Without a guarantee's company the caller's own stands for the duty. `trays` are the places on the tray of the lots
    as they are named, from 1 to their number; without them each lies at the place of its turn.
    """

    stock_numbers = serializers.ListField(child=serializers.CharField(max_length=40), min_length=1, max_length=200)
    guarantee_company_id = serializers.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    trays = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=200), max_length=200, required=False, default=list
    )


class VisitorsRequest(serializers.Serializer[Any]):
    """Who will come, who looks on by video, and why what stands against the visit should be overridden.

    Who is announced with one of the `papers` shows it at the door.
    """

    visitors = serializers.ListField(child=serializers.CharField(max_length=100), max_length=20)
    remote_visitors = serializers.ListField(
        child=serializers.CharField(max_length=100), max_length=20, required=False, default=list
    )
    papers = serializers.ListField(child=PaperRequest(), max_length=20, required=False, default=list)
    justification = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class BookingRequest(VisitRequest, VisitorsRequest):
    """What is to be looked at, where and when, and who will come."""


class CancellationRequest(serializers.Serializer[Any]):
    """Why the visit is given up."""

    reason = serializers.CharField(max_length=200)


class FindingAnswer(serializers.Serializer[Any]):
    """What the buyer made of a lot."""

    intent = serializers.CharField()
    agreed_carats = serializers.CharField(allow_null=True)
    remarks = serializers.CharField(allow_blank=True)


class SessionLotAnswer(serializers.Serializer[Any]):
    """One lot's weighings, carats as decimal strings, and what was found."""

    stock_number = serializers.CharField()
    out_carats = serializers.CharField()
    out_pieces = serializers.IntegerField()
    is_viewable = serializers.BooleanField()
    in_carats = serializers.CharField(allow_null=True)
    in_pieces = serializers.IntegerField(allow_null=True)
    is_within_tolerance = serializers.BooleanField(allow_null=True)
    is_same_stone = serializers.BooleanField(allow_null=True)
    seal_number = serializers.CharField(allow_blank=True)
    finding = FindingAnswer(allow_null=True)


class SessionAnswer(serializers.Serializer[Any]):
    """The visit itself."""

    state = serializers.CharField()
    checked_in_at = serializers.DateTimeField()
    opened_at = serializers.DateTimeField(allow_null=True)
    weighed_in_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    lots = SessionLotAnswer(many=True)


class ExceptionAnswer(serializers.Serializer[Any]):
    """Something that stood against a visit, who may override it, and what was decided."""

    code = serializers.CharField()
    message = serializers.CharField()
    overridable_by = serializers.ListField(child=serializers.CharField())
    decided_at = serializers.DateTimeField(allow_null=True)
    reason = serializers.CharField(allow_blank=True)


class VisitorAnswer(serializers.Serializer[Any]):
    """A visitor who was announced with a paper, and when a keeper saw it."""

    name = serializers.CharField()
    document_kind = serializers.CharField()
    last_four = serializers.CharField()
    seen_at = serializers.DateTimeField(allow_null=True)


class BookingSummary(serializers.Serializer[Any]):
    """A booking in a list."""

    id = serializers.UUIDField()
    company = serializers.CharField()
    desk = serializers.CharField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    state = serializers.CharField()


class BookingAnswer(BookingSummary):
    """A booking with everything that it claims.

    `duty` is what the guarantee stands for, `shortfall` what it lacks of the duty by new rates. A held booking lapses
    at `held_until`; `moved_from` and `moved_to` are the bookings before and after it.
    """

    room = serializers.CharField()
    escort = serializers.CharField()
    scale = serializers.CharField()
    visitors = serializers.ListField(child=serializers.CharField())
    remote_visitors = serializers.ListField(child=serializers.CharField())
    officer = serializers.CharField(allow_null=True)
    instruments = serializers.ListField(child=serializers.CharField())
    stock_numbers = serializers.ListField(child=serializers.CharField())
    trays = serializers.ListField(child=serializers.IntegerField())
    announced = VisitorAnswer(many=True)
    duty = serializers.CharField()
    shortfall = serializers.CharField()
    currency = serializers.CharField()
    booked_at = serializers.DateTimeField()
    cancellation_reason = serializers.CharField(allow_blank=True)
    held_until = serializers.DateTimeField(allow_null=True)
    justification = serializers.CharField(allow_blank=True)
    exceptions = ExceptionAnswer(many=True)
    moved_from = serializers.UUIDField(allow_null=True)
    moved_to = serializers.UUIDField(allow_null=True)
    session = SessionAnswer(allow_null=True)


class BookingPage(serializers.Serializer[Any]):
    """A page of bookings, the newest first."""

    results = BookingSummary(many=True)
    next_cursor = serializers.CharField(allow_null=True)


def booking_summary(booking: Booking) -> dict[str, Any]:
    """Give a booking as a list tells it."""
    return {
        "id": booking.pk,
        "company": booking.company.name,
        "desk": booking.desk.location.code,
        "starts_at": booking.during.lower,
        "ends_at": booking.during.upper,
        "state": booking.state,
    }


def booking_json(booking_id: UUID, request: Request) -> dict[str, Any]:
    """Read a booking and give it as the API tells it; raises NotFound."""
    told = booking_as_told(request.actor, booking_id)
    exceptions = exceptions_of(booking_id) if told["exceptions"] else []
    return told | {
        "duty": str(Money(told["duty"], told["currency"])),
        "shortfall": str(Money(told["shortfall"], told["currency"])),
        "announced": (
            [columns_of(VisitorAnswer, one) for one in announced_for(booking_id)] if told["announced"] else []
        ),
        "exceptions": [
            {name: getattr(one, name) for name in ("code", "message", "overridable_by", "decided_at", "reason")}
            for one in exceptions
        ],
        "session": _session_json(session_of(booking_id)) if told["session"] else None,
    }


def read_visitors(request: Request) -> dict[str, Any]:
    """Read a VisitorsRequest as the acts take it."""
    fields = read(VisitorsRequest, request)
    return fields | {"papers": papers_from(fields["papers"])}


def wish_of(fields: Mapping[str, Any], request: Request) -> VisitWish:
    """Turn what a request asks for into what the acts know; raises NotFound."""
    lot_ids = lot_ids_by_stock_numbers(fields["stock_numbers"], actor=request.actor)
    place = place_of(fields["desk"], fields.get("escort"), fields.get("scale"), actor=request.actor)
    return VisitWish(
        lot_ids=lot_ids,
        desk_id=place.desk_id,
        starts_at=fields["starts_at"],
        escort_id=place.escort_id,
        scale_id=place.scale_id,
        visitors=fields.get("visitors", ()),
        remote_visitors=fields.get("remote_visitors", ()),
        guarantee_company_id=fields.get("guarantee_company_id"),
        trays=fields["trays"],
        identities=identities_of(papers_from(fields.get("papers", ()))),
    )


def _session_json(session: ViewingSession) -> dict[str, Any]:
    moments = ("state", "checked_in_at", "opened_at", "weighed_in_at", "closed_at")
    return {name: getattr(session, name) for name in moments} | {
        "lots": [_session_lot_json(one) for one in session.lots.all()]
    }


def _session_lot_json(one: SessionLot) -> dict[str, Any]:
    readings = ("out_carats", "out_pieces", "is_viewable", "in_carats", "in_pieces")
    checks = ("is_within_tolerance", "is_same_stone")
    finding = getattr(one, "finding", None)
    return {name: getattr(one, name) for name in (*readings, *checks)} | {
        "stock_number": one.lot.stock_number,
        "seal_number": one.seal_in,
        "finding": finding and {name: getattr(finding, name) for name in ("intent", "agreed_carats", "remarks")},
    }


class BookingsView(ApiView):
    """The company's bookings; all of them for staff."""

    @extend_schema(operation_id="list_bookings", parameters=[CURSOR, LIMIT], responses=BookingPage)
    def get(self, request: Request) -> HttpResponse:
        """List bookings, the newest first."""
        page = page_by(
            bookings_visible_to(request.actor),
            columns=["-booked_at", "-id"],
            cursor=request.GET.get("cursor"),
            limit=page_size_from_text(request.GET.get("limit")),
        )
        return page_response(page, booking_summary)

    @extend_schema(
        operation_id="book_viewing",
        parameters=[IDEMPOTENCY_KEY],
        request=BookingRequest,
        responses={201: BookingAnswer},
    )
    @idempotent
    def post(self, request: Request) -> HttpResponse:
        """Book a visit: lots, desk, escort, scale and guarantee, all or nothing.

        With a justification, problems that somebody may override don't refuse the visit: it is `requested` until
        they have decided.
        """
        fields = read(BookingRequest, request)
        wish, why = wish_of(fields, request), fields["justification"]
        booking = book_viewing(wish=wish, justification=why, actor=request.actor, at=request.at)
        return json_response(booking_json(booking.pk, request), 201)


class BookingView(ApiView):
    """One booking."""

    @extend_schema(operation_id="get_booking", responses=BookingAnswer)
    def get(self, request: Request, booking_id: UUID) -> HttpResponse:
        """Give one booking with its visit, weighings and findings."""
        return json_response(booking_json(booking_id, request))


class CancelBookingView(ApiView):
    """Giving up."""

    @extend_schema(
        operation_id="cancel_booking",
        parameters=[IDEMPOTENCY_KEY],
        request=CancellationRequest,
        responses=BookingAnswer,
    )
    @idempotent
    def post(self, request: Request, booking_id: UUID) -> HttpResponse:
        """Give a visit up, before the first stone is taken out."""
        reason = read(CancellationRequest, request)["reason"]
        cancel_booking(booking_id=booking_id, reason=reason, actor=request.actor, at=request.at)
        return json_response(booking_json(booking_id, request))
