"""Changing a declaration over JSON: stating its goods anew, asking the office to delete it."""

from __future__ import annotations

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema

from bonded.actions.declaration_changes import amend_declaration, cancel_declaration
from bonded.api.base import IDEMPOTENCY_KEY, ApiView, Reason, Request, idempotent, json_response, read
from bonded.api.declarations import DeclarationAnswer, declaration_json
from bonded.queries.declarations import declaration_by_number


class AmendmentsView(ApiView):
    """Stating goods anew."""

    @extend_schema(
        operation_id="amend_declaration",
        parameters=[IDEMPOTENCY_KEY],
        request=Reason,
        responses={202: DeclarationAnswer},
    )
    @idempotent
    def post(self, request: Request, number: str) -> HttpResponse:
        """State the goods as the books have them now, with the reason; the office answers by its own messages."""
        reason, declaration = read(Reason, request)["reason"], declaration_by_number(number, actor=request.actor)
        changed = amend_declaration(declaration_id=declaration.pk, reason=reason, actor=request.actor, at=request.at)
        return json_response(declaration_json(changed), 202)


class CancellationView(ApiView):
    """Asking for deletion."""

    @extend_schema(
        operation_id="cancel_declaration",
        parameters=[IDEMPOTENCY_KEY],
        request=Reason,
        responses={202: DeclarationAnswer},
    )
    @idempotent
    def post(self, request: Request, number: str) -> HttpResponse:
        """Ask the office to delete a declaration; it is cancelled once the office says so."""
        reason, declaration = read(Reason, request)["reason"], declaration_by_number(number, actor=request.actor)
        asked = cancel_declaration(declaration_id=declaration.pk, reason=reason, actor=request.actor, at=request.at)
        return json_response(declaration_json(asked), 202)
