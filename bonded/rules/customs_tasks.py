"""What customs leaves for a person to do: why, for whom, and by when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
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

# How soon a person shall have dealt with a task. The offices tell no such terms; these are our own.
DUE_WITHIN: Mapping[TaskKind, timedelta] = {
    TaskKind.BALANCE_TOO_LOW: timedelta(days=1),
    TaskKind.QUERY: timedelta(days=2),
    TaskKind.DOCUMENTS_REQUESTED: timedelta(days=3),
    TaskKind.HANDLED_BY_HAND: timedelta(days=2),
    TaskKind.RELEASE_TAKEN_BACK: timedelta(hours=4),
    TaskKind.REFUSED_BY_OFFICE: timedelta(days=1),
    TaskKind.GIVEN_UP: timedelta(hours=4),
    TaskKind.ID_REUSED: timedelta(days=1),
    TaskKind.SILENCE: timedelta(days=1),
    TaskKind.SEQUENCE_GAP: timedelta(days=1),
}


def due_at(kind: TaskKind, opened_at: datetime) -> datetime:
    """Give the moment by which a task shall be dealt with."""
    return opened_at + DUE_WITHIN[kind]


class TaskNotOpen(RuleViolation):
    """The task was closed before."""

    code = "task_not_open"
