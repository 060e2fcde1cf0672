"""Reads declarations with all their stored messages, to replay them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from bonded.models.customs_messages import IncomingCustomsMessage
from bonded.models.declarations import CustomsStatusChange, Declaration
from bonded.rules.customs_lanes import Position
from bonded.rules.customs_messages import MessageState
from bonded.rules.customs_replays import OwnStep
from bonded.rules.declarations import DebtState, DeclarationState
from bonded.rules.errors import NotFound

LANES_AT_ONCE = 500
NOT_APPLIED = (MessageState.PARKED, MessageState.DEALT_WITH)


@dataclass(frozen=True, slots=True)
class StoredLane:
    """One declaration as it is stored, with its messages in their order of arrival and our own steps."""

    declaration_id: int
    number: str
    office: str
    position: Position
    messages: list[IncomingCustomsMessage]
    own_steps: list[OwnStep]
    is_whole: bool  # No message of it was put away after its legal term.


def stored_lanes(number: str | None = None) -> Iterator[StoredLane]:
    """Give every lodged declaration, or the one with a number, by id; a few statements for each five hundred.

    Raises NotFound when no declaration has the number.
    """
    rows = Declaration.objects.exclude(state=DeclarationState.DRAFT).order_by("pk")
    if number is not None:
        rows = rows.filter(number=number)
        if not rows.exists():
            raise NotFound("There is no such declaration.", number=number[:40])
    after = 0
    while batch := list(rows.filter(pk__gt=after)[:LANES_AT_ONCE]):
        after = batch[-1].pk
        yield from _with_messages(batch)


def _with_messages(declarations: list[Declaration]) -> Iterator[StoredLane]:
    ids = [declaration.pk for declaration in declarations]
    messages: dict[int, list[IncomingCustomsMessage]] = {key: [] for key in ids}
    for message in IncomingCustomsMessage.objects.filter(declaration__in=ids).order_by("pk"):
        # What is parked without a place in its lane never had its turn.
        if message.sequence is not None or message.state not in NOT_APPLIED:
            messages[message.declaration_id or 0].append(message)
    steps: dict[int, list[OwnStep]] = {key: [] for key in ids}
    named: dict[int, set[str]] = {key: set() for key in ids}
    for step in CustomsStatusChange.objects.filter(declaration__in=ids).order_by("pk"):
        if step.message_id is not None:
            named[step.declaration_id].add(step.message_id)
        elif step.after != DeclarationState.LODGED:
            steps[step.declaration_id].append(OwnStep(DeclarationState(step.after), step.changed_at))
    for one in declarations:
        is_whole = named[one.pk] <= {message.message_id for message in messages[one.pk]}
        yield StoredLane(one.pk, one.number, one.office, position_of(one), messages[one.pk], steps[one.pk], is_whole)


def position_of(declaration: Declaration) -> Position:
    """Give how far a declaration's lane has come, as its row says."""
    issued: datetime | None = declaration.last_issued_at
    return Position(
        DeclarationState(declaration.state), DebtState(declaration.debt_state), declaration.last_sequence, issued
    )
