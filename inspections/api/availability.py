"""When lots can be looked at, over JSON."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers

from bonded.api.base import ApiView, Request, json_response
from bonded.queries.lots import lot_ids_by_stock_numbers
from bonded.rules.errors import InputInvalid
from inspections.api.slots import DAYS, FROM, asked_days, first_day
from inspections.queries.availability import DeskTimes, availability
from inspections.queries.viewing_rooms import desk_by_code, desks_in_use
from inspections.rules.bookings import MOST_LOTS

STOCK_NUMBERS = OpenApiParameter(
    "stock_number", OpenApiTypes.STR, many=True, description="Lots of the visit; all of them have to be free together."
)
DESKS = OpenApiParameter("desk", OpenApiTypes.STR, many=True, description="Codes of desks; else all in use.")
FIRST = OpenApiParameter("first", OpenApiTypes.INT, description="Only so many times, the soonest over all desks.")


class DeskTimesAnswer(serializers.Serializer[Any]):
    """When visits at a desk may begin, in order, and how long one takes there."""

    desk = serializers.CharField()
    room = serializers.CharField()
    visit_minutes = serializers.IntegerField(allow_null=True, help_text="Null when there is no time.")
    starts_at = serializers.ListField(child=serializers.DateTimeField())


class AvailabilityAnswer(serializers.Serializer[Any]):
    """The times at each desk."""

    results = DeskTimesAnswer(many=True)


class AvailabilityView(ApiView):
    """Times for a visit."""

    @extend_schema(
        operation_id="list_viewing_times",
        parameters=[STOCK_NUMBERS, DESKS, FROM, DAYS, FIRST],
        responses=AvailabilityAnswer,
    )
    def get(self, request: Request) -> HttpResponse:
        """Give the times at which lots can be looked at together, at each desk, over up to two months.

        Desk, lots, an escort, a scale and whatever else their kind asks for are free then. With `first=1` it is the
        first free time.
        """
        stock_numbers, codes = request.GET.getlist("stock_number"), request.GET.getlist("desk")
        if len(stock_numbers) > MOST_LOTS or len(codes) > MOST_LOTS:
            raise InputInvalid(f"Name at most {MOST_LOTS} lots and {MOST_LOTS} desks.")
        every = desks_in_use(actor=request.actor)
        wanted = {desk_by_code(code, actor=request.actor).pk for code in codes}
        times = availability(
            desks=[desk for desk in every if not codes or desk.pk in wanted],
            lot_ids=lot_ids_by_stock_numbers(stock_numbers, actor=request.actor) if stock_numbers else [],
            first_on=first_day(request),
            days=asked_days(request),
            at=request.at,
            actor=request.actor,
        )
        return json_response({"results": [desk_times_json(one) for one in _soonest(times, _first(request))]})


def desk_times_json(times: DeskTimes) -> dict[str, Any]:
    """Give the times at a desk as the API tells them."""
    minutes = (times.slots[0].ends_at - times.slots[0].starts_at).seconds // 60 if times.slots else None
    return {
        "desk": times.desk.location.code,
        "room": times.desk.room.name,
        "visit_minutes": minutes,
        "starts_at": [slot.starts_at for slot in times.slots],
    }


def _soonest(times: list[DeskTimes], first: int | None) -> list[DeskTimes]:
    if first is None:
        return times
    soonest = sorted((slot, number) for number, one in enumerate(times) for slot in one.slots)[:first]
    kept = [[slot for slot, at in soonest if at == number] for number in range(len(times))]
    return [DeskTimes(one.desk, slots) for one, slots in zip(times, kept, strict=True) if slots]


def _first(request: Request) -> int | None:
    text = request.GET.get("first")
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= 1_000):
        raise InputInvalid("Ask for the first 1 to 1000 times.", first=text[:20])
    return int(text)
