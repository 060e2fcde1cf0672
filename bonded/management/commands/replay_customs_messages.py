"""Settle all stored customs messages anew, from nothing, and compare with what is stored."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from bonded.actions.customs_replays import restore_position
from bonded.gateways.customs_message_forms import read_stored_message
from bonded.models.customs_messages import IncomingCustomsMessage
from bonded.queries.added_customs_codes import added_codes
from bonded.queries.customs_replays import stored_lanes
from bonded.rules.customs_messages import Cause, MessageState, MessageUnreadable
from bonded.rules.customs_offices import office_of
from bonded.rules.customs_replays import KeptMessage, differences, replay_lane
from bonded.rules.errors import RuleViolation
from bonded.rules.permissions import SYSTEM


class Command(BaseCommand):
    """Changes nothing unless told to; ends with status 1 when something differs."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say which declaration, and whether to change what differs."""
        parser.add_argument("--declaration", metavar="NUMBER", help="only this declaration")
        parser.add_argument("--apply", action="store_true", help="set what differs to what the messages say")

    def handle(self, *args: Any, **options: Any) -> None:
        """Replay, and say what differs."""
        lanes = messages = differing = put_away = 0
        added = added_codes()
        try:
            for lane in stored_lanes(options["declaration"]):
                if not lane.is_whole:
                    put_away += 1
                    continue
                try:
                    kept = [_kept(row) for row in lane.messages]
                except MessageUnreadable as error:
                    # It was readable when it was applied; a reader that became stricter is no reason to change a state.
                    lanes, differing = lanes + 1, differing + 1
                    self.stdout.write(f"{lane.number}: a message can't be read any more: {error.facts['reason']}")
                    continue
                replayed = replay_lane(kept, lane.own_steps, office=office_of(lane.office), added=added)
                found = differences(kept, lane.position, replayed)
                lanes, messages, differing = lanes + 1, messages + len(kept), differing + bool(found)
                for sentence in found:
                    self.stdout.write(f"{lane.number}: {sentence}")
                if found and options["apply"]:
                    restore_position(
                        declaration_id=lane.declaration_id,
                        found=lane.position,
                        replayed=replayed.position,
                        actor=SYSTEM,
                        at=timezone.now(),
                    )
        except RuleViolation as refusal:
            raise CommandError(refusal.message) from None
        said = f"{messages} messages of {lanes} declarations replayed; {differing} declarations differ"
        if put_away:
            said += f"; {put_away} were left out, because messages of theirs are put away"
        if differing and not options["apply"]:
            raise CommandError(f"{said}. Nothing was changed; --apply sets them to what their messages say.")
        self.stdout.write(f"{said}{' and were set to what their messages say' if differing else ''}.")


def _kept(row: IncomingCustomsMessage) -> KeptMessage:
    message = read_stored_message(
        office=row.office, message_id=row.message_id, raw=bytes(row.raw), received_at=row.received_at
    )
    assert row.read_at is not None
    return KeptMessage(
        key=row.pk,
        message=message,
        state=MessageState(row.state),
        cause=Cause(row.cause) if row.cause else None,
        read_at=row.read_at,
        settled_at=row.settled_at,
        reread_at=row.reread_at,
        first_settled_at=row.first_settled_at,
    )
