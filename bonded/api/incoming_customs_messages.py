"""The board of incoming customs messages over JSON: what waits or is parked, why, and what a person does about it."""

from __future__ import annotations

import base64
from datetime import datetime
from functools import partial
from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers

from bonded.actions.parked_customs_messages import deal_with_customs_message, reread_customs_message
from bonded.api.base import (
    CURSOR,
    IDEMPOTENCY_KEY,
    LIMIT,
    ApiView,
    Reason,
    Request,
    choice_from_text,
    idempotent,
    json_response,
    page_response,
    read,
)
from bonded.models.customs_messages import IncomingCustomsMessage
from bonded.queries.message_board import incoming_board, incoming_message
from bonded.queries.pages import page_by, page_size_from_text
from bonded.rules.customs_messages import MessageState

OFFICE = OpenApiParameter("office", OpenApiTypes.STR, description="Only this office's.")
STATE = OpenApiParameter("state", enum=[state.value for state in MessageState], description="Only those in this state.")


class IncomingMessageSummary(serializers.Serializer[Any]):
    """A message of a customs office, and what became of it."""

    id = serializers.IntegerField()
    office = serializers.CharField()
    message_id = serializers.CharField(help_text="The office's own.")
    state = serializers.CharField()
    cause = serializers.CharField(allow_null=True)
    detail = serializers.CharField(allow_blank=True)
    declaration = serializers.CharField(allow_null=True, help_text="The declaration's number.")
    sequence = serializers.IntegerField(allow_null=True)
    received_at = serializers.DateTimeField()
    age_seconds = serializers.IntegerField()
    waits_until = serializers.DateTimeField(allow_null=True)
    settled_at = serializers.DateTimeField(allow_null=True)


class IncomingMessagePage(serializers.Serializer[Any]):
    """A page of messages, the oldest first."""

    results = IncomingMessageSummary(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class IncomingMessageAnswer(IncomingMessageSummary):
    """A message with its evidence."""

    raw = serializers.CharField(help_text="The bytes as they came, in base64.")
    sha256 = serializers.CharField()
    headers = serializers.DictField()


def summary_json(message: IncomingCustomsMessage, *, at: datetime) -> dict[str, Any]:
    """Give a message as a list tells it."""
    return {
        "id": message.pk,
        "office": message.office,
        "message_id": message.message_id,
        "state": message.state,
        "cause": message.cause,
        "detail": message.detail,
        "declaration": message.declaration.number if message.declaration else None,
        "sequence": message.sequence,
        "received_at": message.received_at,
        "age_seconds": int((at - message.received_at).total_seconds()),
        "waits_until": message.waits_until,
        "settled_at": message.settled_at,
    }


def message_json(message: IncomingCustomsMessage, *, at: datetime) -> dict[str, Any]:
    """Give a message with its raw content."""
    return {
        **summary_json(message, at=at),
        "raw": base64.b64encode(message.raw).decode(),
        "sha256": bytes(message.sha256).hex(),
        "headers": message.headers,
    }


class IncomingMessagesView(ApiView):
    """What is not settled."""

    @extend_schema(
        operation_id="list_incoming_customs_messages",
        parameters=[STATE, OFFICE, CURSOR, LIMIT],
        responses=IncomingMessagePage,
    )
    def get(self, request: Request) -> HttpResponse:
        """List incoming messages that are unread, waiting or parked, or in the state asked for, the oldest first."""
        state = choice_from_text(MessageState, "state", request.GET.get("state"))
        rows = incoming_board(state=state, office=request.GET.get("office"), actor=request.actor)
        page = page_by(
            rows, columns=["id"], cursor=request.GET.get("cursor"), limit=page_size_from_text(request.GET.get("limit"))
        )
        return page_response(page, partial(summary_json, at=request.at))


class IncomingMessageView(ApiView):
    """One message."""

    @extend_schema(operation_id="get_incoming_customs_message", responses=IncomingMessageAnswer)
    def get(self, request: Request, message_id: int) -> HttpResponse:
        """Give one incoming message with its raw content."""
        return json_response(message_json(incoming_message(message_id, actor=request.actor), at=request.at))


class RereadView(ApiView):
    """A second reading."""

    @extend_schema(
        operation_id="reread_customs_message",
        parameters=[IDEMPOTENCY_KEY],
        request=Reason,
        responses={202: IncomingMessageSummary},
    )
    @idempotent
    def post(self, request: Request, message_id: int) -> HttpResponse:
        """Have a parked message read again once its cause is mended, or a superseded one that came too late."""
        reason = read(Reason, request)["reason"]
        message = reread_customs_message(message_id=message_id, reason=reason, actor=request.actor, at=request.at)
        return json_response(summary_json(message, at=request.at), 202)


class DealWithView(ApiView):
    """Settling it otherwise."""

    @extend_schema(
        operation_id="deal_with_customs_message",
        parameters=[IDEMPOTENCY_KEY],
        request=Reason,
        responses=IncomingMessageSummary,
    )
    @idempotent
    def post(self, request: Request, message_id: int) -> HttpResponse:
        """Mark a parked message as dealt with otherwise, and say how."""
        reason = read(Reason, request)["reason"]
        message = deal_with_customs_message(message_id=message_id, reason=reason, actor=request.actor, at=request.at)
        return json_response(summary_json(message, at=request.at))
