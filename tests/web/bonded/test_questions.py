"""Questions on pages: asked from the release packet, answered on the company's page, both shown with their moments."""

from __future__ import annotations

from datetime import datetime

import pytest

from bonded.actions.questions import ask_question
from bonded.models import Notice, Question
from tests.cast import Cast
from tests.situations.bonded import a_requested_withdrawal, a_withdrawal_ready_to_leave
from tests.situations.web_clients import NAUGHTY, key_of, said, signed_in, words_of

pytestmark = pytest.mark.django_db


def test_ask__from_the_packet_once(cast: Cast, at: datetime) -> None:
    withdrawal = a_withdrawal_ready_to_leave(cast, at)
    address = f"/releases/{withdrawal.pk}"
    officer = signed_in("olga")
    form = {"text": f"Whose are these? {NAUGHTY}", "key": key_of(said(officer, address))}

    assert [officer.post(f"{address}/ask", form).status_code for _ in range(2)] == [303, 303]

    assert Question.objects.count() == 1
    page = said(officer, address)
    assert "1 question is not answered." in page
    assert "Whose are these?" in page
    assert "<script>alert" not in page
    assert 'data-key="a"' in page
    assert "/ask" not in said(signed_in("audrey"), address)
    assert "Questions of customs" in said(signed_in("audrey"), address)


def test_ask__refuses_in_words_and_keeps_what_was_typed(cast: Cast, at: datetime) -> None:
    withdrawal = a_requested_withdrawal(cast, at)
    address = f"/releases/{withdrawal.pk}/ask"

    refused = signed_in("olga").post(address, {"text": "y" * 2001})
    assert refused.status_code == 400
    assert "Write 1 to 2000 characters." in words_of(refused)
    assert "y" * 2001 in words_of(refused)
    for username in ("alice", "charlie", "victor", "ada", "audrey", "sven"):
        assert signed_in(username).post(address, {"text": "?"}).status_code == 403
    assert not Question.objects.exists()


def test_answer__by_the_company_once(cast: Cast, at: datetime) -> None:
    withdrawal = a_requested_withdrawal(cast, at)
    question = ask_question(withdrawal_id=withdrawal.pk, text="Whose?", actor=cast.olga, at=at)
    other = ask_question(withdrawal_id=withdrawal.pk, text="Since when?", actor=cast.olga, at=at)
    address = f"/withdrawals/{withdrawal.pk}"
    buyer = signed_in("alice")
    page = said(buyer, address)
    form = {"question": str(question.pk), "answer": "Mine.", "key": key_of(page)}

    assert "Whose?" in page
    for username, status in (("charlie", 404), ("olga", 403), ("victor", 403)):
        assert signed_in(username).post(f"{address}/answer", form).status_code == status
    refused = buyer.post(f"{address}/answer", {"question": str(other.pk), "answer": "z" * 2001})
    assert refused.status_code == 400
    assert words_of(refused).count("z" * 2001) == 1
    assert buyer.post(f"{address}/answer", {"question": "a\0b", "answer": "!"}).status_code == 404
    assert buyer.post(f"{address}/answer", {"question": str(withdrawal.pk), "answer": "!"}).status_code == 404
    elsewhere = a_requested_withdrawal(cast, at)
    assert buyer.post(f"/withdrawals/{elsewhere.pk}/answer", form).status_code == 404
    assert not Question.objects.filter(answered_at__isnull=False).exists()

    assert [buyer.post(f"{address}/answer", form).status_code for _ in range(2)] == [303, 303]
    again = buyer.post(f"{address}/answer", {"question": str(question.pk), "answer": "Not mine."})
    assert again.status_code == 409
    assert "The question is answered." in words_of(again)
    packet = said(signed_in("oscar"), f"/releases/{withdrawal.pk}")
    assert "Mine." in packet
    assert "1 question is not answered." in packet


def test_answer__leads_there_from_the_notice(cast: Cast, at: datetime) -> None:
    withdrawal = a_requested_withdrawal(cast, at)
    ask_question(withdrawal_id=withdrawal.pk, text="Whose?", actor=cast.olga, at=at)
    notice = Notice.objects.get(user_id=cast.bob.user_id or 0, kind="question.asked")

    answer = signed_in("bob").post(f"/notices/{notice.pk}/read", {"go": "1"})

    assert answer["Location"] == f"/withdrawals/{withdrawal.pk}"
