"""Changing what was declared: stating the goods anew, asking the office to delete it, answering what it asks."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from bonded.actions.activity import record_activity
from bonded.actions.declarations import goods_stated
from bonded.actions.outbox import queue_for_office
from bonded.models.customs_tasks import CustomsTask
from bonded.models.declarations import Declaration
from bonded.models.outgoing_customs_messages import OutgoingCustomsMessage
from bonded.queries.declarations import goods_of_consignment, goods_of_declared_withdrawal
from bonded.rules.customs_messages import OutgoingKind
from bonded.rules.customs_tasks import ANSWERED_KINDS, TaskNotOpen
from bonded.rules.declarations import (
    CHANGEABLE_STATES,
    CancellationAsked,
    DeclarationState,
    DeclarationUnchangeable,
)
from bonded.rules.errors import NotFound
from bonded.rules.permissions import Act, Actor, require
from bonded.rules.retries import DeliveryState


@transaction.atomic
def amend_declaration(*, declaration_id: int, reason: str, actor: Actor, at: datetime) -> Declaration:
    """State the goods of a declaration anew, as the books have them now, with the reason.

    The office answers by its own messages; until then nothing changes here but the version.
    Raises NotFound, DeclarationUnchangeable, CancellationAsked.
    """
    require(actor, Act.AMEND_DECLARATION)
    declaration = _changeable(declaration_id, actor=actor)
    declaration.version += 1
    declaration.save(update_fields=["version"])
    if declaration.consignment_id is not None:
        goods = goods_of_consignment(declaration.consignment_id)
    else:
        assert declaration.withdrawal_id is not None
        goods = goods_of_declared_withdrawal(declaration.withdrawal_id)
    queue_for_office(declaration, OutgoingKind.AMEND, {"reason": reason, "goods": goods_stated(goods)}, at=at)
    record_activity(Act.AMEND_DECLARATION, declaration, actor=actor, at=at, reason=reason, version=declaration.version)
    return declaration


@transaction.atomic
def cancel_declaration(*, declaration_id: int, reason: str, actor: Actor, at: datetime) -> Declaration:
    """Ask the office to delete a declaration; it is cancelled once the office says so.

    Raises NotFound, DeclarationUnchangeable, CancellationAsked.
    """
    require(actor, Act.CANCEL_DECLARATION)
    declaration = _changeable(declaration_id, actor=actor)
    queue_for_office(declaration, OutgoingKind.CANCEL, {"reason": reason}, at=at)
    record_activity(Act.CANCEL_DECLARATION, declaration, actor=actor, at=at, reason=reason)
    return declaration


@transaction.atomic
def answer_customs_query(*, task_id: int, answer: str, actor: Actor, at: datetime) -> CustomsTask:
    """Answer what an office asked, and close the task. Raises NotFound, TaskNotOpen."""
    require(actor, Act.ANSWER_CUSTOMS_QUERY)
    for task in CustomsTask.objects.visible_to(actor).filter(pk=task_id, kind__in=ANSWERED_KINDS).locked():
        if task.closed_at is not None:
            raise TaskNotOpen("The task is closed.", closed_at=task.closed_at.isoformat(), reason=task.closing_reason)
        declaration = Declaration.objects.get(tasks=task)
        queue_for_office(declaration, OutgoingKind.ANSWER, {"question": task.facts, "answer": answer}, at=at)
        task.closed_at, task.closed_by_id, task.closing_reason = at, actor.user_id, f"Answered: {answer}"[:500]
        task.save(update_fields=["closed_at", "closed_by", "closing_reason"])
        record_activity(Act.ANSWER_CUSTOMS_QUERY, declaration, actor=actor, at=at, task=task.pk, answer=answer)
        return task
    raise NotFound("There is no such question of a customs office.", task_id=task_id)


def _changeable(declaration_id: int, *, actor: Actor) -> Declaration:
    """Lock a declaration that the office may still change, and that nobody has asked it to delete."""
    for declaration in Declaration.objects.visible_to(actor).filter(pk=declaration_id).locked():
        if DeclarationState(declaration.state) not in CHANGEABLE_STATES:
            raise DeclarationUnchangeable(
                f"The office changes a declaration no more that is {declaration.state}.", state=declaration.state
            )
        asked = OutgoingCustomsMessage.objects.filter(declaration=declaration, kind=OutgoingKind.CANCEL)
        if asked.exclude(state=DeliveryState.REFUSED).exists():
            raise CancellationAsked("The office was asked to delete this declaration.", number=declaration.number)
        return declaration
    raise NotFound("There is no such declaration.", declaration_id=declaration_id)
