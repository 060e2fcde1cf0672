"""Visitors' papers and the ban list over JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from bonded.api.base import IDEMPOTENCY_KEY, ApiView, Reason, Request, columns_of, idempotent, json_response, read
from inspections.actions.visitors import ban_visitor, lift_ban
from inspections.queries.visitors import bans_in_force
from inspections.rules.visitors import DocumentKind, Paper


class DocumentRequest(serializers.Serializer[Any]):
    """A paper. Its number is compared and forgotten; its last four characters and a keyed digest are kept."""

    document_kind = serializers.ChoiceField(choices=[(kind.value, kind.value) for kind in DocumentKind])
    document_number = serializers.CharField(max_length=40)


class PaperRequest(DocumentRequest):
    """The paper of one of the visitors."""

    name = serializers.CharField(max_length=100)


class BanRequest(DocumentRequest):
    """Who is let in no more, and why."""

    reason = serializers.CharField(max_length=500)


class BanAnswer(serializers.Serializer[Any]):
    """Somebody who is not let in."""

    id = serializers.IntegerField()
    document_kind = serializers.CharField()
    last_four = serializers.CharField()
    reason = serializers.CharField()
    banned_at = serializers.DateTimeField()
    lifted_at = serializers.DateTimeField(allow_null=True)


class BanList(serializers.Serializer[Any]):
    """Everybody who is not let in, the newest first."""

    results = BanAnswer(many=True)


def papers_from(rows: Iterable[Mapping[str, str]]) -> list[Paper]:
    """Turn what a request names into what the acts know."""
    return [Paper(row["name"], row["document_kind"], row["document_number"]) for row in rows]


class BansView(ApiView):
    """The ban list."""

    @extend_schema(operation_id="list_bans", responses=BanList)
    def get(self, request: Request) -> HttpResponse:
        """List who is not let in, and why."""
        return json_response({"results": [columns_of(BanAnswer, ban) for ban in bans_in_force(actor=request.actor)]})

    @extend_schema(
        operation_id="ban_visitor", parameters=[IDEMPOTENCY_KEY], request=BanRequest, responses={201: BanAnswer}
    )
    @idempotent
    def post(self, request: Request) -> HttpResponse:
        """Let a person in no more."""
        fields = read(BanRequest, request)
        paper = Paper("", fields["document_kind"], fields["document_number"])
        ban = ban_visitor(paper=paper, reason=fields["reason"], actor=request.actor, at=request.at)
        return json_response(columns_of(BanAnswer, ban), 201)


class LiftBanView(ApiView):
    """The end of a ban."""

    @extend_schema(operation_id="lift_ban", parameters=[IDEMPOTENCY_KEY], request=Reason, responses=BanAnswer)
    @idempotent
    def post(self, request: Request, ban_id: int) -> HttpResponse:
        """Let a person in again."""
        reason = read(Reason, request)["reason"]
        return json_response(
            columns_of(BanAnswer, lift_ban(ban_id=ban_id, reason=reason, actor=request.actor, at=request.at))
        )
