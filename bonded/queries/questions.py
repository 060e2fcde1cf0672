"""Reads questions about withdrawals."""

from __future__ import annotations

from uuid import UUID

from bonded.models.questions import Question
from bonded.rules.permissions import Actor


def questions_of_withdrawal(withdrawal_id: UUID, *, actor: Actor) -> list[Question]:
    """Give what was asked about a withdrawal and answered, with people by name, the first one first."""
    rows = Question.objects.visible_to(actor).filter(withdrawal=withdrawal_id)
    return list(rows.select_related("asked_by", "answered_by").order_by("pk"))


def unanswered_questions(withdrawal_id: UUID) -> int:
    """Count what was asked about a withdrawal and is not answered."""
    return Question.objects.filter(withdrawal=withdrawal_id, answered_at__isnull=True).count()
