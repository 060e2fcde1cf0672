"""Drafts of the schedule over JSON: sent as rows, looked at, approved, published, discarded."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

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
from bonded.queries.pages import page_by, page_size_from_text
from tariffs.actions.schedule_drafts import approve_draft, discard_draft, draft_schedule, publish_draft
from tariffs.models.schedule_drafts import ScheduleDraft
from tariffs.queries.schedule_drafts import changes_of, draft_by_id, drafts_for, gaps_left_by, rows_of
from tariffs.rules.working_days import business_day

LONGEST_TITLE = 200


class DraftRequest(serializers.Serializer[Any]):
    """Rows to be published together: each has the columns of measures.csv or exchange_rates.csv, all of them texts.

    A row of measures with the day `ends` instead of `rate` and `valid_from` ends a measure from that day on.
    """

    title = serializers.CharField(max_length=LONGEST_TITLE)
    measures = serializers.ListField(child=serializers.DictField(), max_length=20_000, default=list)
    exchange_rates = serializers.ListField(child=serializers.DictField(), max_length=20_000, default=list)


class DiscardRequest(serializers.Serializer[Any]):
    """Why the draft is given up."""

    reason = serializers.CharField(max_length=200)


class DraftSummary(serializers.Serializer[Any]):
    """A draft in a list."""

    id = serializers.UUIDField()
    title = serializers.CharField()
    state = serializers.CharField()
    drafted_by = serializers.CharField()
    drafted_at = serializers.DateTimeField()
    approved_by = serializers.CharField(allow_null=True)
    approved_at = serializers.DateTimeField(allow_null=True)
    approval_number = serializers.IntegerField(allow_null=True)
    published_at = serializers.DateTimeField(allow_null=True)
    feed = serializers.CharField(allow_blank=True)
    sequence = serializers.IntegerField(allow_null=True)
    file_sha256 = serializers.CharField(allow_blank=True)
    known_at = serializers.DateTimeField(allow_null=True)
    from_on = serializers.DateField(allow_null=True)


class DraftPage(serializers.Serializer[Any]):
    """A page of drafts, the newest first."""

    results = DraftSummary(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class ChangeAnswer(serializers.Serializer[Any]):
    """What one row changes: what it says of which days, and what is believed of these now."""

    what = serializers.CharField()
    says = serializers.CharField()
    from_on = serializers.DateField()
    until_on = serializers.DateField(allow_null=True)
    before = serializers.ListField(child=serializers.CharField())
    is_new = serializers.BooleanField()


class DraftAnswer(DraftSummary):
    """A draft with all that it changes, and the gaps that stand against it."""

    changes = ChangeAnswer(many=True)
    gaps = serializers.ListField(child=serializers.CharField())


def draft_summary_json(draft: ScheduleDraft) -> dict[str, Any]:
    """Give a draft as a list tells it."""
    return {
        "id": draft.pk,
        "title": draft.title,
        "state": draft.state,
        "drafted_by": draft.drafted_by.get_username(),
        "drafted_at": draft.drafted_at,
        "approved_by": draft.approved_by and draft.approved_by.get_username(),
        "approved_at": draft.approved_at,
        "approval_number": draft.approval_number,
        "published_at": draft.published_at,
        "feed": draft.feed,
        "sequence": draft.sequence,
        "file_sha256": draft.file_sha256,
        "known_at": draft.known_at,
        "from_on": draft.from_on,
    }


def draft_json(draft_id: UUID, request: Request) -> dict[str, Any]:
    """Give a draft as the API tells it."""
    draft = draft_by_id(draft_id, actor=request.actor)
    measures, _ = rows_of(draft)
    return {
        **draft_summary_json(draft),
        "changes": [asdict(change) for change in changes_of(draft)],
        "gaps": [gap.sentence for gap in gaps_left_by(measures, begins=business_day(request.at))],
    }


class DraftsView(ApiView):
    """All drafts."""

    @extend_schema(operation_id="list_schedule_drafts", parameters=[CURSOR, LIMIT], responses=DraftPage)
    def get(self, request: Request) -> HttpResponse:
        """List the drafts, the newest first."""
        page = page_by(
            drafts_for(request.actor),
            columns=["-drafted_at", "-id"],
            cursor=request.GET.get("cursor"),
            limit=page_size_from_text(request.GET.get("limit")),
        )
        return page_response(page, draft_summary_json)

    @extend_schema(
        operation_id="draft_schedule",
        parameters=[IDEMPOTENCY_KEY],
        request=DraftRequest,
        responses={201: DraftAnswer},
    )
    @idempotent
    def post(self, request: Request) -> HttpResponse:
        """Draft a change of the schedule or of the exchange rates; every fault is named with its place."""
        asked = read(DraftRequest, request)
        draft = draft_schedule(
            title=asked["title"],
            measures=asked["measures"],
            exchange_rates=asked["exchange_rates"],
            actor=request.actor,
            at=request.at,
        )
        return json_response(draft_json(draft.pk, request), 201)


class DraftView(ApiView):
    """One draft."""

    @extend_schema(operation_id="get_schedule_draft", responses=DraftAnswer)
    def get(self, request: Request, draft_id: UUID) -> HttpResponse:
        """Give a draft with what every row changes by what is believed now."""
        return json_response(draft_json(draft_id, request))


class ApproveDraftView(ApiView):
    """Agreeing to a draft."""

    @extend_schema(
        operation_id="approve_schedule_draft", parameters=[IDEMPOTENCY_KEY], request=None, responses=DraftAnswer
    )
    @idempotent
    def post(self, request: Request, draft_id: UUID) -> HttpResponse:
        """Approve, as a second person, what a draft changes now."""
        approve_draft(draft_id=draft_id, actor=request.actor, at=request.at)
        return json_response(draft_json(draft_id, request))


class PublishDraftView(ApiView):
    """Putting a draft in force."""

    @extend_schema(
        operation_id="publish_schedule_draft", parameters=[IDEMPOTENCY_KEY], request=None, responses=DraftAnswer
    )
    @idempotent
    def post(self, request: Request, draft_id: UUID) -> HttpResponse:
        """Publish an approved draft; drafts are published in the order of their approval."""
        publish_draft(draft_id=draft_id, actor=request.actor, at=request.at)
        return json_response(draft_json(draft_id, request))


class DiscardDraftView(ApiView):
    """Giving a draft up."""

    @extend_schema(
        operation_id="discard_schedule_draft",
        parameters=[IDEMPOTENCY_KEY],
        request=DiscardRequest,
        responses=DraftAnswer,
    )
    @idempotent
    def post(self, request: Request, draft_id: UUID) -> HttpResponse:
        """Discard a draft."""
        reason = read(DiscardRequest, request)["reason"]
        discard_draft(draft_id=draft_id, reason=reason, actor=request.actor, at=request.at)
        return json_response(draft_json(draft_id, request))
