"""The door of the customs offices: a signed message is stored, then acknowledged; it is read later."""

from __future__ import annotations

from typing import Any

import structlog
from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers

from bonded.actions.customs_messages import store_customs_message
from bonded.api.base import ApiView, Request, json_response, problem
from bonded.rules.customs_messages import MESSAGE_MAX_BYTES
from bonded.rules.customs_offices import OFFICE_HEADER
from bonded.rules.errors import RuleViolation
from bonded.rules.permissions import SYSTEM
from bonded.rules.signatures import ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER, require_signature

log = structlog.get_logger(__name__)

KEPT_HEADERS = (OFFICE_HEADER, ID_HEADER, TIMESTAMP_HEADER, SIGNATURE_HEADER, "content-type", "user-agent")
HEADERS = [
    OpenApiParameter(name, OpenApiTypes.STR, OpenApiParameter.HEADER, required=True, description=description)
    for name, description in (
        (OFFICE_HEADER, "The office's code."),
        (ID_HEADER, "The message's id; never used for another message."),
        (TIMESTAMP_HEADER, "Seconds since 1970, UTC; at most five minutes old."),
        (SIGNATURE_HEADER, "`v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body` (Standard Webhooks 1.0)."),
    )
]


class MessageEnvelope(serializers.Serializer[Any]):
    """What an office tells about one declaration."""

    message_id = serializers.CharField(max_length=80)
    office = serializers.CharField(max_length=12)
    declaration_number = serializers.CharField(max_length=40, help_text="Ours.")
    mrn = serializers.CharField(max_length=40, allow_null=True, required=False, help_text="The office's own.")
    sequence = serializers.IntegerField(min_value=1, help_text="Counts from 1 within the declaration.")
    issued_at = serializers.DateTimeField()
    status = serializers.CharField(max_length=12, help_text="The office's own code.")
    facts = serializers.DictField(required=False, help_text="Flat: texts, whole numbers, true, false, null.")


class MessageReceipt(serializers.Serializer[Any]):
    """Our id of a message that is stored."""

    id = serializers.IntegerField()


class CustomsMessagesView(ApiView):
    """Takes messages of customs offices; who sends is known by the signature alone."""

    authentication_classes = ()
    permission_classes = ()

    @extend_schema(
        operation_id="receive_customs_message",
        auth=[],
        parameters=HEADERS,
        request=MessageEnvelope,
        responses={
            200: MessageReceipt,
            202: MessageReceipt,
        },
    )
    def post(self, request: Request) -> HttpResponse:
        """Store a message: 202 when it is new, 200 when it was stored before, 409 when its id had another body."""
        headers = {name: request.headers[name] for name in KEPT_HEADERS if name in request.headers}
        office, announced = headers.get(OFFICE_HEADER, ""), request.headers.get("Content-Length", "")
        if announced.isdecimal() and int(announced[:12]) > MESSAGE_MAX_BYTES:
            _log_refusal(office, "message_too_large", size_bytes=int(announced[:12]))
            facts = {"largest_bytes": MESSAGE_MAX_BYTES}
            return problem(413, "message_too_large", "A message has at most 2 MB.", facts=facts)
        raw = request.body
        secrets = settings.CUSTOMS_OFFICES[office]["incoming_secrets"] if office in settings.CUSTOMS_OFFICES else []
        try:
            message_id = require_signature(secrets=secrets, headers=headers, body=raw, at=request.at)
        except RuleViolation as refusal:
            _log_refusal(office, refusal.code, size_bytes=len(raw))
            raise
        stored = store_customs_message(
            office=office, message_id=message_id, raw=raw, headers=headers, actor=SYSTEM, at=request.at
        )
        return json_response({"id": stored.id}, 202 if stored.is_new else 200)


def _log_refusal(office: str, code: str, *, size_bytes: int) -> None:
    # A line and no row, because whoever knocks without a name must not be able to make us write to the database, and
    # nothing that they sent, because it may be long, or somebody's secret.
    known = office if office in settings.CUSTOMS_OFFICES else "unknown"
    log.warning("customs_message_refused_at_the_door", office=known, code=code, size_bytes=size_bytes)
