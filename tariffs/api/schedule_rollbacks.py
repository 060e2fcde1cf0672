"""Drafts that take the schedule back to what was known at a moment, over JSON."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from bonded.api.base import IDEMPOTENCY_KEY, ApiView, Request, idempotent, json_response, read
from tariffs.actions.schedule_drafts import draft_rollback
from tariffs.api.base import moment_from_text
from tariffs.api.schedule_drafts import LONGEST_TITLE, DraftAnswer, draft_json
from tariffs.rules.working_days import business_day


class RollbackRequest(serializers.Serializer[Any]):
    """A moment as 2026-11-23T10:00:00+08:00 to which the schedule goes back, and from which day: today if left out."""

    known_at = serializers.CharField(max_length=40)
    from_on = serializers.DateField(required=False)
    title = serializers.CharField(max_length=LONGEST_TITLE, required=False)


class RollbacksView(ApiView):
    """Where it is asked to go back."""

    @extend_schema(
        operation_id="draft_schedule_rollback",
        parameters=[IDEMPOTENCY_KEY],
        request=RollbackRequest,
        responses={201: DraftAnswer},
    )
    @idempotent
    def post(self, request: Request) -> HttpResponse:
        """Draft that the schedule be, from a day on, what was known at a moment; nothing is deleted."""
        asked = read(RollbackRequest, request)
        known_at = moment_from_text(asked["known_at"], "known_at")
        draft = draft_rollback(
            title=asked.get("title", f"Back to what was known at {known_at.isoformat()}"),
            known_at=known_at,
            from_on=asked.get("from_on", business_day(request.at)),
            actor=request.actor,
            at=request.at,
        )
        return json_response(draft_json(draft.pk, request), 201)
