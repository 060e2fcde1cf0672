"""Bank statements over HTTP: send a file, see what it was matched to, book it."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.parsers import BaseParser

from bonded.api.base import (
    CURSOR,
    IDEMPOTENCY_KEY,
    LIMIT,
    ApiView,
    Reason,
    Request,
    idempotent,
    json_response,
    page_response,
    read,
)
from bonded.queries.pages import page_by, page_size_from_text
from bonded.rules.money import Money
from tariffs.actions.bank_statements import import_bank_statement, match_bank_file, match_line
from tariffs.actions.payment_matches import unmatch_payment
from tariffs.actions.payments import book_payment
from tariffs.actions.repayments import repay_overpayment
from tariffs.api.duty import DebtAnswer, debt_json
from tariffs.gateways.bank import LARGEST_FILE
from tariffs.gateways.bank_files import read_bank_file
from tariffs.models.bank_statements import BankStatementLine, PaymentMatch
from tariffs.queries.bank_statements import lines_of_file
from tariffs.rules.permissions import Act, require
from tariffs.rules.working_days import business_day


class XmlParser(BaseParser):
    """Takes the bytes as they came; what is in them, the bank's gateway reads."""

    media_type = "application/xml"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """Give the bytes, and one more than the gateway takes of a file that is too large."""
        return bytes(stream.read(LARGEST_FILE + 1))


class TextParser(XmlParser):
    """Takes MT940, which has no media type of its own."""

    media_type = "text/plain"


class CsvParser(XmlParser):
    """Takes CSV."""

    media_type = "text/csv"


class BankFileAnswer(serializers.Serializer[Any]):
    """A file of the bank."""

    id = serializers.IntegerField()
    sha256 = serializers.CharField()
    statements = serializers.ListField(child=serializers.CharField())
    lines = serializers.IntegerField()


class MatchAnswer(serializers.Serializer[Any]):
    """A line and the debt that it pays, by which rule; `is_booked` says whether the ledger has it."""

    id = serializers.IntegerField()
    line_id = serializers.IntegerField()
    debt_id = serializers.UUIDField()
    rule = serializers.CharField()
    is_booked = serializers.BooleanField()


class MatchesAnswer(serializers.Serializer[Any]):
    """The matches that were found."""

    results = MatchAnswer(many=True)


class LineAnswer(serializers.Serializer[Any]):
    """A line of a statement, money in positive, and its match if it has one."""

    id = serializers.IntegerField()
    statement = serializers.CharField()
    number = serializers.IntegerField()
    amount = serializers.CharField()
    currency = serializers.CharField()
    booked_on = serializers.DateField()
    counterparty = serializers.CharField(allow_blank=True)
    remittance = serializers.CharField(allow_blank=True)
    is_reversal = serializers.BooleanField()
    match = MatchAnswer(allow_null=True)


class LinePage(serializers.Serializer[Any]):
    """A page of lines, in the order of the file."""

    results = LineAnswer(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class MatchRequest(serializers.Serializer[Any]):
    """Which debt a line pays, or repays."""

    debt_id = serializers.UUIDField()


def match_json(match: PaymentMatch) -> dict[str, Any]:
    """Give a match as the API tells it."""
    return {
        "id": match.pk,
        "line_id": match.line_id,
        "debt_id": match.debt_id,
        "rule": match.rule,
        "is_booked": match.entry_id is not None,
    }


def line_json(line: BankStatementLine) -> dict[str, Any]:
    """Give a line as the API tells it."""
    match = getattr(line, "match", None)
    return {
        "id": line.pk,
        "statement": line.statement.identification,
        "number": line.number,
        "amount": str(Money(line.amount_minor, line.currency)),
        "currency": line.currency,
        "booked_on": line.booked_on,
        "counterparty": line.counterparty,
        "remittance": line.remittance,
        "is_reversal": line.is_reversal,
        "match": match and match_json(match),
    }


class BankStatementsView(ApiView):
    """Where the bank's files are sent."""

    parser_classes = (XmlParser, TextParser, CsvParser)

    @extend_schema(
        operation_id="import_bank_statement",
        parameters=[OpenApiParameter("file_name", OpenApiTypes.STR, description="What the file is called.")],
        request=dict.fromkeys(("application/xml", "text/plain", "text/csv"), OpenApiTypes.BINARY),
        responses={201: BankFileAnswer},
    )
    def post(self, request: Request) -> HttpResponse:
        """Import a camt.053, MT940 or CSV file, all of it or nothing; its bytes are its key, they come in once."""
        require(request.actor, Act.IMPORT_BANK_STATEMENT)
        # Without a body there is nothing to parse, and what stands for it is no bytes.
        content = cast("bytes", request.data or b"")
        statements = read_bank_file(content)
        file = import_bank_statement(
            name=request.GET.get("file_name", "statement"),
            content=content,
            statements=statements,
            actor=request.actor,
            at=request.at,
        )
        body = {
            "id": file.pk,
            "sha256": bytes(file.sha256).hex(),
            "statements": [statement.identification for statement in statements],
            "lines": sum(len(statement.lines) for statement in statements),
        }
        return json_response(body, 201)


class BankStatementLinesView(ApiView):
    """What a file holds."""

    @extend_schema(operation_id="list_bank_statement_lines", parameters=[CURSOR, LIMIT], responses=LinePage)
    def get(self, request: Request, file_id: int) -> HttpResponse:
        """List the lines of a file, and what each was matched to."""
        page = page_by(
            lines_of_file(file_id, actor=request.actor),
            columns=["id"],
            cursor=request.GET.get("cursor"),
            limit=page_size_from_text(request.GET.get("limit")),
        )
        return page_response(page, line_json)


class MatchBankStatementView(ApiView):
    """Matching a file."""

    @extend_schema(
        operation_id="match_bank_statement", parameters=[IDEMPOTENCY_KEY], request=None, responses=MatchesAnswer
    )
    @idempotent
    def post(self, request: Request, file_id: int) -> HttpResponse:
        """Match what is unmatched in a file to debts; nothing is booked by that."""
        matches = match_bank_file(file_id=file_id, actor=request.actor, at=request.at)
        return json_response({"results": [match_json(match) for match in matches]})


class MatchLineView(ApiView):
    """Matching one line by hand."""

    @extend_schema(
        operation_id="match_line",
        parameters=[IDEMPOTENCY_KEY],
        request=MatchRequest,
        responses={201: MatchAnswer},
    )
    @idempotent
    def post(self, request: Request, line_id: int) -> HttpResponse:
        """Say which debt a line pays."""
        debt_id = read(MatchRequest, request)["debt_id"]
        match = match_line(line_id=line_id, debt_id=debt_id, actor=request.actor, at=request.at)
        return json_response(match_json(match), 201)


class RepayView(ApiView):
    """Money that went back."""

    @extend_schema(
        operation_id="repay_overpayment", parameters=[IDEMPOTENCY_KEY], request=MatchRequest, responses=DebtAnswer
    )
    @idempotent
    def post(self, request: Request, line_id: int) -> HttpResponse:
        """Say that a line sent what is set apart of a debt back to its payer, and book it."""
        debt_id = read(MatchRequest, request)["debt_id"]
        debt = repay_overpayment(line_id=line_id, debt_id=debt_id, actor=request.actor, at=request.at)
        return json_response(debt_json(debt, today=business_day(request.at)))


class BookPaymentView(ApiView):
    """Booking a match."""

    @extend_schema(operation_id="book_payment", parameters=[IDEMPOTENCY_KEY], request=None, responses=DebtAnswer)
    @idempotent
    def post(self, request: Request, match_id: int) -> HttpResponse:
        """Post what a matched line says to the ledger, and give the debt as it is then."""
        debt = book_payment(match_id=match_id, actor=request.actor, at=request.at)
        return json_response(debt_json(debt, today=business_day(request.at)))


class UnmatchPaymentView(ApiView):
    """Taking a match back."""

    @extend_schema(operation_id="unmatch_payment", parameters=[IDEMPOTENCY_KEY], request=Reason, responses=DebtAnswer)
    @idempotent
    def post(self, request: Request, match_id: int) -> HttpResponse:
        """Take a match and its booking back; the debt is given as it is then, and the line can be matched again."""
        reason = read(Reason, request)["reason"]
        debt = unmatch_payment(match_id=match_id, reason=reason, actor=request.actor, at=request.at)
        return json_response(debt_json(debt, today=business_day(request.at)))
