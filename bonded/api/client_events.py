"""The feed of events over JSON."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers

from bonded.api.base import LIMIT, ApiView, Request, json_response
from bonded.queries.client_events import events_after
from bonded.queries.pages import page_size_from_text
from bonded.rules.client_events import event_document
from bonded.rules.errors import InputInvalid

AFTER = OpenApiParameter(
    "after",
    OpenApiTypes.UUID,
    description="The id of the last event that you know, from this feed or from a webhook; without it, from the first.",
)


class EventSubject(serializers.Serializer[Any]):
    """What an event is about, as its own address names it."""

    kind = serializers.CharField()
    id = serializers.CharField()


class EventAnswer(serializers.Serializer[Any]):
    """An event, as a webhook's body says it too: what happened, and to what; ask for the thing itself for more."""

    id = serializers.UUIDField()
    type = serializers.CharField()
    occurred_at = serializers.DateTimeField()
    subject = EventSubject()
    facts = serializers.DictField(child=serializers.CharField())


class FeedAnswer(serializers.Serializer[Any]):
    """Events in their order; when `has_more` is true, ask again with the last id at once."""

    results = EventAnswer(many=True)
    has_more = serializers.BooleanField()


def event_id_from_text(text: str | None) -> UUID | None:
    """Read the id that a feed begins after; raises InputInvalid."""
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError:
        raise InputInvalid("An event's id is a UUID.", after=text[:40]) from None


class EventsView(ApiView):
    """The company's events."""

    @extend_schema(operation_id="list_events", parameters=[AFTER, LIMIT], responses=FeedAnswer)
    def get(self, request: Request) -> HttpResponse:
        """List the company's events after one of them, the oldest first."""
        page = events_after(
            event_id=event_id_from_text(request.GET.get("after")),
            limit=page_size_from_text(request.GET.get("limit")),
            actor=request.actor,
        )
        return json_response({"results": [event_document(one) for one in page.events], "has_more": page.has_more})
