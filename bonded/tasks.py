"""What workers do: apply what customs offices sent, send what is due to them, import files of lines.

A task carries no work; it looks for rows. So it may be lost or doubled without harm: the row is
the queue, the timetable's sweep is certain, and a ring on commit only makes it fast.
"""

from __future__ import annotations

import random
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import cache
from typing import Any

import structlog
from celery import shared_task
from django.conf import settings
from django.db import DataError, transaction
from django.utils import timezone

from bonded.actions.client_events import publish_client_events
from bonded.actions.consignment_file_sweeps import forget_files, lapse_proposals
from bonded.actions.consignment_files import import_stored_file, rearm_stuck_files
from bonded.actions.deadlines import tell_goods_deadlines as tell_deadlines_of_goods
from bonded.actions.fetched_customs_messages import store_fetched_messages
from bonded.actions.invariants import ask_invariants
from bonded.actions.lane_settlements import apply_customs_messages
from bonded.actions.notice_mails import ClaimedMail, claim_mails, record_mail
from bonded.actions.notice_sweeps import escalate_notices as escalate_unread_notices
from bonded.actions.notice_sweeps import gather_digests
from bonded.actions.notice_sweeps import remove_old_notices as remove_read_notices
from bonded.actions.office_silence import watch_offices
from bonded.actions.outgoing_customs_messages import (
    ClaimedMessage,
    claim_outgoing,
    record_failure,
    record_refusal,
    record_sent,
)
from bonded.actions.partitions import analyze_partitioned_tables
from bonded.actions.partitions import create_partitions as create_missing_partitions
from bonded.actions.webhook_deliveries import ClaimedDelivery, claim_deliveries, record_attempt
from bonded.gateways.bells import Bell
from bonded.gateways.calendars import invitation
from bonded.gateways.customs_message_forms import read_stored_message
from bonded.gateways.customs_office import (
    Accepted,
    CustomsOffice,
    OfficeNotReached,
    Outcome,
    Overloaded,
    RefusedByContent,
    Unknown,
    Unreachable,
)
from bonded.gateways.mail import Mail, send_mail, sender_address
from bonded.gateways.webhooks import post_webhook
from bonded.queries.consignment_files import files_to_import
from bonded.queries.office_lines import cursor_of
from bonded.rules.client_events import event_body
from bonded.rules.customs_messages import OutgoingKind
from bonded.rules.notice_letters import digest_letter, letter
from bonded.rules.notices import MailOutcome, MailState
from bonded.rules.permissions import SYSTEM
from bonded.rules.webhooks import Attempt, webhook_headers
from bonded.signals import consignment_file_stored, customs_message_queued, customs_message_stored, invariants_wanted

BATCH = 500
# Each may have many megabytes, which the database lets go of one page after the other.
FILES_AT_ONCE = 20
SENDERS = 8
# A drain gives way to the next one before the worker's time limit.
LONGEST_RUN_SECONDS = 30
LONGEST_IMPORT_SECONDS = 280
LONGEST_VERIFICATION_SECONDS = 900
# Longer than a worker stands still between two steps of an import.
STUCK_TERM = timedelta(minutes=5)

log = structlog.get_logger(__name__)


@shared_task
def drain_customs_inbox() -> None:
    """Apply unread customs messages until there are none, in sets."""
    until = time.monotonic() + LONGEST_RUN_SECONDS
    while time.monotonic() < until:
        if not apply_customs_messages(limit=BATCH, read=read_stored_message, actor=SYSTEM, at=timezone.now()):
            return


@shared_task
def send_customs_outbox() -> None:
    """Send due customs messages until there are none: hold a few, call the office beside each other, write it down."""
    until = time.monotonic() + LONGEST_RUN_SECONDS
    with ThreadPoolExecutor(SENDERS) as pool:
        while time.monotonic() < until:
            claimed = claim_outgoing(limit=SENDERS, actor=SYSTEM, at=timezone.now())
            if not claimed:
                return
            outcomes = pool.map(_send, claimed)
            for message, outcome in zip(claimed, outcomes, strict=True):
                try:
                    _record(message, outcome)
                except DataError as error:
                    # What this office said of this message can't be written down; the others' outcomes can.
                    log.exception("customs_outcome_not_recorded", message_id=message.id)
                    _record(message, Unknown(type(error).__name__))


@shared_task(time_limit=LONGEST_IMPORT_SECONDS, soft_time_limit=LONGEST_IMPORT_SECONDS - 10)
def import_consignment_files() -> None:
    """Import the files that wait, one after the other; begin again those whose worker died."""
    rearm_stuck_files(stuck_before=timezone.now() - STUCK_TERM)
    for file_id in files_to_import():
        import_stored_file(file_id=file_id, now=timezone.now)


@shared_task
def sweep_consignment_files() -> tuple[int, int]:
    """Cancel proposals that nobody decided on, then let go of the bytes of what came to nothing, some at a time.

    Gives both numbers. Killed half way, it leaves the rest to the next sweep; two at once pass each other by.
    """
    lapsed = forgotten = 0
    until, at = time.monotonic() + LONGEST_RUN_SECONDS, timezone.now()
    while time.monotonic() < until and (some := lapse_proposals(limit=BATCH, actor=SYSTEM, at=at)):
        lapsed += some
    while time.monotonic() < until and (some := forget_files(limit=FILES_AT_ONCE, actor=SYSTEM, at=at)):
        forgotten += some
    return lapsed, forgotten


@shared_task(time_limit=LONGEST_VERIFICATION_SECONDS, soft_time_limit=LONGEST_VERIFICATION_SECONDS - 10)
def verify() -> None:
    """Ask every must-be-empty question, and be loud when a sentence does not hold."""
    for one in ask_invariants(actor=SYSTEM, at=timezone.now()).broken:
        log.error("invariant_broken", **one)


@shared_task
def fetch_customs_messages() -> None:
    """Fetch what polled offices offer, a hundred at a time, until they have no more."""
    until = time.monotonic() + LONGEST_RUN_SECONDS
    for office, line in settings.CUSTOMS_OFFICES.items():
        while line.get("is_polled") and time.monotonic() < until:
            try:
                found = _customs_office(office).fetch(after=cursor_of(office), at=timezone.now())
            except OfficeNotReached as error:
                log.info("customs_messages_not_fetched", office=office, reason=str(error))
                break
            store_fetched_messages(office=office, messages=found, actor=SYSTEM, at=timezone.now())
            if not found:
                break


@shared_task
def watch_silent_offices() -> None:
    """Open tasks for what customs offices should have said by now."""
    watch_offices(limit=BATCH, actor=SYSTEM, at=timezone.now())


@cache
def _customs_office(office: str) -> CustomsOffice:
    """Keep one client an office and process, so that its connections are used again."""
    line = settings.CUSTOMS_OFFICES[office]
    return CustomsOffice(url=line["url"], secret=line["outgoing_secret"])


def _send(message: ClaimedMessage) -> Outcome:
    """Send one message; a second attempt first asks whether the one before arrived after all."""
    if message.office not in settings.CUSTOMS_OFFICES:
        return Unreachable(f"no line to {message.office} is set up")
    office, key, kind = _customs_office(message.office), message.idempotency_key, OutgoingKind(message.kind)
    if message.attempt > 1:
        known = office.find_by_key(kind, idempotency_key=key, at=timezone.now())
        if known is not None:
            return known
    return office.send(kind, idempotency_key=key, body=message.body, at=timezone.now())


def _record(message: ClaimedMessage, outcome: Outcome) -> None:
    at, held = timezone.now(), {"message_id": message.id, "attempt": message.attempt}
    match outcome:
        case Accepted(mrn):
            record_sent(**held, mrn=mrn, actor=SYSTEM, at=at)
        case RefusedByContent(reason):
            log.warning("customs_message_refused", message_id=message.id, reason=reason)
            record_refusal(**held, reason=reason, actor=SYSTEM, at=at)
        case _:
            reason = f"{type(outcome).__name__}: {outcome.reason}"
            log.info("customs_message_not_sent", message_id=message.id, reason=reason)
            jitter = random.random()  # noqa: S311 (it spreads retries, it keeps no secret)
            record_failure(
                **held,
                reason=reason,
                is_overloaded=isinstance(outcome, Overloaded),
                jitter=jitter,
                actor=SYSTEM,
                at=at,
            )


# Whoever asks a task for anything before the application is made, were it only its name, gets another application.
inbox_bell = Bell("bonded.tasks.drain_customs_inbox", lambda: drain_customs_inbox.apply_async(retry=False))
outbox_bell = Bell("bonded.tasks.send_customs_outbox", lambda: send_customs_outbox.apply_async(retry=False))
import_bell = Bell("bonded.tasks.import_consignment_files", lambda: import_consignment_files.apply_async(retry=False))
verify_bell = Bell("bonded.tasks.verify", lambda: verify.apply_async(retry=False))


def ring_for_inbox(**fact: Any) -> None:
    """Hear that a message was stored, and ring once that is committed."""
    transaction.on_commit(inbox_bell.ring)


def ring_for_outbox(**fact: Any) -> None:
    """Hear that a message was queued, and ring once that is committed."""
    transaction.on_commit(outbox_bell.ring)


def ring_for_imports(**fact: Any) -> None:
    """Hear that a file of lines was stored, and ring once that is committed."""
    transaction.on_commit(import_bell.ring)


def ring_for_verification(**fact: Any) -> None:
    """Hear that somebody wants every question asked, and let a worker ask once that is committed."""
    transaction.on_commit(verify_bell.ring)


def listen() -> None:
    """Begin to hear; called once, when the app is ready."""
    consignment_file_stored.connect(ring_for_imports, dispatch_uid="bonded.ring_for_imports")
    invariants_wanted.connect(ring_for_verification, dispatch_uid="bonded.ring_for_verification")
    customs_message_stored.connect(ring_for_inbox, dispatch_uid="bonded.ring_for_inbox")
    customs_message_queued.connect(ring_for_outbox, dispatch_uid="bonded.ring_for_outbox")


@shared_task
def send_webhooks() -> None:
    """Publish what happened and tell companies' machines of it, until there is nothing to tell."""
    until = time.monotonic() + LONGEST_RUN_SECONDS
    with ThreadPoolExecutor(SENDERS) as pool:
        while time.monotonic() < until:
            published = publish_client_events(limit=BATCH, actor=SYSTEM, at=timezone.now())
            claimed = claim_deliveries(limit=SENDERS, actor=SYSTEM, at=timezone.now())
            if not published and not claimed:
                return
            for delivery, outcome in zip(claimed, pool.map(_post, claimed), strict=True):
                jitter = random.random()  # noqa: S311 (it spreads retries, it keeps no secret)
                held = {"delivery_id": delivery.id, "attempt": delivery.attempt}
                record_attempt(**held, outcome=outcome, jitter=jitter, actor=SYSTEM, at=timezone.now())


def _post(delivery: ClaimedDelivery) -> Attempt:
    """Sign one event and post it to its receiver."""
    body = event_body(delivery.event)
    headers = webhook_headers(secrets=delivery.secrets, message_id=str(delivery.event.id), body=body, at=timezone.now())
    may_be_private = settings.WEBHOOKS_MAY_REACH_PRIVATE_ADDRESSES
    return post_webhook(url=delivery.url, headers=headers, body=body, may_be_private=may_be_private)


@shared_task
def send_mails() -> None:
    """Send the mails of notices that are due, until there are none; be loud about each that is given up.

    A mail server that is away is left alone until the next sweep, because customs messages wait for the same relays.
    """
    until = time.monotonic() + LONGEST_RUN_SECONDS
    gather_digests(limit=BATCH, actor=SYSTEM, at=timezone.now())
    with ThreadPoolExecutor(SENDERS) as pool:
        while time.monotonic() < until:
            claimed = claim_mails(limit=SENDERS, actor=SYSTEM, at=timezone.now())
            if claimed is None:
                return
            outcomes = list(pool.map(_mail, claimed))
            for mail, outcome in zip(claimed, outcomes, strict=True):
                state = record_mail(
                    notice_id=mail.id,
                    attempt=mail.attempt,
                    outcome=outcome,
                    jitter=random.random(),  # noqa: S311 (it spreads retries, it keeps no secret)
                    actor=SYSTEM,
                    at=timezone.now(),
                )
                if state is MailState.FAILED:
                    log.error("mail_given_up", notice_id=str(mail.id), reason=outcome.reason)
            if any(outcome.reason and not outcome.is_final for outcome in outcomes):
                return


def _mail(mail: ClaimedMail) -> MailOutcome:
    """Write one mail and hand it to the mail server."""
    text = (
        digest_letter(mail.digest, mail.language, url=settings.PUBLIC_URL)
        if mail.digest
        else letter(mail.kind, mail.language, url=settings.PUBLIC_URL)
    )
    attached = None
    if mail.calendar_entry:
        people = {"organizer": sender_address(), "attendee": mail.address}
        attached = invitation(mail.calendar_entry, **people, at=mail.written_at)
    return send_mail(Mail(f"notice.{mail.id}", mail.address, text, attached))


@shared_task
def tell_goods_deadlines() -> int:
    """Tell companies of days that come for their goods; run twice, it says nothing twice."""
    return tell_deadlines_of_goods(actor=SYSTEM, at=timezone.now())


@shared_task
def escalate_notices() -> int:
    """Tell others what somebody has not read in time, and give the number of such notices; safe to run twice."""
    return escalate_unread_notices(limit=BATCH, actor=SYSTEM, at=timezone.now())


@shared_task
def remove_old_notices() -> int:
    """Remove notices that were read long ago, some at a time, and give their number."""
    removed = 0
    while some := remove_read_notices(limit=BATCH, actor=SYSTEM, at=timezone.now()):
        removed += some
    return removed


@shared_task
def create_partitions() -> None:
    """Make the next months of the partitioned tables, before they begin, and tell the planner of the whole."""
    if made := create_missing_partitions(actor=SYSTEM, at=timezone.now()):
        log.info("partitions_created", partitions=made)
    analyze_partitioned_tables(actor=SYSTEM, at=timezone.now())
