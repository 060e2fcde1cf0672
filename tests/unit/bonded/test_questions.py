"""What a question and an answer may say, and until when."""

import pytest

from bonded.rules.questions import QuestionTextInvalid, WithdrawalDecided, require_undecided, text_from
from bonded.rules.withdrawals import WithdrawalState


@pytest.mark.parametrize("text", ["", "  ", "x" * 2001, "a\0b"])
def test_text_from__refuses_nothing_too_much_and_nul(text: str) -> None:
    with pytest.raises(QuestionTextInvalid) as refusal:
        text_from(text)
    assert refusal.value.facts == {"characters": len(text.strip())}


def test_text_from__takes_one_to_two_thousand_characters() -> None:
    assert text_from(" ? ") == "?"
    assert text_from("x" * 2000) == "x" * 2000


@pytest.mark.parametrize("state", list(WithdrawalState))
def test_require_undecided__by_state(state: WithdrawalState) -> None:
    if state in {"requested", "declared"}:
        require_undecided(state)
    else:
        with pytest.raises(WithdrawalDecided) as refusal:
            require_undecided(state)
        assert refusal.value.facts == {"state": state.value}
