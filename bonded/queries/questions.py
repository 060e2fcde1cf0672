"""Reads questions about withdrawals."""

from __future__ import annotations

from uuid import UUID

from bonded.models.questions import Question
from bonded.rules.errors import NotFound
from bonded.rules.permissions import Actor


def questions_of_withdrawal(withdrawal_id: UUID, *, actor: Actor) -> list[Question]:
    """Give what was asked about a withdrawal and answered, with people by name, the first one first."""
    rows = Question.objects.visible_to(actor).filter(withdrawal=withdrawal_id)
    return list(rows.select_related("asked_by", "answered_by").order_by("asked_at", "pk"))


def question_of_withdrawal(withdrawal_id: UUID, text: str, *, actor: Actor) -> UUID:
    """Give the id of one question that was asked about a withdrawal; raises NotFound for any other, and for no id."""
    for one in questions_of_withdrawal(withdrawal_id, actor=actor):
        if str(one.pk) == text:
            return one.pk
    raise NotFound("There is no such question.", question_id=text[:40])


def unanswered_questions(withdrawal_id: UUID) -> int:
    """Count what was asked about a withdrawal and is not answered."""
    return Question.objects.filter(withdrawal=withdrawal_id, answered_at__isnull=True).count()
