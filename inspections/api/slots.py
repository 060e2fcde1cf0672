"""Desks and their free times over JSON."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers

from bonded.api.base import ApiView, Request, json_response
from bonded.rules.errors import InputInvalid
from inspections.models.viewing_rooms import Desk
from inspections.queries.slots import NEXT_SEARCH_DAYS, free_slots
from inspections.queries.viewing_rooms import desk_by_code, desks_in_use
from inspections.rules.slots import ROOM_ZONE

FROM = OpenApiParameter("from", OpenApiTypes.DATE, description="The first day, by the building's clock; else today.")
DAYS = OpenApiParameter("days", OpenApiTypes.INT, description="How many days: 1 to 62, else 14.")


class HoursAnswer(serializers.Serializer[Any]):
    """When a room is open on one weekday, in Shanghai; Monday is 1."""

    weekday = serializers.IntegerField()
    opens_at = serializers.TimeField()
    closes_at = serializers.TimeField()


class DeskAnswer(serializers.Serializer[Any]):
    """A desk, its room, the terms of its slots and its hours."""

    code = serializers.CharField()
    room = serializers.CharField()
    slot_minutes = serializers.IntegerField()
    changeover_minutes = serializers.IntegerField()
    hours = HoursAnswer(many=True)


class DesksAnswer(serializers.Serializer[Any]):
    """All desks in use."""

    results = DeskAnswer(many=True)


class SlotAnswer(serializers.Serializer[Any]):
    """One time that is free."""

    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()


class SlotsAnswer(serializers.Serializer[Any]):
    """The free times of a desk, in order."""

    results = SlotAnswer(many=True)


def desk_json(desk: Desk) -> dict[str, Any]:
    """Give a desk as the API tells it."""
    return {
        "code": desk.location.code,
        "room": desk.room.name,
        "slot_minutes": desk.slot_minutes,
        "changeover_minutes": desk.changeover_minutes,
        "hours": [
            {"weekday": hours.weekday, "opens_at": hours.opens_at, "closes_at": hours.closes_at}
            for hours in sorted(desk.open_hours, key=lambda hours: hours.weekday)
        ],
    }


class DesksView(ApiView):
    """The viewing desks."""

    @extend_schema(operation_id="list_viewing_desks", responses=DesksAnswer)
    def get(self, request: Request) -> HttpResponse:
        """List the desks in use."""
        return json_response({"results": [desk_json(desk) for desk in desks_in_use(actor=request.actor)]})


class FreeSlotsView(ApiView):
    """The free times of one desk."""

    @extend_schema(operation_id="list_free_slots", parameters=[FROM, DAYS], responses=SlotsAnswer)
    def get(self, request: Request, code: str) -> HttpResponse:
        """List the slots of a desk that may still be booked."""
        slots = free_slots(
            desk_by_code(code, actor=request.actor),
            first_on=first_day(request),
            days=asked_days(request),
            at=request.at,
            actor=request.actor,
        )
        return json_response({"results": [{"starts_at": slot.starts_at, "ends_at": slot.ends_at} for slot in slots]})


def first_day(request: Request) -> date:
    """Read the first day asked for, today without one; raises InputInvalid."""
    text = request.GET.get("from")
    if text is None:
        return request.at.astimezone(ROOM_ZONE).date()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputInvalid("Write a day as 2026-11-23.", **{"from": text[:20]}) from None


def asked_days(request: Request) -> int:
    """Read how many days are asked for; raises InputInvalid."""
    text = request.GET.get("days", str(NEXT_SEARCH_DAYS))
    if not (text.isascii() and text.isdigit()):
        raise InputInvalid("Write a number of days.", days=text[:20])
    return int(text[:9])
