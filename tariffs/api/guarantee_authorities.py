"""Standing authorities to use a guarantee, over JSON."""

from __future__ import annotations

from typing import Any

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
from bonded.rules.money import Money
from bonded.rules.validity import Validity
from tariffs.actions.guarantee_authorities import grant_authority, revoke_authority
from tariffs.models.guarantee_authorities import GuaranteeAuthority
from tariffs.rules.permissions import Act, require


class AuthorityRequest(serializers.Serializer[Any]):
    """Who may use the guarantee, up to how many yuan; `valid_until` is the first day on which it may no more."""

    agent_id = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    sub_limit = serializers.CharField(max_length=24)
    valid_from = serializers.DateField()
    valid_until = serializers.DateField(allow_null=True)
    sees_balance = serializers.BooleanField()


class AuthorityAnswer(serializers.Serializer[Any]):
    """An authority, and how much of it is claimed now."""

    id = serializers.IntegerField()
    principal_id = serializers.IntegerField()
    agent_id = serializers.IntegerField()
    currency = serializers.CharField()
    sub_limit = serializers.CharField()
    claimed = serializers.CharField()
    valid_from = serializers.DateField()
    valid_until = serializers.DateField(allow_null=True)
    sees_balance = serializers.BooleanField()
    state = serializers.CharField()


class AuthorityPage(serializers.Serializer[Any]):
    """A page of authorities, the earliest first."""

    results = AuthorityAnswer(many=True)
    next_cursor = serializers.CharField(allow_null=True)


def authority_json(authority: GuaranteeAuthority) -> dict[str, Any]:
    """Give an authority as the API tells it."""
    currency = authority.account.currency
    return {
        "id": authority.pk,
        "principal_id": authority.account.company_id,
        "agent_id": authority.agent_id,
        "currency": currency,
        "sub_limit": str(Money(authority.sub_limit_minor, currency)),
        "claimed": str(Money(authority.claimed_minor, currency)),
        "valid_from": authority.validity.lower,
        "valid_until": authority.validity.upper,
        "sees_balance": authority.sees_balance,
        "state": authority.state,
    }


class AuthoritiesView(ApiView):
    """Who may use a company's guarantee."""

    @extend_schema(
        operation_id="grant_guarantee_authority",
        parameters=[IDEMPOTENCY_KEY],
        request=AuthorityRequest,
        responses={201: AuthorityAnswer},
    )
    @idempotent
    def post(self, request: Request, company_id: int) -> HttpResponse:
        """Let an agent use a company's guarantee on some days, up to a sub-limit."""
        fields = read(AuthorityRequest, request)
        authority = grant_authority(
            company_id=company_id,
            agent_id=fields["agent_id"],
            sub_limit=Money.from_text(fields["sub_limit"], "CNY"),
            validity=Validity(fields["valid_from"], fields["valid_until"]),
            sees_balance=fields["sees_balance"],
            actor=request.actor,
            at=request.at,
        )
        return json_response(authority_json(authority), 201)


class RevokeAuthorityView(ApiView):
    """Ending one authority."""

    @extend_schema(
        operation_id="revoke_guarantee_authority",
        parameters=[IDEMPOTENCY_KEY],
        request=None,
        responses=AuthorityAnswer,
    )
    @idempotent
    def post(self, request: Request, company_id: int, authority_id: int) -> HttpResponse:
        """Let an agent claim nothing new; what it has claimed stays."""
        authority = revoke_authority(
            company_id=company_id, authority_id=authority_id, actor=request.actor, at=request.at
        )
        return json_response(authority_json(authority))


class VisibleAuthoritiesView(ApiView):
    """Authorities that the caller's company gave or was given."""

    @extend_schema(operation_id="list_guarantee_authorities", parameters=[CURSOR, LIMIT], responses=AuthorityPage)
    def get(self, request: Request) -> HttpResponse:
        """List authorities, given and received, all of them for staff; the earliest first."""
        require(request.actor, Act.READ_GUARANTEE)
        page = page_by(
            GuaranteeAuthority.objects.visible_to(request.actor).select_related("account"),
            columns=["granted_at", "id"],
            cursor=request.GET.get("cursor"),
            limit=page_size_from_text(request.GET.get("limit")),
        )
        return page_response(page, authority_json)
