"""Pausing the line to a customs office, letting it go on, and leaving an office alone that is too busy."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from bonded.actions.activity import record_activity
from bonded.models.office_lines import OfficeLine
from bonded.rules.customs_offices import office_of
from bonded.rules.permissions import Act, Actor, require
from bonded.rules.retries import retry_delay
from bonded.signals import customs_message_queued, customs_message_stored


@transaction.atomic
def pause_line(*, office: str, sending: bool, applying: bool, reason: str, actor: Actor, at: datetime) -> OfficeLine:
    """Stop sending to an office, applying what it sends, or both; what comes is still stored.

    Raises OfficeUnknown. Pausing a paused line replaces what is paused and why.
    """
    require(actor, Act.PAUSE_OFFICE_LINE)
    line = lock_line(office_of(office).code)
    line.is_sending_paused, line.is_applying_paused, line.paused_for = sending, applying, reason
    line.save(update_fields=["is_sending_paused", "is_applying_paused", "paused_for"])
    record_activity(Act.PAUSE_OFFICE_LINE, line, actor=actor, at=at, sending=sending, applying=applying, reason=reason)
    return line


@transaction.atomic
def resume_line(*, office: str, reason: str, actor: Actor, at: datetime) -> OfficeLine:
    """Let a line go on both ways, with the reason. Raises OfficeUnknown; resuming an open line changes nothing."""
    require(actor, Act.RESUME_OFFICE_LINE)
    line = lock_line(office_of(office).code)
    if not (line.is_sending_paused or line.is_applying_paused):
        return line
    line.is_sending_paused = line.is_applying_paused = False
    line.paused_for = ""
    line.save(update_fields=["is_sending_paused", "is_applying_paused", "paused_for"])
    record_activity(Act.RESUME_OFFICE_LINE, line, actor=actor, at=at, reason=reason)
    customs_message_stored.send(OfficeLine, at=at)
    customs_message_queued.send(OfficeLine, at=at)
    return line


def lock_line(office: str) -> OfficeLine:
    """Lock the line to an office; the first to ask makes its row."""
    OfficeLine.objects.bulk_create([OfficeLine(office=office)], ignore_conflicts=True)
    return OfficeLine.objects.locked().get(pk=office)


def leave_alone(office: str, *, held_until: datetime | None, jitter: float, at: datetime) -> None:
    """Note that an office asks to be left alone, longer each time in a row. Runs in the caller's transaction.

    `held_until` is the end of the relay's hold on the message that was turned away; the pilot's is
    the line's own.
    """
    line = lock_line(office)
    if line.busy_until is not None and line.busy_until != held_until:
        # Not the pilot, but under way since before the office asked: one busy spell counts once.
        return
    line.busy_times += 1
    line.busy_until = at + retry_delay(line.busy_times, jitter=jitter)
    line.save(update_fields=["busy_times", "busy_until"])


def open_line(office: str) -> None:
    """Note that an office takes messages again. Runs in the caller's transaction."""
    OfficeLine.objects.filter(pk=office, busy_times__gt=0).update(busy_times=0, busy_until=None)
