"""The lines to customs offices over JSON: how busy each is, pausing one, letting it go on."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from bonded.actions.office_lines import pause_line, resume_line
from bonded.api.base import IDEMPOTENCY_KEY, ApiView, Reason, Request, columns_of, idempotent, json_response, read
from bonded.queries.office_lines import office_lines
from bonded.rules.permissions import Act, require


class PauseRequest(serializers.Serializer[Any]):
    """What to stop, and why."""

    sending = serializers.BooleanField(default=True, help_text="Send nothing to the office.")
    applying = serializers.BooleanField(default=False, help_text="Store what it sends, and apply nothing.")
    reason = serializers.CharField(max_length=500)


class OfficeLineAnswer(serializers.Serializer[Any]):
    """The line to one office."""

    office = serializers.CharField()
    is_sending_paused = serializers.BooleanField()
    is_applying_paused = serializers.BooleanField()
    paused_for = serializers.CharField(allow_blank=True)
    busy_until = serializers.DateTimeField(allow_null=True, help_text="The office asked to be left alone until then.")
    busy_times = serializers.IntegerField()


class OfficeLineList(serializers.Serializer[Any]):
    """Every line."""

    results = OfficeLineAnswer(many=True)


line_json = partial(columns_of, OfficeLineAnswer)


class LinesView(ApiView):
    """All lines."""

    @extend_schema(operation_id="list_office_lines", responses=OfficeLineList)
    def get(self, request: Request) -> HttpResponse:
        """List the lines to all customs offices."""
        require(request.actor, Act.READ_MESSAGE_BOARD)
        return json_response({"results": [line_json(line) for line in office_lines()]})


class PauseLineView(ApiView):
    """Stopping one."""

    @extend_schema(
        operation_id="pause_office_line", parameters=[IDEMPOTENCY_KEY], request=PauseRequest, responses=OfficeLineAnswer
    )
    @idempotent
    def post(self, request: Request, office: str) -> HttpResponse:
        """Stop sending to an office, applying what it sends, or both."""
        fields = read(PauseRequest, request)
        return json_response(line_json(pause_line(office=office, **fields, actor=request.actor, at=request.at)))


class ResumeLineView(ApiView):
    """Letting one go on."""

    @extend_schema(
        operation_id="resume_office_line", parameters=[IDEMPOTENCY_KEY], request=Reason, responses=OfficeLineAnswer
    )
    @idempotent
    def post(self, request: Request, office: str) -> HttpResponse:
        """Let a paused line go on both ways."""
        reason = read(Reason, request)["reason"]
        return json_response(line_json(resume_line(office=office, reason=reason, actor=request.actor, at=request.at)))
