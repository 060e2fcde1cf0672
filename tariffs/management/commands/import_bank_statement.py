"""Import a bank's file, match it and book what is sure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from rich.progress import track

from bonded.rules.errors import RuleViolation
from bonded.rules.permissions import SYSTEM
from tariffs.actions.bank_statements import import_bank_statement, match_bank_file
from tariffs.actions.payments import book_payment
from tariffs.gateways.bank_files import read_bank_file
from tariffs.rules.reconciliation import SURE, MatchRule


class Command(BaseCommand):
    """The same file comes in once; what is matched but not sure waits for a person."""

    help = (
        "Import a bank's file (camt.053, MT940 or CSV), match its lines to debts, and book the matches that are sure."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file."""
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Say how many lines came in, how many were matched, how many booked."""
        path: Path = options["file"]
        at = timezone.now()
        try:
            content = path.read_bytes()
            statements = read_bank_file(content)
            file = import_bank_statement(name=path.name, content=content, statements=statements, actor=SYSTEM, at=at)
        except OSError as failure:
            raise CommandError(str(failure)) from failure
        except RuleViolation as refusal:
            where = [
                f"{fact.capitalize()} {refusal.facts[fact]}: " for fact in ("line", "entry") if fact in refusal.facts
            ]
            raise CommandError(f"{''.join(where)}{refusal}") from refusal
        matches = match_bank_file(file_id=file.pk, actor=SYSTEM, at=at)
        sure = [match for match in matches if MatchRule(match.rule) in SURE]
        # Each booking is a transaction of its own, so that an interrupted run keeps what it did.
        # Nor does one that is refused, because somebody was quicker, keep the others from being booked.
        refused = 0
        for match in track(sure, description="Booking", disable=not self.stdout.isatty()):
            try:
                book_payment(match_id=match.pk, actor=SYSTEM, at=at)
            except RuleViolation as refusal:
                refused += 1
                self.stderr.write(f"{match} is not booked: {refusal}")
        lines = sum(len(statement.lines) for statement in statements)
        self.stdout.write(f"{lines} lines, {len(matches)} matched, {len(sure) - refused} booked.")
