"""The outbox's life: a relay holds a message for a while, sends it, and writes down how it went.

Messages about one declaration go out in their order: one that is held up holds up those behind it,
and no other declaration's. A line that is paused is left alone; one whose office is too busy gets
one pilot at a time.

Sending happens between these acts, outside any transaction. A relay that dies leaves a hold that
ends by itself; the next relay then asks the office before it sends again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import QuerySet

from bonded.actions.activity import record_activity
from bonded.actions.consignments import mark_consignment_refused
from bonded.actions.customs_tasks import NewTask, open_tasks
from bonded.actions.declarations import change_status
from bonded.actions.office_lines import leave_alone, open_line
from bonded.models.consignments import Consignment
from bonded.models.customs_tasks import CustomsTask
from bonded.models.declarations import Declaration
from bonded.models.outgoing_customs_messages import OutgoingCustomsMessage
from bonded.rules.customs_messages import MessageFact, OutgoingKind
from bonded.rules.customs_tasks import TaskKind
from bonded.rules.declarations import DeclarationState
from bonded.rules.errors import NotFound
from bonded.rules.lifecycle import require_step
from bonded.rules.permissions import Act, Actor, require
from bonded.rules.retries import DELIVERY_STEPS, DeliveryState, is_given_up, retry_delay
from bonded.signals import customs_message_queued

# Longer than asking and sending take together when each phase of both needs its whole time limit (34 s).
LEASE = timedelta(seconds=40)


@dataclass(frozen=True, slots=True)
class ClaimedMessage:
    """One message in a relay's hands; `attempt` counts from 1 and names this hold."""

    id: int
    attempt: int
    office: str
    kind: OutgoingKind
    idempotency_key: str
    body: str


# Due, its line not paused, and nothing about its declaration before it that has not gone out.
DUE = """
    ((m.state = 'waiting' AND m.not_before <= %(at)s) OR (m.state = 'sending' AND m.leased_until <= %(at)s))
    AND NOT coalesce(line.is_sending_paused, false)
    AND NOT EXISTS (SELECT 1 FROM bonded_outgoingcustomsmessage before
                     WHERE before.declaration_id = m.declaration_id AND before.id < m.id
                       AND before.state IN ('waiting', 'sending', 'dead'))
"""
CLAIM = f"""
    WITH due AS (SELECT m.id FROM bonded_outgoingcustomsmessage m
                   LEFT JOIN bonded_officeline line ON line.office = m.office
                  WHERE {DUE} AND line.busy_until IS NULL
                  ORDER BY m.id LIMIT %(limit)s FOR UPDATE OF m SKIP LOCKED),
    candidate AS (SELECT DISTINCT ON (m.office) m.office, m.id FROM bonded_outgoingcustomsmessage m
                    JOIN bonded_officeline line ON line.office = m.office
                   WHERE {DUE} AND line.busy_until <= %(at)s
                   ORDER BY m.office, m.id),
    -- Two relays may both find a candidate; the line's row lets one of them pass.
    pilot AS (UPDATE bonded_officeline line SET busy_until = %(until)s FROM candidate
               WHERE line.office = candidate.office AND line.busy_until <= %(at)s
           RETURNING candidate.id)
    UPDATE bonded_outgoingcustomsmessage m
       SET state = 'sending', attempts = m.attempts + 1, leased_until = %(until)s
      FROM (SELECT id FROM due UNION ALL SELECT id FROM pilot) AS taken WHERE m.id = taken.id
    RETURNING m.id, m.attempts, m.office, m.kind, m.idempotency_key::text, m.body
"""  # noqa: S608 (put together from constants)


@transaction.atomic
def claim_outgoing(*, limit: int, actor: Actor, at: datetime) -> list[ClaimedMessage]:
    """Hold up to `limit` messages for forty seconds: those whose time has come, and those whose holder seems dead.

    Beyond the limit, one pilot for each office that asked to be left alone and has been for long enough.
    """
    require(actor, Act.SEND_CUSTOMS_MESSAGE)
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, {"at": at, "limit": limit, "until": at + LEASE})
        return [ClaimedMessage(*row) for row in cursor]


@transaction.atomic
def record_sent(*, message_id: int, attempt: int, mrn: str, actor: Actor, at: datetime) -> bool:
    """Note that the office has the message; False when the hold had ended and another relay took over."""
    require(actor, Act.SEND_CUSTOMS_MESSAGE)
    if not _held(message_id, attempt).update(state=DeliveryState.SENT, sent_at=at, leased_until=None, last_error=""):
        return False
    open_line(OutgoingCustomsMessage.objects.values_list("office", flat=True).get(pk=message_id))
    Declaration.objects.filter(outgoing_messages=message_id, mrn__isnull=True).update(mrn=mrn)
    return True


@transaction.atomic
def record_failure(
    *, message_id: int, attempt: int, reason: str, is_overloaded: bool, jitter: float, actor: Actor, at: datetime
) -> bool:
    """Note that the message did not arrive, and when to try again; after the last attempt it is dead.

    An office that is overloaded is left alone for a while. `jitter` is a random number in [0, 1).
    False when the hold had ended.
    """
    require(actor, Act.SEND_CUSTOMS_MESSAGE)
    state = DeliveryState.DEAD if is_given_up(attempt) else DeliveryState.WAITING
    not_before = at + retry_delay(attempt, jitter=jitter)
    message = OutgoingCustomsMessage.objects.get(pk=message_id)
    held = _held(message_id, attempt)
    if not held.update(state=state, not_before=not_before, leased_until=None, last_error=reason[:300]):
        return False
    if is_overloaded:
        leave_alone(message.office, held_until=message.leased_until, jitter=jitter, at=at)
    if state is DeliveryState.DEAD:
        _open_task(TaskKind.GIVEN_UP, message, reason, at=at)
        record_activity(
            Act.SEND_CUSTOMS_MESSAGE, message, actor=actor, at=at, given_up_after=attempt, reason=reason[:300]
        )
    return True


@transaction.atomic
def record_refusal(*, message_id: int, attempt: int, reason: str, actor: Actor, at: datetime) -> bool:
    """Note that the office will never take this content; a declaration that it does not take is rejected.

    False when the hold had ended.
    """
    require(actor, Act.SEND_CUSTOMS_MESSAGE)
    message = OutgoingCustomsMessage.objects.filter(pk=message_id).get()
    # Goods before paper: the lock order.
    list(Consignment.objects.filter(declarations=message.declaration_id).locked())
    declaration = Declaration.objects.filter(pk=message.declaration_id).locked().get()
    held = _held(message_id, attempt)
    if not held.update(state=DeliveryState.REFUSED, leased_until=None, last_error=reason[:300]):
        return False
    open_line(message.office)
    _open_task(TaskKind.REFUSED_BY_OFFICE, message, reason, at=at)
    record_activity(Act.SEND_CUSTOMS_MESSAGE, message, actor=actor, at=at, refused=reason[:300])
    if message.kind == OutgoingKind.LODGE and declaration.state == DeclarationState.LODGED:
        change_status(declaration, DeclarationState.REJECTED, at=at)
        if declaration.consignment_id is not None:
            mark_consignment_refused(consignment_id=declaration.consignment_id, actor=actor, at=at)
    return True


@transaction.atomic
def rearm_outgoing(*, message_id: int, actor: Actor, at: datetime) -> OutgoingCustomsMessage:
    """Let a dead message be tried as often again, under the same key, and close its task.

    Raises NotFound, StepNotAllowed.
    """
    require(actor, Act.REARM_CUSTOMS_MESSAGE)
    for message in OutgoingCustomsMessage.objects.filter(pk=message_id).locked():
        require_step(DELIVERY_STEPS, DeliveryState(message.state), DeliveryState.WAITING)
        message.state, message.not_before = DeliveryState.WAITING, at
        message.save(update_fields=["state", "not_before"])
        CustomsTask.objects.open().filter(kind=TaskKind.GIVEN_UP, subject=_subject(message)).update(
            closed_at=at, closed_by=actor.user_id, closing_reason="Armed again."
        )
        record_activity(Act.REARM_CUSTOMS_MESSAGE, message, actor=actor, at=at, last_error=message.last_error)
        customs_message_queued.send(OutgoingCustomsMessage, at=at)
        return message
    raise NotFound("There is no such message.", message_id=message_id)


def _subject(message: OutgoingCustomsMessage) -> str:
    return f"outgoing message {message.pk}"


def _open_task(kind: TaskKind, message: OutgoingCustomsMessage, reason: str, *, at: datetime) -> None:
    facts: dict[str, MessageFact] = {"kind": message.kind, "message_id": message.pk, "reason": reason[:300]}
    open_tasks([NewTask(kind, message.office, _subject(message), facts, message.declaration_id)], at=at)


def _held(message_id: int, attempt: int) -> QuerySet[OutgoingCustomsMessage]:
    return OutgoingCustomsMessage.objects.filter(pk=message_id, state=DeliveryState.SENDING, attempts=attempt)
