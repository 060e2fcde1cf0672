"""What customs leaves for a person to do: why, for whom, and by when."""

from __future__ import annotations

from enum import StrEnum

from bonded.rules.errors import RuleViolation


class TaskKind(StrEnum):
    """Why a person has to look."""

    BALANCE_TOO_LOW = "balance_too_low"  # The deferment account doesn't cover the debt: top it up, or pay otherwise.
    QUERY = "query"  # The office asks a question.
    DOCUMENTS_REQUESTED = "documents_requested"  # The office wants to see papers.
    HANDLED_BY_HAND = "handled_by_hand"  # The office took it out of the ordinary course.
    RELEASE_TAKEN_BACK = "release_taken_back"  # Goods that were released are so no more.
    REFUSED_BY_OFFICE = "refused_by_office"  # The office will never take what we sent, as it is.
    GIVEN_UP = "given_up"  # It was sent too often; armed again, it is tried as often again.
    ID_REUSED = "id_reused"  # The office sent another body under an id that it had used.
    SILENCE = "silence"  # What should have come next did not come in time.
    SEQUENCE_GAP = "sequence_gap"  # A message of the feed never came.


# What an answer to the office settles.
ANSWERED_KINDS = frozenset({TaskKind.QUERY, TaskKind.DOCUMENTS_REQUESTED})


class TaskNotOpen(RuleViolation):
    """The task was closed before."""

    code = "task_not_open"
