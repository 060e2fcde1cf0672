"""A company's webhooks over JSON."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from bonded.actions.webhooks import (
    disable_webhook,
    enable_webhook,
    register_webhook,
    remove_webhook,
    replay_events,
    rotate_webhook_secret,
    send_test_event,
)
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
from bonded.api.client_events import EventAnswer
from bonded.models.webhooks import WebhookDelivery, WebhookEndpoint
from bonded.queries.pages import page_by, page_size_from_text
from bonded.queries.webhooks import deliveries_to, webhook_visible_to, webhooks_of
from bonded.rules.client_events import EventKind, event_document
from bonded.rules.webhook_addresses import LONGEST_URL

KINDS = [(kind.value, kind.value) for kind in EventKind if kind is not EventKind.WEBHOOK_TEST]


class WebhookRequest(serializers.Serializer[Any]):
    """Where to tell of events, and of which; without kinds, of all."""

    url = serializers.CharField(max_length=LONGEST_URL)
    kinds = serializers.ListField(child=serializers.ChoiceField(choices=KINDS), max_length=len(KINDS), default=list)


class DisablingRequest(serializers.Serializer[Any]):
    """Why nothing shall be sent."""

    reason = serializers.CharField(max_length=200)


class ReplayRequest(serializers.Serializer[Any]):
    """From when on events shall be told again."""

    since = serializers.DateTimeField()


class WebhookAnswer(serializers.Serializer[Any]):
    """An endpoint and how it does."""

    id = serializers.UUIDField()
    url = serializers.CharField()
    kinds = serializers.ListField(child=serializers.CharField())
    state = serializers.CharField()
    registered_at = serializers.DateTimeField()
    succeeded_at = serializers.DateTimeField(allow_null=True)
    failures = serializers.IntegerField()
    disabled_at = serializers.DateTimeField(allow_null=True)
    disabling_reason = serializers.CharField(allow_blank=True)
    old_secret_until = serializers.DateTimeField(allow_null=True)


class WebhookWithSecret(WebhookAnswer):
    """An endpoint and the secret that its messages are signed with, shown this once."""

    secret = serializers.CharField()


class WebhookList(serializers.Serializer[Any]):
    """All endpoints of the company."""

    results = WebhookAnswer(many=True)


class ReplayAnswer(serializers.Serializer[Any]):
    """How many events are told again."""

    events = serializers.IntegerField()


class DeliveryAnswer(serializers.Serializer[Any]):
    """One event on its way to an endpoint."""

    event_id = serializers.UUIDField()
    type = serializers.CharField()
    state = serializers.CharField()
    attempts = serializers.IntegerField()
    not_before = serializers.DateTimeField()
    sent_at = serializers.DateTimeField(allow_null=True)
    last_error = serializers.CharField(allow_blank=True)


class DeliveryPage(serializers.Serializer[Any]):
    """A page of deliveries, the newest first."""

    results = DeliveryAnswer(many=True)
    next_cursor = serializers.CharField(allow_null=True)


def webhook_json(endpoint: WebhookEndpoint) -> dict[str, Any]:
    """Give an endpoint as the API tells it, without its secret."""
    return columns_of(WebhookAnswer, endpoint)


def delivery_json(delivery: WebhookDelivery) -> dict[str, Any]:
    """Give a delivery as the API tells it."""
    columns = ("state", "attempts", "not_before", "sent_at", "last_error")
    named = {"event_id": delivery.event.public_id, "type": delivery.event.kind}
    return named | {name: getattr(delivery, name) for name in columns}


class WebhooksView(ApiView):
    """The company's endpoints."""

    @extend_schema(operation_id="list_webhooks", responses=WebhookList)
    def get(self, request: Request) -> HttpResponse:
        """List the endpoints, the oldest first."""
        return json_response({"results": [webhook_json(one) for one in webhooks_of(request.actor)]})

    # Without a key: its answer holds the secret and must not be kept; the same address is registered once.
    @extend_schema(operation_id="register_webhook", request=WebhookRequest, responses={201: WebhookWithSecret})
    def post(self, request: Request) -> HttpResponse:
        """Have events told at an address; the secret is shown this once."""
        fields = read(WebhookRequest, request)
        endpoint = register_webhook(
            url=fields["url"],
            kinds=[EventKind(kind) for kind in fields["kinds"]],
            may_be_private=settings.WEBHOOKS_MAY_REACH_PRIVATE_ADDRESSES,
            actor=request.actor,
            at=request.at,
        )
        return json_response(columns_of(WebhookWithSecret, endpoint), 201)


class WebhookView(ApiView):
    """One endpoint."""

    @extend_schema(operation_id="get_webhook", responses=WebhookAnswer)
    def get(self, request: Request, endpoint_id: UUID) -> HttpResponse:
        """Give one endpoint and how it does."""
        return json_response(webhook_json(webhook_visible_to(request.actor, endpoint_id)))


class RemoveWebhookView(ApiView):
    """The end of an endpoint."""

    @extend_schema(operation_id="remove_webhook", parameters=[IDEMPOTENCY_KEY], request=None, responses=WebhookAnswer)
    @idempotent
    def post(self, request: Request, endpoint_id: UUID) -> HttpResponse:
        """Forget an endpoint, and give it as it was."""
        answer = webhook_json(webhook_visible_to(request.actor, endpoint_id))
        remove_webhook(endpoint_id=endpoint_id, actor=request.actor, at=request.at)
        return json_response(answer)


class EnableWebhookView(ApiView):
    """The company's word that its receiver is back."""

    @extend_schema(operation_id="enable_webhook", parameters=[IDEMPOTENCY_KEY], request=None, responses=WebhookAnswer)
    @idempotent
    def post(self, request: Request, endpoint_id: UUID) -> HttpResponse:
        """Send to an endpoint again."""
        return json_response(webhook_json(enable_webhook(endpoint_id=endpoint_id, actor=request.actor, at=request.at)))


class DisableWebhookView(ApiView):
    """The company's wish to hear nothing for a while."""

    @extend_schema(
        operation_id="disable_webhook", parameters=[IDEMPOTENCY_KEY], request=DisablingRequest, responses=WebhookAnswer
    )
    @idempotent
    def post(self, request: Request, endpoint_id: UUID) -> HttpResponse:
        """Send nothing to an endpoint until it is enabled again."""
        reason = read(DisablingRequest, request)["reason"]
        endpoint = disable_webhook(endpoint_id=endpoint_id, reason=reason, actor=request.actor, at=request.at)
        return json_response(webhook_json(endpoint))


class WebhookSecretView(ApiView):
    """An endpoint's secret."""

    # Without a key: its answer must not be kept. A call repeated too soon would end the old secret before its time,
    # so whoever lost the answer rotates again and tells the receiver both.
    @extend_schema(operation_id="rotate_webhook_secret", request=None, responses={201: WebhookWithSecret})
    def post(self, request: Request, endpoint_id: UUID) -> HttpResponse:
        """Sign with a new secret, shown this once; the one before stays valid for 24 hours beside it."""
        endpoint = rotate_webhook_secret(endpoint_id=endpoint_id, actor=request.actor, at=request.at)
        return json_response(columns_of(WebhookWithSecret, endpoint), 201)


class TestWebhookView(ApiView):
    """A try of an endpoint."""

    @extend_schema(
        operation_id="test_webhook", parameters=[IDEMPOTENCY_KEY], request=None, responses={202: EventAnswer}
    )
    @idempotent
    def post(self, request: Request, endpoint_id: UUID) -> HttpResponse:
        """Send a test event to an endpoint."""
        event = send_test_event(endpoint_id=endpoint_id, actor=request.actor, at=request.at)
        return json_response(event_document(event.as_facts()), 202)


class ReplayEventsView(ApiView):
    """What happened, told once more."""

    @extend_schema(
        operation_id="replay_events",
        parameters=[IDEMPOTENCY_KEY],
        request=ReplayRequest,
        responses={202: ReplayAnswer},
    )
    @idempotent
    def post(self, request: Request, endpoint_id: UUID) -> HttpResponse:
        """Tell an endpoint its events since a moment once more, under their own ids."""
        since = read(ReplayRequest, request)["since"]
        count = replay_events(endpoint_id=endpoint_id, since=since, actor=request.actor, at=request.at)
        return json_response({"events": count}, 202)


class WebhookDeliveriesView(ApiView):
    """What was sent to an endpoint, and how it went."""

    @extend_schema(operation_id="list_webhook_deliveries", parameters=[CURSOR, LIMIT], responses=DeliveryPage)
    def get(self, request: Request, endpoint_id: UUID) -> HttpResponse:
        """List deliveries, the newest first."""
        page = page_by(
            deliveries_to(endpoint_id, actor=request.actor),
            columns=["-id"],
            cursor=request.GET.get("cursor"),
            limit=page_size_from_text(request.GET.get("limit")),
        )
        return page_response(page, delivery_json)
