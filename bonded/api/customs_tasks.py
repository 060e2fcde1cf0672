"""What customs leaves for people to do, over JSON: the list, an answer to an office, marking as dealt with."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers

from bonded.actions.customs_tasks import close_task
from bonded.actions.declaration_changes import answer_customs_query
from bonded.api.base import (
    CURSOR,
    IDEMPOTENCY_KEY,
    LIMIT,
    ApiView,
    Reason,
    Request,
    choice_from_text,
    columns_of,
    idempotent,
    json_response,
    page_response,
    read,
)
from bonded.models.customs_tasks import CustomsTask
from bonded.queries.pages import page_by, page_size_from_text
from bonded.rules.customs_tasks import TaskKind

KIND = OpenApiParameter("kind", enum=[kind.value for kind in TaskKind], description="Only tasks of this kind.")
CLOSED = OpenApiParameter("closed", OpenApiTypes.BOOL, description="`true` lists the closed ones instead.")


class AnswerRequest(serializers.Serializer[Any]):
    """What to tell the office."""

    answer = serializers.CharField(max_length=2000)


class TaskColumns(serializers.Serializer[Any]):
    """A task's own columns."""

    id = serializers.IntegerField()
    kind = serializers.CharField()
    office = serializers.CharField()
    subject = serializers.CharField()
    facts = serializers.DictField()
    opened_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)
    closing_reason = serializers.CharField(allow_blank=True)


class TaskAnswer(TaskColumns):
    """One thing to look at."""

    declaration = serializers.CharField(allow_null=True, help_text="The declaration's number.")


class TaskPage(serializers.Serializer[Any]):
    """A page of tasks, the oldest first."""

    results = TaskAnswer(many=True)
    next_cursor = serializers.CharField(allow_null=True)


def task_json(task: CustomsTask) -> dict[str, Any]:
    """Give a task as the API tells it."""
    number = task.declaration.number if task.declaration else None
    return {**columns_of(TaskColumns, task), "declaration": number}


class TasksView(ApiView):
    """The company's tasks; all of them for staff."""

    @extend_schema(operation_id="list_customs_tasks", parameters=[KIND, CLOSED, CURSOR, LIMIT], responses=TaskPage)
    def get(self, request: Request) -> HttpResponse:
        """List what somebody has to look at, the oldest first."""
        tasks = CustomsTask.objects.visible_to(request.actor).select_related("declaration")
        is_closed = request.GET.get("closed") == "true"
        tasks = tasks.filter(closed_at__isnull=not is_closed)
        if kind := choice_from_text(TaskKind, "kind", request.GET.get("kind")):
            tasks = tasks.filter(kind=kind)
        limit = page_size_from_text(request.GET.get("limit"))
        return page_response(page_by(tasks, columns=["id"], cursor=request.GET.get("cursor"), limit=limit), task_json)


class CloseTaskView(ApiView):
    """Marking as dealt with."""

    @extend_schema(
        operation_id="close_customs_task", parameters=[IDEMPOTENCY_KEY], request=Reason, responses=TaskAnswer
    )
    @idempotent
    def post(self, request: Request, task_id: int) -> HttpResponse:
        """Mark a task as dealt with, and say how."""
        reason = read(Reason, request)["reason"]
        return json_response(task_json(close_task(task_id=task_id, reason=reason, actor=request.actor, at=request.at)))


class AnswerTaskView(ApiView):
    """Answering an office."""

    @extend_schema(
        operation_id="answer_customs_query", parameters=[IDEMPOTENCY_KEY], request=AnswerRequest, responses=TaskAnswer
    )
    @idempotent
    def post(self, request: Request, task_id: int) -> HttpResponse:
        """Answer a question of a customs office, or its request for papers."""
        answer = read(AnswerRequest, request)["answer"]
        return json_response(
            task_json(answer_customs_query(task_id=task_id, answer=answer, actor=request.actor, at=request.at))
        )
