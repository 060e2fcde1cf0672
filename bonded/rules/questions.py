"""Questions that an officer asks a company about a withdrawal, and their answers."""

from __future__ import annotations

from bonded.rules.errors import InputInvalid, RuleViolation
from bonded.rules.withdrawals import WithdrawalState

LONGEST_TEXT = 2000
# A withdrawal that is decided on, or given up, is asked about no more.
ASKED_ABOUT = frozenset({WithdrawalState.REQUESTED, WithdrawalState.DECLARED})


class QuestionTextInvalid(InputInvalid):
    """A question or an answer has 1 to 2000 characters."""

    code = "question_text_invalid"


class WithdrawalDecided(RuleViolation):
    """The withdrawal is decided on or given up: nothing is asked or answered about it any more."""

    code = "withdrawal_decided"


class QuestionAnswered(RuleViolation):
    """The question was answered before."""

    code = "question_answered"


def text_from(text: str) -> str:
    """Give a question or an answer without the space around it; raises QuestionTextInvalid."""
    text = text.strip()
    if not 1 <= len(text) <= LONGEST_TEXT or "\0" in text:
        raise QuestionTextInvalid(f"Write 1 to {LONGEST_TEXT} characters.", characters=len(text))
    return text


def require_undecided(state: WithdrawalState) -> None:
    """Refuse where the withdrawal is decided on or given up; raises WithdrawalDecided."""
    if state not in ASKED_ABOUT:
        raise WithdrawalDecided("The withdrawal is decided on or given up.", state=state.value)
