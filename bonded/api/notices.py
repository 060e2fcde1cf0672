"""A person's notices over JSON: read, mark, and say how to hear of them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from bonded.actions.notices import mark_notice_read, set_notice_preference
from bonded.api.base import (
    CURSOR,
    IDEMPOTENCY_KEY,
    LIMIT,
    ApiView,
    Request,
    idempotent,
    json_response,
    page_response,
    read,
)
from bonded.models.notices import Notice
from bonded.queries.notices import notices_for, preferences_by_kind
from bonded.queries.pages import page_by, page_size_from_text
from bonded.rules.notices import Channel, Language, NoticeKind, Preference

KINDS = [(kind.value, kind.value) for kind in NoticeKind]


class NoticeSubject(serializers.Serializer[Any]):
    """What a notice is about, as its own address names it."""

    kind = serializers.CharField()
    id = serializers.CharField()


class NoticeAnswer(serializers.Serializer[Any]):
    """Something that happened, or will; ask for the thing itself for more. `mail_state` is its mail's."""

    id = serializers.UUIDField()
    kind = serializers.CharField()
    subject = NoticeSubject()
    facts = serializers.DictField(child=serializers.CharField())
    due_at = serializers.DateTimeField()
    read_at = serializers.DateTimeField(allow_null=True)
    mail_state = serializers.CharField()


class NoticePage(serializers.Serializer[Any]):
    """A page of notices, the unread first, the newest of each first."""

    results = NoticeAnswer(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class PreferenceBody(serializers.Serializer[Any]):
    """How to hear of one kind of notice; no mail in quiet hours, by the zone's clock, also over midnight.

    With `digest_at` mails of the kind wait for that hour and come as one, once a day.
    """

    kind = serializers.ChoiceField(choices=KINDS)
    channel = serializers.ChoiceField(choices=[(one.value, one.value) for one in Channel])
    language = serializers.ChoiceField(choices=[(one.value, one.value) for one in Language], default="en")
    quiet_from = serializers.TimeField(required=False, allow_null=True, default=None)
    quiet_until = serializers.TimeField(required=False, allow_null=True, default=None)
    zone = serializers.CharField(max_length=40, default="Asia/Shanghai")
    digest_at = serializers.TimeField(required=False, allow_null=True, default=None)


class PreferenceList(serializers.Serializer[Any]):
    """How the caller hears of every kind of notice."""

    results = PreferenceBody(many=True)


def notice_json(notice: Notice) -> dict[str, Any]:
    """Give a notice as the API tells it."""
    return {
        "id": notice.pk,
        "kind": notice.kind,
        "subject": {"kind": notice.subject_kind, "id": notice.subject_id},
        "facts": notice.facts,
        "due_at": notice.due_at,
        "read_at": notice.read_at,
        "mail_state": notice.mail_state,
    }


class NoticesView(ApiView):
    """What the caller is told."""

    @extend_schema(operation_id="list_notices", parameters=[CURSOR, LIMIT], responses=NoticePage)
    def get(self, request: Request) -> HttpResponse:
        """List the caller's notices, the unread first."""
        page = page_by(
            notices_for(request.actor, at=request.at),
            columns=["-is_unread", "-due_at", "-id"],
            cursor=request.GET.get("cursor"),
            limit=page_size_from_text(request.GET.get("limit")),
        )
        return page_response(page, notice_json)


class ReadNoticeView(ApiView):
    """Having read."""

    @extend_schema(operation_id="mark_notice_read", parameters=[IDEMPOTENCY_KEY], request=None, responses=NoticeAnswer)
    @idempotent
    def post(self, request: Request, notice_id: UUID) -> HttpResponse:
        """Note that the caller has read a notice."""
        return json_response(notice_json(mark_notice_read(notice_id=notice_id, actor=request.actor, at=request.at)))


class NoticePreferencesView(ApiView):
    """By which ways the caller hears."""

    @extend_schema(operation_id="list_notice_preferences", responses=PreferenceList)
    def get(self, request: Request) -> HttpResponse:
        """Say how the caller hears of every kind of notice."""
        return json_response(_preferences_json(request))

    @extend_schema(
        operation_id="set_notice_preference",
        parameters=[IDEMPOTENCY_KEY],
        request=PreferenceBody,
        responses=PreferenceList,
    )
    @idempotent
    def post(self, request: Request) -> HttpResponse:
        """Say how the caller wants to hear of one kind of notice."""
        fields = read(PreferenceBody, request)
        kind, channel, language = NoticeKind(fields.pop("kind")), fields.pop("channel"), fields.pop("language")
        preference = Preference(Channel(channel), Language(language), **fields)
        set_notice_preference(kind=kind, preference=preference, actor=request.actor, at=request.at)
        return json_response(_preferences_json(request))


def _preferences_json(request: Request) -> dict[str, Any]:
    names = ("channel", "language", "quiet_from", "quiet_until", "zone", "digest_at")
    return {
        "results": [
            {"kind": kind.value} | {name: getattr(preference, name) for name in names}
            for kind, preference in preferences_by_kind(actor=request.actor).items()
        ]
    }
