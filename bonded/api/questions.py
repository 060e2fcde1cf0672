"""Questions about withdrawals over JSON: an officer asks, the company answers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from bonded.actions.questions import answer_question, ask_question
from bonded.api.base import IDEMPOTENCY_KEY, ApiView, Request, columns_of, idempotent, json_response, read
from bonded.queries.questions import questions_of_withdrawal
from bonded.queries.withdrawals import withdrawal_visible_to
from bonded.rules.questions import LONGEST_TEXT


class QuestionText(serializers.Serializer[Any]):
    """What is asked or answered."""

    text = serializers.CharField(max_length=LONGEST_TEXT)


class QuestionAnswerBody(serializers.Serializer[Any]):
    """A question, with its answer once there is one."""

    id = serializers.UUIDField()
    withdrawal_id = serializers.UUIDField()
    text = serializers.CharField()
    asked_at = serializers.DateTimeField()
    answer = serializers.CharField(allow_blank=True)
    answered_at = serializers.DateTimeField(allow_null=True)


class QuestionList(serializers.Serializer[Any]):
    """All questions about one withdrawal, the first one first."""

    results = QuestionAnswerBody(many=True)


class QuestionsView(ApiView):
    """What is asked about one withdrawal."""

    @extend_schema(operation_id="list_questions", responses=QuestionList)
    def get(self, request: Request, withdrawal_id: UUID) -> HttpResponse:
        """List what was asked about a withdrawal, and answered."""
        withdrawal_visible_to(request.actor, withdrawal_id)
        questions = questions_of_withdrawal(withdrawal_id, actor=request.actor)
        return json_response({"results": [columns_of(QuestionAnswerBody, one) for one in questions]})

    @extend_schema(
        operation_id="ask_question",
        parameters=[IDEMPOTENCY_KEY],
        request=QuestionText,
        responses={201: QuestionAnswerBody},
    )
    @idempotent
    def post(self, request: Request, withdrawal_id: UUID) -> HttpResponse:
        """Ask a withdrawal's company something."""
        text = read(QuestionText, request)["text"]
        question = ask_question(withdrawal_id=withdrawal_id, text=text, actor=request.actor, at=request.at)
        return json_response(columns_of(QuestionAnswerBody, question), 201)


class AnswerQuestionView(ApiView):
    """The company's answer."""

    @extend_schema(
        operation_id="answer_question", parameters=[IDEMPOTENCY_KEY], request=QuestionText, responses=QuestionAnswerBody
    )
    @idempotent
    def post(self, request: Request, question_id: UUID) -> HttpResponse:
        """Answer what an officer asks about the company's withdrawal."""
        text = read(QuestionText, request)["text"]
        question = answer_question(question_id=question_id, text=text, actor=request.actor, at=request.at)
        return json_response(columns_of(QuestionAnswerBody, question))
