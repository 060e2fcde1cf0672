"""Files of consignment lines over HTTP: send one, watch its import, read what was refused."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers

from bonded.actions.consignment_files import cancel_consignment_file, store_consignment_file
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
)
from bonded.api.parsers import CsvParser
from bonded.models.consignment_files import RefusedLine
from bonded.queries.consignment_files import consignment_file, refused_lines
from bonded.queries.consignments import consignment_by_reference
from bonded.queries.pages import page_by, page_size_from_text
from bonded.rules.consignment_lines import COLUMNS, SENTENCES, LineFault

NAMES = [column.name for column in COLUMNS]


class FileAnswer(serializers.Serializer[Any]):
    """A file and how far its import is, in lines."""

    id = serializers.IntegerField()
    file_name = serializers.CharField()
    sha256 = serializers.CharField()
    state = serializers.CharField()
    lines_in_all = serializers.IntegerField()
    lines_read = serializers.IntegerField()
    lots_made = serializers.IntegerField()
    lines_refused = serializers.IntegerField()
    refusal = serializers.CharField(allow_blank=True)
    stored_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


class RefusedLineAnswer(serializers.Serializer[Any]):
    """One fault: the line in the file (the header is line 1), the column, the code, the sentence, the value."""

    row_number = serializers.IntegerField()
    column = serializers.CharField(allow_blank=True)
    code = serializers.CharField()
    sentence = serializers.CharField()
    value = serializers.CharField(allow_blank=True)


class RefusedLinePage(serializers.Serializer[Any]):
    """A page of faults, by line."""

    results = RefusedLineAnswer(many=True)
    next_cursor = serializers.CharField(allow_null=True)


def _fault_json(fault: RefusedLine) -> dict[str, Any]:
    return {
        "row_number": fault.row_number,
        "column": fault.column,
        "code": fault.code,
        "sentence": SENTENCES[LineFault(fault.code)],
        "value": fault.value,
    }


class ConsignmentFilesView(ApiView):
    """Where a consignment's files are sent."""

    parser_classes = (CsvParser,)

    @extend_schema(
        operation_id="send_consignment_file",
        parameters=[
            OpenApiParameter("file_name", OpenApiTypes.STR, description="What the file is called at your place."),
            OpenApiParameter("is_made_up", OpenApiTypes.BOOL, description="The goods are an invented sample."),
            *(OpenApiParameter(name, OpenApiTypes.STR, description="For lines without this column.") for name in NAMES),
        ],
        request={"text/csv": OpenApiTypes.BINARY},
        responses={202: FileAnswer},
    )
    def post(self, request: Request, reference: str) -> HttpResponse:
        """Store a CSV file whose lines are to become lots; its import follows, and its progress can be polled.

        The file itself is the key: the same bytes for the same consignment are taken once.
        """
        file = store_consignment_file(
            consignment_id=consignment_by_reference(reference, actor=request.actor).pk,
            file_name=request.GET.get("file_name", "lines.csv"),
            # An empty body is no bytes to the parser.
            content=cast("Any", request.data) or b"",
            defaults={name: request.GET[name] for name in (*NAMES, "is_made_up") if request.GET.get(name)},
            actor=request.actor,
            at=request.at,
        )
        return json_response(columns_of(FileAnswer, file), 202)


class ConsignmentFileView(ApiView):
    """One file."""

    @extend_schema(operation_id="get_consignment_file", responses=FileAnswer)
    def get(self, request: Request, file_id: int) -> HttpResponse:
        """Say how far the import of a file is."""
        return json_response(columns_of(FileAnswer, consignment_file(file_id, actor=request.actor)))


class CancelFileView(ApiView):
    """The end of an import that is not done."""

    @extend_schema(
        operation_id="cancel_consignment_file", parameters=[IDEMPOTENCY_KEY], request=None, responses=FileAnswer
    )
    @idempotent
    def post(self, request: Request, file_id: int) -> HttpResponse:
        """Stop the import of a file; nothing comes of it, and the same bytes may be sent again."""
        file = cancel_consignment_file(file_id=file_id, actor=request.actor, at=request.at)
        return json_response(columns_of(FileAnswer, file))


class RefusedLinesView(ApiView):
    """What was refused of a file."""

    @extend_schema(operation_id="list_refused_lines", parameters=[CURSOR, LIMIT], responses=RefusedLinePage)
    def get(self, request: Request, file_id: int) -> HttpResponse:
        """List every fault of every refused line, by line."""
        page = page_by(
            refused_lines(consignment_file(file_id, actor=request.actor)),
            columns=["row_number", "id"],
            cursor=request.GET.get("cursor"),
            limit=page_size_from_text(request.GET.get("limit")),
        )
        return page_response(page, _fault_json)
