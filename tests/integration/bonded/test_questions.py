"""An officer asks about a withdrawal, its company answers: told to whom, once, while nobody has decided."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bonded.actions.questions import answer_question, ask_question
from bonded.actions.withdrawals import cancel_withdrawal, refuse_withdrawal, release_withdrawal
from bonded.models import Activity, Notice, Question, Withdrawal
from bonded.queries.questions import questions_of_withdrawal
from bonded.rules.errors import NotFound, NotPermitted
from bonded.rules.questions import QuestionAnswered, QuestionTextInvalid, WithdrawalDecided
from bonded.rules.withdrawals import WithdrawalState
from tests.cast import Cast
from tests.situations.bonded import a_requested_withdrawal, a_withdrawal_ready_to_leave

pytestmark = pytest.mark.django_db
LATER = timedelta(hours=1)


def asked(cast: Cast, withdrawal: Withdrawal, at: datetime, text: str = "Whose are these?") -> Question:
    return ask_question(withdrawal_id=withdrawal.pk, text=text, actor=cast.olga, at=at)


def told() -> list[tuple[str, str, str]]:
    rows = Notice.objects.filter(kind__startswith="question.").order_by("kind", "user__username")
    return [(one.kind, one.user.username, one.subject_id) for one in rows]


def test_ask_question__tells_the_companys_buyers_and_nobody_else(cast: Cast, at: datetime) -> None:
    withdrawal = a_requested_withdrawal(cast, at)

    first, second = asked(cast, withdrawal, at), asked(cast, withdrawal, at + LATER, "And since when?")

    assert (first.text, first.asked_by_id, first.asked_at) == ("Whose are these?", cast.olga.user_id, at)
    assert (first.pk.version, first.pk != second.pk) == (4, True)
    subject = str(withdrawal.pk)
    assert told() == [("question.asked", who, subject) for who in ("alice", "alice", "bob", "bob")]
    assert not Notice.objects.filter(facts__icontains="Whose").exists()
    acts = Activity.objects.filter(act="bonded.question.ask").order_by("pk")
    assert [one.facts for one in acts] == [{"question": str(first.pk)}, {"question": str(second.pk)}]
    withdrawal.refresh_from_db()
    assert withdrawal.state == "requested"


def test_answer_question__tells_the_officer_who_asked(cast: Cast, at: datetime) -> None:
    withdrawal = a_requested_withdrawal(cast, at)
    question = asked(cast, withdrawal, at)

    answer_question(question_id=question.pk, text="A customer's.", actor=cast.bob, at=at + LATER)

    (row,) = questions_of_withdrawal(withdrawal.pk, actor=cast.oscar)
    assert (row.answer, row.answered_by_id, row.answered_at) == ("A customer's.", cast.bob.user_id, at + LATER)
    assert told()[0] == ("question.answered", "olga", str(withdrawal.pk))
    with pytest.raises(QuestionAnswered) as refusal:
        answer_question(question_id=question.pk, text="No, mine.", actor=cast.alice, at=at + LATER)
    assert refusal.value.facts == {"answered_at": (at + LATER).isoformat()}
    row.refresh_from_db()
    assert row.answer == "A customer's."


def test_questions__do_not_stop_a_release_and_end_with_it(cast: Cast, at: datetime) -> None:
    withdrawal = a_withdrawal_ready_to_leave(cast, at)
    question = asked(cast, withdrawal, at)

    release_withdrawal(withdrawal_id=withdrawal.pk, actor=cast.olga, at=at)

    with pytest.raises(WithdrawalDecided) as refusal:
        answer_question(question_id=question.pk, text="Too late.", actor=cast.alice, at=at)
    assert refusal.value.facts == {"state": WithdrawalState.RELEASED}
    with pytest.raises(WithdrawalDecided):
        asked(cast, withdrawal, at)
    question.refresh_from_db()
    assert question.answered_at is None
    assert Question.objects.count() == 1


def test_ask_question__refuses_a_withdrawal_that_was_refused_or_given_up(cast: Cast, at: datetime) -> None:
    refused, given_up = a_requested_withdrawal(cast, at), a_requested_withdrawal(cast, at)
    refuse_withdrawal(withdrawal_id=refused.pk, reason="no", actor=cast.olga, at=at)
    cancel_withdrawal(withdrawal_id=given_up.pk, actor=cast.alice, at=at)

    for withdrawal, state in ((refused, "refused"), (given_up, "cancelled")):
        with pytest.raises(WithdrawalDecided) as refusal:
            asked(cast, withdrawal, at)
        assert refusal.value.facts == {"state": state}
    assert not Question.objects.exists()
    assert told() == []


def test_questions__are_asked_by_officers_and_answered_by_the_company(cast: Cast, at: datetime) -> None:
    withdrawal = a_requested_withdrawal(cast, at)
    question = asked(cast, withdrawal, at)

    for actor in (cast.alice, cast.victor, cast.ada, cast.audrey, cast.sven):
        with pytest.raises(NotPermitted):
            ask_question(withdrawal_id=withdrawal.pk, text="?", actor=actor, at=at)
    for actor in (cast.olga, cast.victor, cast.ada, cast.audrey, cast.sven):
        with pytest.raises(NotPermitted):
            answer_question(question_id=question.pk, text="!", actor=actor, at=at)
    with pytest.raises(NotFound):
        answer_question(question_id=question.pk, text="!", actor=cast.charlie, at=at)
    with pytest.raises(QuestionTextInvalid):
        answer_question(question_id=question.pk, text="x" * 2001, actor=cast.alice, at=at)
    assert questions_of_withdrawal(withdrawal.pk, actor=cast.charlie) == []
    question.refresh_from_db()
    assert (Question.objects.count(), question.answered_at) == (1, None)
