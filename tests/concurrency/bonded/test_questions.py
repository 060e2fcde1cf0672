"""Two colleagues answer one question at the same moment: one answer stands, the other is refused in words."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from bonded.actions.questions import answer_question, ask_question
from bonded.models import Activity, Question
from bonded.rules.questions import QuestionAnswered
from tests.cast import Cast
from tests.situations.bonded import a_requested_withdrawal
from tests.situations.threads import outcomes_at_once

ROUNDS = 10


def test_answer_question__by_two_at_once_stands_once(transactional_db: None, cast: Cast, at: datetime) -> None:
    withdrawal = a_requested_withdrawal(cast, at)
    for number in range(ROUNDS):
        asked = ask_question(withdrawal_id=withdrawal.pk, text=f"Whose is {number}?", actor=cast.olga, at=at)

        outcomes = outcomes_at_once(
            *(
                partial(answer_question, question_id=asked.pk, text=name, actor=getattr(cast, name), at=at)
                for name in ("alice", "bob")
            )
        )

        (stands,) = [one for one in outcomes if isinstance(one, Question)]
        (refused,) = [one for one in outcomes if not isinstance(one, Question)]
        assert isinstance(refused, QuestionAnswered)
        asked.refresh_from_db()
        assert asked.answer == stands.answer
    assert Activity.objects.filter(act="bonded.question.answer").count() == ROUNDS
