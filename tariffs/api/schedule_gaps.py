"""What the schedule does not say, over JSON."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from bonded.api.base import ApiView, Request, json_response
from tariffs.queries.schedule_drafts import gaps_in_bond
from tariffs.rules.working_days import business_day


class GapsAnswer(serializers.Serializer[Any]):
    """Codes of goods in bond that have no rate of some charge on some days from today on."""

    results = serializers.ListField(child=serializers.CharField())


class ScheduleGapsView(ApiView):
    """What the schedule does not say."""

    @extend_schema(operation_id="list_schedule_gaps", responses=GapsAnswer)
    def get(self, request: Request) -> HttpResponse:
        """List the codes of goods in bond that lack a rate from today on, with the days."""
        gaps = gaps_in_bond(begins=business_day(request.at), actor=request.actor)
        return json_response({"results": [gap.sentence for gap in gaps]})
