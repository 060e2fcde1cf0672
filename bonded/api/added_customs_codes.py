"""Mapping unknown codes of customs offices over JSON."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from bonded.actions.added_customs_codes import add_customs_code
from bonded.api.base import IDEMPOTENCY_KEY, ApiView, Request, columns_of, idempotent, json_response, read
from bonded.rules.customs_codes import CodeListName, Meaning
from bonded.rules.customs_tasks import TaskKind
from bonded.rules.declarations import DebtState, DeclarationState


class CodeRequest(serializers.Serializer[Any]):
    """What a code means; without goods, debt and task it is only noted."""

    office = serializers.CharField(max_length=12)
    code_list = serializers.ChoiceField([name.value for name in CodeListName])
    code = serializers.CharField(max_length=12)
    goods = serializers.ChoiceField([state.value for state in DeclarationState], allow_null=True, default=None)
    debt = serializers.ChoiceField([state.value for state in DebtState], allow_null=True, default=None)
    task = serializers.ChoiceField([kind.value for kind in TaskKind], allow_null=True, default=None)
    valid_from = serializers.DateField()
    source = serializers.CharField(max_length=300, help_text="Where that was found.")  # type: ignore[assignment]


class CodeAnswer(serializers.Serializer[Any]):
    """A mapped code."""

    id = serializers.IntegerField()
    office = serializers.CharField()
    code_list = serializers.CharField()
    code = serializers.CharField()
    goods = serializers.CharField(allow_null=True)
    debt = serializers.CharField(allow_null=True)
    task = serializers.CharField(allow_null=True)
    valid_from = serializers.DateField()
    source = serializers.CharField()  # type: ignore[assignment]
    recorded_at = serializers.DateTimeField()


class AddedCodesView(ApiView):
    """What people found out."""

    @extend_schema(
        operation_id="add_customs_code", parameters=[IDEMPOTENCY_KEY], request=CodeRequest, responses={201: CodeAnswer}
    )
    @idempotent
    def post(self, request: Request) -> HttpResponse:
        """Say what an office's code means from a day on; parked messages may be read again afterwards."""
        fields = read(CodeRequest, request)
        row = add_customs_code(
            office=fields["office"],
            code_list=CodeListName(fields["code_list"]),
            code=fields["code"],
            meaning=Meaning(
                DeclarationState(fields["goods"]) if fields["goods"] else None,
                DebtState(fields["debt"]) if fields["debt"] else None,
                TaskKind(fields["task"]) if fields["task"] else None,
            ),
            valid_from=fields["valid_from"],
            source=fields["source"],
            actor=request.actor,
            at=request.at,
        )
        return json_response(columns_of(CodeAnswer, row), 201)
