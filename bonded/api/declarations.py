"""Declarations over JSON: declare goods, and follow what customs says."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from bonded.actions.declarations import declare_consignment, lodge_declaration
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
from bonded.models.declarations import Declaration
from bonded.queries.consignments import consignment_by_reference
from bonded.queries.declarations import declaration_by_number, history_of_declaration
from bonded.queries.pages import page_by, page_size_from_text
from bonded.rules.customs_offices import SIMULATOR


class DeclarationSummary(serializers.Serializer[Any]):
    """A declaration in a list."""

    number = serializers.CharField()
    mrn = serializers.CharField(allow_null=True, help_text="The office's own number, once it has told one.")
    provisional_number = serializers.CharField(
        allow_null=True, help_text="Where an office numbers twice, what it goes by until then."
    )
    kind = serializers.CharField()
    office = serializers.CharField()
    state = serializers.CharField(help_text="The goods' status.")
    debt_state = serializers.CharField(help_text="The debt's status: released goods may have a debt that is not final.")
    version = serializers.IntegerField(help_text="How often the goods were stated.")
    lodged_at = serializers.DateTimeField(allow_null=True)
    status_changed_at = serializers.DateTimeField()


class DeclarationPage(serializers.Serializer[Any]):
    """A page of declarations, the newest first."""

    results = DeclarationSummary(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class StatusChange(serializers.Serializer[Any]):
    """One step of a declaration; message, sequence and status are the office's, null for our own steps."""

    before = serializers.CharField()
    after = serializers.CharField()
    debt = serializers.CharField(allow_null=True, help_text="The debt's new status, where it changed.")
    message_id = serializers.CharField(allow_null=True)
    sequence = serializers.IntegerField(allow_null=True)
    code_list = serializers.CharField(allow_null=True)
    status = serializers.CharField(allow_null=True)
    issued_at = serializers.DateTimeField(allow_null=True)
    changed_at = serializers.DateTimeField()


class DeclarationAnswer(DeclarationSummary):
    """A declaration, what it is of, and how it came to its state."""

    consignment = serializers.CharField(allow_null=True)
    withdrawal = serializers.UUIDField(allow_null=True)
    history = StatusChange(many=True)


class OfficeChoice(serializers.Serializer[Any]):
    """To which customs office; without a body, to the usual one."""

    office = serializers.CharField(max_length=12, default=SIMULATOR)


def _office(request: Request) -> str:
    return str(read(OfficeChoice, request)["office"]) if request.body else SIMULATOR


def declaration_json(declaration: Declaration) -> dict[str, Any]:
    """Give a declaration as the API tells it."""
    consignment = declaration.consignment
    return {
        **columns_of(DeclarationSummary, declaration),
        "consignment": consignment.reference if consignment else None,
        "withdrawal": declaration.withdrawal_id,
        "history": [columns_of(StatusChange, change) for change in history_of_declaration(declaration)],
    }


class DeclarationsView(ApiView):
    """The company's declarations; all of them for staff."""

    @extend_schema(operation_id="list_declarations", parameters=[CURSOR, LIMIT], responses=DeclarationPage)
    def get(self, request: Request) -> HttpResponse:
        """List declarations, the newest first."""
        page = page_by(
            Declaration.objects.visible_to(request.actor),
            columns=["-id"],
            cursor=request.GET.get("cursor"),
            limit=page_size_from_text(request.GET.get("limit")),
        )
        return page_response(page, partial(columns_of, DeclarationSummary))


class DeclarationView(ApiView):
    """One declaration."""

    @extend_schema(operation_id="get_declaration", responses=DeclarationAnswer)
    def get(self, request: Request, number: str) -> HttpResponse:
        """Give one declaration with its history."""
        return json_response(declaration_json(declaration_by_number(number, actor=request.actor)))


class ConsignmentDeclarationView(ApiView):
    """The declaration of a consignment into bond."""

    @extend_schema(
        operation_id="declare_consignment",
        parameters=[IDEMPOTENCY_KEY],
        request=OfficeChoice,
        responses={201: DeclarationAnswer},
    )
    @idempotent
    def post(self, request: Request, reference: str) -> HttpResponse:
        """Declare a consignment; its lines are fixed from now on."""
        consignment = consignment_by_reference(reference, actor=request.actor)
        declaration = declare_consignment(
            consignment_id=consignment.pk, office=_office(request), actor=request.actor, at=request.at
        )
        return json_response(declaration_json(declaration), 201)


class WithdrawalDeclarationView(ApiView):
    """The declaration of a withdrawal."""

    @extend_schema(
        operation_id="lodge_declaration",
        parameters=[IDEMPOTENCY_KEY],
        request=OfficeChoice,
        responses={201: DeclarationAnswer},
    )
    @idempotent
    def post(self, request: Request, withdrawal_id: UUID) -> HttpResponse:
        """Declare a withdrawal, the first time or again after the office returned it."""
        declaration = lodge_declaration(
            withdrawal_id=withdrawal_id, office=_office(request), actor=request.actor, at=request.at
        )
        return json_response(declaration_json(declaration), 201)
