"""The board of outgoing customs messages over JSON: what did not arrive, why, and arming it again."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers

from bonded.actions.outgoing_customs_messages import rearm_outgoing
from bonded.api.base import (
    CURSOR,
    IDEMPOTENCY_KEY,
    LIMIT,
    ApiView,
    Request,
    choice_from_text,
    idempotent,
    json_response,
    page_response,
)
from bonded.api.incoming_customs_messages import OFFICE
from bonded.models.outgoing_customs_messages import OutgoingCustomsMessage
from bonded.queries.message_board import outgoing_board, outgoing_message
from bonded.queries.pages import page_by, page_size_from_text
from bonded.rules.retries import DeliveryState

STATE = OpenApiParameter(
    "state", enum=[state.value for state in DeliveryState], description="Only those in this state."
)


class OutgoingMessageSummary(serializers.Serializer[Any]):
    """A message to a customs office, and how its sending went."""

    id = serializers.IntegerField()
    office = serializers.CharField()
    kind = serializers.CharField()
    declaration = serializers.CharField(help_text="The declaration's number.")
    state = serializers.CharField()
    attempts = serializers.IntegerField()
    queued_at = serializers.DateTimeField()
    age_seconds = serializers.IntegerField()
    not_before = serializers.DateTimeField()
    sent_at = serializers.DateTimeField(allow_null=True)
    last_error = serializers.CharField(allow_blank=True)


class OutgoingMessagePage(serializers.Serializer[Any]):
    """A page of messages, the oldest first."""

    results = OutgoingMessageSummary(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class OutgoingMessageAnswer(OutgoingMessageSummary):
    """A message with what is sent."""

    body = serializers.CharField(help_text="JSON, as it is sent byte for byte.")
    idempotency_key = serializers.UUIDField()


def summary_json(message: OutgoingCustomsMessage, *, at: datetime) -> dict[str, Any]:
    """Give a message as a list tells it."""
    return {
        "id": message.pk,
        "office": message.office,
        "kind": message.kind,
        "declaration": message.declaration.number,
        "state": message.state,
        "attempts": message.attempts,
        "queued_at": message.queued_at,
        "age_seconds": int((at - message.queued_at).total_seconds()),
        "not_before": message.not_before,
        "sent_at": message.sent_at,
        "last_error": message.last_error,
    }


class OutgoingMessagesView(ApiView):
    """What did not arrive."""

    @extend_schema(
        operation_id="list_outgoing_customs_messages",
        parameters=[STATE, OFFICE, CURSOR, LIMIT],
        responses=OutgoingMessagePage,
    )
    def get(self, request: Request) -> HttpResponse:
        """List outgoing messages that are to be sent, refused or dead, the oldest first."""
        state = choice_from_text(DeliveryState, "state", request.GET.get("state"))
        rows = outgoing_board(state=state, office=request.GET.get("office"), actor=request.actor)
        page = page_by(
            rows, columns=["id"], cursor=request.GET.get("cursor"), limit=page_size_from_text(request.GET.get("limit"))
        )
        return page_response(page, partial(summary_json, at=request.at))


class OutgoingMessageView(ApiView):
    """One message."""

    @extend_schema(operation_id="get_outgoing_customs_message", responses=OutgoingMessageAnswer)
    def get(self, request: Request, message_id: int) -> HttpResponse:
        """Give one outgoing message with its body."""
        message = outgoing_message(message_id, actor=request.actor)
        more = {"body": message.body, "idempotency_key": message.idempotency_key}
        return json_response({**summary_json(message, at=request.at), **more})


class RearmView(ApiView):
    """Another series of attempts."""

    @extend_schema(
        operation_id="rearm_customs_message",
        parameters=[IDEMPOTENCY_KEY],
        request=None,
        responses=OutgoingMessageSummary,
    )
    @idempotent
    def post(self, request: Request, message_id: int) -> HttpResponse:
        """Let a dead message be sent again, under the same key."""
        message = rearm_outgoing(message_id=message_id, actor=request.actor, at=request.at)
        return json_response(summary_json(message, at=request.at))
