"""Questions about withdrawals over HTTP: every caller, malformed, repeated with the same key."""

from __future__ import annotations

from datetime import datetime

import pytest

from bonded.models import Question
from tests.api.bonded.test_withdrawals import EVERYBODY, actor_named, call
from tests.cast import Cast
from tests.situations.bonded import a_requested_withdrawal

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("who", EVERYBODY)
def test_questions__by_caller(cast: Cast, at: datetime, who: str | None) -> None:
    withdrawal = a_requested_withdrawal(cast, at)
    path = f"/withdrawals/{withdrawal.pk}/questions"
    question = call(cast.olga, path, {"text": "Whose?"}).json()
    actor = actor_named(cast, who)

    asked = call(actor, path, {"text": "?"})
    answered = call(actor, f"/questions/{question['id']}/answer", {"text": "Mine."})
    listed = call(actor, path, method="get")

    assert asked.status_code == (401 if who is None else 201 if who == "olga" else 403)
    expected = {None: 401, "alice": 200, "bob": 200, "charlie": 404}
    assert answered.status_code == expected.get(who, 403)
    assert listed.status_code == {None: 401, "charlie": 404, "sven": 404}.get(who, 200)


def test_questions__are_asked_and_answered_once_for_one_key(cast: Cast, at: datetime) -> None:
    withdrawal = a_requested_withdrawal(cast, at)
    path = f"/withdrawals/{withdrawal.pk}/questions"

    first, second = (call(cast.olga, path, {"text": "Whose?"}, key="one") for _ in range(2))
    answer = f"/questions/{first.json()['id']}/answer"
    answers = [call(cast.alice, answer, {"text": "Mine."}, key="two") for _ in range(2)]

    assert (first.status_code, second.json()) == (201, first.json())
    assert [one.status_code for one in answers] == [200, 200]
    (shown,) = call(cast.alice, path, method="get").json()["results"]
    assert (shown["text"], shown["answer"], shown["withdrawal_id"]) == ("Whose?", "Mine.", str(withdrawal.pk))
    again = call(cast.bob, answer, {"text": "No."})
    assert (again.status_code, again.json()["code"]) == (409, "question_answered")


@pytest.mark.parametrize(
    "body", [{}, {"text": ""}, {"text": "x" * 2001}, {"text": "a\0b"}, {"text": "?", "more": 1}, []]
)
def test_questions__refuse_what_is_malformed(cast: Cast, at: datetime, body: object) -> None:
    withdrawal = a_requested_withdrawal(cast, at)

    assert call(cast.olga, f"/withdrawals/{withdrawal.pk}/questions", body).status_code == 400
    assert not Question.objects.exists()
