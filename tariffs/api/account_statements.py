"""Statements of accounts over JSON: order one, see how far it is, stop it, fetch its documents."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
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
from tariffs.actions.account_statements import cancel_account_statement, order_account_statement
from tariffs.models.account_statements import AccountStatement
from tariffs.queries.account_statements import document_of_statement, statement_visible_to
from tariffs.rules.permissions import Act, require


class StatementOrder(serializers.Serializer[Any]):
    """Which month of which account."""

    month = serializers.RegexField(r"^2\d{3}-(0[1-9]|1[0-2])$", help_text="2026-11")
    currency = serializers.CharField(min_length=3, max_length=3, default="CNY")


class StatementAnswer(serializers.Serializer[Any]):
    """A statement; its documents are there when it is ready, and never change."""

    id = serializers.UUIDField()
    company_id = serializers.IntegerField()
    currency = serializers.CharField()
    month = serializers.CharField()
    known_at = serializers.DateTimeField()
    state = serializers.CharField()
    entries_done = serializers.IntegerField()
    entries_total = serializers.IntegerField(allow_null=True)
    made_at = serializers.DateTimeField(allow_null=True)
    cancelled_at = serializers.DateTimeField(allow_null=True)
    pdf_sha256 = serializers.CharField(allow_null=True)
    csv_sha256 = serializers.CharField(allow_null=True)


class StatementPage(serializers.Serializer[Any]):
    """A page of statements, by month."""

    results = StatementAnswer(many=True)
    next_cursor = serializers.CharField(allow_null=True)


def statement_json(statement: AccountStatement) -> dict[str, Any]:
    """Give a statement as the API tells it."""
    columns = (
        "company_id", "currency", "known_at", "state", "entries_done", "entries_total", "made_at", "cancelled_at",
    )  # fmt: skip
    return {
        "id": statement.pk,
        **{name: getattr(statement, name) for name in columns},
        "month": f"{statement.month:%Y-%m}",
        "pdf_sha256": bytes(statement.pdf_sha256).hex() if statement.pdf_sha256 else None,
        "csv_sha256": bytes(statement.csv_sha256).hex() if statement.csv_sha256 else None,
    }


class AccountStatementsView(ApiView):
    """The statements of a company."""

    @extend_schema(
        operation_id="order_account_statement",
        parameters=[IDEMPOTENCY_KEY],
        request=StatementOrder,
        responses={202: StatementAnswer},
    )
    @idempotent
    def post(self, request: Request, company_id: int) -> HttpResponse:
        """Ask for the statement of a month, as the books are known now; it is made in the background."""
        order = read(StatementOrder, request)
        statement = order_account_statement(
            company_id=company_id,
            currency=order["currency"],
            month=date.fromisoformat(f"{order['month']}-01"),
            actor=request.actor,
            at=request.at,
        )
        return json_response(statement_json(statement), 202)

    @extend_schema(operation_id="list_account_statements", parameters=[CURSOR, LIMIT], responses=StatementPage)
    def get(self, request: Request, company_id: int) -> HttpResponse:
        """List what was ordered, by month."""
        require(request.actor, Act.READ_ACCOUNT_STATEMENT)
        statements = AccountStatement.objects.visible_to(request.actor).filter(company_id=company_id)
        page = page_by(
            statements.defer("pdf", "csv"),
            columns=["month", "id"],
            cursor=request.GET.get("cursor"),
            limit=page_size_from_text(request.GET.get("limit")),
        )
        return page_response(page, statement_json)


class AccountStatementView(ApiView):
    """One statement."""

    @extend_schema(operation_id="read_account_statement", responses=StatementAnswer)
    def get(self, request: Request, statement_id: UUID) -> HttpResponse:
        """Say how far a statement is."""
        return json_response(statement_json(statement_visible_to(statement_id, actor=request.actor)))


class CancelStatementView(ApiView):
    """The end of a statement that is not made."""

    @extend_schema(
        operation_id="cancel_account_statement",
        parameters=[IDEMPOTENCY_KEY],
        request=None,
        responses=StatementAnswer,
    )
    @idempotent
    def post(self, request: Request, statement_id: UUID) -> HttpResponse:
        """Stop a statement; no document comes of it, and the month may be asked for again."""
        statement = cancel_account_statement(statement_id=statement_id, actor=request.actor, at=request.at)
        return json_response(statement_json(statement))


class AccountStatementPdfView(ApiView):
    """The statement for a reader."""

    @extend_schema(operation_id="read_account_statement_pdf", responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    def get(self, request: Request, statement_id: UUID) -> HttpResponse:
        """Give the document as it was made."""
        return _document(statement_id, request, "pdf", "application/pdf")


class AccountStatementCsvView(ApiView):
    """The statement for a spreadsheet."""

    @extend_schema(operation_id="read_account_statement_csv", responses={(200, "text/csv"): OpenApiTypes.BINARY})
    def get(self, request: Request, statement_id: UUID) -> HttpResponse:
        """Give the document as it was made."""
        return _document(statement_id, request, "csv", "text/csv; charset=utf-8")


def _document(statement_id: UUID, request: Request, form: str, content_type: str) -> HttpResponse:
    content, name = document_of_statement(statement_id, form, actor=request.actor)
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
