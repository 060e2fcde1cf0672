"""Who the caller is."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from bonded.api.base import ApiView, Request, json_response
from bonded.models.parties import Company
from bonded.rules.permissions import MAY


class MeAnswer(serializers.Serializer[Any]):
    """The caller: user, role, companies, and the acts of the bonded floor that the role may perform."""

    username = serializers.CharField()
    role = serializers.CharField()
    companies = serializers.ListField(child=serializers.CharField())
    acts = serializers.ListField(child=serializers.CharField())


class MeView(ApiView):
    """The caller."""

    @extend_schema(operation_id="get_me", responses=MeAnswer)
    def get(self, request: Request) -> HttpResponse:
        """Say who the caller is and what the role may do."""
        actor = request.actor
        names = Company.objects.filter(pk__in=actor.company_ids).order_by("pk").values_list("name", flat=True)
        return json_response(
            {
                "username": request.user.get_username(),
                "role": actor.role,
                "companies": list(names),
                "acts": sorted(act for act, roles in MAY.items() if actor.role in roles),
            }
        )
