"""Asking a company about its withdrawal, and answering."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from bonded.actions.activity import record_activity
from bonded.actions.locks import lock_withdrawal
from bonded.actions.notices import write_notices
from bonded.models.questions import Question
from bonded.queries.parties import buyers_of_company
from bonded.rules.errors import NotFound
from bonded.rules.notices import NoticeKind
from bonded.rules.permissions import Act, Actor, require
from bonded.rules.questions import QuestionAnswered, require_undecided, text_from
from bonded.rules.withdrawals import WithdrawalState


@transaction.atomic
def ask_question(*, withdrawal_id: UUID, text: str, actor: Actor, at: datetime) -> Question:
    """Ask a withdrawal's company something, and tell its buyers; the decision stays the officer's own.

    `text` has 1 to 2000 characters. Raises QuestionTextInvalid, NotFound, WithdrawalDecided.
    """
    require(actor, Act.ASK_QUESTION)
    assert actor.user_id is not None
    withdrawal, _ = lock_withdrawal(withdrawal_id, actor=actor)
    require_undecided(WithdrawalState(withdrawal.state))
    question = Question.objects.create(
        withdrawal=withdrawal, text=text_from(text), asked_by_id=actor.user_id, asked_at=at
    )
    record_activity(Act.ASK_QUESTION, withdrawal, actor=actor, at=at, question=str(question.pk))
    _tell(question, NoticeKind.QUESTION_ASKED, buyers_of_company(withdrawal.company_id), at=at)
    return question


@transaction.atomic
def answer_question(*, question_id: UUID, text: str, actor: Actor, at: datetime) -> Question:
    """Answer what an officer asks about the company's withdrawal, and tell the officer; answered once, for good.

    `text` has 1 to 2000 characters. Raises QuestionTextInvalid, NotFound, WithdrawalDecided, QuestionAnswered.
    """
    require(actor, Act.ANSWER_QUESTION)
    seen = Question.objects.visible_to(actor).filter(pk=question_id).first()
    if seen is None:
        raise NotFound("There is no such question.", question_id=str(question_id))
    withdrawal, _ = lock_withdrawal(seen.withdrawal_id, actor=actor)
    question = Question.objects.locked().get(pk=seen.pk)
    require_undecided(WithdrawalState(withdrawal.state))
    if question.answered_at is not None:
        raise QuestionAnswered("The question is answered.", answered_at=question.answered_at.isoformat())
    question.answer, question.answered_by_id, question.answered_at = text_from(text), actor.user_id, at
    question.save(update_fields=["answer", "answered_by", "answered_at"])
    record_activity(Act.ANSWER_QUESTION, withdrawal, actor=actor, at=at, question=str(question.pk))
    _tell(question, NoticeKind.QUESTION_ANSWERED, [question.asked_by_id], at=at)
    return question


def _tell(question: Question, kind: NoticeKind, user_ids: list[int], *, at: datetime) -> None:
    write_notices(
        user_ids=user_ids,
        kind=kind,
        subject_kind="withdrawal",
        subject_id=str(question.withdrawal_id),
        occasion=str(question.pk),
        due_at=at,
        at=at,
    )
